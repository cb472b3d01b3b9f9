import { BASE31_GROUP, packedLength } from "../../src/kernels/leaf-encoding.ts";
import { hex } from "./lanes.ts";
import { LITERAL } from "./yul-extension.ts";

/*
 * Rows of base elements arrive in base31: eight elements in 31 bytes. One mask takes the elements k, k+3 and k+6 of a
 * group at a stride of 93 bits; multiplied by the three coefficients in reverse order, the lane at bit 186 collects the
 * inner product of all three. So a group of eight columns costs three products per coordinate of the challenge powers
 * and no reduction before the end of the row. (A stride of 85 would be a trap: 3 · 85 = 255 leaves one bit.)
 */

const STRIDE = 93n;
/** Groups whose products fit the top lane of 70 bits: coefficients ≤ 1.06·p times elements below 2^31. */
const MAX_GROUPS = 30;
const THREE = hex(0x7fffffffn * (1n | (1n << STRIDE) | (1n << (2n * STRIDE))));
const TWO = hex(0x7fffffffn * (1n | (1n << STRIDE)));
const CARRY = hex(0xffffffn * (1n | (1n << STRIDE) | (1n << (2n * STRIDE))));
const OVERFLOW = hex((1n << 31n) * (1n | (1n << STRIDE) | (1n << (2n * STRIDE))));
/** Words that one group takes in a coefficient table: three packings of five coordinates. */
export const GROUP_WORDS = 15;

export function groupCount(width: number): number {
  return Math.ceil(width / BASE31_GROUP);
}

const NAMES = ["a", "b", "c", "d", "e"];

/** Joins the five top lanes, reduced. */
function gatherSums(): string {
  const lane = (name: string): string => `mod(shr(186, ${name}), ${LITERAL.p})`;
  return `or(or(${lane("a")}, shl(51, ${lane("b")})), or(or(shl(102, ${lane("c")}), shl(153, ${lane("d")})), shl(204, ${lane("e")})))`;
}

/**
 * Coefficient table of one row: `groups` groups from the plain coefficients at `source` (words of five lanes ≤ 1.06·p).
 * Packing k of a group holds the coefficients of the elements k, k+3, k+6 from high to low.
 */
export const COEFFICIENT_TABLE = `
// coefficients (words of five lanes) -> packed table for row sums, eight coefficients at a time
function packCoefficients(source, table, groups) {
  for { let end := add(source, shl(8, groups)) } lt(source, end) { source := add(source, 256) } {
    for { let k := 0 } lt(k, 96) { k := add(k, 32) } {
      let high := mload(add(source, k))
      let middle := mload(add(source, add(k, 96)))
      let low := 0
      if lt(k, 64) { low := mload(add(source, add(k, 192))) }
      for { let end5 := add(table, 160) } lt(table, end5) { table := add(table, 32) } {
        mstore(table, or(or(shl(186, and(high, ${LITERAL.lane})), shl(93, and(middle, ${LITERAL.lane}))), and(low, ${LITERAL.lane})))
        high := shr(51, high)
        middle := shr(51, middle)
        low := shr(51, low)
      }
    }
  }
}`;

interface RowSum {
  /** Name of the Yul function. */
  readonly name: string;
  readonly width: number;
  /** Address of the coefficient table. */
  readonly table: number;
  /** The sum over the first `prefix` columns is stored at `prefixAddress`. Zero for none. */
  readonly prefix: number;
  readonly prefixAddress: number;
}

/** Σ over one third of a group: a load and a product for each coordinate. */
function accumulate(table: number, part: string): string {
  return NAMES.map((name, k) => `${name} := add(${name}, mul(${part}, mload(${hex(table + 32 * k)})))`).join("\n  ");
}

/** The bits of the packings k, k+3, k+6 that belong to the first `count` elements. */
function partMask(k: number, count: number): bigint {
  let mask = 0n;
  for (let j = 0; j < 3; j++) if (k + 3 * j < count) mask |= 0x7fffffffn << (STRIDE * BigInt(j));
  return mask;
}

/**
 * Row sum, unrolled for literal table addresses: Σ coefficientᵢ·elementᵢ as canonical lanes. `faults` is not zero when a
 * padding bit is set (bits 0 to 30) or an element is not canonical (bits 31, 124, 217).
 * Throws RangeError for a row too wide to be summed without a reduction.
 */
