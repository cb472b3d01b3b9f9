import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { everyLane, EXTENSION_MODULUS, hex, LANE_BITS, lanes, MONTGOMERY, MONTGOMERY_SQUARE, PRIME } from "./lanes.ts";

/** Yul literals that several blocks share. */
export const LITERAL = {
  p: hex(PRIME),
  /** p in every lane: the bias under a subtrahend of canonical lanes. */
  p1: hex(everyLane(PRIME)),
  p2: hex(everyLane(2n * PRIME)),
  lane: hex((1n << LANE_BITS) - 1n),
  element: "0x7fffffff",
  modulus: hex(EXTENSION_MODULUS),
  low16: hex(everyLane(0xffffn)),
  low24: hex(everyLane(0xffffffn)),
  low31: hex(everyLane(0x7fffffffn)),
  /** Adding it sets bit 31 of a 31-bit lane exactly when the lane is p or more. */
  canonicalCarry: hex(everyLane(0xffffffn)),
  /** Bit 31 of every lane. */
  bit31: hex(everyLane(1n << 31n)),
  pShifted16: hex(everyLane(PRIME << 16n)),
} as const;

/** Number of negative terms that X⁵ = 1 − X² brings into each lane of a product. */
const NEGATIVE_TERMS = [1n, 0n, 4n, 3n, 2n];
const bias = (perTerm: bigint, always: bigint): string => hex(lanes(NEGATIVE_TERMS.map((n) => PRIME * (n * perTerm + always))));

/** Constants in the steps below: literals, or stack variables if a function repeats them. */
type Constants = Readonly<Record<"modulus" | "low16" | "low24" | "low31" | "p1" | "pShifted16" | "biasLow" | "biasHigh", string>>;

const LITERALS: Constants = {
  modulus: LITERAL.modulus,
  low16: LITERAL.low16,
  low24: LITERAL.low24,
  low31: LITERAL.low31,
  p1: LITERAL.p1,
  pShifted16: LITERAL.pShifted16,
  biasLow: bias(85200n, 65536n),
  biasHigh: bias(85200n, 0n),
};

/** Constants as stack variables, whose names take one byte instead of 33. */
const VARIABLES = Object.fromEntries(Object.keys(LITERALS).map((name) => [name, `${name}_`])) as Record<keyof Constants, string>;

/** Declares constants for `stackMulAdd` and `stackScale`; only those that the steps name. */
export const declareConstants = (...names: readonly (keyof Constants)[]): string =>
  names.map((name) => `let ${VARIABLES[name]} := ${LITERALS[name]}`).join("\n  ");
/** Constants of `stackMulAdd`. */
export const MUL_ADD_CONSTANTS = ["modulus", "biasLow", "biasHigh", "low16", "low24", "low31", "p1"] as const;
/** Constants of `stackMul`. */
export const MUL_CONSTANTS = ["modulus", "biasLow", "biasHigh", "low16", "low24", "p1"] as const;
/** Constants of `stackScale`. */
export const SCALE_CONSTANTS = ["pShifted16", "low16", "low24", "p1"] as const;

/**
 * Names with a trailing underscore belong to the steps that are written out in place, so that they meet no other name.
 * Reduction that ends every product: t is below 2^51 per lane; p ≡ 1 mod 2^24, so subtracting p·(t mod 2^24) clears the
 * low bits and p = 127·2^24 + 1 leaves p − 127·y to add after the shift.
 */
const montgomery24 = (out: string, c: Constants = LITERALS): string => `
  let y_ := and(t_, ${c.low24})
  ${out} := sub(add(shr(24, sub(t_, y_)), ${c.p1}), mul(y_, 127))`;

/** Adds p·t₀ bits so that the low 16 bits of each lane vanish, and shifts them out; the operand carries a bias of p·2^16. */
const montgomery16 = (c: Constants = LITERALS): string => `shr(16, sub(t_, mul(and(t_, ${c.low16}), ${LITERAL.p})))`;

