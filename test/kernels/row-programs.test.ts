import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inv, P } from "../../src/proofs/field/koala-bear.ts";
import type { Backend, RowProgram, VectorOperand } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { elementSource, randomColumns } from "./support/random-elements.ts";
import { partsOf } from "../../src/proofs/kernels/webgpu/operations/run-program.ts";
import { OPCODE } from "../../src/proofs/kernels/programs/strip-code.ts";
import { createSoftwareBackend, NO_CARD } from "./support/swiftshader.ts";

const column = (index: number, next = false): VectorOperand => ({ kind: "column", index, next });
const register = (index: number): VectorOperand => ({ kind: "register", index });
const scalar = (index: number): VectorOperand => ({ kind: "scalar", index });

/** Heights below a vector and a transform, and around the 256 rows of a task. */
const HEIGHTS = [0, 1, 2, 3, 4, 7, 8, 9, 11];
/** The element whose Montgomery form is p − 1: −2⁻³² mod p. */
const LARGEST = P - inv(2 ** 32 % P);
const big = (x: bigint): number => Number(((x % BigInt(P)) + BigInt(P)) % BigInt(P));

describe("row programs", () => {
  let backends: readonly Backend[];
  before(async () => {
    backends = [createReferenceBackend(), await createWasmBackend({ workers: 1 }), await createWasmBackend({ workers: 2 })];
    if (NO_CARD === false) backends = [...backends, await createSoftwareBackend()];
  });
  after(async () => {
    for (const backend of backends) await backend.close();
  });

  async function map(
    backend: Backend,
    columns: readonly Uint32Array[],
    program: RowProgram,
    scalars: readonly number[],
    width: number,
  ) {
    const logRows = Math.log2(columns[0]?.length ?? 1);
    const rows = await backend.upload(columns, logRows);
    const mapped = await backend.mapRows({ blocks: [rows], logRows, program, scalars: Uint32Array.from(scalars), width });
    return backend.download(mapped);
  }

  test("compute (a · b' − s) and its inverse at every row, the first row being the last one's next", async () => {
    const program: RowProgram = {
      registerCount: 2,
      instructions: [
        { op: "mul", out: 0, a: column(0), b: column(1, true) },
        { op: "sub", out: 0, a: register(0), b: scalar(0) },
        { op: "invert", out: 1, a: register(0) },
        { op: "store", column: 1, a: register(0) },
        { op: "store", column: 0, a: register(1) },
        { op: "store", column: 2, a: scalar(0) },
      ],
    };
    for (const logRows of HEIGHTS) {
      const [a, b] = randomColumns(logRows + 1, 2, logRows) as [Uint32Array, Uint32Array];
      const rows = 2 ** logRows;
      for (const backend of backends) {
        const [inverses, values, constants] = await map(backend, [a, b], program, [P - 5], 3);
        for (let row = 0; row < rows; row++) {
          const expected = big(BigInt(a[row]!) * BigInt(b[(row + 1) % rows]!) + 5n);
          assert.equal(values![row], expected, `${backend.name}, row ${row} of ${rows}`);
          assert.equal(big(BigInt(inverses![row]!) * BigInt(expected)), 1);
          assert.equal(constants![row], P - 5);
        }
      }
    }
  });

  test("agree in all backends, whatever the program", async () => {
    for (const [seed, logRows, registers] of [
      [7, 2, 80],
      [8, 4, 80],
      [9, 9, 80],
      [10, 4, 5],
      [11, 5, 12],
      [12, 6, 3],
    ] as const) {
      const next = elementSource(seed);
      const columns = [
        ...randomColumns(logRows, 3, logRows),
        ...[P - 1, P - 2, 0, LARGEST].map((element) => new Uint32Array(2 ** logRows).fill(element)),
      ];
      const written = new Set<number>();
      const operand = (): VectorOperand => {
        const kind = next() % (written.size > 0 ? 5 : 3);
        if (kind === 0) return scalar(next() % 4);
        return kind < 3 ? column(next() % columns.length, kind === 2) : register([...written][next() % written.size] ?? 0);
      };
      const arithmetic = Array.from({ length: 200 }, (_, i) => {
        const out = i < registers ? i : next() % registers;
        const instruction = { op: (["add", "sub", "mul"] as const)[next() % 3] ?? "add", out, a: operand(), b: operand() };
        written.add(out);
        return instruction;
      });
      const stores = Array.from({ length: 9 }, (_, i) => ({ op: "store", column: 8 - i, a: operand() }) as const);
      const program: RowProgram = { registerCount: registers, instructions: [...arithmetic, ...stores] };
      const scalars = [1, P - 1, next(), LARGEST];
      const results = await Promise.all(backends.map((backend) => map(backend, columns, program, scalars, 9)));
      for (const result of results) assert.deepEqual(result, results[0], `seed ${seed}`);
    }
  });

  test("add and subtract any number of the largest products, together with terms", async () => {
    // The products' operands, and the negatives of two of them: each has the largest Montgomery form, or makes it.
    const columns = [LARGEST, P - 1, P - LARGEST, 0].map((element) => new Uint32Array(16).fill(element));
    const elements = columns.map((values) => BigInt(values[0] ?? 0));
    for (const count of [1, 2, 3, 4, 5, 6, 7, 63, 64, 65, 66, 130]) {
      for (const [signs, factor] of [
        [["add"], scalar(0)],
        [["sub"], scalar(0)],
        [["add"], column(0)],
        [["sub"], column(0)],
        [["add", "add", "sub"], column(2)],
        [["sub", "add"], column(1)],
        [["add"], undefined],
        [["sub"], undefined],
      ] as const) {
        const instructions: RowProgram["instructions"][number][] = [];
        let expected = elements[3] ?? 0n;
        let sum: VectorOperand = column(3);
        for (let i = 0; i < count; i++) {
          const op = signs[i % signs.length] ?? "add";
          const of = count % 2 === 0 ? i % 3 : 0;
          const [product, out] = [2 * i, 2 * i + 1];
          if (factor !== undefined) instructions.push({ op: "mul", out: product, a: column(of), b: factor });
          instructions.push({ op, out, a: sum, b: factor === undefined ? column(of) : register(product) });
          sum = register(out);
          const by = factor === undefined ? 1n : factor.kind === "scalar" ? BigInt(LARGEST) : (elements[factor.index] ?? 0n);
          expected += (op === "add" ? 1n : -1n) * (elements[of] ?? 0n) * by;
        }
        // The sum must be below p itself, or four of its squares are too much for 64 bits.
        const square = 2 * count;
        instructions.push({ op: "mul", out: square, a: sum, b: sum });
        for (let i = 1; i < 4; i++) {
          instructions.push({ op: "mul", out: square + 2 * i, a: sum, b: sum });
          const before = register(square + 2 * (i - 1) + (i === 1 ? 0 : 1));
          instructions.push({ op: "add", out: square + 2 * i + 1, a: before, b: register(square + 2 * i) });
        }
        instructions.push({ op: "store", column: 0, a: sum }, { op: "store", column: 1, a: register(square + 7) });
        const program: RowProgram = { registerCount: square + 8, instructions };
        for (const backend of backends) {
          const stored = await map(backend, columns, program, [LARGEST], 2);
          const values = [big(expected), big(4n * expected * expected)];
          assert.deepEqual(
            stored.map((own) => [...own]),
            values.map((value) => new Array<number>(16).fill(value)),
            `${backend.name}, ${count} × ${signs.join()}`,
          );
        }
      }
    }
  });

  test("invert every row of a strip, the largest elements too", async () => {
    const program: RowProgram = {
      registerCount: 1,
      instructions: [
        { op: "invert", out: 0, a: column(0) },
        { op: "store", column: 0, a: register(0) },
      ],
    };
    const edges = [1, 2, P - 1, P - 2, LARGEST, P - LARGEST, 127, 1 << 24];
    const values = Uint32Array.from({ length: 64 }, (_, row) => edges[row] ?? row * 30_000_001 + 1);
    for (const backend of backends) {
      const [inverses] = await map(backend, [values], program, [], 1);
      values.forEach((value, row) => assert.equal(big(BigInt(value) * BigInt(inverses?.[row] ?? 0)), 1));
    }
  });

  test("stop at the one row where they invert zero", async () => {
    const program: RowProgram = {
      registerCount: 1,
      instructions: [
        { op: "invert", out: 0, a: column(0) },
        { op: "store", column: 0, a: register(0) },
      ],
    };
    for (const logRows of [1, 4, 10]) {
      const values = new Uint32Array(2 ** logRows).fill(3);
      values[values.length - 1] = 0;
      for (const backend of backends)
        await assert.rejects(map(backend, [values], program, [], 1), /RangeError: a row program inverts zero/);
    }
  });

  test("are refused when they read what is missing or do not store each column once", async () => {
    const store = { op: "store", column: 0, a: column(0) } as const;
    const early = { op: "add", out: 1, a: register(0), b: column(0) } as const;
    const refused: readonly (readonly [RowProgram["instructions"], number])[] = [
      [[{ ...store, a: column(1) }], 1],
      [[{ ...store, a: scalar(0) }], 1],
      [[{ ...store, a: register(0) }], 1],
      [[store, store], 1],
      [[store, { ...store, column: 2 }], 2],
      [[store], 2],
      [[early, store, { op: "add", out: 0, a: column(0), b: column(0) }], 1],
    ];
    for (const [instructions, width] of refused) {
      for (const backend of backends) {
        const registerCount = instructions.includes(early) ? 2 : 0;
        await assert.rejects(map(backend, [new Uint32Array(16)], { registerCount, instructions }, [], width), RangeError);
      }
    }
  });

  test("keep their columns' memory while they run, and give theirs back", async () => {
    const wasm = await createWasmBackend({ workers: 1 });
    const program: RowProgram = { registerCount: 0, instructions: [{ op: "store", column: 0, a: column(1) }] };
    // The first run makes the tables that the backend keeps.
    await map(wasm, randomColumns(1, 2, 9), program, [], 1);
    const rows = await wasm.upload(randomColumns(1, 2, 9), 9);
    const before = wasm.memoryInUse();
    const pending = wasm.mapRows({ blocks: [rows], logRows: 9, program, scalars: new Uint32Array(), width: 1 });
    wasm.release(rows);
    const mapped = await pending;
    assert.deepEqual(await wasm.download(mapped), [randomColumns(1, 2, 9)[1]]);
    wasm.release(mapped);
    // Two columns of 512 elements and a line of slack are free again.
    assert.equal(wasm.memoryInUse(), before - (2 * 2048 + 2 * 64 + 64));
    await wasm.close();
  });
});

