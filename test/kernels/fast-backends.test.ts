import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P, rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import type { Backend, CommitRequest, VectorInstruction, VectorOperand } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { byNight } from "../support/nightly.ts";
import { elementSource, randomColumns, randomExt } from "./support/random-elements.ts";
import { createSoftwareBackend, NO_CARD } from "./support/swiftshader.ts";

const SHIFT = 3;
const KECCAK = { kind: "keccak", digestBytes: 26 } as const;

/** Heights around the vector (2^2), the transform's tail (2^4) and its odd layer, and the chunk of constraint programs. */
const HEIGHTS = [0, 1, 2, 3, 4, 5, 6, 7];

const CARD = "webgpu backend";
const FAST: readonly { readonly name: string; readonly skip: string | false; create(): Promise<Backend> }[] = [
  { name: "wasm backend with 1 worker", skip: false, create: () => createWasmBackend({ workers: 1, prunedDepth: 10 }) },
  { name: "wasm backend with 2 workers", skip: false, create: () => createWasmBackend({ workers: 2, prunedDepth: 20 }) },
  { name: CARD, skip: NO_CARD, create: () => createSoftwareBackend() },
];

for (const { name, skip, create } of FAST) {
  describe(`the ${name} computes what the reference computes`, { skip }, () => {
    const reference = createReferenceBackend();
    let fast: Backend;
    /** The sizes of a test: by day fewer in software on a card. */
    const sizes = (all: readonly number[], ofCard: readonly number[]) => (name === CARD ? byNight(all, ofCard) : all);
    before(async () => {
      fast = await create();
    });
    after(() => fast.close());

    /** Runs the same steps on both backends and compares what comes back. */
    async function same<T>(steps: (backend: Backend) => Promise<T>): Promise<T> {
      const [expected, got] = [await steps(reference), await steps(fast)];
      assert.deepEqual(got, expected);
      return got;
    }

    test("interpolation at every height", async () => {
      for (const logRows of [...HEIGHTS, 11]) {
        const columns = [...randomColumns(logRows, 2, logRows), ...edgeColumns(logRows)];
        await same(async (backend) => backend.download(await backend.interpolate(await backend.upload(columns, logRows))));
      }
    });

    test("evaluation at a point, in every degree", async () => {
      for (const degree of [4, 5, 6]) {
        for (const logRows of HEIGHTS) {
          const columns = [...randomColumns(logRows, 2, logRows), ...edgeColumns(logRows)];
          await same(async (backend) => backend.evaluateAt(await backend.upload(columns, logRows), randomExt(degree, degree)));
        }
      }
    });

    test("commitments of one height and their openings", async () => {
      for (const logRows of sizes(HEIGHTS, [0, 1, 3, 6])) {
        for (const width of [1, 7, 8, 9, 35]) {
          const columns = randomColumns(width, width, logRows);
          const request = { logBlowup: 3, shift: SHIFT, hash: KECCAK, rowsPerLeaf: 1, encoding: "base31" } as const;
          await same((backend) => commitAndOpen(backend, request, [columns], [logRows]));
        }
      }
    });

    test("commitments for every digest length", async () => {
      const lengths = Array.from({ length: 17 }, (_, i) => 16 + i);
      for (const digestBytes of sizes(lengths, [16, 17, 26, 31, 32])) {
        const hash = { kind: "keccak", digestBytes } as const;
        const request = { logBlowup: 1, shift: SHIFT, hash, rowsPerLeaf: 1, encoding: "base31" } as const;
        await same((backend) => commitAndOpen(backend, request, [randomColumns(digestBytes, 3, 4)], [4]));
      }
    });

    test("leaves that end on, before and behind the end of a sponge's block", async () => {
      // 35 elements fill 136 bytes, one block of keccak; 70 fill 272, two.
      for (const width of [34, 35, 36, 69, 70, 71, 140]) {
        const request = { logBlowup: 1, shift: SHIFT, hash: KECCAK, rowsPerLeaf: 1, encoding: "base31" } as const;
        await same((backend) => commitAndOpen(backend, request, [randomColumns(width, width, 2)], [2]));
      }
    });

    test("commitments of several heights, in any order of the blocks", async () => {
      const cases = [
        [5, 4],
        [0, 6, 3],
        [7, 7, 5, 2],
        [8, 9, 8, 7, 6, 0],
      ];
      for (const heights of cases) {
        const blocks = heights.map((logRows, i) => randomColumns(i + 1, 2 + 3 * i, logRows));
        for (const hash of [KECCAK, { kind: "poseidon" }] as const) {
          const encoding = hash.kind === "poseidon" ? "elements" : "base31";
          const request = { logBlowup: 2, shift: SHIFT, hash, rowsPerLeaf: 1, encoding } as const;
          if (hash.kind === "poseidon" && heights.includes(9)) continue; // the reference takes 45 µs a permutation
          await same((backend) => commitAndOpen(backend, request, blocks, heights));
        }
      }
    });

    test("leaves of several rows, also when one leaf spans several cosets", async () => {
      for (const degree of sizes([4, 5, 6], [5])) {
        for (const logRows of [0, 1, 3, 4, 6]) {
          for (const rowsPerLeaf of [2, 8, 16, 32]) {
            if (rowsPerLeaf > 2 ** (logRows + 3)) continue;
            const request = { logBlowup: 3, shift: SHIFT, hash: KECCAK, rowsPerLeaf, encoding: "extension31" } as const;
            await same((backend) => commitAndOpen(backend, request, [randomColumns(rowsPerLeaf, degree, logRows)], [logRows]));
          }
        }
      }
    });

    test("leaves of two rows of base elements, also of trees of which digests are left out and of short cosets", async () => {
      for (const logRows of sizes([0, 1, 2, 3, 6], [1])) {
        const request = { logBlowup: 11 - logRows, shift: SHIFT, hash: KECCAK, rowsPerLeaf: 2, encoding: "base31" } as const;
        for (const widths of [[16], [3, 10]]) {
          const blocks = widths.map((width) => randomColumns(width, width, logRows));
          const heights = widths.map(() => logRows);
          await same((backend) => commitAndOpen(backend, request, blocks, heights));
        }
      }
    });

    test("Poseidon trees", async () => {
      for (const [logRows, width, rowsPerLeaf] of [
        [0, 1, 1],
        [1, 8, 1],
        [3, 9, 2],
        [5, 5, 8],
      ] as const) {
        const request = { logBlowup: 1, shift: SHIFT, hash: { kind: "poseidon" }, rowsPerLeaf, encoding: "elements" } as const;
        await same((backend) => commitAndOpen(backend, request, [randomColumns(width, width, logRows)], [logRows]));
      }
    });

    test("quotients of one and of several tables", async () => {
      for (const degree of [4, 5, 6]) {
        for (const [chunkCount, heights] of [
          [1, [4]],
          [2, [6, 4, 1]],
          [8, [3, 5, 5]],
          [4, [2]],
          [3, [6, 5, 2]],
          [5, [3]],
        ] as const) {
          await same(async (backend) => {
            const tables = await Promise.all(heights.map((logRows, t) => programTable(backend, t + degree, degree, logRows)));
            return backend.download(await backend.quotient({ tables, chunkCount, shift: SHIFT, degree }));
          });
        }
      }
    });

    test("quotients of scopes with any number of weighted values, and of none", async () => {
      // Up to 16 values wait to be added to a scope's sums together.
      for (const counts of [
        [1, 15, 16, 17],
        [33, 0, 0, 32],
        [0, 0, 0, 0],
      ]) {
        await same(async (backend) => {
          const blocks = [await backend.upload([...randomColumns(5, 2, 5), ...edgeColumns(5)], 5)];
          const weights = Array.from({ length: Math.max(1, ...counts) }, (_, i) =>
            i === 0 ? [P - 1, 0, P - 2, 1, P - 1] : randomExt(i, 5),
          );
          const instructions = counts.flatMap((count, scope) =>
            Array.from({ length: count }, (_, weight): VectorInstruction => {
              const a: VectorOperand =
                weight % 5 === 4 ? { kind: "scalar", index: 0 } : { kind: "column", index: weight % 5, next: scope === 1 };
              return { op: "accumulate", scope: scope as 0 | 1 | 2 | 3, a, weight };
            }),
          );
          const program = { registerCount: 0, instructions };
          const tables = [{ blocks, program, scalars: Uint32Array.of(P - 1), weights, logRows: 5 }];
          return backend.download(await backend.quotient({ tables, chunkCount: 2, shift: SHIFT, degree: 5 }));
        });
      }
    });

    test("a quotient over more rows than one block", async () => {
      await same(async (backend) => {
        const tables = [await programTable(backend, 3, 5, 11)];
        return backend.download(await backend.quotient({ tables, chunkCount: 1, shift: SHIFT, degree: 5 }));
      });
    });

    test("DEEP polynomials of several heights", async () => {
      for (const degree of [4, 5, 6]) {
        for (const heights of [[0], [3, 1], [5, 6, 2], [2, 11]]) {
          const blocks = heights.map((logRows, i) => randomColumns(i + degree, i + 2, logRows));
          await same((backend) => deepPolynomial(backend, blocks, heights, degree));
        }
      }
    });

    test("folds by every arity", async () => {
      for (const degree of [4, 5, 6]) {
        for (const arity of [2, 4, 8, 16]) {
          for (const logRows of [4, 5, 12]) {
            if (logRows === 12 && (degree !== 5 || arity !== 8)) continue;
            const columns = randomColumns(arity, degree, logRows);
            await same(async (backend) =>
              backend.download(await backend.fold(await backend.upload(columns, logRows), arity, randomExt(7, degree))),
            );
          }
        }
      }
    });

    test("a fold of columns that are not adjacent", async () => {
      await same(async (backend) => {
        const tables = [await programTable(backend, 3, 5, 4)];
        const chunk = await backend.quotient({ tables, chunkCount: 1, shift: SHIFT, degree: 5 });
        return backend.download(await backend.fold(chunk, 4, randomExt(9, 5)));
      });
    });

    test("the smallest nonce, whatever the seed's length", async () => {
      for (const [length, bits] of [
        [0, 0],
        [0, 5],
        [32, 12],
        [32, 15],
        [33, 6],
        [120, 9],
        [128, 4],
      ] as const) {
        const seed = Uint8Array.from({ length }, (_, i) => i + bits);
        await same((backend) => backend.grind("keccak", seed, bits));
      }
    });

    test("the smallest nonce of Poseidon, of any state", async () => {
      for (const bits of [0, 1, 5, 10, 13]) {
        const seed = new Uint8Array(32);
        const view = new DataView(seed.buffer);
        for (let i = 0; i < 8; i++) view.setUint32(4 * i, bits === 0 ? 0 : bits === 1 ? P - 1 : (bits * 0x1234567 * (i + 1)) % P);
        await same((backend) => backend.grind("poseidon", seed, bits));
        const state = Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i));
        await same(async (backend) => backend.compress(bits, state, state.toReversed()));
      }
    });

    test("refusals of the same requests", async () => {
      const columns = await fast.upload(randomColumns(17, 1, 2), 2);
      const request: CommitRequest = {
        blocks: [columns],
        logBlowup: 1,
        shift: SHIFT,
        hash: KECCAK,
        rowsPerLeaf: 1,
        encoding: "base31",
      };
      await assert.rejects(fast.commit({ ...request, encoding: "elements" }), RangeError);
      await assert.rejects(fast.commit({ ...request, blocks: [] }), RangeError);
      await assert.rejects(fast.commit({ ...request, rowsPerLeaf: 16 }), RangeError);
      await assert.rejects(fast.upload([new Uint32Array(3)], 2), RangeError);
      await assert.rejects(fast.evaluateAt(columns, [1, 2, 3]), RangeError);
      await assert.rejects(fast.fold(columns, 8, randomExt(1, 5)), RangeError);
      const commitment = await fast.commit(request);
      await assert.rejects(fast.open(commitment, [8]), RangeError);
      for (const layer of [-1, 4]) await assert.rejects(fast.nodes(commitment, layer), RangeError);
      fast.release(commitment);
      await assert.rejects(fast.nodes(commitment, 0), RangeError);
      await assert.rejects(fast.open(commitment, [0]), RangeError);
      fast.release(columns);
      await assert.rejects(fast.download(columns), RangeError);
      const table = await programTable(fast, 1, 5, 4);
      for (const broken of [{ scalars: new Uint32Array(1) }, { weights: [] }, { blocks: [] }]) {
        const tables = [{ ...table, ...broken }];
        await assert.rejects(fast.quotient({ tables, chunkCount: 2, shift: SHIFT, degree: 5 }), RangeError);
      }
    });
  });
}

