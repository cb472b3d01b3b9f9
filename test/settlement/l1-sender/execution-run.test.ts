import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { noProofMarker } from "../../../src/ground/protocol/no-proof.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { EXECUTION, hasRoomForAll, l1CostOf, l1TotalOf, NO_LOAD } from "../../../src/ground/protocol/way-to-l1.ts";
import { CALLDATA_POSTING } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { encodeExecute, executesSame, type BatchExecution } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";
import { readTotals } from "../../../src/chain/settlement/l1-sender/chain-reader.ts";
import { commitBatch } from "../../../src/chain/settlement/l1-sender/commit.ts";
import { executedIn, ExecutionRun } from "../../../src/chain/settlement/l1-sender/execution-run.ts";
import { joinableExecutions, type PendingExecution } from "../../../src/chain/settlement/l1-sender/joined-executions.ts";
import { proveBatch } from "../../../src/chain/settlement/l1-sender/prove.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledChain, type SettledL1 } from "../support/settled-l1.ts";
import { senderContext } from "../support/sender.ts";

describe("batches of a chain that are executed together", () => {
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
  });
  after(() => settled.l1.close());

  /** Committed batches; the first ones are proven. */
  async function committed(chain: SettledChain, count: number, proven: number): Promise<PendingExecution[]> {
    const context = senderContext(chain, settled.accounts[0]!);
    const quorum = { members: chain.members, threshold: 1 };
    const batches: PendingExecution[] = [];
    let previous = chain.genesis;
    for (let i = 0; i < count; i++) {
      const batch = await chain.form({ logs: [plainMessage(`batch ${i}`)] });
      const { stored } = await commitBatch(context, batch, previous, { quorum, posting: CALLDATA_POSTING });
      if (i < proven) await proveBatch(context, stored, noProofMarker(batch.commitment));
      batches.push({ batch, stored });
      previous = stored;
    }
    return batches;
  }

  test("one call executes all that are proven, and each gets its receipt", async () => {
    const chain = await createSettledChain(settled, 331n);
    const context = senderContext(chain, settled.accounts[0]!);
    const [first, second, third, fourth] = await committed(chain, 4, 3);
    const run = new ExecutionRun(context);
    for (const each of [first!, second!, third!, fourth!]) run.add(each);
    const receipt = await run.execute(first!);
    assert.deepEqual(executedIn(receipt!, context.hyperchain), [0n, 1n, 2n]);
    assert.deepEqual(await readTotals(context), { committed: 4n, verified: 3n, executed: 3n });
    for (const each of [second!, third!]) assert.equal((await run.execute(each))?.hash, receipt!.hash);
    await proveBatch(context, fourth!.stored, noProofMarker(fourth!.stored.commitment));
    const alone = await run.execute(fourth!);
    assert.deepEqual(executedIn(alone!, context.hyperchain), [3n]);
    assert.equal(await run.execute(fourth!), undefined, "L1 has executed the batch");
  });

  test("a call on a proven chain has units for three batches", async () => {
    const chain = await createSettledChain(settled, 334n);
    const context = senderContext(chain, settled.accounts[0]!);
    const [first, ...following] = await committed(chain, 5, 5);
    const joined = (isOnProvenChain: boolean) => joinableExecutions({ ...context, isOnProvenChain }, first!, following);
    // 335,000 units each, of 1,300,000.
    assert.deepEqual([(await joined(true)).length, (await joined(false)).length], [2, 4]);
  });

  test("A141: after a stranger executed the first batch of a call, its others are executed alone", async () => {
    const chain = await createSettledChain(settled, 335n);
    const context = senderContext(chain, settled.accounts[0]!);
    const [first, second, third, fourth] = await committed(chain, 4, 4);
    const run = new ExecutionRun(context);
    for (const each of [first!, second!, third!]) run.add(each);
    await new ExecutionRun(context).execute(first!);
    assert.equal(await run.execute(first!), undefined);
    assert.deepEqual(executedIn((await run.execute(second!))!, context.hyperchain), [1n]);
    run.add(fourth!);
    assert.deepEqual(executedIn((await run.execute(third!))!, context.hyperchain), [2n]);
    assert.deepEqual(executedIn((await run.execute(fourth!))!, context.hyperchain), [3n]);
  });

  test("a batch that L1 refuses in a call does not hold back those before it", async () => {
    const chain = await createSettledChain(settled, 332n);
    const context = senderContext(chain, settled.accounts[0]!);
    const [first, second] = await committed(chain, 2, 2);
    const run = new ExecutionRun(context);
    // L1 stores another record of this number.
    const replaced = { ...second!, stored: { ...second!.stored, leafCount: second!.stored.leafCount + 1n } };
    run.add(first!);
    run.add(replaced);
    const receipt = await run.execute(first!);
    assert.deepEqual(executedIn(receipt!, context.hyperchain), [0n]);
    await assert.rejects(run.execute(replaced), { code: "Reverted" });
  });

  test("only proven batches of the same version that follow without a gap and import roots alone join", async () => {
    const chain = await createSettledChain(settled, 333n);
    const context = senderContext(chain, settled.accounts[0]!);
    const [first, second, third, fourth] = await committed(chain, 4, 3);
    const joined = async (...following: PendingExecution[]): Promise<bigint[]> =>
      (await joinableExecutions(context, first!, following)).map(({ batch }) => batch.batchNumber);
    assert.deepEqual(await joined(second!, third!, fourth!), [1n, 2n]);
    assert.deepEqual(await joined(third!), [], "a gap");
    const version = { ...third!, stored: { ...third!.stored, protocolVersion: 3n } };
    assert.deepEqual(await joined(second!, version), [1n]);
    const late = { ...second!, stored: { ...second!.stored, committedAt: 1n << 40n } };
    assert.deepEqual(await joined(late, third!), [], "its delay is not over");
    const fact = { registryIndex: factIndex(1n, 2n), root: chain.genesis.newStateRoot };
    const withFact = { ...second!, batch: { ...second!.batch, importedRoots: [fact] } };
    assert.deepEqual(await joined(withFact, third!), []);
    assert.deepEqual(await joinableExecutions(context, withFact, [third!]), []);
  });

  test("sum above L1's limit: a call is filled up to the sum of its batches' totals, and no further", () => {
    const dear = l1CostOf(EXECUTION, { ...NO_LOAD, flows: 200 });
    const most = Math.floor(EXECUTION.gas / l1TotalOf(EXECUTION, dear).gas);
    assert.ok(most >= 2);
    assert.equal(
      hasRoomForAll(
        EXECUTION,
        Array.from({ length: most }, () => dear),
      ),
      true,
    );
    assert.equal(
      hasRoomForAll(
        EXECUTION,
        Array.from({ length: most + 1 }, () => dear),
      ),
      false,
    );
    const long = { gas: 0, bytes: 40_000, units: 0 };
    assert.equal(hasRoomForAll(EXECUTION, [long, long, long]), true);
    assert.equal(hasRoomForAll(EXECUTION, [long, long, long, long]), false);
  });

  test("a call of an earlier process that begins with the same batch is the same call", () => {
    const numbered = (batchNumber: bigint): BatchExecution => ({
      batch: { ...genesisStoredBatch(2n, `0x${"07".repeat(32)}`, 1n), batchNumber },
      imports: [],
      flows: [],
    });
    const [one, two] = [numbered(4n), numbered(5n)];
    assert.equal(executesSame(encodeExecute([one, two]), encodeExecute([one])), true);
    assert.equal(executesSame(encodeExecute([one]), encodeExecute([two])), false);
    assert.equal(executesSame("0x12345678", encodeExecute([one])), false);
    assert.equal(executesSame("0x12345678", "0x12345678"), true);
  });
});
