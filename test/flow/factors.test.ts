import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder } from "ethers";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { createTestAttestor, TEST_MEASUREMENT, TEST_ROOT } from "../../src/ecosystem/devnet/chains/test-attestor.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { encodeCommit, encodeExecute, encodeProve } from "../../src/chain/settlement/l1-sender/batch-calls.ts";
import { readContract, readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import type { SenderContext } from "../../src/chain/settlement/l1-sender/sender-context.ts";
import { collectApproval, type BatchApproval } from "../../src/chain/settlement/signing/quorum.ts";
import { attestedPolicy, type Attestor } from "../../src/chain/settlement/attestation.ts";
import { allOf, CALLDATA, postingOf, type DataPolicy } from "../../src/chain/settlement/data-policy.ts";
import {
  CALLDATA_POSTING,
  commitBatchOf,
  type HeldBatch,
  type PostingPolicy,
} from "../../src/chain/settlement/batch/settlement-batch.ts";
import { storedBatchOf } from "../settlement/support/stored-batch.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import {
  createSettledChain,
  plainMessage,
  startSettledL1,
  type SettledChain,
  type SettledL1,
} from "../settlement/support/settled-l1.ts";
import { senderContext } from "../settlement/support/sender.ts";
import { ANY_TIME } from "../settlement/support/approval.ts";

const DELAY_SECONDS = 3_600n;

describe("G4: a quorum of two, a proof and an hour's delay; each alone moves nothing", () => {
  const prover = createProver({ workers: 2 });
  let settled: SettledL1;
  let chain: SettledChain;
  let context: SenderContext;
  let batch: FormedBatch;
  let proof: Uint8Array;
  let approval: BatchApproval;

  before(async () => {
    settled = await startSettledL1();
    chain = await createSettledChain(settled, 271n, { validatorThreshold: 2n, executionDelay: DELAY_SECONDS }, 2);
    context = senderContext(chain, settled.accounts[0]!);
    batch = await chain.form({ writes: [{ leaf: 3, value: 77n }], logs: [plainMessage("moves")] });
    ({ proof } = await prover.proveBatch(batch.job));
    approval = await collectApproval({ members: chain.members, threshold: 2 }, chain.contract, batch, ANY_TIME);
  });
  after(async () => {
    await prover.close();
    await settled.l1.close();
  });

  const send = (data: Hex) => context.transactor.send({ label: "attempt", to: context.hyperchain, data, gasLimit: 10_000_000n });
  const refused = async (data: Hex, name: string): Promise<void> => {
    const before = await standing();
    await assert.rejects(send(data), (error) => error instanceof SettlementError && error.contractError?.name === name);
    assert.deepEqual(await standing(), before, "nothing has moved");
  };
  const standing = async () => ({
    totals: await readTotals(context),
    root: await readContract<Hex>(context, "executedStateRoot"),
  });
  const commit = async (by: readonly Hex[]): Promise<Hex> =>
    encodeCommit(chain.genesis, [
      { batch: await commitBatchOf(batch, CALLDATA_POSTING), approval: { ...approval, signatures: by } },
    ]);
  const record = async (): Promise<StoredBatch> =>
    storedBatchOf(batch, chain.genesis, {
      ...chain.contract,
      publishesPubdata: true,
      committedAt: await settled.latestTimestamp(),
    });
  const forged = (): Uint8Array => proof.map((byte, i) => (i === 5_000 ? byte ^ 1 : byte));

  test("a valid proof without the quorum moves nothing", async () => {
    await refused(await commit([]), "QuorumTooSmall");
    await refused(await commit(approval.signatures.slice(0, 1)), "QuorumTooSmall");
    await refused(encodeProve(await record(), proof), "BatchNotCommitted");
  });

  test("the quorum without a proof, or with a forged one, executes nothing", async () => {
    await send(await commit(approval.signatures));
    assert.equal((await readTotals(context)).committed, 1n);
    const stored = await record();
    await refused(encodeExecute([{ batch: stored, imports: [], flows: [] }]), "BatchNotProven");
    const before = await standing();
    for (const bad of [forged(), proof.subarray(0, proof.length - 1), new Uint8Array(0)]) {
      await assert.rejects(send(encodeProve(stored, bad)), SettlementError);
      assert.deepEqual(await standing(), before);
    }
    await refused(encodeExecute([{ batch: stored, imports: [], flows: [] }]), "BatchNotProven");
  });

  test("quorum and proof together wait out the delay, to the second", async () => {
    const stored = await record();
    const committedAt = stored.committedAt;
    const execute = encodeExecute([{ batch: stored, imports: [], flows: [] }]);
    /** In a block with exactly this timestamp, without asking L1 beforehand whether it would work. */
    const sendAt = async (timestamp: bigint, data: Hex): Promise<unknown> => {
      await settled.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);
      const response = await settled.accounts[0]!.sendTransaction({ to: context.hyperchain, data, gasLimit: 10_000_000n });
      return response.wait();
    };
    const delayed = (error: unknown): boolean => contractErrorOf(error)?.name === "ExecutionDelayed";
    await sendAt(committedAt + 1n, encodeProve(stored, proof));
    await assert.rejects(sendAt(committedAt + 2n, execute), delayed);
    await assert.rejects(sendAt(committedAt + DELAY_SECONDS - 1n, execute), delayed);
    assert.equal((await readTotals(context)).executed, 0n);
    await sendAt(committedAt + DELAY_SECONDS, execute);
    const { totals, root } = await standing();
    assert.deepEqual(totals, { committed: 1n, verified: 1n, executed: 1n });
    assert.equal(root, stored.newStateRoot);
  });
});

