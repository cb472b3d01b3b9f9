import assert from "node:assert/strict";
import { test } from "node:test";

import { keccak_256 } from "@noble/hashes/sha3.js";

import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { inv, pow, rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import type { CommitRequest, VectorProgram } from "../../src/proofs/kernels/backend.ts";
import { bitReverse } from "../../src/proofs/kernels/bit-reversal.ts";
import { packElements } from "../../src/proofs/kernels/leaf-encoding.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { elementSource, randomColumns, randomExt } from "./support/random-elements.ts";

const field = createExtension(5);
const SHIFT = 3;

/** Σ cᵢxⁱ by adding up the terms, x in the extension. */
function valueAt(coefficients: ArrayLike<number>, x: Ext): Ext {
  let sum = field.zero;
  for (let i = 0; i < coefficients.length; i++) sum = field.add(sum, field.scale(field.pow(x, i), coefficients[i] ?? 0));
  return sum;
}

/** Value of an extension polynomial given by its coordinate columns. */
function extensionValueAt(columns: readonly Uint32Array[], x: Ext): Ext {
  return columns.reduce((sum, column, c) => {
    const basis = Array.from({ length: 5 }, (_, i) => (i === c ? 1 : 0));
    return field.add(sum, field.mul(basis, valueAt(column, x)));
  }, field.zero);
}

test("interpolates evaluations in natural order", async () => {
  const backend = createReferenceBackend();
  const columns = randomColumns(1, 3, 4);
  const coefficients = await backend.download(await backend.interpolate(await backend.upload(columns, 4)));
  columns.forEach((column, c) => {
    column.forEach((value, row) => {
      assert.deepEqual(valueAt(coefficients[c]!, field.fromBase(pow(rootOfUnity(4), row))), field.fromBase(value));
    });
  });
});

test("evaluates coefficient columns at an extension point", async () => {
  const backend = createReferenceBackend();
  const columns = randomColumns(2, 2, 3);
  const point = randomExt(3, 5);
  const values = await backend.evaluateAt(await backend.upload(columns, 3), point);
  assert.deepEqual(
    values,
    columns.map((column) => valueAt(column, point)),
  );
});

test("commits blocks of two heights to the root that the definition gives", async () => {
  const backend = createReferenceBackend();
  const tall = randomColumns(4, 3, 2);
  const short = randomColumns(5, 2, 1);
  const digestBytes = 26;
  const request: Omit<CommitRequest, "blocks"> = {
    logBlowup: 1,
    shift: SHIFT,
    hash: { kind: "keccak", digestBytes },
    rowsPerLeaf: 1,
    encoding: "base31",
  };
  const commitment = await backend.commit({
    ...request,
    blocks: [await backend.upload(short, 1), await backend.upload(tall, 2)],
  });

  const hash = (bytes: Uint8Array): Uint8Array => keccak_256(bytes).slice(0, digestBytes);
  const row = (columns: readonly Uint32Array[], logSize: number, shift: number, position: number): number[] => {
    const x = (shift * pow(rootOfUnity(logSize), bitReverse(position, logSize))) % 0x7f000001;
    return columns.map((column) => valueAt(column, field.fromBase(x))[0] ?? 0);
  };
  const leaf = Array.from({ length: 8 }, (_, i) => hash(packElements(row(tall, 3, SHIFT, i), 8)));
  const pair = (left: Uint8Array, right: Uint8Array): Uint8Array => hash(Buffer.concat([left, right]));
  const middle = Array.from({ length: 4 }, (_, i) =>
    pair(pair(leaf[2 * i]!, leaf[2 * i + 1]!), hash(packElements(row(short, 2, SHIFT * SHIFT, i), 8))),
  );
  const left = pair(middle[0]!, middle[1]!);
  const right = pair(middle[2]!, middle[3]!);
  assert.deepEqual(commitment.root, pair(left, right));
  assert.equal(commitment.logLeaves, 3);

  const opening = await backend.open(commitment, [2, 3]);
  assert.deepEqual([...opening.leaves[1]!], [...row(short, 2, SHIFT * SHIFT, 1), ...row(tall, 3, SHIFT, 3)]);
  assert.deepEqual(opening.siblings, [middle[0], right]);
  assert.deepEqual(await backend.nodes(commitment, 1), middle);
  assert.deepEqual(await backend.nodes(commitment, 3), [commitment.root]);
});

test("puts the rows of a leaf in sequence if several share it", async () => {
  const backend = createReferenceBackend();
  const columns = randomColumns(6, 5, 2);
  const commitment = await backend.commit({
    blocks: [await backend.upload(columns, 2)],
    logBlowup: 1,
    shift: SHIFT,
    hash: { kind: "keccak", digestBytes: 32 },
    rowsPerLeaf: 8,
    encoding: "extension31",
  });
  const rows = Array.from({ length: 8 }, (_, i) => {
    const x = (SHIFT * pow(rootOfUnity(3), bitReverse(i, 3))) % 0x7f000001;
    return columns.map((column) => valueAt(column, field.fromBase(x))[0] ?? 0);
  });
  assert.equal(commitment.logLeaves, 0);
  assert.deepEqual(commitment.root, keccak_256(Buffer.concat(rows.map((row) => packElements(row, 5)))));
  assert.deepEqual([...(await backend.open(commitment, [0])).leaves[0]!], rows.flat());
});

/** (a + s₀)·next(b) − a everywhere with weight 0, b on the last row with weight 1, and so on: one instruction of each kind. */
const program: VectorProgram = {
  registerCount: 2,
  instructions: [
    { op: "add", out: 0, a: { kind: "column", index: 0, next: false }, b: { kind: "scalar", index: 0 } },
    { op: "mul", out: 1, a: { kind: "register", index: 0 }, b: { kind: "column", index: 1, next: true } },
    { op: "sub", out: 0, a: { kind: "register", index: 1 }, b: { kind: "column", index: 0, next: false } },
    { op: "accumulate", scope: 1, a: { kind: "register", index: 0 }, weight: 0 },
    { op: "sub", out: 1, a: { kind: "column", index: 0, next: false }, b: { kind: "scalar", index: 1 } },
    { op: "accumulate", scope: 2, a: { kind: "register", index: 1 }, weight: 1 },
    { op: "sub", out: 1, a: { kind: "column", index: 1, next: false }, b: { kind: "column", index: 2, next: false } },
    { op: "accumulate", scope: 0, a: { kind: "register", index: 1 }, weight: 2 },
    { op: "sub", out: 1, a: { kind: "column", index: 0, next: false }, b: { kind: "scalar", index: 2 } },
    { op: "accumulate", scope: 3, a: { kind: "register", index: 1 }, weight: 3 },
  ],
};

/** A trace that satisfies the program: a′ is free, b′ = a/(a + s₀), and the third column copies b. */
function satisfyingTrace(logRows: number, seed: number): { columns: Uint32Array[]; scalars: Uint32Array } {
  const next = elementSource(seed);
  const rows = 2 ** logRows;
  const a = Uint32Array.from({ length: rows }, next);
  const s0 = Array.from({ length: rows + 1 }, (_, i) => i).find((s) => a.every((x) => (x + s) % 0x7f000001 !== 0)) ?? 0;
  const b = new Uint32Array(rows);
  b[0] = next();
  for (let i = 1; i < rows; i++) {
    b[i] = Number((BigInt(a[i - 1]!) * BigInt(inv((a[i - 1]! + s0) % 0x7f000001))) % 0x7f000001n);
  }
  return { columns: [a, b, b.slice()], scalars: Uint32Array.of(s0, a[0]!, a[rows - 1]!) };
}

test("divides two tables' compositions by the vanishing polynomial", async () => {
  const backend = createReferenceBackend();
  const chunkCount = 2;
  const weights = [1, 2, 3, 4].map((seed) => randomExt(seed, 5));
  const traces = [satisfyingTrace(3, 7), satisfyingTrace(2, 8)];
  const blocks = await Promise.all(
    traces.map(async (trace, t) => backend.interpolate(await backend.upload(trace.columns, 3 - t))),
  );
  const tables = traces.map((trace, t) => ({ blocks: [blocks[t]!], program, scalars: trace.scalars, weights, logRows: 3 - t }));
  const chunks = await backend.download(await backend.quotient({ tables, chunkCount, shift: SHIFT, degree: 5 }));
  assert.equal(chunks.length, chunkCount * 5);

  const z = randomExt(9, 5);
  let composition = field.zero;
  for (const [t, { scalars }] of traces.entries()) {
    const x = field.pow(z, 2 ** t);
    const g = rootOfUnity(3 - t);
    const [a, b, c] = await backend.evaluateAt(blocks[t]!, x);
    const nextB = (await backend.evaluateAt(blocks[t]!, field.scale(x, g)))[1];
    const [s0, s1, s2] = [...scalars].map((s) => field.fromBase(s));
    const fromLast = field.sub(x, field.fromBase(inv(g)));
    const vanishing = field.sub(field.pow(x, 2 ** (3 - t)), field.one);
    const terms = [
      [field.sub(field.mul(field.add(a!, s0!), nextB!), a!), fromLast],
      [field.sub(a!, s1!), field.mul(vanishing, field.inv(field.sub(x, field.one)))],
      [field.sub(b!, c!), field.one],
      [field.sub(a!, s2!), field.mul(vanishing, field.inv(fromLast))],
    ];
    for (const [i, [body, selector]] of terms.entries()) {
      composition = field.add(composition, field.mul(weights[i]!, field.mul(body!, selector!)));
    }
  }
  const quotient = [0, 1].reduce(
    (sum, j) => field.add(sum, field.mul(field.pow(z, 8 * j), extensionValueAt(chunks.slice(5 * j, 5 * j + 5), z))),
    field.zero,
  );
  assert.deepEqual(field.mul(quotient, field.sub(field.pow(z, 8), field.one)), composition);
});

test("builds the DEEP polynomial of blocks of two heights", async () => {
  const backend = createReferenceBackend();
  const tall = randomColumns(10, 3, 3);
  const short = randomColumns(11, 2, 1);
  const challenge = randomExt(12, 5);
  const z = randomExt(13, 5);
  const gz = field.scale(z, rootOfUnity(3));
  const weights = Array.from({ length: 6 }, (_, i) => field.pow(challenge, i));
  const combine = (x: Ext, indices: readonly number[]): Ext =>
    indices.reduce((sum, i) => {
      const value = i < 2 ? valueAt(short[i]!, field.pow(x, 4)) : valueAt(tall[i - 2]!, x);
      return field.add(sum, field.mul(weights[i]!, value));
    }, field.zero);
  const every = [0, 1, 2, 3, 4];
  const openedNext = [0, 2, 3];
  const request = {
    blocks: [await backend.upload(short, 1), await backend.upload(tall, 3)],
    nextWidths: [1, 2],
    challenge,
    points: [z, gz] as const,
    combinedValues: [combine(z, every), combine(gz, openedNext)] as const,
    nextWeight: weights[5]!,
    degree: 5,
  };
  const polynomial = await backend.download(await backend.deep(request));
  const x = randomExt(14, 5);
  const first = field.mul(field.sub(combine(x, every), request.combinedValues[0]), field.inv(field.sub(x, z)));
  const second = field.mul(field.sub(combine(x, openedNext), request.combinedValues[1]), field.inv(field.sub(x, gz)));
  assert.deepEqual(extensionValueAt(polynomial, x), field.add(first, field.mul(weights[5]!, second)));
  await assert.rejects(backend.deep({ ...request, combinedValues: [field.one, request.combinedValues[1]] }), /claimed opening/);
});

test("folds as the values of the coset say, without the division by the arity", async () => {
  const backend = createReferenceBackend();
  const columns = randomColumns(15, 5, 4);
  const challenge = randomExt(16, 5);
  const folded = await backend.download(await backend.fold(await backend.upload(columns, 4), 8, challenge));
  assert.equal(folded[0]?.length, 2);
  const x = field.fromBase(12345);
  const w = rootOfUnity(3);
  let expected = field.zero;
  for (let j = 0; j < 8; j++) {
    for (let k = 0; k < 8; k++) {
      const value = extensionValueAt(columns, field.scale(x, pow(w, k)));
      const ratio = field.mul(challenge, field.inv(x));
      expected = field.add(expected, field.mul(field.pow(ratio, j), field.scale(value, inv(pow(w, (j * k) % 8)))));
    }
  }
  assert.deepEqual(extensionValueAt(folded, field.pow(x, 8)), expected);
});

test("finds the smallest nonce, and stops on request", async () => {
  const backend = createReferenceBackend();
  const seed = new Uint8Array(32).fill(7);
  const nonce = await backend.grind("keccak", seed, 9);
  const passes = (n: bigint): boolean => {
    const tail = Buffer.alloc(8);
    tail.writeBigUInt64BE(n);
    const digest = keccak_256(Buffer.concat([seed, tail]));
    return digest[0] === 0 && digest[1]! < 128;
  };
  assert.ok(passes(nonce));
  for (let n = 0n; n < nonce; n++) assert.ok(!passes(n));
  await assert.rejects(backend.grind("keccak", seed, 256, AbortSignal.timeout(20)), /timeout/i);
});

test("refuses handles that were released and requests that make no sense", async () => {
  const backend = createReferenceBackend();
  const columns = await backend.upload(randomColumns(17, 1, 2), 2);
  const request: CommitRequest = {
    blocks: [columns],
    logBlowup: 1,
    shift: SHIFT,
    hash: { kind: "keccak", digestBytes: 26 },
    rowsPerLeaf: 1,
    encoding: "base31",
  };
  const commitment = await backend.commit(request);
  await assert.rejects(backend.commit({ ...request, encoding: "elements" }), RangeError);
  await assert.rejects(backend.commit({ ...request, blocks: [] }), RangeError);
  await assert.rejects(backend.commit({ ...request, rowsPerLeaf: 16 }), RangeError);
  await assert.rejects(backend.open(commitment, [8]), RangeError);
  await assert.rejects(backend.upload([new Uint32Array(3)], 2), RangeError);
  backend.release(commitment);
  await assert.rejects(backend.open(commitment, [0]), RangeError);
  backend.release(columns);
  await assert.rejects(backend.download(columns), RangeError);
});
