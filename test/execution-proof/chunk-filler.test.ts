import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ExecutionWitness, STEPS_OF_RUN } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { ChunkFilling, type FilledChunk } from "../../src/proofs/execution-proof/batch/chunk-filling.ts";
import {
  type ChunkInput,
  chunkEnds,
  decodeChunkInput,
  encodeChunkInput,
} from "../../src/proofs/execution-proof/batch/chunk-input.ts";
import { planBatch } from "../../src/proofs/execution-proof/batch/chunk-plan.ts";
import { ChunkFiller } from "../../src/proofs/execution-proof/batch/chunk-filler.ts";
import { BatchRun } from "../../src/proofs/execution-proof/batch/chunk-run.ts";
import type { Joint } from "../../src/proofs/execution-proof/batch/chunk-statement.ts";
import { uncommittedSystem } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { createPrimitives } from "../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { PartialTree } from "../../src/proofs/execution-proof/batch/partial-tree.ts";
import { cutBatch } from "../../src/proofs/execution-proof/batch/planned-batch.ts";
import { exceeds, stepLimits } from "../../src/proofs/execution-proof/batch/step-limits.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { Kernel } from "../../src/proofs/machine/interpreter/kernel.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "./support/chain-batches.ts";

const wallet = new TestWallet(78);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }];
const PARAMETERS = smallParameters({ maxLogRows: 17, queryCount: 4 });
/** Room for a part of the batch's steps only. */
const MAX_CELLS = 9_000_000;