const mulSteps = (out: string, a: string, b: string, c: Constants = LITERALS): string => `
  let t_ := addmod(mulmod(${a}, and(${b}, ${c.low16}), ${c.modulus}), ${c.biasLow}, ${c.modulus})
  t_ := add(addmod(mulmod(${a}, and(shr(16, ${b}), ${c.low16}), ${c.modulus}), ${c.biasHigh}, ${c.modulus}), ${montgomery16(c)})
  ${montgomery24(out, c)}`;
const normalizeSteps = (out: string, value: string, c: Constants = LITERALS): string => `
  let n_ := ${value}
  let low_ := and(n_, ${c.low31})
  ${out} := add(low_, mul(shr(31, sub(n_, low_)), 0xffffff))`;

/** a·b·2^-40. Lanes: a ≤ 1.3·p, b < 2^32; result ≤ 1.06·p (lanes.ts has the exact bounds). */
export const EXT_MUL = `
// a * b * 2^-40; lanes of a <= 1.3p, of b < 2^32, of the result < 1.06p
function extMul(a, b) -> r {
  ${mulSteps("r", "a", "b")}
}`;

/** Lanes below 2^51 → 2^31 − 1 + ⌊lane/2^31⌋·(2^24 − 1). */
export const EXT_NORMALIZE = `
// brings lanes below 2^36 under 1.3p, lanes below 2^38 under 2^32 (2^31 = 2^24 - 1 mod p)
function extNormalize(a) -> r {
  ${normalizeSteps("r", "a")}
}`;

/** `extMul` and `extNormalize` written out where a call (about 40 gas) counts. The operands are variables or cheap loads: they are named twice. */
export const inlineMul = (out: string, a: string, b: string): string => `{ ${mulSteps(out, a, b)}
  }`;
export const inlineNormalize = (out: string, value: string): string => `{ ${normalizeSteps(out, value)}
  }`;

/** `extMul`, `extMulAdd` and `extScale` by a literal, written out with constants that `declareConstants` put on the stack. */
export const stackMul = (out: string, a: string, b: string): string => `{ ${mulSteps(out, a, b, VARIABLES)}
  }`;
export const stackMulAdd = (out: string, a: string, b: string, x: string): string => `{ ${mulSteps(out, a, b, VARIABLES)}
  ${normalizeSteps(out, `add(${out}, ${x})`, VARIABLES)}
  }`;
export const stackScale = (out: string, a: string, s: bigint): string => `{
  let t_ := add(mul(${a}, ${hex(s & 0xffffn)}), ${VARIABLES.pShifted16})
  t_ := add(mul(${a}, ${hex(s >> 16n)}), ${montgomery16(VARIABLES)})
  ${montgomery24(out, VARIABLES)}
  }`;

/** a·s·2^-40 for a base element s < 2^31 and lanes of a below 15·p. */
export const EXT_SCALE = `
// a * s * 2^-40 for a base element s < 2^31; lanes of a < 15p, of the result < 1.04p
function extScale(a, s) -> r {
  let t_ := add(mul(a, and(s, 0xffff)), ${LITERAL.pShifted16})
  t_ := add(mul(a, shr(16, s)), ${montgomery16()})
  ${montgomery24("r")}
}`;

/** Stores a normalized value without a call. */
export const storeNormalized = (address: string, value: string): string => `{
  let n_ := ${value}
  let low_ := and(n_, ${LITERAL.low31})
  mstore(${address}, add(low_, mul(shr(31, sub(n_, low_)), 0xffffff)))
  }`;

/** `extMul` that normalizes its right operand first. */
export const EXT_MUL_WIDE = `
// a * b * 2^-40; lanes of a <= 1.3p, of b < 2^38
function extMulWide(a, b) -> r {
  {${normalizeSteps("b", "b")}
  }
  ${mulSteps("r", "a", "b")}
}`;

