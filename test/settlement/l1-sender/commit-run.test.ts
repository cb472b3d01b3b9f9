import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeError, type JsonRpcProvider } from "ethers";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { hyperchainInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import {
  hasRoomForAll,
  l1CostOf,
  NO_LOAD,
  SEVERAL_COMMITS,
  SEVERAL_COMMITS_ON_PROVEN_CHAIN,
} from "../../../src/ground/protocol/way-to-l1.ts";
import { CALLDATA_POSTING, commitBatchOf } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { commitsSame, encodeCarriedCommit, encodeCommit } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";
import { readContract, readTotals, storedBatchesOfReceipt } from "../../../src/chain/settlement/l1-sender/chain-reader.ts";
import { CommitRun } from "../../../src/chain/settlement/l1-sender/commit-run.ts";
import type { SenderContext } from "../../../src/chain/settlement/l1-sender/sender-context.ts";
import type { QuorumMember } from "../../../src/chain/settlement/signing/quorum.ts";
import { ANY_TIME, approvalBy } from "../support/approval.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledChain, type SettledL1 } from "../support/settled-l1.ts";
import { alteredProvider, senderContext, transactorOf, walletOf } from "../support/sender.ts";

describe("batches of a chain that are committed together", () => {
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
  });
  after(() => settled.l1.close());

  const said: (string | undefined)[] = [];
  const contextOf = (chain: SettledChain): SenderContext =>
    senderContext(chain, settled.accounts[0]!, { onTrouble: (trouble) => said.push(trouble?.code) });
  /** Sends by a node that refuses these calls: by default, for ones that no proof covers. */
  const refusing = (refuses: (data: Hex) => boolean, code: string): SenderContext["transactor"] => {
    const wallet = walletOf(settled.accounts[0]!);
    const provider = wallet.provider as JsonRpcProvider;
    const error = { code: -32_003, message: "more than 1300000 units", data: { code } };
    const delay = () => (code === "QuestionTooLong" ? Promise.resolve() : Promise.reject(new Error("no need to wait")));
    const send = (method: string, params: unknown[]): Promise<unknown> =>
      method === "eth_estimateGas" && refuses((params as [{ readonly data: Hex }])[0].data)
        ? Promise.reject(makeError("could not coalesce error", "UNKNOWN_ERROR", { error }))
        : provider.send(method, params);
    const altered = new Proxy(alteredProvider(provider, {}), {
      get: (target, name, own) => (name === "send" ? send : (Reflect.get(target, name, own) as unknown)),
    });
    return transactorOf(wallet.connect(altered), {}, { delay });
  };
  /** A run with these waiting batches, signed by the chain's member, or by a replacement. */
  function runOf(
    chain: SettledChain,
    waiting: readonly FormedBatch[],
    member: Partial<QuorumMember> = {},
    refuses?: (data: Hex) => boolean,
    code = "ProvingExceedsChunk",
  ) {
    const context = refuses === undefined ? contextOf(chain) : { ...contextOf(chain), transactor: refusing(refuses, code) };
    const members = [{ ...chain.members[0]!, ...member }];
    const run = new CommitRun(context, { quorum: { members }, posting: CALLDATA_POSTING });
    for (const batch of waiting) run.add(batch);
    return { run, context };
  }
  async function formed(chain: SettledChain, count: number): Promise<FormedBatch[]> {
    const batches: FormedBatch[] = [];
    for (let i = 0; i < count; i++) batches.push(await chain.form({ logs: [plainMessage(`batch ${i}`)] }));
    return batches;
  }
  const numbersOf = (receipt: Parameters<typeof storedBatchesOfReceipt>[0] | undefined): bigint[] =>
    storedBatchesOfReceipt(receipt!).map(({ batchNumber }) => batchNumber);

  test("one call commits all that wait, and each gets its record and the receipt", async () => {
    const chain = await createSettledChain(settled, 341n);
    const [first, second, third, fourth] = (await formed(chain, 4)) as [FormedBatch, FormedBatch, FormedBatch, FormedBatch];
    const { run, context } = runOf(chain, [first, second, third]);
    const { stored, receipt } = await run.commit(first, chain.genesis);
    assert.deepEqual(numbersOf(receipt), [0n, 1n, 2n]);
    assert.equal((await readTotals(context)).committed, 3n);
    let last = stored;
    for (const batch of [second, third]) {
      const next = await run.commit(batch, last);
      assert.equal(next.receipt?.hash, receipt!.hash);
      assert.equal(next.stored.commitment, batch.commitment);
      const onL1 = await readContract<Hex>(context, "storedBatchHash", next.stored.batchNumber);
      assert.equal(onL1, hashStoredBatch(next.stored));
      last = next.stored;
    }
    run.add(fourth);
    assert.deepEqual(numbersOf((await run.commit(fourth, last)).receipt), [3n]);
    assert.equal((await run.commit(fourth, last)).receipt, undefined, "L1 has the batch");
  });

  test("a batch that signers refuse, or L1, does not hold back those before it", async () => {
    const chain = await createSettledChain(settled, 342n);
    const [first, second, third] = (await formed(chain, 3)) as [FormedBatch, FormedBatch, FormedBatch];
    const refusing: Partial<QuorumMember> = {
      signBatch: (batch, terms) =>
        batch.outputs.batchNumber === 1n
          ? Promise.reject(new Error("this member does not agree"))
          : chain.members[0]!.signBatch(batch, terms),
    };
    const { run } = runOf(chain, [first, second, third], refusing);
    const { stored, receipt } = await run.commit(first, chain.genesis);
    assert.deepEqual(numbersOf(receipt), [0n]);
    await assert.rejects(run.commit(second, stored), { code: "QuorumUnreachable" });
    // L1 computes another commitment, and the call of all is refused.
    const other = { ...third, commitment: wordToHex(7n) };
    const again = runOf(chain, [second, other]).run;
    const alone = await again.commit(second, stored);
    assert.deepEqual(numbersOf(alone.receipt), [1n]);
    await assert.rejects(again.commit(other, alone.stored), { code: "Reverted" });
  });

  const isOfSeveral = (data: Hex): boolean =>
    (hyperchainInterface.decodeFunctionData("commitBatches", data)[1] as readonly unknown[]).length > 1;

  test("A146: a call that the base can never prove is divided: each batch is committed alone", async () => {
    const chain = await createSettledChain(settled, 348n);
    const batches = (await formed(chain, 3)) as [FormedBatch, FormedBatch, FormedBatch];
    const { run, context } = runOf(chain, batches, {}, isOfSeveral);
    let last = chain.genesis;
    for (const batch of batches) {
      const { stored, receipt } = await run.commit(batch, last);
      assert.deepEqual(numbersOf(receipt), [batch.outputs.batchNumber]);
      last = stored;
    }
    assert.equal((await readTotals(context)).committed, 3n);
    const [next] = (await formed(chain, 1)) as [FormedBatch];
    const none = runOf(chain, [next], {}, () => true).run;
    await assert.rejects(none.commit(next, last), { name: "SettlementError", code: "Refused", message: /1300000 units/ });
  });

  test("a call that takes longer than the node allows is divided, and one of a single batch is repeated by name", async () => {
    const chain = await createSettledChain(settled, 349n);
    const [first, second] = (await formed(chain, 2)) as [FormedBatch, FormedBatch];
    let left = 20;
    const isSlow = (data: Hex): boolean => isOfSeveral(data) || left-- > 0;
    const { run } = runOf(chain, [first, second], {}, isSlow, "QuestionTooLong");
    said.length = 0;
    const { receipt } = await run.commit(first, chain.genesis);
    assert.deepEqual(numbersOf(receipt), [0n]);
    assert.deepEqual(said, ["NodeTooSlow", undefined]);
    assert.ok(left < 0);
  });

  test("no signature is requested for a batch after a gap, one younger than L1, or one without room", async () => {
    const chain = await createSettledChain(settled, 343n);
    const [first, second, third] = (await formed(chain, 3)) as [FormedBatch, FormedBatch, FormedBatch];
    const young = { ...second, outputs: { ...second.outputs, lastTimestamp: second.outputs.lastTimestamp + 10_000n } };
    const long = { ...second, pubdata: new Uint8Array(131_072) };
    for (const next of [third, young, long]) {
      const asked: bigint[] = [];
      const noting: Partial<QuorumMember> = {
        signBatch: (batch, terms) => {
          asked.push(batch.outputs.batchNumber);
          return chain.members[0]!.signBatch(batch, terms);
        },
      };
      const snapshot = (await settled.l1.ethers.provider.send("evm_snapshot", [])) as string;
      const { run } = runOf(chain, [first, next], noting);
      assert.deepEqual(numbersOf((await run.commit(first, chain.genesis)).receipt), [0n]);
      assert.deepEqual(asked, [0n]);
      await settled.l1.ethers.provider.send("evm_revert", [snapshot]);
    }
  });

  test("a commit is sent again after a reorg of L1 drops it", async () => {
    const chain = await createSettledChain(settled, 344n);
    const [first, second] = (await formed(chain, 2)) as [FormedBatch, FormedBatch];
    const { run, context } = runOf(chain, [first, second]);
    const snapshot = (await settled.l1.ethers.provider.send("evm_snapshot", [])) as string;
    const before = await run.commit(first, chain.genesis);
    assert.deepEqual(numbersOf(before.receipt), [0n, 1n]);
    await settled.l1.ethers.provider.send("evm_revert", [snapshot]);
    const alone = await runOf(chain, [first]).run.commit(first, chain.genesis);
    const next = await run.commit(second, alone.stored);
    assert.notEqual(next.receipt?.hash, before.receipt!.hash);
    assert.equal((await readTotals(context)).committed, 2n);
  });

  test("sum above L1's limit: a call has room for few commits with the most signatures, for the bytes of one transaction, and for three on a proven chain", () => {
    const hasRoom = (count: number, calldataBytes: number, load = NO_LOAD, transaction = SEVERAL_COMMITS): boolean =>
      hasRoomForAll(
        transaction,
        Array.from({ length: count }, () => l1CostOf(transaction, load)),
        calldataBytes,
      );
    assert.deepEqual([hasRoom(10, 40_000), hasRoom(11, 40_000)], [true, false]);
    assert.deepEqual([hasRoom(2, 130_572), hasRoom(2, 130_573)], [true, false]);
    // On a proven chain 1,300,000 units: 370,000 for each commit, and 45,000 for further signatures.
    const onProven = (count: number): boolean => hasRoom(count, 40_000, NO_LOAD, SEVERAL_COMMITS_ON_PROVEN_CHAIN);
    assert.deepEqual([onProven(3), onProven(4)], [true, false]);
    const guarded = { ...NO_LOAD, inputBytes: 64 * 192 };
    assert.deepEqual([hasRoom(3, 40_000, guarded), hasRoom(5, 40_000, guarded)], [true, false]);
  });

  test("A141: after a stranger committed the first batch of a call, its others are committed alone", async () => {
    const chain = await createSettledChain(settled, 347n);
    const [first, second, third, ...later] = (await formed(chain, 5)) as [FormedBatch, FormedBatch, FormedBatch, FormedBatch];
    const { run, context } = runOf(chain, [first, second, third]);
    // The approvals are public as soon as the call is: the stranger copies the beginning of its list.
    await runOf(chain, []).run.commit(first, chain.genesis);
    const { stored, receipt } = await run.commit(first, chain.genesis);
    assert.equal(receipt, undefined);
    const next = await run.commit(second, stored);
    assert.deepEqual(numbersOf(next.receipt), [1n], "a copy costs the stranger one commit, and this account no call of several");
    const { stored: before } = await run.commit(third, next.stored);
    assert.equal((await readTotals(context)).committed, 3n);
    for (const batch of later) run.add(batch);
    assert.deepEqual(numbersOf((await run.commit(later[0]!, before)).receipt), [3n, 4n], "later batches join again");
  });

  test("a call of an earlier process that begins with the same batch is the same call, whatever the approvals", async () => {
    const chain = await createSettledChain(settled, 345n);
    const [one, two] = await Promise.all(
      (await formed(chain, 2)).map(async (batch) => ({
        batch: await commitBatchOf(batch, CALLDATA_POSTING),
        approval: approvalBy([]),
      })),
    );
    const later = { ...one!, approval: approvalBy(["0x1234"], { ...ANY_TIME, validFrom: 9n }) };
    const call = encodeCommit(chain.genesis, [one!]);
    assert.equal(commitsSame(call, encodeCommit(chain.genesis, [later, two!])), true);
    assert.equal(commitsSame(call, encodeCommit(chain.genesis, [two!])), false);
    assert.equal(commitsSame(call, encodeCommit({ ...chain.genesis, lastBlock: 9n }, [one!])), false);
    const carrier: Hex = `0x${"ca".repeat(20)}`;
    assert.equal(
      commitsSame(encodeCarriedCommit(carrier, chain.genesis, one!), encodeCarriedCommit(carrier, chain.genesis, later)),
      true,
    );
    assert.equal(commitsSame(encodeCarriedCommit(carrier, chain.genesis, one!), call), false);
    assert.equal(commitsSame("0x12345678", call), false);
  });
});
