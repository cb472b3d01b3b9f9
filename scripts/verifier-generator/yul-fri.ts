import { inv, mul, rootOfUnity } from "../../src/field/koala-bear.ts";
import { hex, MONTGOMERY, PRIME } from "./lanes.ts";
import { inlineSpread, LITERAL } from "./yul-extension.ts";
import { GROUP_WORDS, groupCount } from "./yul-opening.ts";

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
 * gives the coefficients, which Horner's scheme joins; coefficients stay below 9p, so a step's sum below 11p.
 */
export function foldFunction(leaf: number): string {
  const value = (position: number): string => `mload(${hex(leaf + 32 * position)})`;
  // Pairs in memory stand for k = 0, 2, 1, 3: sums e and differences d of the values at k and k + 4.
  const pair = (k: number, at: number): string => `let e${k} := ${value(at)}
  let d${k} := ${value(at + 1)}
  {
    let sum := add(e${k}, d${k})
    d${k} := sub(add(e${k}, ${LITERAL.p1}), d${k})
    e${k} := sum
  }`;
  const twist = (k: number): string => `d${k} := extScale(d${k}, ${hex(inverseRoot(3, k))})`;
  /** Four values a₀…a₃ (lanes ≤ 2p) to the coefficients of y⁰, y⁴, y², y⁶, in place of a₀, a₁, a₂, a₃. */
  const four = (a: string): string => `{
    let even := add(${a}0, ${a}2)
    let odd := add(${a}1, ${a}3)
    let turned := extScale(sub(add(${a}1, ${LITERAL.p2}), ${a}3), ${hex(inverseRoot(2))})
    ${a}2 := sub(add(${a}0, ${LITERAL.p2}), ${a}2)
    ${a}3 := sub(add(${a}2, ${LITERAL.p2}), turned)
    ${a}2 := add(${a}2, turned)
    ${a}0 := add(even, odd)
    ${a}1 := sub(add(even, ${hex(4n * BigInt(LITERAL.p1))}), odd)
  }`;
  const step = (coefficient: string): string => `r := extMulAdd(y, r, ${coefficient})`;
  return `
// folds the eight canonical values in memory; y in Montgomery form with lanes < 1.3p
function foldLeaf(y) -> r {
  ${[pair(0, 0), pair(2, 2), pair(1, 4), pair(3, 6)].join("\n  ")}
  ${[1, 2, 3].map(twist).join("\n  ")}
  ${four("e")}
  ${four("d")}
  // coefficients of y^0, y^2, y^4, y^6: e0, e2, e1, e3; of y^1, y^3, y^5, y^7: d0, d2, d1, d3
  r := extNormalize(d3)
  ${["e3", "d1", "e1", "d2", "e2", "d0", "e0"].map(step).join("\n  ")}
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

/** Coefficients whose table has a fixed place, so that the code can name its words. */
export const FINAL_CHUNK = 64;
/** Bytes of a chunk's table. */
export const FINAL_CHUNK_BYTES = 32 * GROUP_WORDS * groupCount(FINAL_CHUNK);

/**
 * A chunk of 64 coefficients at a base point, joined to the sum of the higher chunks: acc·x^64 + Σⱼ cⱼ·xʲ. Powers of x are
 * packed three to a word like the elements of a row (see yul-opening.ts), so that one product serves three coefficients;
 * Horner's scheme in x⁸ joins the groups, coordinate by coordinate.
 */
export function finalChunkFunction(table: number): string {
  const names = ["a", "b", "c", "d", "e"];
  const groups = Array.from({ length: FINAL_CHUNK / 8 }, (_, i) => FINAL_CHUNK / 8 - 1 - i);
  const group = (g: number): string =>
    names
      .map((name, i) => {
        const product = (part: string, k: number): string => `mul(mload(${hex(table + 32 * (GROUP_WORDS * g + 5 * k + i))}), ${part})`;
        const sum = `shr(186, add(add(${product("f", 0)}, ${product("g", 1)}), ${product("h", 2)}))`;
        return `${name} := mod(add(mul(${name}, y), ${sum}), ${LITERAL.p})`;
      })
      .join("\n  ");
  return `
// acc * x^${FINAL_CHUNK} + the chunk's polynomial at x; canonical lanes in and out
function finalChunk(acc, x) -> r {
  let f let g let h let y
  {
    let x2 := mulmod(x, x, ${LITERAL.p})
    let x3 := mulmod(x2, x, ${LITERAL.p})
    let x4 := mulmod(x2, x2, ${LITERAL.p})
    f := or(or(1, shl(93, x3)), shl(186, mulmod(x3, x3, ${LITERAL.p})))
    g := or(or(x, shl(93, x4)), shl(186, mulmod(x4, x3, ${LITERAL.p})))
    h := or(x2, shl(93, mulmod(x4, x, ${LITERAL.p})))
    y := mulmod(x4, x4, ${LITERAL.p})
  }
  let a := and(acc, ${LITERAL.lane})
  let b := and(shr(51, acc), ${LITERAL.lane})
  let c := and(shr(102, acc), ${LITERAL.lane})
  let d := and(shr(153, acc), ${LITERAL.lane})
  let e := shr(204, acc)
  ${groups.map(group).join("\n  ")}
  r := or(or(a, shl(51, b)), or(or(shl(102, c), shl(153, d)), shl(204, e)))
}`;
}
