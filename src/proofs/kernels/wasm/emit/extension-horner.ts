import { P } from "../../../field/koala-bear.ts";
import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { i32, I64, i64, type Value } from "../assembler/values.ts";

/**
 * Matrix of multiplication by a constant, row-major, one word each: row k gives coordinate k of the product. The matrix is
 * read from memory at every use; it stays in the first-level cache.
 */
function multiplyByMatrix(f: FunctionBuilder, matrix: Value, vector: readonly Local[]): Local[] {
  const p = i64.const(BigInt(P));
  const entry = (k: number, j: number): Value => i64.load32(matrix, 4 * (k * vector.length + j));
  return vector.map((_, k) => {
    // Three products of canonical elements stay below 3·2^62 < 2^64.
    const thirds: Value[] = [];
    for (let first = 0; first < vector.length; first += 3) {
      const products = vector.slice(first, first + 3).map((x, i) => i64.mul(entry(k, first + i), x));
      thirds.push(i64.remu(products.reduce(i64.add), p));
    }
    return f.let(i64.remu(thirds.reduce(i64.add), p));
  });
}

const loadVector = (f: FunctionBuilder, degree: number, address: Local, stride: Local): Local[] => {
  const cursor = f.let(address);
  return Array.from({ length: degree }, () => {
    const x = f.let(i64.load32(cursor));
    f.increase(cursor, stride);
    return x;
  });
};

const storeVector = (f: FunctionBuilder, vector: readonly Local[], address: Local, stride: Local): void => {
  const cursor = f.let(address);
  for (const x of vector) {
    f.storeLow(cursor, x, 4);
    f.increase(cursor, stride);
  }
};

const addModP = (f: FunctionBuilder, a: Value, b: Value): Local => f.let(i64.remu(i64.add(a, b), i64.const(BigInt(P))));

/**
 * divideByPoint{degree}(source, sourceStride, count, matrix, target, targetStride, remainder): quotient and remainder of a
 * polynomial over the extension by X − point, by synthetic division. Coordinate columns start `stride` bytes apart;
 * `matrix` multiplies by the point; the remainder, the value at the point, is `degree` words. The top quotient
 * coefficient is zero. The target may be the source. Canonical in and out; oracle: `reference/deep.ts`.
 */
export function divideByPoint(degree: number): FunctionBuilder {
  const { f, p } = i32Function(`divideByPoint${degree}`, [
    "source",
    "sourceStride",
    "count",
    "matrix",
    "target",
    "targetStride",
    "remainder",
  ]);
  const carry = Array.from({ length: degree }, () => f.declare(I64));
  const last = i32.shl(i32.sub(p.count, i32.const(1)), 2);
  const from = f.let(i32.add(p.source, last));
  const to = f.let(i32.add(p.target, last));
  carry.forEach((x) => f.set(x, i64.const(0n)));
  f.repeat(p.count, () => {
    const coefficient = loadVector(f, degree, from, p.sourceStride);
    storeVector(f, carry, to, p.targetStride);
    const product = multiplyByMatrix(f, p.matrix, carry);
    carry.forEach((x, k) => f.set(x, addModP(f, product[k] ?? x, coefficient[k] ?? x)));
    f.increase(from, -4);
    f.increase(to, -4);
  });
  const word = f.let(i32.const(4));
  storeVector(f, carry, p.remainder, word);
  return f;
}

/**
 * foldExtension{degree}(source, sourceStride, target, targetStride, count, arity, matrix): FRI fold of `count` groups of
 * `arity` coefficients: target_i = arity · Σ_j challenge^j · source₍arity·i + j₎. `matrix` multiplies by the challenge.
 * The target must not overlap the source. Canonical in and out; oracle: `reference/fold.ts`.
 */
export function foldExtension(degree: number): FunctionBuilder {
  const { f, p } = i32Function(`foldExtension${degree}`, [
    "source",
    "sourceStride",
    "target",
    "targetStride",
    "count",
    "arity",
    "matrix",
  ]);
  const sum = Array.from({ length: degree }, () => f.declare(I64));
  const groupBytes = f.let(i32.shl(p.arity, 2));
  f.repeat(p.count, () => {
    sum.forEach((x) => f.set(x, i64.const(0n)));
    const from = f.let(i32.add(p.source, groupBytes));
    f.repeat(p.arity, () => {
      f.increase(from, -4);
      const coefficient = loadVector(f, degree, from, p.sourceStride);
      const product = multiplyByMatrix(f, p.matrix, sum);
      sum.forEach((x, k) => f.set(x, addModP(f, product[k] ?? x, coefficient[k] ?? x)));
    });
    const scaled = sum.map((x) => f.let(i64.remu(i64.mul(x, i64.extend(p.arity)), i64.const(BigInt(P)))));
    storeVector(f, scaled, p.target, p.targetStride);
    f.increase(p.source, groupBytes);
    f.increase(p.target, 4);
  });
  return f;
}