describe("the thread that cuts batches and fills tables", () => {
  let chain: VerifiedChain;
  let first: WitnessedBatch;
  let second: WitnessedBatch;
  const filler = new ChunkFiller(PROVEN_VERSION, PARAMETERS);
  const system = uncommittedSystem(PROVEN_VERSION, PARAMETERS);

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts: ACCOUNTS });
    const batches = await ChainBatches.of(chain, ACCOUNTS);
    const sealed = async (transfers: number): Promise<WitnessedBatch> => {
      for (let i = 0; i < transfers; i++)
        await chain.chain.submit(await wallet.signRaw({ to: `0x${(0xbe + i).toString(16).repeat(20)}`, value: 7n }));
      return batches.next(await chain.sealAndVerify());
    };
    first = await sealed(4);
    second = await sealed(STEPS_OF_RUN + 8);
  });
  after(async () => {
    await filler.close();
    await chain.chain.close();
  });

  const tools = () => ({
    ...{ program: system.program, primitives: createPrimitives(), compress: createCompressor().compress },
  });
  const cut = ({ witness, claim }: WitnessedBatch, mostCells = MAX_CELLS, cuts: readonly number[] = []) =>
    cutBatch(witness as ExecutionWitness, claim, { mostCells, cuts }, tools());
  const filled = (input: Uint8Array) => new ChunkFilling(system, PROVEN_VERSION, input).fill();

  it("cuts a batch like a caller, and fills its chunks: each continues at the end of the last one", async () => {
    const planned = await filler.plan(first.witness as ExecutionWitness, first.claim, { mostCells: MAX_CELLS });
    assert.deepEqual(planned, { kind: "planned", ...cut(first) });
    const { chunks } = cut(first);
    assert.ok(chunks.length > 1);
    let before: Joint | undefined;
    for (const { input } of chunks) {
      assert.deepEqual(await filler.fill(input), { kind: "chunk", ...filled(input) });
      const ends = chunkEnds(input);
      assert.deepEqual(ends.before, before ?? ends.before);
      before = ends.after;
    }
  });

  it("cuts more steps than the machine runs at once so that a chunk's trace, which is one run, ends with the same state", () => {
    const { chunks } = cut(second, 200_000_000);
    const inputs = chunks.map(({ input }) => decodeChunkInput(input));
    assert.ok(inputs.some(({ steps }) => steps.length > STEPS_OF_RUN));
    const { program, primitives, compress } = tools();
    for (const input of inputs) {
      const run = new BatchRun(input, new PartialTree(input.state, compress), new Kernel(primitives, program.rows));
      run.run(input.steps);
      assert.deepEqual({ boundary: run.environment.boundary, root: run.tree.root }, input.after);
    }
    // Its accounts are new. Their leaves have other places where the chunk is several runs.
    const [{ state, steps, after, ...rest }] = inputs as [ChunkInput];
    const run = new BatchRun(rest, new PartialTree(state, compress), new Kernel(primitives, program.rows));
    for (let at = 0; at < steps.length; at += STEPS_OF_RUN) run.run(steps.slice(at, at + STEPS_OF_RUN));
    assert.deepEqual(run.environment.boundary, after.boundary);
    assert.notDeepEqual(run.tree.root, after.root);
  });

  it("reports the start of steps that exceed the plan together, and cuts before any given step", async () => {
    const [whole] = cut(first, 100_000_000).chunks;
    const chunk = decodeChunkInput(whole!.input);
    const count = chunk.steps.length;
    const crowded = await filler.fill(encodeChunkInput({ ...chunk, mostCells: MAX_CELLS / 2 }));
    assert.deepEqual(crowded, { kind: "crowded", firstStep: 0, count });
    const halves = cut(first, 100_000_000, [3]).chunks;
    assert.deepEqual(
      halves.map(({ firstStep }) => firstStep),
      [0, 3],
    );
    assert.deepEqual(chunkEnds(halves[0]!.input).before, chunkEnds(whole!.input).before);
    assert.deepEqual(chunkEnds(halves[1]!.input).after.boundary, chunkEnds(whole!.input).after.boundary);
  });

  it("fills no chunk that ends otherwise than its input says, begins with another root, or is another version's", () => {
    const chunk = decodeChunkInput(cut(first).chunks[0]!.input);
    const { boundary, root } = chunk.after;
    const other = root.map((element, i) => (i === 0 ? (element + 1) % 2 ** 30 : element));
    const altered = (change: Partial<typeof chunk>) => () => filled(encodeChunkInput({ ...chunk, ...change }));
    assert.throws(altered({ after: { boundary, root: other } }), /do not end where its input says/);
    assert.throws(altered({ rootBefore: other }), /is not below the root/);
    assert.throws(altered({ protocolVersion: 3n }), /of version 3, not of 515/);
  });

  it("reads the input of a chunk unchanged, and no other bytes", () => {
    const { input } = cut(first).chunks[0]!;
    const chunk = decodeChunkInput(input);
    assert.deepEqual(encodeChunkInput(chunk), input);
    for (const length of [0, 3, 4, 200, 700, input.length - 1])
      assert.throws(() => decodeChunkInput(input.slice(0, length)), RangeError);
    assert.throws(() => decodeChunkInput(Uint8Array.from([...input, 0])), RangeError);
    assert.throws(() => decodeChunkInput(Uint8Array.from([1, ...input.slice(1)])), /no chunk in this software's format/);
  });

  it("counts a step's cells by its filled tables, and before that no more than these have", () => {
    const witness = first.witness as ExecutionWitness;
    const parts = { program: system.program, primitives: createPrimitives(), limits: stepLimits(PROVEN_VERSION) };
    const { weights } = planBatch(witness, new PartialTree(witness.state, createCompressor().compress), parts);
    const chunks = cut(first, 1).chunks.map(({ input }) => filled(input) as FilledChunk);
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

  it("says why a batch has no proof", async () => {
    const made = await filler.plan(second.witness as ExecutionWitness, first.claim, { mostCells: MAX_CELLS });
    assert.deepEqual([made.kind, made.kind === "unproven" && made.reason], ["unproven", "disagreement"]);
  });

  it("refuses what comes behind its end", async () => {
    const closed = new ChunkFiller(PROVEN_VERSION, PARAMETERS);
    await closed.close();
    await assert.rejects(closed.fill(new Uint8Array()), /the filler of tables was closed/);
  });
});
