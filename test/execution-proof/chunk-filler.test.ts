import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BatchFilling, type FilledChunk } from "../../src/execution-proof/batch/batch-filling.ts";
import type { BatchWitness } from "../../src/execution-proof/batch/batch-witness.ts";
import { planBatch } from "../../src/execution-proof/batch/chunk-plan.ts";
import { ChunkFiller } from "../../src/execution-proof/batch/chunk-filler.ts";
import { uncommittedSystem } from "../../src/execution-proof/batch/execution-key.ts";
import type { BegunBatch } from "../../src/execution-proof/batch/filling-requests.ts";
import { createPrimitives } from "../../src/execution-proof/batch/machine-primitives.ts";
import { PartialTree } from "../../src/execution-proof/batch/partial-tree.ts";
import { exceeds, stepLimits } from "../../src/execution-proof/batch/step-limits.ts";
import { createCompressor } from "../../src/kernels/wasm/compressor.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { ChainBatches, type WitnessedBatch } from "./support/chain-batches.ts";

const wallet = new TestWallet(78);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }];
const PARAMETERS = smallParameters({ maxLogRows: 17, queryCount: 4 });
/** Room for a part of the batch's steps only. */
const MOST_CELLS = 12_000_000;

describe("the thread that fills tables", () => {
  let chain: VerifiedChain;
  let first: WitnessedBatch;
  let second: WitnessedBatch;
  const filler = new ChunkFiller(2n, PARAMETERS);
  const system = uncommittedSystem(2n, PARAMETERS);

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ accounts: ACCOUNTS });
    const batches = await ChainBatches.of(chain, ACCOUNTS);
    const sealed = async (): Promise<WitnessedBatch> => {
      for (const value of [7n, 8n, 9n, 10n])
        await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value }));
      return batches.next(await chain.sealAndVerify());
    };
    first = await sealed();
    second = await sealed();
  });
  after(async () => {
    await filler.close();
    await chain.chain.close();
  });

  const begin = ({ witness, claim }: WitnessedBatch): BegunBatch => filler.begin(witness as BatchWitness, claim, MOST_CELLS);
  const expected = ({ witness, claim }: WitnessedBatch): FilledChunk[] => [
    ...new BatchFilling(system, witness as BatchWitness, claim, MOST_CELLS).chunks(),
  ];

  it("gives the chunks of a batch as a caller would fill them, then its end", async () => {
    const chunks = expected(first);
    assert.ok(chunks.length > 1);
    assert.ok(chunks.slice(0, -1).every(({ relisting }) => relisting === undefined));
    const begun = begin(first);
    await begun.planned;
    let filled = await begun.first;
    for (const chunk of chunks) {
      assert.deepEqual(filled, { kind: "chunk", ...chunk });
      filled = await filler.next();
    }
    assert.deepEqual(filled, { kind: "end" });
    assert.deepEqual(await filler.next(), { kind: "end" });
  });

  it("counts a step's cells by its filled tables, and before that no more than these have", () => {
    const witness = first.witness as BatchWitness;
    const tools = { program: system.program, primitives: createPrimitives(), limits: stepLimits(2n) };
    const { weights } = planBatch(witness, new PartialTree(witness.state, createCompressor().compress), tools);
    const chunks = [...new BatchFilling(system, witness, first.claim, 1).chunks()];
    assert.equal(chunks.length, weights.length);
    for (const [step, { input, cells }] of chunks.entries()) {
      // A column of the trace and one of look-ups have as many cells as the table is high, what fills it up included.
      const filled = system.system.tables.reduce((sum, { index, lookupWidth }) => {
        const columns = input?.traces[index] ?? [];
        return sum + columns.reduce((all, { length }) => all + length, 0) + lookupWidth * (columns[0]?.length ?? 0);
      }, 0);
      assert.equal(cells, filled);
      const weight = weights[step]!;
      assert.ok(
        !exceeds(weight, { steps: 2 ** 20, rows: 2 ** 20, cells: filled }),
        `step ${step} is counted as more than ${filled} cells`,
      );
    }
  });

  it("leaves a batch for the next one", async () => {
    await begin(first).first;
    const left = filler.next();
    const [chunk] = expected(second);
    assert.deepEqual(await begin(second).first, { kind: "chunk", ...chunk });
    await left;
  });

  it("says why a batch has no proof", async () => {
    const made = await begin({ ...second, claim: first.claim }).first;
    assert.deepEqual([made.kind, made.kind === "labelled" && made.reason], ["labelled", "disagreement"]);
  });

  it("refuses what comes behind its end", async () => {
    const closed = new ChunkFiller(2n, PARAMETERS);
    await closed.close();
    await assert.rejects(closed.next(), /the filler of tables was closed/);
  });
});
