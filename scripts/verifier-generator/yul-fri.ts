import { mul, rootOfUnity, inv } from "../../src/field/koala-bear.ts";
import { hex, MONTGOMERY, PRIME } from "./lanes.ts";
import { LITERAL } from "./yul-extension.ts";

/** Bytes of one extension element in FRI leaves and the final polynomial. */
export const EXTENSION_BYTES = 20;

const montgomery = (value: number): string => hex((BigInt(value) * MONTGOMERY) % PRIME);
const inverseRoot = (logOrder: number): number => inv(rootOfUnity(logOrder));

/** even + odd + y·(even − odd), for even, odd with lanes ≤ 1.3p, y ≤ 1.3p: lanes below 4p before the last step. */
function foldPair(even: string, odd: string, y: string, canonicalInputs: boolean): string {
  const difference = canonicalInputs
    ? `sub(add(${even}, ${LITERAL.p1}), ${odd})`
    : `extNormalize(sub(add(${even}, ${LITERAL.p2}), ${odd}))`;
  return `extNormalize(add(add(${even}, ${odd}), extMul(${y}, ${difference})))`;
}

/**
 * One FRI fold of arity 8: Σⱼ yʲ Σₖ vₖ·w₈^(−jk), as three binary folds with y, y² and y⁴. The eight values lie in memory
 * in bit-reversed order, so neighbours are the values at x and −x; the pairs' own points differ by roots of order 8 and 4.
 */
export const FOLD_EIGHT = `
// three binary folds of the eight canonical values at leaf; y in Montgomery form, lanes of y < 1.3p
function foldLeaf(leaf, y) -> r {
  let quarter := extScale(y, ${montgomery(inverseRoot(2))})
  ${[0, 1, 2, 3]
    .map((pair) => {
      const at = (offset: number): string => `mload(${offset === 0 ? "leaf" : `add(leaf, ${offset})`})`;
      // Pair i starts at position 2i: its point is x · w₈^bitrev₃(2i).
      const twiddle = ["y", "quarter", `extScale(y, ${montgomery(inverseRoot(3))})`, `extScale(y, ${montgomery(mul(inverseRoot(3), inverseRoot(2)))})`][pair];
      return `let f${pair} := ${foldPair(at(64 * pair), at(64 * pair + 32), twiddle ?? "y", true)}`;
    })
    .join("\n  ")}
  y := extMul(y, y)
  f0 := ${foldPair("f0", "f1", "y", false)}
  f2 := ${foldPair("f2", "f3", `extScale(y, ${montgomery(inverseRoot(2))})`, false)}
  y := extMul(y, y)
  r := ${foldPair("f0", "f2", "y", false)}
}`;

interface LeafMemory {
  /** Space for the eight values' 160 bytes and a word. */
  readonly bytes: number;
}

/**
 * Reads one FRI leaf: seven values from the proof, the one at `slot` derived. Writes eight words of lanes to `to` and
 * returns the hash of the whole leaf, the padding bits that are set and the carries of non-canonical coordinates.
 */
export function readLeafFunction({ bytes }: LeafMemory): string {
  return `
// seven values at from plus the derived value at slot -> eight words at to, hash of the 160 bytes
function readLeaf(from, slot, value, to) -> hash, padding, bad {
  let head := mul(${EXTENSION_BYTES}, slot)
  calldatacopy(${hex(bytes)}, from, head)
  mstore(add(${hex(bytes)}, head), shl(96, extPack(value)))
  calldatacopy(add(${hex(bytes + EXTENSION_BYTES)}, head), add(from, head), sub(${7 * EXTENSION_BYTES}, head))
  hash := keccak256(${hex(bytes)}, ${8 * EXTENSION_BYTES})
  for { let source := ${hex(bytes)} } lt(source, ${hex(bytes + 8 * EXTENSION_BYTES)}) { source := add(source, ${EXTENSION_BYTES}) } {
    let word := shr(96, mload(source))
    let element := extSpread(word)
    padding := or(padding, shr(155, word))
    bad := or(bad, add(element, ${LITERAL.canonicalCarry}))
    mstore(to, element)
    to := add(to, 32)
  }
  bad := and(bad, ${LITERAL.bit31})
}`;
}

/** Coefficients evaluated together: their sum of products with 16-bit halves fills a lane of 51 bits. */
export const FINAL_BLOCK = 16;

interface FinalMemory {
  /** Words of the coefficients, five canonical lanes each. */
  readonly coefficients: number;
  /** Two words for each power x⁰ … x^15: its lower 16 and upper 15 bits. */
  readonly powers: number;
}

/**
 * The final polynomial at a base point, 16 coefficients at a time: each power is split at 16 bits, so that Σ cⱼ·half(xʲ)
 * needs no reduction (16 · 2^31 · 2^16 = 2^51, and p < 2^31 leaves room); one double step reduces both sums, and blocks
 * are joined by Horner in x^16. Powers carry 2^40, so the result is plain.
 */
export function finalPolynomialFunction({ coefficients, powers }: FinalMemory): string {
  const term = (j: number, half: 0 | 1): string =>
    `mul(${j === 0 ? "mload(at)" : `mload(add(at, ${32 * j}))`}, mload(${hex(powers + 64 * j + 32 * half)}))`;
  const sum = (half: 0 | 1): string =>
    Array.from({ length: FINAL_BLOCK }, (_, j) => term(j, half)).reduce((a, b) => `add(${a}, ${b})`);
  return `
// the final polynomial of count coefficients (a power of two) at the base point x: lanes < 1.3p
function finalAt(x, count) -> r {
  let power := ${hex(MONTGOMERY)}
  for { let to := ${hex(powers)} } lt(to, ${hex(powers + 64 * FINAL_BLOCK)}) { to := add(to, 64) } {
    mstore(to, and(power, 0xffff))
    mstore(add(to, 32), shr(16, power))
    power := mulmod(power, x, ${LITERAL.p})
  }
  if lt(count, ${FINAL_BLOCK}) { count := ${FINAL_BLOCK} }
  for { let at := add(${hex(coefficients)}, shl(5, count)) } gt(at, ${hex(coefficients)}) { } {
    at := sub(at, ${32 * FINAL_BLOCK})
    let t := ${sum(0)}
    let y := and(t, ${LITERAL.low16})
    // (t - y p) / 2^16 = (t >> 16) - y (p - 1) / 2^16, and 65535 (p - 1) / 2^16 < p
    t := add(sub(add(shr(16, sub(t, y)), ${LITERAL.p1}), mul(y, ${(PRIME - 1n) >> 16n})), ${sum(1)})
    y := and(t, ${LITERAL.low24})
    t := sub(add(shr(24, sub(t, y)), ${LITERAL.p1}), mul(y, 127))
    r := extNormalize(add(extScale(r, power), t))
  }
}`;
}