/** Constant columns of the edge values. */
function edgeColumns(logRows: number): Uint32Array[] {
  return [0, 1, P - 1].map((x) => new Uint32Array(2 ** logRows).fill(x));
}

async function commitAndOpen(
  backend: Backend,
  request: Omit<CommitRequest, "blocks">,
  columns: readonly (readonly Uint32Array[])[],
  heights: readonly number[],
): Promise<unknown> {
  const blocks = await Promise.all(columns.map((block, i) => backend.upload(block, heights[i] ?? 0)));
  const commitment = await backend.commit({ ...request, blocks });
  // An opening must survive the release of the handles it was committed from.
  for (const block of blocks) backend.release(block);
  const leafCount = 2 ** commitment.logLeaves;
  const next = elementSource(leafCount);
  const some = [0, leafCount - 1, leafCount >> 1, ...Array.from({ length: 6 }, () => next() % leafCount)];
  const leaves = [...new Set(some)].sort((a, b) => a - b);
  const openings = [await backend.open(commitment, leaves), await backend.open(commitment, [leafCount - 1])];
  const layers = Array.from({ length: commitment.logLeaves + 1 }, (_, layer) => layer);
  const nodes =
    request.hash.kind === "poseidon" ? await Promise.all(layers.map((layer) => backend.nodes(commitment, layer))) : [];
  backend.release(commitment);
  return { commitment, openings, nodes };
}