/** An S-box in one call. */
export const EXT_CUBE = `
// a^3 * 2^-80; lanes of a < 2^36
function extCube(a) -> r {
  {${normalizeSteps("a", "a")}
  }
  {${mulSteps("r", "a", "a")}
  }
  ${mulSteps("r", "a", "r")}
}`;

/**
 * The sum over five coordinates c of X^c times the word at at + 32c. X⁵ = 1 − X² makes at most four of them negative in a lane: all
 * of these together are at most `bias` times p.
 */
export const joinedCoordinates = (bias: bigint): string =>
  [1, 2, 3, 4].reduce(
    (sum, c) =>
      `addmod(${sum}, mulmod(mload(add(at, ${32 * c})), ${hex(1n << (LANE_BITS * BigInt(c)))}, ${LITERAL.modulus}), ${LITERAL.modulus})`,
    `add(mload(at), ${hex(everyLane(bias * PRIME))})`,
  );

/** A power by squaring. */
export const EXT_POWER = `
// a^exponent, Montgomery form in and out; lanes of a < 1.3p
function extPower(a, exponent) -> r {
  r := ${hex(MONTGOMERY)}
  for { } exponent { exponent := shr(1, exponent) } {
    if and(exponent, 1) { r := extMul(a, r) }
    a := extMul(a, a)
  }
}`;

/** A step of Horner's scheme in one call: a·b·2^-40 + x, normalized. */
export const EXT_MUL_ADD = `
// a * b * 2^-40 + x, normalized; operands as for extMul, lanes of x up to 30p
function extMulAdd(a, b, x) -> r {
  ${mulSteps("r", "a", "b")}
  ${normalizeSteps("r", "add(r, x)")}
}`;

/** Lanes below 2^36 → canonical lanes. */
export const EXT_CANONICAL = `
// lanes below 2^36 -> canonical lanes
function extCanonical(a) -> r {
  // two normalizations leave less than 2^31 + 2^24 < 2p; the carry into bit 32 then tells whether p must go
  a := extNormalize(extNormalize(a))
  r := sub(a, mul(and(shr(32, add(a, ${hex(everyLane((1n << 32n) - PRIME))})), ${hex(everyLane(1n))}), ${LITERAL.p}))
}`;

const gather = (mask: (lane: bigint) => bigint, shift: (by: bigint, lane: bigint) => string): string =>
  [1n, 2n, 3n, 4n].map((lane) => `r := or(r, and(${shift(20n * lane, lane)}, ${hex(mask(lane))}))`).join("\n  ");
/** The low 155 bits of the variable `word` as lanes, written out. */
export const inlineSpread = (word: string): string => {
  const lane = (i: bigint): string =>
    i === 0n ? `and(${word}, ${LITERAL.element})` : `and(shl(${20n * i}, ${word}), ${hex(0x7fffffffn << (LANE_BITS * i))})`;
  return `or(or(${lane(0n)}, ${lane(1n)}), or(or(${lane(2n)}, ${lane(3n)}), ${lane(4n)}))`;
};

/** 5 × 31 contiguous bits → lanes, and back (for canonical lanes). */
export const EXT_SPREAD = `
// the low 155 bits, 31 per coordinate -> lanes
function extSpread(w) -> r {
  r := and(w, ${LITERAL.element})
  ${gather(
    (lane) => 0x7fffffffn << (LANE_BITS * lane),
    (by) => `shl(${by}, w)`,
  )}
}`;

export const EXT_PACK = `
// canonical lanes -> 155 contiguous bits
function extPack(a) -> r {
  r := and(a, ${LITERAL.element})
  ${gather(
    (lane) => 0x7fffffffn << (31n * lane),
    (by) => `shr(${by}, a)`,
  )}
}`;

const extension = createExtension(5);