export function rowSumFunction({ name, width, table, prefix, prefixAddress }: RowSum): string {
  const groups = groupCount(width);
  if (groups > MAX_GROUPS) throw new RangeError(`row sums take up to ${MAX_GROUPS * BASE31_GROUP} columns, not ${width}`);
  const blocks: string[] = [];
  for (let group = 0; group < groups; group++) {
    const first = group * BASE31_GROUP;
    const count = Math.min(BASE31_GROUP, width - first);
    const at = table + group * GROUP_WORDS * 32;
    const offset = packedLength(first, BASE31_GROUP);
    const bytes = packedLength(count, BASE31_GROUP);
    const word = `calldataload(${offset === 0 ? "row" : `add(row, ${offset})`})`;
    const inPrefix = prefix - first;
    const parts = ["x", "y", "z"];
    const lines = [`let z := shr(${256 - 8 * bytes}, ${word})`];
    if (count < BASE31_GROUP) lines.push(`faults := or(faults, shr(${31 * count}, z))`);
    lines.push(`let x := and(z, ${THREE})`, `let y := and(shr(31, z), ${THREE})`, `z := and(shr(62, z), ${TWO})`);
    lines.push(`bad := or(bad, or(add(x, ${CARRY}), or(add(y, ${CARRY}), add(z, ${CARRY}))))`);
    const splits = inPrefix > 0 && inPrefix <= BASE31_GROUP;
    if (!splits) {
      parts.forEach((part, k) => lines.push(accumulate(at + 160 * k, part)));
    } else {
      // Parts that the prefix holds as a whole come first; the prefix's share of the others is added for its sum only.
      const whole = (k: number): boolean => partMask(k, inPrefix) === partMask(k, BASE31_GROUP);
      const share = (k: number): bigint => partMask(k, inPrefix);
      parts.forEach((part, k) => {
        if (whole(k)) lines.push(accumulate(at + 160 * k, part));
      });
      parts.forEach((part, k) => {
        if (whole(k)) return;
        if (share(k) !== 0n) lines.push(accumulate(at + 160 * k, `and(${part}, ${hex(share(k))})`));
      });
      lines.push(`mstore(${hex(prefixAddress)}, ${gatherSums()})`);
      parts.forEach((part, k) => {
        const rest = partMask(k, BASE31_GROUP) & ~share(k);
        if (!whole(k) && rest !== 0n) lines.push(accumulate(at + 160 * k, `and(${part}, ${hex(rest)})`));
      });
    }
    blocks.push(`{ // columns ${first} to ${first + count - 1}\n  ${lines.join("\n  ")}\n  }`);
  }
  return `
// sum of coefficient times element over a row of ${width} columns${prefix > 0 ? `; the sum over the first ${prefix} goes to memory` : ""}
function ${name}(row) -> sum, faults {
  let a := 0 let b := 0 let c := 0 let d := 0 let e := 0
  let bad := 0
  ${blocks.join("\n  ")}
  faults := or(faults, and(bad, ${OVERFLOW}))
  sum := ${gatherSums()}
}`;
}

/**
 * Opened values, sent as five rows (one per coordinate) of `count` base31 elements: writes one word of five lanes per
 * value. `padding` is not zero when a padding bit is set; `bad` has bit 31 of a lane set for a non-canonical coordinate.
 */
export const UNPACK_VALUES = `
// five rows of base31 elements -> one word of five lanes per value
function unpackValues(row, rowLength, count, to) -> padding, bad {
  for { } count { } {
    let inGroup := count
    if gt(inGroup, 8) { inGroup := 8 }
    count := sub(count, inGroup)
    let bytes := shr(3, add(mul(31, inGroup), 7))
    let drop := sub(256, shl(3, bytes))
    let w0 := shr(drop, calldataload(row))
    let w1 := shr(drop, calldataload(add(row, rowLength)))
    let w2 := shr(drop, calldataload(add(row, mul(2, rowLength))))
    let w3 := shr(drop, calldataload(add(row, mul(3, rowLength))))
    let w4 := shr(drop, calldataload(add(row, mul(4, rowLength))))
    row := add(row, bytes)
    for { } inGroup { inGroup := sub(inGroup, 1) } {
      let value := or(or(and(w0, ${LITERAL.element}), shl(51, and(w1, ${LITERAL.element}))), or(shl(102, and(w2, ${LITERAL.element})), shl(153, and(w3, ${LITERAL.element}))))
      value := or(value, shl(204, and(w4, ${LITERAL.element})))
      bad := or(bad, add(value, ${LITERAL.canonicalCarry}))
      mstore(to, value)
      to := add(to, 32)
      w0 := shr(31, w0)
      w1 := shr(31, w1)
      w2 := shr(31, w2)
      w3 := shr(31, w3)
      w4 := shr(31, w4)
    }
    padding := or(or(padding, or(w0, w1)), or(or(w2, w3), w4))
  }
  bad := and(bad, ${LITERAL.bit31})
}`;