/** A table with a random program whose composition has no meaning: its values at chunkCount · n points are compared. */
async function programTable(backend: Backend, seed: number, degree: number, logRows: number) {
  const next = elementSource(seed);
  const widths = [3, 5];
  const blocks = await Promise.all(widths.map((width, i) => backend.upload(randomColumns(seed + i, width, logRows), logRows)));
  const scalars = Uint32Array.from([next(), 0, 1, P - 1]);
  const registerCount = 6;
  const written = new Set<number>();
  const operand = (): VectorOperand => {
    const registers = [...written];
    const kind = next() % (registers.length > 0 ? 4 : 3);
    if (kind === 0) return { kind: "scalar", index: next() % scalars.length };
    if (kind < 3) return { kind: "column", index: next() % 8, next: kind === 2 };
    return { kind: "register", index: registers[next() % registers.length] ?? 0 };
  };
  const weights = Array.from({ length: 9 }, (_, i) => randomExt(seed + i, degree));
  const instructions = Array.from({ length: 60 }, (_, i): VectorInstruction => {
    if (i % 5 === 4) {
      const scope = ([0, 1, 2, 3] as const)[next() % 4] ?? 0;
      return { op: "accumulate", scope, a: operand(), weight: next() % weights.length };
    }
    const out = next() % registerCount;
    const instruction = { op: (["add", "sub", "mul"] as const)[i % 3] ?? "add", out, a: operand(), b: operand() };
    written.add(out);
    return instruction;
  });
  return { blocks, program: { registerCount, instructions }, scalars, weights, logRows };
}