describe("running sums", () => {
  test("are what stands before each row, less its share of the whole", async () => {
    const card = NO_CARD === false ? [await createSoftwareBackend()] : [];
    for (const backend of [createReferenceBackend(), await createWasmBackend({ workers: 2 }), ...card]) {
      const columns = [Uint32Array.of(5, P - 1, 7, 1), Uint32Array.of(1, 2, 3, 4), Uint32Array.of(9, 9, 9, 9)];
      const handle = await backend.upload(columns, 2);
      // Sums 12 and 10; the shares are 12/4 = 3 and 10/4 = 5/2.
      assert.deepEqual(await backend.runningSums(handle, 2), [12, 10]);
      const half = (P + 1) / 2;
      const [first, second, untouched] = await backend.download(handle);
      assert.deepEqual([...first!], [0, 5 - 3, 4 - 6 + P, 11 - 9]);
      assert.deepEqual([...second!], [0, big(1n - 5n * BigInt(half)), big(3n - 5n), big(6n - 15n * BigInt(half))]);
      assert.deepEqual([...untouched!], [9, 9, 9, 9]);
      await backend.close();
    }
  });
});

test("a program's code is cut for a card between instructions, into as few parts as fit", () => {
  // Two sums of 7 + 2 and of 7 + 4 words, a store and an inversion of three each, a sum longer than a part, and the end.
  const sum = (...parts: readonly [number, number, number, number, number]): number[] => [
    ...[OPCODE.sum, 1, ...parts],
    ...new Array<number>(parts.reduce((all, length) => all + length)).fill(0),
  ];
  const code = [
    ...[sum(2, 0, 0, 0, 0), sum(0, 2, 2, 0, 0), [OPCODE.store, 1, 0], [OPCODE.invert, 2, 1], sum(20, 0, 0, 1, 1), [OPCODE.end]],
  ];
  const ends = [9, 20, 23, 26, 55, 56];
  const cut = (most: number): number[] => {
    const parts = partsOf(Uint32Array.from(code.flat()), most);
    assert.deepEqual(
      parts.map(({ from }) => from),
      [0, ...parts.slice(0, -1).map(({ until }) => until)],
    );
    return parts.map(({ until }) => until);
  };
  assert.deepEqual(cut(1), ends);
  assert.deepEqual(cut(20), [20, 26, 55, 56]);
  assert.deepEqual(cut(26), [26, 55, 56]);
  assert.deepEqual(cut(56), [56]);
});
