import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { I32, I64, i32, i32x4, i64, V128, type Value, v128 } from "../assembler/values.ts";

/** Limbs of 16 bits of a number, each of two digits. */
const LIMBS = 16;
const LIMB_BITS = 16n;
/** Vectors of four limbs, and how many of them sums of products with the same remainder of the place reach over. */
const GROUPS = LIMBS / 4;
const REACH = 2 * GROUPS - 1;
/** Sums of limbs by place: those of digits that stand alike, and those one place higher. */
const SUMS_BYTES = 4 * 2 * (2 * LIMBS + 4);

/** Constants of the identity that proves a product; see `product-identity.ts` of the circuits. */
export interface ProductIdentity {
  /** PRIME is 2^256 − 2^32 − this. */
  readonly primeLow: number;
  /** Offset that is added to carries before they are written. */
  readonly carryOffset: number;
}

/** Bytes of the room that `shownProduct` needs. */
export const SHOWN_PRODUCT_BYTES = SUMS_BYTES;

/**
 * shownProduct(x, z, r, sums, quotient, carry) → 0 for a true product: writes the quotient's 16 limbs and the 32 carries, a word
 * each, that show x · z to be r modulo PRIME.
 * Layout: `x` and `z` are 32 digits of 16 bits with their sign, from −510 to 510; `r` are 16 limbs of 32 bits with theirs, below
 * 2^30; `sums` is room of SHOWN_PRODUCT_BYTES. Nothing overlaps.
 * Ranges: a limb of the product is at most 32 · 510² · 257 < 2^31.
 */
export function shownProduct(identity: ProductIdentity): FunctionBuilder {
  const { f, p } = i32Function("shownProduct", ["x", "z", "r", "sums", "quotient", "carry"], I32);
  for (let at = 0; at < SUMS_BYTES; at += 16) f.store(p.sums, v128.const32(0), at);
  sumProducts(f, p);
  f.result(i64isNot(writeWitness(f, p, identity)));
  return f;
}

/** 1 unless the value is 0. */
function i64isNot(value: Value): Value {
  return i32.eqz(i64.eqz(value));
}

const HIGHER = 4 * (2 * LIMBS + 4);

/**
 * The sums by place. A pair of digits by a pair: both lower ones are at its limb, crossed ones 2^8 higher, both upper ones a limb
 * higher. Pairs of x whose places have the same remainder by 4 add to the same vectors.
 */
function sumProducts(f: FunctionBuilder, { x, z, sums }: Readonly<Record<"x" | "z" | "sums", Local>>): void {
  const groups = Array.from({ length: GROUPS }, (_, group) => f.let(v128.load(z, 16 * group)));
  const crossed = groups.map((group) =>
    f.let(v128.shuffle8(group, group, [2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13])),
  );
  const [pair, half] = [f.declare(V128), f.declare(V128)];
  const vectors = (): Local[] => Array.from({ length: REACH }, () => f.declare(V128));
  const [alike, across, above] = [vectors(), vectors(), vectors()];
  const lower = f.let(v128.const32(0xffff));
  for (let rest = 0; rest < 4; rest++) {
    for (const list of [alike, across, above]) for (const vector of list) f.set(vector, v128.const32(0));
    for (let place = 0; place < GROUPS; place++) {
      f.set(pair, v128.load32Splat(x, 4 * (4 * place + rest)));
      const add = (list: readonly Local[], digits: Value, others: readonly Local[]): void =>
        others.forEach((other, group) => {
          const vector = list[place + group] as Local;
          f.set(vector, i32x4.add(vector, i32x4.dot16(digits, other)));
        });
      add(across, pair, crossed);
      f.set(half, v128.and(pair, lower));
      add(alike, half, groups);
      f.set(half, v128.andnot(pair, lower));
      add(above, half, groups);
    }
    for (let vector = 0; vector < REACH; vector++) {
      const at = 16 * vector + 4 * rest;
      const own = i32x4.add(alike[vector] as Local, i32x4.shl(across[vector] as Local, 8));
      f.store(sums, i32x4.add(v128.load(sums, at), own), at);
      f.store(sums, i32x4.add(v128.load(sums, HIGHER + at), above[vector] as Local), HIGHER + at);
    }
  }
}

/**
 * A limb of the quotient is what makes the sum of its place a multiple of 2^16, and so is the last carry in the place above them,
 * as a number with a sign. What is not 0 of the value shows the product to be untrue.
 */
function writeWitness(
  f: FunctionBuilder,
  { r, sums, quotient, carry }: Readonly<Record<"r" | "sums" | "quotient" | "carry", Local>>,
  { primeLow, carryOffset }: ProductIdentity,
): Value {
  const mask = i64.const((1n << LIMB_BITS) - 1n);
  const inverse = i64.const(BigInt(minusInverse(primeLow)));
  const [limb, carried, high, wrong] = [f.declare(I64), f.declare(I64), f.declare(I64), f.declare(I64)];
  const quotients: Local[] = [];
  for (let k = 0; k < 2 * LIMBS; k++) {
    f.set(limb, i64.add(i64.load32Signed(sums, 4 * k), carried));
    // An upper product at a place belongs a limb higher.
    if (k > 0) f.set(limb, i64.add(limb, i64.load32Signed(sums, HIGHER + 4 * (k - 1))));
    f.set(limb, i64.sub(limb, k < LIMBS ? i64.load32Signed(r, 4 * k) : (quotients[k - LIMBS] as Local)));
    if (k >= 2 && k < LIMBS + 2) f.set(limb, i64.add(limb, quotients[k - 2] as Local));
    if (k <= LIMBS) {
      const missing = i64.and(i64.mul(limb, inverse), mask);
      const own = k < LIMBS ? f.let(missing) : high;
      if (k < LIMBS) f.storeLow(quotient, own, 4, 4 * k);
      else f.set(high, i64.shrs(i64.shl(missing, i64.const(48n)), i64.const(48n)));
      if (k < LIMBS) quotients.push(own);
      f.set(limb, i64.add(limb, i64.mul(own, i64.const(BigInt(primeLow)))));
    }
    if (k === LIMBS + 2) f.set(limb, i64.add(limb, high));
    f.set(wrong, i64.or(wrong, i64.and(limb, mask)));
    f.set(carried, i64.shrs(limb, i64.const(LIMB_BITS)));
    f.storeLow(carry, i64.add(carried, i64.const(BigInt(carryOffset))), 4, 4 * k);
  }
  return i64.or(wrong, i64.xor(carried, high));
}

/** Times an odd number it is −1 modulo 2^16, by Newton's iteration. */
function minusInverse(odd: number): number {
  let inverse = odd;
  for (let i = 0; i < 4; i++) inverse = (inverse * (2 - ((odd * inverse) & 0xffff))) & 0xffff;
  return 0x10000 - inverse;
}