/** Xⁱ to the power p^k, for i = 0…4, each as lanes in Montgomery form. */
function frobeniusImages(k: number): string[] {
  return Array.from({ length: 5 }, (_, i) => {
    const basis: Ext = [0, 1, 2, 3, 4].map((j) => (j === i ? 1 : 0));
    const image = extension.pow(basis, BigInt(P) ** BigInt(k));
    return hex(lanes(image.map((c) => (BigInt(c) * MONTGOMERY) % PRIME)));
  });
}

/** The k-th Frobenius power is linear: Σ aᵢ·(Xⁱ)^(p^k), the coordinates of `a` read in two halves of 16 bits. */
function frobenius(k: number): string {
  const images = frobeniusImages(k);
  const sum = (half: (shift: bigint) => string): string =>
    images.map((image, i) => `mul(${half(LANE_BITS * BigInt(i))}, ${image})`).reduce((a, b) => `add(${a}, ${b})`);
  return `
// a^(p^${k}); lanes of a < 2^32
function extFrobenius${k}(a) -> r {
  let t_ := add(${sum((shift) => `and(shr(${shift}, a), 0xffff)`)}, ${LITERAL.pShifted16})
  t_ := add(${sum((shift) => `and(shr(${shift + 16n}, a), 0xffff)`)}, ${montgomery16()})
  ${montgomery24("r")}
}`;
}

const square = (name: string, times: number): string =>
  times <= 3
    ? Array.from({ length: times }, () => `${name} := mulmod(${name}, ${name}, ${LITERAL.p})`).join("\n  ")
    : `for { let i := 0 } lt(i, ${times}) { i := add(i, 1) } { ${name} := mulmod(${name}, ${name}, ${LITERAL.p}) }`;

/**
 * Inverse through the norm: t = a^(p + p² + p³ + p⁴), norm = a·t in the base field. The base inverse raises to
 * p − 2 = 2^31 − 2^24 − 1, in binary six ones, a zero and 24 ones. Zero gives zero.
 */
export const EXT_INVERSE = `${frobenius(1)}${frobenius(2)}
// x^(p - 2)
function baseInverse(x) -> r {
  let ones := mulmod(mulmod(x, x, ${LITERAL.p}), x, ${LITERAL.p}) // two ones
  ones := mulmod(mulmod(ones, ones, ${LITERAL.p}), x, ${LITERAL.p}) // three
  let six := ones
  ${square("six", 3)}
  six := mulmod(six, ones, ${LITERAL.p})
  let twelve := six
  ${square("twelve", 6)}
  twelve := mulmod(twelve, six, ${LITERAL.p})
  r := twelve
  ${square("r", 12)}
  r := mulmod(r, twelve, ${LITERAL.p}) // 24 ones
  ${square("six", 25)}
  r := mulmod(r, six, ${LITERAL.p})
}
// Montgomery form in and out; lanes of a < 1.3p
function extInverse(a) -> r {
  r := extFrobenius1(a)
  r := extMul(r, extFrobenius1(r))
  r := extMul(r, extFrobenius2(r)) // a^(p + p^2 + p^3 + p^4)
  let norm := mod(and(extMul(a, r), ${LITERAL.lane}), ${LITERAL.p}) // norm * 2^40
  r := extScale(r, mulmod(baseInverse(norm), ${hex(MONTGOMERY_SQUARE)}, ${LITERAL.p}))
}`;

/** Everything above, in an order that solc accepts (Yul functions may be used before they are defined). */
export const EXTENSION_FUNCTIONS = [
  EXT_MUL,
  EXT_MUL_ADD,
  EXT_NORMALIZE,
  EXT_SCALE,
  EXT_CANONICAL,
  EXT_SPREAD,
  EXT_PACK,
  EXT_INVERSE,
].join("\n");

/** Into Montgomery form. */
export const toMontgomery = (value: string): string => `extScale(${value}, ${hex(MONTGOMERY_SQUARE)})`;
