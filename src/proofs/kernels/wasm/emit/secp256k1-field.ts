import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { I64, i64, type Value } from "../assembler/values.ts";

/** A number of the field of PRIME = 2^256 − 2^32 − 977 elements: 8 words of 32 bits, lowest first; below PRIME at rest. */
const WORDS = 8;
export const NUMBER_BYTES = 4 * WORDS;
/** 2^256 modulo PRIME, in two words. */
const FOLD = [977n, 1n] as const;
const LOW = i64.const(0xffff_ffffn);

/**
 * multiplyField(target, a, b): the product of two numbers. Addresses may be the same. All words of both are read before one is
 * written. Sums are below 2^64: a product of two words and two words more are (2^32 − 1)² + 2 (2^32 − 1).
 */
export function multiplyField(): FunctionBuilder {
  const { f, p } = i32Function("multiplyField", ["target", "a", "b"]);
  const [a, b] = [wordsAt(f, p.a), wordsAt(f, p.b)];
  const product: Local[] = [];
  const carry = f.declare(I64);
  const sum = f.declare(I64);
  a.forEach((word, i) => {
    f.set(carry, i64.const(0n));
    b.forEach((other, j) => {
      const before = product[i + j];
      const terms = i64.add(i64.mul(word, other), carry);
      f.set(sum, before === undefined ? terms : i64.add(terms, before));
      const low = i64.and(sum, LOW);
      if (before === undefined) product[i + j] = f.let(low);
      else f.set(before, low);
      f.set(carry, high(sum));
    });
    product[i + WORDS] = f.let(carry);
  });
  reduce(f, p.target, product);
  return f;
}

/** Writes what 16 words are modulo PRIME. What lies above 2^256 is folded in twice: then at most 2^256 itself is left. */
function reduce(f: FunctionBuilder, target: Local, product: readonly Local[]): void {
  const lower = product.slice(0, WORDS);
  const upper = product.slice(WORDS);
  const [carry, sum] = [f.let(i64.const(0n)), f.declare(I64)];
  lower.forEach((word, i) => {
    const [own, before] = [upper[i] as Local, upper[i - 1]];
    const folded = i64.add(i64.add(word, carry), i64.mul(own, i64.const(FOLD[0])));
    f.set(sum, before === undefined ? folded : i64.add(folded, before));
    f.set(word, i64.and(sum, LOW));
    f.set(carry, high(sum));
  });
  // Below 2^34.
  const left = f.let(i64.add(carry, upper[WORDS - 1] as Local));
  f.set(carry, i64.mul(left, i64.const(FOLD[0])));
  lower.forEach((word, i) => {
    const terms = i64.add(word, carry);
    f.set(sum, i === 1 ? i64.add(terms, left) : terms);
    f.set(word, i64.and(sum, LOW));
    f.set(carry, high(sum));
  });
  storeBelowPrime(f, target, lower, carry);
}

/** addField(target, a, b): the sum of two numbers. */
export function addField(): FunctionBuilder {
  const { f, p } = i32Function("addField", ["target", "a", "b"]);
  const [a, b] = [wordsAt(f, p.a), wordsAt(f, p.b)];
  const [carry, sum] = [f.let(i64.const(0n)), f.declare(I64)];
  a.forEach((word, i) => {
    f.set(sum, i64.add(i64.add(word, b[i] as Local), carry));
    f.set(word, i64.and(sum, LOW));
    f.set(carry, high(sum));
  });
  storeBelowPrime(f, p.target, a, carry);
  return f;
}

/** subtractField(target, a, b): the difference of two numbers. */
export function subtractField(): FunctionBuilder {
  const { f, p } = i32Function("subtractField", ["target", "a", "b"]);
  const [a, b] = [wordsAt(f, p.a), wordsAt(f, p.b)];
  const [borrow, difference] = [f.let(i64.const(0n)), f.declare(I64)];
  const subtract = (word: Local, other: Value): void => {
    f.set(difference, i64.sub(i64.sub(word, other), borrow));
    f.set(word, i64.and(difference, LOW));
    f.set(borrow, i64.and(high(difference), i64.const(1n)));
  };
  a.forEach((word, i) => subtract(word, b[i] as Local));
  // PRIME more is 2^256 more, which the borrow took, and the fold less.
  const isNegative = f.let(borrow);
  f.set(borrow, i64.const(0n));
  a.forEach((word, i) => subtract(word, i64.mul(isNegative, i64.const(FOLD[i] ?? 0n))));
  a.forEach((word, i) => f.storeLow(p.target, word, 4, 4 * i));
  return f;
}

/** Writes words, or what they are with the fold added if a carry lies above them, 0 or 1, or they are not below PRIME. */
function storeBelowPrime(f: FunctionBuilder, target: Local, words: readonly Local[], above: Local): void {
  const carry = f.let(i64.const(0n));
  const sum = f.declare(I64);
  const others = words.map((word, i) => {
    f.set(sum, i64.add(i64.add(word, carry), i64.const(FOLD[i] ?? 0n)));
    f.set(carry, high(sum));
    return f.let(i64.and(sum, LOW));
  });
  const store = (list: readonly Local[]) => (): void => list.forEach((word, i) => f.storeLow(target, word, 4, 4 * i));
  f.if(i64.eqz(i64.or(carry, above)), store(words), store(others));
}

function wordsAt(f: FunctionBuilder, address: Local): Local[] {
  return Array.from({ length: WORDS }, (_, i) => f.let(i64.load32(address, 4 * i)));
}

/** Bits above the lowest 32. */
function high(sum: Value): Value {
  return i64.shru(sum, i64.const(32n));
}