async function deepPolynomial(
  backend: Backend,
  columns: readonly (readonly Uint32Array[])[],
  heights: readonly number[],
  degree: number,
): Promise<Uint32Array[]> {
  const field = createExtension(degree);
  const blocks = await Promise.all(columns.map((block, i) => backend.upload(block, heights[i] ?? 0)));
  const tallest = Math.max(...heights);
  const challenge = randomExt(21, degree);
  const z = randomExt(22, degree);
  const points: [Ext, Ext] = [z, field.scale(z, rootOfUnity(tallest))];
  const nextWidths = columns.map((block, i) => (i % 2 === 0 ? block.length - 1 : 0));
  const combined = await Promise.all(
    points.map(async (point, p) => {
      let sum = field.zero;
      let weight = field.one;
      for (const [b, block] of blocks.entries()) {
        const values = await backend.evaluateAt(block, field.pow(point, 2 ** (tallest - (heights[b] ?? 0))));
        for (const [i, value] of values.entries()) {
          if (p === 0 || i < (nextWidths[b] ?? 0)) sum = field.add(sum, field.mul(weight, value));
          weight = field.mul(weight, challenge);
        }
      }
      return sum;
    }),
  );
  const combinedValues = [combined[0] ?? [], combined[1] ?? []] as const;
  const count = columns.reduce((sum, block) => sum + block.length, 0);
  const request = { blocks, nextWidths, challenge, points, combinedValues, nextWeight: field.pow(challenge, count), degree };
  const wrong = { ...request, combinedValues: [combinedValues[0], field.add(combinedValues[1], field.one)] as const };
  await assert.rejects(backend.deep(wrong), /claimed opening/);
  return backend.download(await backend.deep(request));
}
