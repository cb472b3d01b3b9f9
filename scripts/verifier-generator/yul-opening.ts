import { BASE31_GROUP, packedLength } from "../../src/proofs/kernels/leaf-encoding.ts";
import { hex } from "./lanes.ts";
import { inlineMul, LITERAL } from "./yul-extension.ts";

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
  ${[0, 1, 2]
    .map((k) => {
      const word = (element: number): string => (element === 0 ? "mload(source)" : `mload(add(source, ${32 * element}))`);
      const lane = (name: string, i: number): string => `and(${i === 0 ? name : `shr(${51 * i}, ${name})`}, ${LITERAL.lane})`;
      const low = k + 6 < BASE31_GROUP;
      const stores = [0, 1, 2, 3, 4].map((i) => {
        const parts = `or(shl(186, ${lane("high", i)}), shl(93, ${lane("middle", i)}))`;
        const at = 32 * (5 * k + i);
        return `mstore(${at === 0 ? "table" : `add(table, ${at})`}, ${low ? `or(${parts}, ${lane("low", i)})` : parts})`;
      });
      return `{
      let high := ${word(k)}
      let middle := ${word(k + 3)}${low ? `\n      let low := ${word(k + 6)}` : ""}
      ${stores.join("\n      ")}
    }`;
    })
    .join("\n  ")}
    table := add(table, ${32 * GROUP_WORDS})
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

/** Adds the products of some packings of a group to the sums: one assignment for each coordinate. */
function accumulate(table: number, parts: readonly { readonly code: string; readonly k: number }[]): string {
  return NAMES.map((name, i) => {
    const products = parts.map(({ code, k }) => `mul(mload(${hex(table + 160 * k + 32 * i)}), ${code})`);
    return `${name} := ${products.reduce((sum, product) => `add(${product}, ${sum})`, name)}`;
  }).join("\n  ");
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
      lines.push(
        accumulate(
          at,
          parts.map((code, k) => ({ code, k })),
        ),
      );
    } else {
      // The prefix's share of every part comes first; the sum so far is the prefix's, then the rest follows.
      const share = parts.map((code, k) => ({ code, k, mask: partMask(k, inPrefix), all: partMask(k, BASE31_GROUP) }));
      const masked = ({ code, k, all }: (typeof share)[number], mask: bigint) => ({
        k,
        code: mask === all ? code : `and(${code}, ${hex(mask)})`,
      });
      const own = share.filter(({ mask }) => mask !== 0n);
      const rest = share.filter(({ mask, all }) => mask !== all);
      lines.push(
        accumulate(
          at,
          own.map((part) => masked(part, part.mask)),
        ),
      );
      lines.push(`mstore(${hex(prefixAddress)}, ${gatherSums()})`);
      if (rest.length > 0)
        lines.push(
          accumulate(
            at,
            rest.map((part) => masked(part, part.all & ~part.mask)),
          ),
        );
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
 * The sum over the leaf of a stack: of each stack column 16 elements times weights that all columns share, whose packed table is at
 * `table`, and that times the column's weight. `bad` is not zero when an element is not canonical; eight elements fill their bytes,
 * so there is no padding.
 */
export function leafSumFunction(table: number): string {
  const group = (at: number, word: string): string => `{
      let z := shr(8, calldataload(${word}))
      let x := and(z, ${THREE})
      let y := and(shr(31, z), ${THREE})
      z := and(shr(62, z), ${TWO})
      bad := or(bad, or(add(x, ${CARRY}), or(add(y, ${CARRY}), add(z, ${CARRY}))))
      ${accumulate(
        at,
        ["x", "y", "z"].map((code, k) => ({ code, k })),
      )}
    }`;
  return `
// weights of columns in Montgomery form, lanes <= 1.3p; a normalized sum
function leafSum(row, weights, end) -> sum, bad {
  for { } lt(weights, end) { weights := add(weights, 32) } {
    let a := 0 let b := 0 let c := 0 let d := 0 let e := 0
    ${group(table, "row")}
    ${group(table + 32 * GROUP_WORDS, "add(row, 31)")}
    row := add(row, 62)
    a := ${gatherSums()}
    ${inlineMul("a", "mload(weights)", "a")}
    sum := add(sum, a)
  }
  bad := and(bad, ${OVERFLOW})
  sum := extNormalize(sum)
}`;
}

/** Function that is nonzero if some element of a leaf's row of one stack column is not canonical. */
export const ROW_FAULTS = `
// 16 elements in two groups; their carries
function rowFaults(row) -> bad {
  for { let end := add(row, 62) } lt(row, end) { row := add(row, 31) } {
    let z := shr(8, calldataload(row))
    bad := or(bad, or(add(and(z, ${THREE}), ${CARRY}), or(add(and(shr(31, z), ${THREE}), ${CARRY}), add(and(shr(62, z), ${TWO}), ${CARRY}))))
  }
  bad := and(bad, ${OVERFLOW})
}`;

/** Eight values from the words w0 … w4, one for each coordinate: shifts and masks chosen for every value and lane. */
function unpackGroup(): string {
  return Array.from({ length: BASE31_GROUP }, (_, k) => {
    const lane = (c: number): string => {
      const by = 51 * c - 31 * k;
      const word = by === 0 ? `w${c}` : by > 0 ? `shl(${by}, w${c})` : `shr(${-by}, w${c})`;
      return `and(${word}, ${hex(0x7fffffffn << BigInt(51 * c))})`;
    };
    return `{
      let value := or(or(${lane(0)}, ${lane(1)}), or(or(${lane(2)}, ${lane(3)}), ${lane(4)}))
      bad := or(bad, add(value, ${LITERAL.canonicalCarry}))
      mstore(${k === 0 ? "to" : `add(to, ${32 * k})`}, value)
    }`;
  }).join("\n    ");
}

/**
 * Opened values, sent as five rows (one per coordinate) of `count` base31 elements: writes one word of five lanes per
 * value; up to seven words after the last are overwritten with zeros. `padding` is not
 * zero when a padding bit is set; `bad` has bit 31 of a lane set for a non-canonical coordinate.
 */
export const UNPACK_VALUES = `
// five rows of base31 elements -> one word of five lanes per value
function unpackValues(row, rowLength, count, to) -> padding, bad {
  for { } count { } {
    let w0 let w1 let w2 let w3 let w4
    {
      let inGroup := count
      if gt(inGroup, 8) { inGroup := 8 }
      count := sub(count, inGroup)
      let bytes := shr(3, add(mul(31, inGroup), 7))
      let drop := sub(256, shl(3, bytes))
      let at := row
      w0 := shr(drop, calldataload(at))
      at := add(at, rowLength)
      w1 := shr(drop, calldataload(at))
      at := add(at, rowLength)
      w2 := shr(drop, calldataload(at))
      at := add(at, rowLength)
      w3 := shr(drop, calldataload(at))
      w4 := shr(drop, calldataload(add(at, rowLength)))
      row := add(row, bytes)
      padding := or(padding, shr(mul(31, inGroup), or(or(w0, w1), or(or(w2, w3), w4))))
    }
    ${unpackGroup()}
    to := add(to, 256)
  }
  bad := and(bad, ${LITERAL.bit31})
}`;
