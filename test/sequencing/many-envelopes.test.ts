import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { computeAddress } from "ethers";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { EncryptedMempool } from "../../src/ecosystem/sequencing/local/encrypted-mempool.ts";
import { LocalNodes } from "../../src/ecosystem/sequencing/local/local-nodes.ts";
import { ask } from "../chain/support/ask.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { until } from "../support/until.ts";
import { postEncrypted, seal } from "./support/envelopes.ts";

const COUNT = 200;
const DOMAIN = { name: "Hyperchain", version: "1", chainId: 31_337n, verifyingContract: `0x${"11".repeat(20)}` } as const;
/** Appends the first word of its data to a list: SLOAD 0, add 1, SSTORE 0, then SSTORE at that index CALLDATALOAD 0. */
const LIST: Hex = `0x${"ab".repeat(20)}`;
const LIST_CODE = "0x5f54600101805f555f35905500";

function keyOf(index: number): { readonly address: Hex; readonly privateKey: Hex } {
  const privateKey: Hex = `0x${String(index + 1).padStart(64, "0")}`;
  return { privateKey, address: computeAddress(privateKey).toLowerCase() as Hex };
}

describe("a chain whose four nodes open envelopes, with 200 envelopes at the same time", () => {
  const alice = new TestWallet(261);
  /** Payers of envelopes in turns, because a pool takes 100 transactions of an account. */
  const payers = [new TestWallet(262), new TestWallet(263), new TestWallet(264)] as const;
  let test: TestChain;
  let nodes: LocalNodes;
  before(async () => {
    nodes = new LocalNodes({ keys: [0, 1, 2, 3].map(keyOf), clock: systemClock, nowSeconds: () => 7 }, DOMAIN);
    test = await startTestChain({
      genesis: [
        ...[alice, ...payers].map(({ address }) => ({ address, balanceWei: 10n ** 18n })),
        { address: LIST, code: LIST_CODE, nonce: 1n },
      ],
      sequencer: { blocks: { type: "instant" } },
      rewindable: true,
      leaders: nodes,
    });
    nodes.start(test.chain, (parts) => new EncryptedMempool(parts));
  });
  after(async () => {
    await test.chain.close();
    await nodes.close();
    assert.deepEqual(test.faults, []);
  });

  const wordAt = async (slot: number): Promise<bigint> =>
    BigInt(String(await ask(test.chain, "eth_getStorageAt", [LIST, `0x${slot.toString(16)}`, "latest"])));
  const owed = (): number => nodes.encryption?.owed ?? -1;

  it("executes all in the order of the envelopes, with at most 32 that are not open", { timeout: 240_000 }, async () => {
    const { encryption } = nodes;
    assert.ok(encryption !== undefined);
    test.chain.sequencer.setAutomatic(false);
    for (let i = 0; i < COUNT; i++) {
      const data: Hex = `0x${(i + 1).toString(16).padStart(64, "0")}`;
      const payer = payers[i % payers.length] ?? payers[0];
      const transaction = { to: LIST, data, gasLimit: 100_000n, valueWei: 0n };
      const sealed = await seal(alice, transaction, { life: encryption.life, payer: payer.address, salt: BigInt(i) });
      await test.chain.submit(await postEncrypted(payer, sealed, fromHex(encryption.publicKey)));
    }
    let highest = 0;
    const watching = setInterval(() => (highest = Math.max(highest, owed())), 1);
    test.chain.sequencer.setAutomatic(true);
    const { spine, mempool } = test.chain;
    await until(() => owed() === 0 && mempool.size === 0 && spine.decided === spine.executed);
    clearInterval(watching);
    assert.ok(highest > 0 && highest <= 32, `${highest} owed`);
    assert.equal(await wordAt(0), BigInt(COUNT));
    for (let i = 1; i <= COUNT; i++) assert.equal(await wordAt(i), BigInt(i));
  });
});
