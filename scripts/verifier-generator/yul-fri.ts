import { inv, mul, rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import { hex, MONTGOMERY, PRIME } from "./lanes.ts";
import {
  declareConstants,
  inlineMul,
  inlineNormalize,
  inlineSpread,
  LITERAL,
  MUL_ADD_CONSTANTS,
  SCALE_CONSTANTS,
  stackMulAdd,
  stackScale,
} from "./yul-extension.ts";

/** Bytes of one extension element in FRI leaves and the final polynomial. */
export const EXTENSION_BYTES = 20;
/** Values of one FRI leaf. */
export const ARITY = 8;

/** An inverse root of unity in Montgomery form. */
const inverseRoot = (logOrder: number, power = 1): bigint => {
  let value = 1;
  for (let i = 0; i < power; i++) value = mul(value, inv(rootOfUnity(logOrder)));
  return (BigInt(value) * MONTGOMERY) % PRIME;
};

/**
 * One FRI fold of arity 8: Σⱼ yʲ Σₖ vₖ·w₈^(−jk) with y the challenge over the leaf's first point. The eight values lie in
 * memory in bit-reversed order, so neighbours are the values at x and −x. A transform by additions and five scalings
 * puts the coefficients in their place, in order; Horner's scheme joins them. They stay below 9p, so a step's sum below
 * 11p. Calls would cost more than a tenth of it, so all products are written out.
 */
export function foldFunction(leaf: number): string {
  return `
// folds the eight canonical values in memory; y in Montgomery form with lanes < 1.3p
function foldLeaf(y) -> r {
  ${toCoefficients(leaf)}
  ${declareConstants(...MUL_ADD_CONSTANTS)}
  r := extNormalize(mload(${slotOf(leaf, 7)}))
  ${[6, 5, 4, 3, 2, 1, 0].map((position) => stackMulAdd("r", "y", "r", `mload(${slotOf(leaf, position)})`)).join("\n  ")}
}`;
}

/**
 * The fold of a stack's layer: of the coefficients, number j counts by the factors of its bits. Four products join neighbours, two
 * these, and one the halves; written out, since calls would cost a sixth of it.
 */
export function tensorFoldFunction(leaf: number): string {
  const load = (position: number): string => `mload(${slotOf(leaf, position)})`;
  /** out := a + t·b for a normalized b. */
  const join = (out: string, a: string, t: string, b: string): string => `{
    let product := ${b}
    ${inlineMul("product", t, "product")}
    ${inlineNormalize(out, `add(${a}, product)`)}
  }`;
  const pair = (out: string, position: number): string => `let ${out} := ${load(position + 1)}
  ${inlineNormalize(out, out)}
  ${join(out, load(position), "t", out)}`;
  return `
// folds the eight canonical values in memory by the factors of a coefficient's bits, the lowest first; Montgomery form, lanes < 1.3p
function foldTensor(t, t2, t4) -> r {
  ${toCoefficients(leaf)}
  ${pair("low", 0)}
  ${pair("high", 2)}
  ${join("r", "low", "t2", "high")}
  ${pair("low4", 4)}
  ${pair("high4", 6)}
  ${join("low4", "low4", "t2", "high4")}
  ${join("r", "r", "t4", "low4")}
}`;
}

const slotOf = (leaf: number, position: number): string => hex(leaf + 32 * position);

/** Eight values in bit-reversed order to coefficients, in order, with lanes up to 9p. */
function toCoefficients(leaf: number): string {
  const slot = (position: number): string => slotOf(leaf, position);
  /** Places of vₖ and vₖ₊₄; later of the coefficients that replace them. */
  const place = [0, 4, 2, 6];
  /** Sums of the values at k and k + 4 to variables, their differences to memory. */
  const pair = (k: number): string => {
    const at = place[k] ?? 0;
    return `let v${k} := mload(${slot(at)})
    {
      let opposite := mload(${slot(at + 1)})
      mstore(${slot(at + 1)}, sub(add(v${k}, ${LITERAL.p1}), opposite))
      v${k} := add(v${k}, opposite)
    }`;
  };
  /** Four values v₀…v₃ (lanes ≤ 2p) to the coefficients of y⁰, y⁴, y², y⁶, at the places of v₀, v₁, v₂, v₃. */
  const four = (offset: number): string => {
    const to = (k: number): string => slot((place[k] ?? 0) + offset);
    return `mstore(${to(0)}, add(add(v0, v2), add(v1, v3)))
    mstore(${to(1)}, sub(add(add(v0, v2), ${hex(4n * BigInt(LITERAL.p1))}), add(v1, v3)))
    ${stackScale("v1", `sub(add(v1, ${LITERAL.p2}), v3)`, inverseRoot(2))}
    v0 := sub(add(v0, ${LITERAL.p2}), v2)
    mstore(${to(2)}, add(v0, v1))
    mstore(${to(3)}, sub(add(v0, ${LITERAL.p2}), v1))`;
  };
  const twisted = (k: number): string => {
    const at = slot((place[k] ?? 0) + 1);
    return k === 0
      ? `let v0 := mload(${at})`
      : `let v${k} := mload(${at})\n    ${stackScale(`v${k}`, `v${k}`, inverseRoot(3, k))}`;
  };
  return `{
    ${declareConstants(...SCALE_CONSTANTS)}
    {
    ${[0, 1, 2, 3].map(pair).join("\n    ")}
    ${four(0)}
    }
    ${[0, 1, 2, 3].map(twisted).join("\n    ")}
    ${four(1)}
  }`;
}

/**
 * Reads one FRI leaf: seven values from the proof, the one at `slot` derived. Writes eight words of lanes to `leaf` and
 * returns the hash of the whole leaf, the padding bits that are set and the carries of non-canonical coordinates.
 * `bytes` is memory for the leaf's 160 bytes and a word.
 */
export function readLeafFunction({ bytes, leaf }: { readonly bytes: number; readonly leaf: number }): string {
  const read = (i: number): string => `{
    let word := shr(96, mload(${hex(bytes + EXTENSION_BYTES * i)}))
    let element := ${inlineSpread("word")}
    padding := or(padding, word)
    bad := or(bad, add(element, ${LITERAL.canonicalCarry}))
    mstore(${hex(leaf + 32 * i)}, element)
  }`;
  return `
// seven values at from plus the derived value at slot -> eight words, hash of the 160 bytes
function readLeaf(from, slot, value) -> hash, padding, bad {
  let head := mul(${EXTENSION_BYTES}, slot)
  calldatacopy(${hex(bytes)}, from, head)
  mstore(add(${hex(bytes)}, head), shl(96, extPack(value)))
  calldatacopy(add(${hex(bytes + EXTENSION_BYTES)}, head), add(from, head), sub(${7 * EXTENSION_BYTES}, head))
  hash := keccak256(${hex(bytes)}, ${ARITY * EXTENSION_BYTES})
  ${Array.from({ length: ARITY }, (_, i) => read(i)).join("\n  ")}
  padding := shr(155, padding)
  bad := and(bad, ${LITERAL.bit31})
}`;
}

/** Coefficients packed together: four to a word at a stride of 64 bits, so that a product's top lane gathers four terms. */
export const FINAL_GROUP = 4;
/** One word per coordinate. */
export const FINAL_GROUP_WORDS = 5;
/** Coefficients whose table has a fixed place, so that the code can name its words. */
export const FINAL_CHUNK = 64;
/** Bytes of a chunk's table. */
export const FINAL_CHUNK_BYTES = 32 * FINAL_GROUP_WORDS * (FINAL_CHUNK / FINAL_GROUP);

/** The value repeated at a stride of 64 bits. */
const everyQuarter = (value: bigint): bigint => value * (1n + (1n << 64n) + (1n << 128n) + (1n << 192n));

/** One coordinate of the four elements w0 … w3 as a word of the table, the first element highest. */
function packCoordinate(coordinate: number): string {
  const part = (i: number): string => {
    const by = 64 * (3 - i) - 31 * coordinate;
    const word = by === 0 ? `w${i}` : by > 0 ? `shl(${by}, w${i})` : `shr(${-by}, w${i})`;
    return `and(${word}, ${hex(0x7fffffffn << BigInt(64 * (3 - i)))})`;
  };
  return `{
      let packed := or(or(${part(0)}, ${part(1)}), or(${part(2)}, ${part(3)}))
      bad := or(bad, add(packed, ${hex(everyQuarter(0xffffffn))}))
      mstore(${coordinate === 0 ? "to" : `add(to, ${32 * coordinate})`}, packed)
    }`;
}

/**
 * Reads the final polynomial into its table: per four coefficients one word per coordinate, the first coefficient
 * highest. `padding` is not zero when a padding bit is set; `bad` when a coordinate is not canonical.
 */
export const READ_FINAL = `
// count coefficients at from -> packed table, four coefficients at a time, the rest of the last four zero
function readFinal(from, count, to) -> padding, bad {
  from := sub(from, ${32 - EXTENSION_BYTES}) // an element ends the word that is read
  for { } count { } {
    let w0 := and(calldataload(from), ${hex((1n << 160n) - 1n)})
    let w1 := mul(gt(count, 1), and(calldataload(add(from, ${EXTENSION_BYTES})), ${hex((1n << 160n) - 1n)}))
    let w2 := mul(gt(count, 2), and(calldataload(add(from, ${2 * EXTENSION_BYTES})), ${hex((1n << 160n) - 1n)}))
    let w3 := mul(gt(count, 3), and(calldataload(add(from, ${3 * EXTENSION_BYTES})), ${hex((1n << 160n) - 1n)}))
    ${[0, 1, 2, 3, 4].map(packCoordinate).join("\n    ")}
    to := add(to, ${32 * FINAL_GROUP_WORDS})
    padding := or(padding, shr(155, or(or(w0, w1), or(w2, w3))))
    from := add(from, ${FINAL_GROUP * EXTENSION_BYTES})
    count := mul(gt(count, 4), sub(count, 4))
  }
  bad := and(bad, ${hex(everyQuarter(1n << 31n))})
}`;

/**
 * A chunk of 64 coefficients at a base point, joined to the sum of the higher chunks: acc·x^64 + Σⱼ cⱼ·xʲ. Powers of x are
 * packed four to a word in the opposite order, so that the top 64 bits of a product hold four terms (4·p² < 2^64). Horner's
 * scheme in x⁸ joins two words at a time; sums are reduced after four steps, when they are below 2^160.
 */
export function finalChunkFunction(table: number): string {
  const product = (part: string, word: number, coordinate: number): string =>
    `shr(192, mul(mload(${hex(table + 32 * (FINAL_GROUP_WORDS * word + coordinate))}), ${part}))`;
  // One nested expression per coordinate, the inner sum in last place: it is computed first, so the stack stays flat.
  const coordinate = (i: number): string => {
    let sum = i === 0 ? `and(acc, ${LITERAL.lane})` : i === 4 ? "shr(204, acc)" : `and(shr(${51 * i}, acc), ${LITERAL.lane})`;
    for (let step = FINAL_CHUNK / 8 - 1; step >= 0; step--) {
      sum = `add(add(${product("f", 2 * step, i)}, ${product("g", 2 * step + 1, i)}), mul(y, ${sum}))`;
      if (step % 4 === 0) sum = `mod(${sum}, ${LITERAL.p})`;
    }
    return i === 0 ? `r := ${sum}` : `r := or(r, shl(${51 * i}, ${sum}))`;
  };
  return `
// acc * x^${FINAL_CHUNK} + the chunk's polynomial at x; canonical lanes in and out
function finalChunk(acc, x) -> r {
  let x2 := mulmod(x, x, ${LITERAL.p})
  let x3 := mulmod(x2, x, ${LITERAL.p})
  let y := mulmod(x2, x2, ${LITERAL.p})
  let f := or(or(1, shl(64, x)), or(shl(128, x2), shl(192, x3)))
  let g := or(or(y, shl(64, mulmod(y, x, ${LITERAL.p}))), or(shl(128, mulmod(y, x2, ${LITERAL.p})), shl(192, mulmod(y, x3, ${LITERAL.p}))))
  y := mulmod(y, y, ${LITERAL.p})
  ${[0, 1, 2, 3, 4].map(coordinate).join("\n  ")}
}`;
}
