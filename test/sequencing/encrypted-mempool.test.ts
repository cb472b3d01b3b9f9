import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { computeAddress } from "ethers";
import { MIN_INSTRUCTION_LIMIT } from "../../src/chain/model/instruction-limits.ts";
import { fromHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { EncryptedMempool } from "../../src/ecosystem/sequencing/local/encrypted-mempool.ts";
import { LocalNodes } from "../../src/ecosystem/sequencing/local/local-nodes.ts";
import { NO_FAULTS_OF_NODES } from "../../src/ecosystem/sequencing/local/node-faults.ts";
import { ask } from "../chain/support/ask.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { until } from "../support/until.ts";
import { post, postEncrypted, seal, type Sealed } from "./support/envelopes.ts";

const DOMAIN = { name: "Hyperchain", version: "1", chainId: 31_337n, verifyingContract: `0x${"11".repeat(20)}` } as const;
/** Appends its caller to a list: SLOAD 0, add 1, SSTORE 0, then SSTORE at that index the caller. */
const LIST: Hex = `0x${"ab".repeat(20)}`;
const LIST_CODE = "0x5f54600101805f5533905500";
/** Jumps to itself. */
const HEAVY: Hex = `0x${"be".repeat(20)}`;
const HEAVY_CODE = "0x5b5f56";
/** Longer than the pause for work that is broken off at the least limit, also if another leader repeats it. */
const PAUSE_MS = 10_000;

function keyOf(index: number): { readonly address: Hex; readonly privateKey: Hex } {
  const privateKey: Hex = `0x${String(index + 1).padStart(64, "0")}`;
  return { privateKey, address: computeAddress(privateKey).toLowerCase() as Hex };
}

describe("a chain whose four nodes open envelopes", () => {
  const [alice, bob, carol] = [new TestWallet(251), new TestWallet(252), new TestWallet(253)] as const;
  const keys = [0, 1, 2, 3].map(keyOf);
  let test: TestChain;
  let nodes: LocalNodes;
  let salt = 0n;

  before(async () => {
    nodes = new LocalNodes({ keys, clock: systemClock, nowSeconds: () => 7 }, DOMAIN);
    test = await startTestChain({
      genesis: [
        ...[alice, bob, carol].map(({ address }) => ({ address, balanceWei: 10n ** 18n })),
        { address: LIST, code: LIST_CODE, nonce: 1n },
        { address: HEAVY, code: HEAVY_CODE, nonce: 1n },
      ],
      sequencer: { blocks: { type: "instant" } },
      rewindable: true,
      maxInstructions: MIN_INSTRUCTION_LIMIT,
      leaders: nodes,
    });
    nodes.start(test.chain, (parts) => new EncryptedMempool(parts));
  });
  beforeEach(() => nodes.setFaults(NO_FAULTS_OF_NODES));
  after(async () => {
    await test.chain.close();
    await nodes.close();
    assert.deepEqual(test.faults, []);
  });

  const encryption = () => {
    const { encryption: status } = nodes;
    assert.ok(status !== undefined);
    return status;
  };
  const word = async (slot: number): Promise<string> =>
    String(await ask(test.chain, "eth_getStorageAt", [LIST, `0x${slot.toString(16)}`, "latest"]));
  const listed = async (): Promise<number> => Number(BigInt(await word(0)));
  const isAt = async (index: number, { address }: TestWallet): Promise<boolean> => (await word(index)).endsWith(address.slice(2));

  const append = async (sender: TestWallet, payer = sender): Promise<Sealed> => {
    const fees = { gasLimit: 100_000n, valueWei: 0n };
    return seal(sender, { to: LIST, ...fees }, { life: encryption().life, payer: payer.address, salt: salt++ });
  };
  const envelope = async (sender: TestWallet): Promise<Hex> =>
    postEncrypted(sender, await append(sender), fromHex(encryption().publicKey));
  const isPaid = (): boolean => encryption().owed === 0;
  const untilListed = async (count: number): Promise<void> => {
    let found = -1;
    await until(() => {
      void listed().then((newest) => (found = newest));
      const { spine } = test.chain;
      return found === count && isPaid() && spine.decided === spine.executed;
    });
  };

  it("executes the transaction of an envelope after it is ordered, with the sender's next nonce", async () => {
    const { threshold, nodes: count, maxEnvelopes, owed } = encryption();
    assert.deepEqual([threshold, count, maxEnvelopes, owed], [2, 4, 32, 0]);
    await test.chain.submit(await envelope(alice));
    await untilListed(1);
    alice.nonce++;
    assert.ok(await isAt(1, alice));
    assert.equal(Number(await ask(test.chain, "eth_getTransactionCount", [alice.address, "latest"])), 2);
    await test.chain.submit(await alice.signRaw({ to: LIST, gasLimit: 100_000n }));
    assert.equal(await listed(), 2);
  });

  it("executes them before transactions that wait, in the order of the envelopes", async () => {
    const before = await listed();
    test.chain.sequencer.setAutomatic(false);
    await test.chain.submit(await envelope(alice));
    await test.chain.submit(await envelope(bob));
    await test.chain.sequencer.mine();
    // Carol's transaction comes when the order of the envelopes is final, and no earlier.
    test.chain.sequencer.setAutomatic(true);
    await test.chain.submit(await carol.signRaw({ to: LIST, gasLimit: 100_000n }));
    await until(isPaid);
    assert.equal(await listed(), before + 3);
    assert.deepEqual(
      [await isAt(before + 1, alice), await isAt(before + 2, bob), await isAt(before + 3, carol)],
      [true, true, true],
    );
    alice.nonce++;
    bob.nonce++;
  });

  it("opened, then lost by a reseal: order stays, also if L1 refuses the batch", async () => {
    const before = await listed();
    const { batchNumber } = test.chain.sequencer;
    await test.chain.submit(await envelope(bob));
    await untilListed(before + 1);
    bob.nonce++;
    await test.chain.submit(await carol.signRaw({ to: LIST, gasLimit: 100_000n }));
    const { life } = encryption();
    assert.deepEqual(await test.chain.rewind(batchNumber, [], () => undefined), []);
    assert.equal(await listed(), before + 2);
    assert.ok((await isAt(before + 1, bob)) && (await isAt(before + 2, carol)) && isPaid());
    assert.equal(encryption().life, life);
  });

  it("opens envelopes though a node is dead, and when it runs again", async () => {
    const before = await listed();
    nodes.setFaults({ ...NO_FAULTS_OF_NODES, conditions: new Map([[1, "crashed"]]) });
    await test.chain.submit(await envelope(bob));
    await untilListed(before + 1);
    bob.nonce++;
    nodes.setFaults(NO_FAULTS_OF_NODES);
    await test.chain.submit(await envelope(bob));
    await untilListed(before + 2);
    bob.nonce++;
  });

  it("begins a new life after a return to a snapshot: the envelope that comes again is never opened", async () => {
    const before = await listed();
    const mark = await test.chain.snapshot();
    const { life } = encryption();
    const raw = await envelope(bob);
    await test.chain.submit(raw);
    await untilListed(before + 1);
    await test.chain.revert(mark);
    assert.equal(await listed(), before);
    assert.notEqual(encryption().life, life);
    await test.chain.submit(raw);
    await until(isPaid);
    assert.equal(await listed(), before);
    await test.chain.submit(await envelope(bob));
    await untilListed(before + 1);
    bob.nonce++;
  });

  it("40 envelopes of garbage: at most 32 are in a decision, and they are opened before the chain continues", async () => {
    const before = await listed();
    const ciphertext = fromHex(`0x03${"11".repeat(160)}`);
    test.chain.sequencer.setAutomatic(false);
    for (let i = 0; i < 40; i++) await test.chain.submit(await post(carol, { salt: wordToHex(salt++), ciphertext }));
    let highest = 0;
    const watching = setInterval(() => (highest = Math.max(highest, encryption().owed)), 1);
    await test.chain.sequencer.mine();
    test.chain.sequencer.setAutomatic(true);
    await test.chain.submit(await bob.signRaw({ to: LIST, gasLimit: 100_000n }));
    clearInterval(watching);
    await until(isPaid);
    assert.ok(highest <= 32, `${highest} owed`);
    assert.equal(await listed(), before + 1);
  });

  it("attack: a transaction that is broken off is not free work: its envelope's payer waits, others do not", async () => {
    const before = await listed();
    const name = { life: encryption().life, payer: carol.address, salt: salt++ };
    const heavy = await seal(alice, { to: HEAVY, gasLimit: 2n ** 24n, valueWei: 0n }, name);
    await test.chain.submit(await postEncrypted(carol, heavy, fromHex(encryption().publicKey)));
    await until(isPaid);
    const later = test.chain.submit(await carol.signRaw({ to: LIST, gasLimit: 100_000n }));
    await test.chain.submit(await bob.signRaw({ to: LIST, gasLimit: 100_000n }));
    await test.chain.submit(await bob.signRaw({ to: LIST, gasLimit: 100_000n }));
    assert.equal(await listed(), before + 2, "the payer's waits");
    test.clock.advance(PAUSE_MS);
    await later;
    await untilListed(before + 3);
    assert.ok(await isAt(before + 3, carol));
  });
});