describe("G4: quorum, proof, delay and attestation; with each missing once nothing moves", () => {
  const prover = createProver({ workers: 2 });
  let settled: SettledL1;
  let chain: SettledChain;
  let context: SenderContext;
  let attested: { readonly settlementChainId: bigint; readonly policy: Hex };
  let parties: { readonly quorum: Parameters<typeof collectApproval>[0]; readonly posting: PostingPolicy };

  before(async () => {
    settled = await startSettledL1();
    const measured = [TEST_ROOT.x, TEST_ROOT.y, TEST_MEASUREMENT];
    const member = await settled.l1.deploy("AttestedPolicy", ...measured);
    const { rollupPolicy } = settled.ecosystem.addresses;
    const both = await settled.l1.deploy("AllOfPolicy", [rollupPolicy, await member.getAddress()]);
    const addressOf = async (contract: typeof both): Promise<Hex> => (await contract.getAddress()).toLowerCase() as Hex;
    attested = { settlementChainId: settled.ecosystem.settlementChainId, policy: await addressOf(member) };
    const terms = { validatorThreshold: 2n, executionDelay: DELAY_SECONDS, dataAvailabilityPolicy: await addressOf(both) };
    chain = await createSettledChain(settled, 272n, terms, 2);
    context = senderContext(chain, settled.accounts[0]!);
    parties = {
      quorum: { members: chain.members, threshold: 2 },
      posting: postingOf(policyWith(createTestAttestor(() => settled.latestTimestamp()))),
    };
  });
  after(async () => {
    await prover.close();
    await settled.l1.close();
  });

  const policyWith = (attestor: Attestor): DataPolicy => allOf([CALLDATA, attestedPolicy({ attestor, ...attested })]);
  const send = (data: Hex) => context.transactor.send({ label: "attempt", to: context.hyperchain, data, gasLimit: 10_000_000n });
  const refused = async (data: Hex, name: string): Promise<void> => {
    const totals = await readTotals(context);
    await assert.rejects(send(data), (error) => error instanceof SettlementError && error.contractError?.name === name);
    assert.deepEqual(await readTotals(context), totals);
  };

  test("each alone missing is refused by name, and all four together move money after the delay", async () => {
    const data = policyWith(createTestAttestor(() => settled.latestTimestamp())).choiceAt([].values(), {} as HeldBatch);
    const batch = await chain.form({ writes: [{ leaf: 3, value: 77n }], logs: [plainMessage("moves")], data });
    const { proof } = await prover.proveBatch(batch.job);
    const approval = await collectApproval(parties.quorum, chain.contract, batch, ANY_TIME);
    const commit = async ({ signatures = approval.signatures, posting = parties.posting } = {}): Promise<Hex> =>
      encodeCommit(chain.genesis, [{ batch: await commitBatchOf(batch, posting), approval: { ...approval, signatures } }]);

    // Without the quorum, with the attestation.
    await refused(await commit({ signatures: approval.signatures.slice(0, 1) }), "QuorumTooSmall");
    // Without the attestation, with the quorum: none, of another batch, of an expired key.
    const none = encodedParts(["0x", "0x"]);
    await refused(await commit({ posting: { policyData: () => Promise.resolve(none) } }), "MalformedPolicyData");
    const ofOther: Attestor = {
      attest: (quoted) => createTestAttestor(() => settled.latestTimestamp()).attest({ ...quoted, preCommitment: wordToHex(1n) }),
    };
    await refused(await commit({ posting: postingOf(policyWith(ofOther)) }), "QuoteMismatch");
    const late = createTestAttestor(async () => (await settled.latestTimestamp()) - 2n * DELAY_SECONDS);
    await refused(await commit({ posting: postingOf(policyWith(late)) }), "LeafExpired");
    await send(await commit());

    // Without a proof, with quorum, attestation and delay.
    const stored = storedBatchOf(batch, chain.genesis, {
      ...chain.contract,
      publishesPubdata: true,
      committedAt: await settled.latestTimestamp(),
    });
    const execute = encodeExecute([{ batch: stored, imports: [], flows: [] }]);
    await settled.increaseTime(Number(DELAY_SECONDS) / 2);
    await refused(execute, "BatchNotProven");
    // Without the delay, with the others.
    await send(encodeProve(stored, proof));
    await refused(execute, "ExecutionDelayed");
    await settled.increaseTime(Number(DELAY_SECONDS) / 2);
    await send(execute);
    assert.deepEqual(await readTotals(context), { committed: 1n, verified: 1n, executed: 1n });
    assert.equal(await readContract<Hex>(context, "executedStateRoot"), stored.newStateRoot);
  });
});

/** Data for an all-of policy. */
function encodedParts(parts: readonly Hex[]): Hex {
  return AbiCoder.defaultAbiCoder().encode(["bytes[]"], [parts]) as Hex;
}
