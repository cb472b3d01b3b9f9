import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { MachineVerifier } from "../../src/devnet/quorum-member/machine-verifier.ts";
import { ChunkFiller } from "../../src/execution-proof/batch/chunk-filler.ts";
import { wordToHex } from "../../src/protocol/hex.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";

/** BLS12-381, sums of points: of two that are infinity here. */
const BLS_ADD = "0x000000000000000000000000000000000000000b";
const INFINITIES = `0x${"00".repeat(256)}` as const;
/** Stores its caller's number of words, and creates nothing. */
const STORES = "0x60075f5500";

type Plan = ChunkFiller["plan"];

describe("B3: validators that run each batch in the machine of proofs, too", () => {
  const machine2 = new ChunkFiller(2n);
  const [wallet, other] = [new TestWallet(880), new TestWallet(881)];
  let chain: VerifiedChain;

  before(async () => {
    const accounts = [wallet, other].map(({ address }) => ({ address, balanceWei: 10n ** 20n }));
    chain = await startVerifiedChain({ accounts });
  });
  after(async () => {
    await chain.chain.close();
    await machine2.close();
  });

  const judge = (plan: Plan = (...asked) => machine2.plan(...asked)): Promise<MachineVerifier> => {
    const { options, l1 } = chain.verifying;
    return MachineVerifier.create(options, { ...l1, machineOf: () => ({ plan }) });
  };

  test("form what the sequencer formed: payments, creations and what fails, and batches behind that", async () => {
    await chain.chain.submit(await wallet.signRaw({ to: other.address, value: 5n }));
    await chain.chain.submit(await wallet.signRaw({ data: STORES, gasLimit: 200_000n }));
    await chain.chain.submit(await other.signRaw({ data: "0xfe", gasLimit: 100_000n }));
    const first = await chain.sealAndVerify();
    await chain.chain.submit(await other.signRaw({ to: wallet.address, value: 1n }));
    const second = await chain.sealAndVerify();
    const machine = await judge();
    assert.equal((await machine.verify(chain.inputs(0n))).commitment, first.commitment);
    assert.equal((await machine.verify(chain.inputs(1n))).commitment, second.commitment);
    await machine.goBack(1n);
    assert.equal((await machine.verify(chain.inputs(1n))).commitment, second.commitment);
  });

  test("attack: machine disagrees: a batch of which it comes to another root than the EVM is refused by name, and L1 sees nothing of it", async () => {
    let isOther = true;
    const machine = await judge((witness, claim, options) => {
      const batch = isOther ? { ...claim.batch, newStateRoot: wordToHex(7n) } : claim.batch;
      return machine2.plan(witness, { ...claim, batch }, options);
    });
    await assert.rejects(machine.verify(chain.inputs(0n)), {
      name: "QuorumMemberError",
      code: "MachineDisagrees",
      message: /the machine does not come to the same: disagreement/,
    });
    assert.equal(machine.nextBatch, 0n);
    isOther = false;
    assert.equal((await machine.verify(chain.inputs(0n))).commitment, chain.batches[0]!.commitment);
  });

  test("take the EVM's word alone for what the machine cannot run, and not where the machine failed", async () => {
    await chain.chain.submit(await wallet.signRaw({ to: BLS_ADD, data: INFINITIES, gasLimit: 200_000n }));
    const formed = await chain.sealAndVerify();
    const { batchNumber } = formed.outputs;
    const machine = await judge();
    for (let before = 0n; before < batchNumber; before++) await machine.verify(chain.inputs(before));
    assert.equal((await machine.verify(chain.inputs(batchNumber))).commitment, formed.commitment);
    const failing = await judge(() => Promise.resolve({ kind: "labelled", reason: "fault", detail: "no memory" }));
    await assert.rejects(failing.verify(chain.inputs(0n)), {
      code: "MemberFailed",
      message: /machine failed at batch 0: no memory/,
    });
  });

  test("sign the batches of a chain of a devnet, which L1 takes", async () => {
    const quorum = { members: 2, threshold: 2, check: "machine" } as const;
    const devnet = await startFlowDevnet([{ chainId: 271n, quorum }], UNPROVEN);
    try {
      const client = clientOf(devnet.chains[0]!);
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
      client.destroy();
      const { pipeline } = devnet.chains[0]!;
      const { outputs } = (await pipeline.seal())!;
      await pipeline.settled(outputs.batchNumber);
      assert.ok(pipeline.progress().executed > Number(outputs.batchNumber));
    } finally {
      await devnet.close();
    }
    assert.deepEqual(devnet.faults, []);
  });
});
