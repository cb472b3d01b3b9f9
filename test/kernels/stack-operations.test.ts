import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import type { Backend, Columns } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { LOG_PARTS } from "../../src/proofs/kernels/stack-layout.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { randomColumns, randomExt } from "./support/random-elements.ts";
import { createSoftwareBackend, NO_CARD } from "./support/swiftshader.ts";

const reference = createReferenceBackend();
const wasm = await createWasmBackend({ workers: 2 });
const fast: readonly Backend[] = NO_CARD === false ? [wasm, await createSoftwareBackend()] : [wasm];
after(() => Promise.all(fast.map((backend) => backend.close())));

/** Runs the same steps on all backends and compares what comes back. */
async function same<T>(steps: (backend: Backend) => Promise<T>): Promise<T> {
  const expected = await steps(reference);
  for (const backend of fast) assert.deepEqual(await steps(backend), expected, backend.name);
  return expected;
}

/** A stack of two columns of 2^m, the second not filled: columns of several heights, edge values among them. */
async function stackOf(
  backend: Backend,
  logStack: number,
  heights: readonly number[],
): Promise<{ parts: Columns; places: number[] }> {
  const places: number[] = [];
  let place = 0;
  for (const logRows of heights) {
    places.push(place);
    place += 2 ** logRows;
  }
  const blocks: Columns[] = [];
  for (const [i, logRows] of heights.entries()) {
    const [column = new Uint32Array(0)] = randomColumns(i + 1, 1, logRows);
    column[0] = P - 1;
    column[column.length - 1] = 0;
    blocks.push(await backend.upload([column], logRows));
  }
  const parts = await backend.layOut({ blocks, places: places.map((at) => [at]), logStack, width: 2 });
  return { parts, places };
}

const SHAPES: readonly (readonly [number, readonly number[]])[] = [
  [4, [4]],
  [5, [5, 4]],
  [6, [6, 5, 4]],
  [7, [7, 6, 5, 4, 4]],
  [9, [9, 8, 7, 6, 5, 4]],
  [15, [15, 13, 9, 6]],
];

