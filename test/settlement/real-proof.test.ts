import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type TransactionReceipt } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { hashStoredBatch, type StoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { l1TotalOf, MAX_PROOF_BYTES } from "../../src/ground/protocol/way-to-l1.ts";
import { transactionTreeLeaf, transactionTreeRoot } from "../../src/ground/protocol/transaction-tree.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { hyperchainInterface, registryInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { encodeCommit } from "../../src/chain/settlement/l1-sender/batch-calls.ts";
import { readContract, readLastStoredBatch, readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { executeBatch } from "../../src/chain/settlement/l1-sender/execute.ts";
import { proveBatch } from "../../src/chain/settlement/l1-sender/prove.ts";
import { revertBatches } from "../../src/chain/settlement/l1-sender/revert.ts";
import { createL1Watcher } from "../../src/chain/settlement-layer/reader/l1-watcher.ts";
import type { SenderContext } from "../../src/chain/settlement/l1-sender/sender-context.ts";
import { createLocalMember } from "../../src/chain/settlement/signing/quorum.ts";
import { CALLDATA_POSTING, commitBatchOf, type SettlementBatch } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { storedBatchOf } from "./support/stored-batch.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";
import { senderContext } from "./support/sender.ts";
import { ANY_TIME, approvalBy } from "./support/approval.ts";
import { recordOfBatch } from "../support/batch-record.ts";

const CHAIN_ID = 271n;
const POSTING = { posting: CALLDATA_POSTING };
/** EIP-7825. */
const MAX_TRANSACTION_GAS = 16_777_216n;

/** The event of one name in a receipt, by the chain's ABI. */
function eventOf(receipt: TransactionReceipt | undefined, name: string) {
  const events = receipt?.logs.map((log) => hyperchainInterface.parseLog(log)).filter((event) => event?.name === name);
  assert.equal(events?.length, 1, name);
  return events[0]!;
}

/** Passes for a call that a contract refuses with this error. */
function refusedWith(name: string) {
  return (error: unknown) => {
    assert.ok(error instanceof SettlementError, String(error));
    assert.equal(error.contractError?.name, name, error.message);
    return true;
  };
}

describe("a batch with a real proof on L1", () => {
  const prover = createProver({ workers: 2 });
  let settled: SettledL1;
  let chain: SettledChain;
  let context: SenderContext;
  let first: SettlementBatch;
  let firstProof: Uint8Array;
  let firstStored: StoredBatch;

  before(async () => {
    settled = await startSettledL1();
    chain = await createSettledChain(settled, CHAIN_ID, { validatorThreshold: 2n }, 2);
    context = senderContext(chain, settled.accounts[0]!);
    const formed = await chain.form({
      writes: [
        { leaf: 3, value: 77n },
        { leaf: 9, value: 0n },
        { leaf: 100, value: 2n ** 200n + 5n },
      ],
      logs: [plainMessage("first"), plainMessage("second")],
    });
    first = formed;
    firstProof = (await prover.proveBatch(formed.job)).proof;
  });
  after(async () => {
    await prover.close();
    await settled.l1.close();
  });

  async function commitWith(signatures: readonly Hex[], batch: SettlementBatch = first): Promise<unknown> {
    const commit = { batch: await commitBatchOf(batch, CALLDATA_POSTING), approval: approvalBy(signatures) };
    const data = encodeCommit(chain.genesis, [commit]);
    return context.transactor.send({ label: "commit", to: context.hyperchain, data });
  }

  test("no contract exceeds what a transaction may use, and the factory knows the chain", async () => {
    for (const [name, gas] of settled.gasUsed) assert.ok(gas < MAX_TRANSACTION_GAS, `${name}: ${gas}`);
    assert.equal(await readContract(context, "getChainId"), CHAIN_ID);
    assert.deepEqual(await readTotals(context), { committed: 0n, verified: 0n, executed: 0n });
  });

  test("refuses a commit by a quorum short by one", async () => {
    const signature = await chain.members[0]!.signBatch(first, ANY_TIME);
    await assert.rejects(commitWith([signature]), refusedWith("QuorumTooSmall"));
  });

  test("refuses a commit by an outsider, by one validator twice, and in the wrong order", async () => {
    const outsider = await createLocalMember(settled.accounts[5]!, chain.contract);
    const ours = await Promise.all(chain.members.map((member) => member.signBatch(first, ANY_TIME)));
    const ordered = BigInt(chain.members[0]!.address) < BigInt(chain.members[1]!.address) ? ours : ours.toReversed();
    await assert.rejects(commitWith([ours[0]!, await outsider.signBatch(first, ANY_TIME)]), refusedWith("NotAValidator"));
    await assert.rejects(commitWith([ours[0]!, ours[0]!]), refusedWith("SignersNotAscending"));
    await assert.rejects(commitWith(ordered.toReversed()), refusedWith("SignersNotAscending"));
  });

  test("refuses another state root than the signed one, and a signature for another chain's contract", async () => {
    const signatures = await Promise.all(chain.members.map((member) => member.signBatch(first, ANY_TIME)));
    const { statement } = first.job;
    const otherRoot = statement.newStateRoot.map((element, i) => (i === 0 ? (element + 1) % 2_130_706_433 : element));
    const lie: SettlementBatch = { ...first, job: { statement: { ...statement, newStateRoot: otherRoot } } };
    await assert.rejects(commitWith(signatures, lie), refusedWith("CommitmentMismatch"));
    const elsewhere = { ...chain.contract, hyperchain: `0x${"12".repeat(20)}` as const };
    const stray = await createLocalMember(settled.accounts[1]!, elsewhere);
    await assert.rejects(commitWith([await stray.signBatch(first, ANY_TIME), signatures[0]!]), refusedWith("NotAValidator"));
  });

  test("refuses a proof and an execution before the commit", async () => {
    const stored = storedBatchOf(first, chain.genesis, { ...chain.contract, publishesPubdata: true, committedAt: 0n });
    await assert.rejects(proveBatch(context, stored, firstProof), refusedWith("BatchNotCommitted"));
    await assert.rejects(executeBatch(context, first, stored), refusedWith("BatchNotProven"));
    assert.deepEqual(await readTotals(context), { committed: 0n, verified: 0n, executed: 0n });
  });

  test("commits: L1 stores what TypeScript expects", async (t) => {
    const quorum = { members: chain.members, threshold: 2 };
    const { stored, receipt } = await commitBatch(context, first, chain.genesis, { quorum, ...POSTING });
    const block = await settled.l1.ethers.provider.getBlock(receipt!.blockNumber);
    const committedAt = BigInt(block!.timestamp);
    assert.deepEqual(stored, storedBatchOf(first, chain.genesis, { ...chain.contract, publishesPubdata: true, committedAt }));
    assert.equal(eventOf(receipt, "BlockCommit").args["commitment"], first.commitment);
    assert.equal(await readContract(context, "storedBatchHash", 0n), hashStoredBatch(stored));
    firstStored = stored;
    t.diagnostic(`commit gas ${receipt!.gasUsed}`);
  });

  test("a second commit finds the first", async () => {
    const quorum = { members: chain.members, threshold: 2 };
    const again = await commitBatch(context, first, chain.genesis, { quorum, ...POSTING });
    assert.deepEqual(again, { stored: firstStored, receipt: undefined });
  });

  test("refuses tampered proofs, a proof for another batch's record, and an execution before the proof", async () => {
    const tampered = firstProof.slice();
    tampered[40] = (tampered[40] ?? 0) ^ 1;
    await assert.rejects(proveBatch(context, firstStored, tampered), refusedWith("ConstraintMismatch"));
    await assert.rejects(proveBatch(context, firstStored, firstProof.subarray(1)), refusedWith("MalformedProof"));
    const other = { ...firstStored, newStateRoot: firstStored.oldStateRoot };
    await assert.rejects(proveBatch(context, other, firstProof), refusedWith("StoredBatchMismatch"));
    await assert.rejects(executeBatch(context, first, firstStored), refusedWith("BatchNotProven"));
    assert.equal((await readTotals(context)).verified, 0n);
  });

  test("accepts the proof and executes", async (t) => {
    const proven = await proveBatch(context, firstStored, firstProof);
    // What the way to L1 has room for, whatever the batch holds.
    const estimated = l1TotalOf({ stages: ["prove"] }, { gas: 50 * firstProof.length, bytes: firstProof.length, units: 0 });
    assert.ok(Number(proven!.gasUsed) <= estimated.gas, `${proven!.gasUsed} of ${estimated.gas} gas`);
    assert.ok(firstProof.length < MAX_PROOF_BYTES, `${firstProof.length}`);
    const event = eventOf(proven, "BatchProven");
    assert.equal(event.args["commitment"], first.commitment);
    assert.equal(String(event.args["verifier"]).toLowerCase(), settled.ecosystem.addresses.verifier);
    const executed = await executeBatch(context, first, firstStored);
    assert.equal(eventOf(executed, "BlockExecution").args["batchHash"], hashStoredBatch(firstStored));
    assert.equal(await readContract(context, "executedStateRoot"), digestToHex(first.job.statement.newStateRoot));
    const block = await settled.l1.ethers.provider.getBlock(executed!.blockNumber);
    const root = transactionTreeRoot([
      transactionTreeLeaf({
        chainId: CHAIN_ID,
        batchNumber: 0n,
        logRoot: first.outputs.l2LogsTreeRoot,
        record: recordOfBatch(firstStored, BigInt(block!.timestamp)),
      }),
    ]);
    const roots = executed!.logs
      .filter(({ address }) => address.toLowerCase() === settled.ecosystem.addresses.roots)
      .map((log) => registryInterface.parseLog(log)!.args["root"] as string);
    assert.deepEqual(roots, [root]);
    t.diagnostic(`prove gas ${proven!.gasUsed}, proof ${firstProof.length} bytes; execute gas ${executed!.gasUsed}`);
  });

  test("refuses a proof of the first batch for the second, and takes the second's own", async () => {
    const second = await chain.form({ writes: [{ leaf: 100, value: 1n }], logs: [plainMessage("third")] });
    const quorum = { members: chain.members, threshold: 2 };
    const { stored } = await commitBatch(context, second, firstStored, { quorum, ...POSTING });
    await assert.rejects(proveBatch(context, stored, firstProof), refusedWith("ConstraintMismatch"));
    assert.equal((await readTotals(context)).verified, 1n);
    const { proof } = await prover.proveBatch(second.job);
    await proveBatch(context, stored, proof);
    await executeBatch(context, second, stored);
    assert.deepEqual(await readTotals(context), { committed: 2n, verified: 2n, executed: 2n });
  });

  test("takes an operation from the queue and imports a root, and executes only if the registry has had that root", async () => {
    const factory = new Interface(chainFactoryAbi);
    const mintValue = 10n ** 17n;
    const data = factory.encodeFunctionData("requestL2TransactionDirect", [
      {
        chainId: CHAIN_ID,
        mintValue,
        l2Contract: `0x${"77".repeat(20)}`,
        l2Value: 5n,
        l2Calldata: "0x",
        l2GasLimit: 1_000_000n,
        l2GasPerPubdataByteLimit: 800n,
        factoryDeps: [],
        refundRecipient: `0x${"88".repeat(20)}`,
      },
    ]);
    const request = await settled.accounts[4]!.sendTransaction({
      to: settled.ecosystem.addresses.factory,
      data,
      value: mintValue,
    });
    await request.wait();
    const watcher = createL1Watcher(
      { hyperchains: [context.hyperchain], registry: settled.ecosystem.addresses.roots, fromBlock: context.fromBlock },
      { provider: settled.l1.ethers.provider, confirmations: 1 },
    );
    const { events } = await watcher.poll();
    const canonicalTxHashes = events.flatMap((event) => (event.type === "priorityOperation" ? [event.canonicalTxHash] : []));
    const roots = events.flatMap((event) =>
      event.type === "transactionRoot" ? [{ registryIndex: event.rootIndex, root: event.root }] : [],
    );
    assert.equal(canonicalTxHashes.length, 1);
    assert.equal(roots.length, 2);
    const previous = await readLastStoredBatch(context);
    const quorum = { members: chain.members, threshold: 2 };
    const common = { canonicalTxHashes, logs: [{ type: "priorityOp", success: true }] } as const;

    const mark = chain.snapshot();
    const forged = await chain.form({ ...common, importedRoots: [{ registryIndex: 2n, root: roots[0]!.root }] });
    const { stored } = await commitBatch(context, forged, previous, { quorum, ...POSTING });
    await proveBatch(context, stored, (await prover.proveBatch(forged.job)).proof);
    await assert.rejects(executeBatch(context, forged, stored), refusedWith("ImportedRootUnknown"));
    assert.equal(await readContract(context, "getFirstUnprocessedPriorityTx"), 0n);
    await revertBatches(context, 2n, quorum);
    chain.revert(mark);

    const honest = await chain.form({ ...common, importedRoots: roots });
    const again = await commitBatch(context, honest, previous, { quorum, ...POSTING });
    await proveBatch(context, again.stored, (await prover.proveBatch(honest.job)).proof);
    await executeBatch(context, honest, again.stored);
    assert.equal(await readContract(context, "getFirstUnprocessedPriorityTx"), 1n);
    assert.equal(again.stored.importedRootCount, 2n);
    assert.deepEqual(await readTotals(context), { committed: 3n, verified: 3n, executed: 3n });
  });
});
