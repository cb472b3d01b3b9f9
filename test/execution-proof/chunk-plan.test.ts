import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chunkCells, profiledCells, stepsWithin } from "../../src/proofs/execution-proof/batch/chunk-plan.ts";
import { NO_WEIGHT, type StepWeight } from "../../src/proofs/execution-proof/batch/step-weight.ts";

/** About what a transfer of an ERC-20 takes. */
const TRANSFER: StepWeight = { ...NO_WEIGHT, rows: 1926, opcodes: 236, permutations: 2, compressions: 70, recoveries: 1 };
const OPENING: StepWeight = { ...NO_WEIGHT, rows: 9_304, opcodes: 2253, permutations: 9, compressions: 800, recoveries: 0 };

describe("the plan of a batch's chunks", () => {
  it("counts tables up to the power of two that they are filled up to", () => {
    const rows = (count: number) => chunkCells({ ...NO_WEIGHT, rows: count }) - chunkCells(NO_WEIGHT) - 40 * count;
    assert.equal(rows(2 ** 16), 189 * 2 ** 16);
    assert.equal(rows(2 ** 16 + 1), 189 * 2 ** 17);
  });

  it("estimates batches within a tenth of their cells", () => {
    const batch = (transfers: number) =>
      Object.fromEntries(
        Object.entries(OPENING).map(([name, count]) => [name, count + transfers * TRANSFER[name as keyof StepWeight]]),
      ) as unknown as StepWeight;
    // As proofs of such batches have had (docs/figures.md).
    for (const [transfers, cells] of [
      [1, 8.44e6],
      [16, 24.5e6],
    ] as const)
      assert.ok(Math.abs(chunkCells(batch(transfers)) / cells - 1) < 0.1, `${chunkCells(batch(transfers))}`);
  });

  it("takes steps that fill tables best, all that are left where they fit, and one at least", () => {
    const weights = [OPENING, ...new Array<StepWeight>(149).fill(TRANSFER)];
    // 130,642 rows of the kernel fill its table of 2^17; with one more, it is twice as high.
    const most = 120_000_000;
    const first = stepsWithin(weights, 0, most);
    assert.equal(first, 1 + 63);
    assert.equal(stepsWithin(weights, first, most), 86);
    assert.equal(stepsWithin([OPENING, ...weights], 64, most), 87);
    assert.equal(stepsWithin(weights, 5, 1), 1);
  });

  it("takes as many as one of several profiles has room for, and counts that profile's cells", () => {
    const heights = (processor: number, keccak: number) => ({
      ...{ processor, user: 20, keccak, curveStep: 20, curveSum: 20, curveProduct: 20, sha256: 20, copy: 20, hashInput: 20 },
    });
    const [low, high] = [
      { heights: heights(14, 9), cells: 10e6 },
      { heights: heights(17, 12), cells: 60e6 },
    ];
    const cellsOf = (weight: StepWeight) => profiledCells(weight, [low, high]);
    assert.equal(cellsOf({ ...NO_WEIGHT, rows: 2 ** 14, permutations: 21 }), 10e6);
    assert.equal(cellsOf({ ...NO_WEIGHT, rows: 2 ** 14 + 1 }), 60e6);
    // 22 permutations have 528 rows.
    assert.equal(cellsOf({ ...NO_WEIGHT, permutations: 22 }), 60e6);
    assert.equal(cellsOf({ ...NO_WEIGHT, permutations: 171 }), Infinity);
    const weights = [OPENING, ...new Array<StepWeight>(149).fill(TRANSFER)];
    // 9,304 + 63 · 1926 rows and 9 + 63 · 2 permutations have room; with one more there are too many rows.
    assert.equal(stepsWithin(weights, 0, 120e6, cellsOf), 64);
    assert.equal(stepsWithin(weights, 0, 10e6, cellsOf), 4);
    assert.equal(stepsWithin(weights.slice(0, 50), 0, 120e6, cellsOf), 50);
  });
});