describe("operations on stacks, on threads and on a card as in the reference", () => {
  test("a layout of columns, zero between them", async () => {
    for (const [logStack, heights] of SHAPES) {
      const parts = await same(async (backend) => backend.download((await stackOf(backend, logStack, heights)).parts));
      assert.equal(parts.length, 2 * 2 ** LOG_PARTS);
    }
  });

  test("a place of the stack is row k / 16 of part k mod 16", async () => {
    const column = Uint32Array.from({ length: 32 }, (_, i) => i + 1);
    const parts = await same(async (backend) => {
      const block = await backend.upload([column], 5);
      return backend.download(await backend.layOut({ blocks: [block], places: [[96]], logStack: 6, width: 2 }));
    });
    // Place 96 is number 32 of the second column of 64.
    assert.deepEqual(
      parts.map((part) => [...part]),
      Array.from({ length: 32 }, (_, part) => (part < 16 ? [0, 0, 0, 0] : [0, 0, part - 15, part + 1])),
    );
  });

  test("values of parts, of every height and extension", async () => {
    for (const degree of [4, 5, 6]) {
      for (const [logStack, heights] of SHAPES) {
        await same(async (backend) => {
          const { parts, places } = await stackOf(backend, logStack, heights);
          return Promise.all(
            heights.map((logRows, i) =>
              backend.evaluateParts(parts, { logRows, places: [places[i]!] }, randomExt(degree, degree)),
            ),
          );
        });
      }
    }
  });

  test("sums of parts, with columns of zero behind the last", async () => {
    for (const degree of [4, 5, 6]) {
      for (const [logStack, heights] of SHAPES) {
        const sums = await same(async (backend) => {
          const stacks = [await stackOf(backend, logStack, heights), await stackOf(backend, logStack, heights.slice(0, 1))];
          const weights = Array.from({ length: 64 }, (_, i): Ext =>
            i === 3 ? Array<number>(degree).fill(P - 1) : randomExt(i, degree),
          );
          return backend.download(
            await backend.combineParts(
              stacks.map(({ parts }) => parts),
              weights,
              8,
            ),
          );
        });
        assert.equal(sums.length, 8 * degree);
        assert.ok(sums.slice(4 * degree).every((column) => column.every((x) => x === 0)));
      }
    }
  });

  test("geometric progressions, added up where they meet", async () => {
    for (const degree of [4, 5, 6]) {
      for (const [logRows, lengths] of [
        [0, [0]],
        [2, [0, 1, 2]],
        [5, [5, 3, 2]],
        [11, [2, 7, 11]],
      ] as const) {
        await same(async (backend) => {
          const progressions = lengths.map((logLength, i) => {
            const places = [0, 2 ** logRows, 3 * 2 ** logRows - 2 ** logLength];
            const starts = places.map((place, k) => ({ place, start: randomExt(10 * i + k, degree) }));
            return { ratio: randomExt(100 + i, degree), logLength, starts };
          });
          return backend.download(await backend.layProgressions({ width: 3, logRows, progressions, degree }));
        });
      }
    }
  });

  test("a round's sums and folds, of neighbouring columns and rows", async () => {
    for (const degree of [4, 5, 6]) {
      for (const logRows of [0, 1, 2, 3, 4, 6, 12]) {
        for (const neighbours of ["columns", "rows"] as const) {
          if (neighbours === "rows" && logRows === 0) continue;
          for (const width of neighbours === "columns" ? [2, 4] : [1, 2]) {
            await same(async (backend) => {
              const columns = (seed: number) => {
                const all = randomColumns(seed, degree * width, logRows);
                all.forEach((column, i) => (column[0] = i % 2 === 0 ? P - 1 : 0));
                return backend.upload(all, logRows);
              };
              const [a, b] = [await columns(1), await columns(2)];
              const sums = await backend.roundSums(a, b, neighbours, degree);
              return { sums, folded: await backend.download(await backend.foldNeighbours(a, neighbours, randomExt(7, degree))) };
            });
          }
        }
      }
    }
  });

  test("folds to 1 take the second neighbour, and sums are those of products", async () => {
    const columns = [1, 2, 3, 4, 0, 0, 0, 0, 0, 0].map((x) => Uint32Array.of(x, x + 10));
    await same(async (backend) => {
      const rows = await backend.upload(columns.slice(0, 5), 1);
      const one = [1, 0, 0, 0, 0];
      assert.deepEqual(
        (await backend.download(await backend.foldNeighbours(rows, "rows", one))).map(([x]) => x),
        [11, 12, 13, 14, 10],
      );
      // h(0) of (a, b) = (3, 13)·1 with itself: 9; h(2): (2·13 − 3)² = 529.
      const three = await backend.upload([Uint32Array.of(3, 13), ...Array.from({ length: 4 }, () => new Uint32Array(2))], 1);
      const sums = await backend.roundSums(three, three, "rows", 5);
      assert.deepEqual(sums, [
        [9, 0, 0, 0, 0],
        [529, 0, 0, 0, 0],
      ]);
      return sums;
    });
  });

  test("a place beyond the stack is refused", async () => {
    for (const backend of [reference, wasm]) {
      const block = await backend.upload([new Uint32Array(32)], 5);
      await assert.rejects(backend.layOut({ blocks: [block], places: [[64]], logStack: 6, width: 1 }), RangeError);
      const progressions = [{ ratio: [1, 0, 0, 0, 0], logLength: 2, starts: [{ place: 16, start: [1, 0, 0, 0, 0] }] }];
      await assert.rejects(backend.layProgressions({ width: 1, logRows: 4, progressions, degree: 5 }), RangeError);
    }
  });

  test("memory comes back when everything is released", async () => {
    const before = wasm.memoryInUse();
    const { parts, places } = await stackOf(wasm, 9, [9, 8]);
    await wasm.evaluateParts(parts, { logRows: 9, places: [places[0]!] }, randomExt(1, 5));
    const sums = await wasm.combineParts(
      [parts],
      Array.from({ length: 32 }, (_, i) => randomExt(i, 5)),
      2,
    );
    await wasm.roundSums(sums, sums, "rows", 5);
    const folded = await wasm.foldNeighbours(sums, "columns", randomExt(2, 5));
    for (const handle of [parts, sums, folded]) wasm.release(handle);
    // The blocks that were laid out are still there: 2^9 and 2^8 words, a line and its slack each.
    assert.ok(wasm.memoryInUse() - before <= 4 * (512 + 256) + 4 * 64 * 4, `${wasm.memoryInUse() - before}`);
  });
});
