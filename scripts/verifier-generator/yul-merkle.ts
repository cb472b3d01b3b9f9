import { hex } from "./lanes.ts";

const sixteenths = (bits: (lane: bigint) => bigint): string =>
  hex([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].reduce((sum, lane) => sum | (1n << bits(lane)), 0n));
/** Copies of eight bits at a stride of 15 do not overlap, and bit i of copy i is at 16·i. */
const SPREAD = sixteenths((lane) => 15n * lane);
/** The lowest bit of eight lanes of 16 bits. */
const LOWEST = sixteenths((lane) => 16n * lane);

/**
 * Hashes the current node with the next sibling; `place` is where the node goes, `digestBytes` if it is on
 * the right. The sibling is copied byte by byte length, after the node, so it overwrites what the node's word
 * holds beyond its digest.
 */
function climb(digestBytes: number, place: string, sibling: string): string {
  return `{
      let place := ${place}
      mstore(place, node)
      calldatacopy(sub(${digestBytes}, place), ${sibling}, ${digestBytes})
      node := keccak256(0, ${2 * digestBytes})
    }`;
}

/**
 * Recomputes the root of a pruned multiproof, depth first and left to right, the order of `multiproofSteps`. A node is
 * kept as a whole hash: a digest is its first bytes, so storing the left one at 0 and then the right one at `digestBytes`
 * truncates both for free. `leaves` and `hashes` hold `count` ascending leaf indices and their hashes; `stack` has room
 * for two words per leaf and one more. The caller has checked that the siblings lie inside the proof.
 * The loop count is bounded by count · depth, which the sibling count of the proof equals up to merges.
 */
export function merkleFunction(digestBytes: number, stack: number): string {
  /** Climbs `levels` levels in one go; from three levels on, `places` holds the node's place for all of them. */
  const block = (
    levels: number,
  ): string => `${levels > 2 ? `let places := mul(and(mul(and(index, 0xff), ${SPREAD}), ${LOWEST}), ${digestBytes})\n      ` : ""}${Array.from(
    { length: levels },
    (_, i) => {
      const bit = i === 0 ? "and(index, 1)" : `and(shr(${i}, index), 1)`;
      const place = levels > 2 ? `byte(${31 - 2 * i}, places)` : `mul(${digestBytes}, ${bit})`;
      return climb(digestBytes, place, i === 0 ? "cursor" : `add(cursor, ${digestBytes * i})`);
    },
  ).join("\n      ")}
      cursor := add(cursor, ${levels * digestBytes})
      index := shr(${levels}, index)`;
  return `
// root of the pruned multiproof over count leaves of a tree of the given depth; cursor walks over the siblings
function merkleRoot(depth, count, leaves, hashes, cursor) -> node, end {
  let top := ${hex(stack)}
  mstore(top, 0x100) // a sentinel above every level at which two leaves can meet
  let last := add(leaves, shl(5, sub(count, 1)))
  for { } 1 { } {
    let index := mload(leaves)
    let until := depth
    if lt(leaves, last) { until := sub(255, clz(xor(index, mload(add(leaves, 32))))) }
    node := mload(hashes)
    let level := 0
    for { } 1 { } {
      let meeting := mload(top)
      let target := meeting
      if gt(target, until) { target := until }
      level := sub(target, level) // levels to climb, for a moment
      for { } gt(level, 7) { level := sub(level, 8) } {
      ${block(8)}
      }
      if and(level, 4) {
      ${block(4)}
      }
      if and(level, 2) {
      ${block(2)}
      }
      if and(level, 1) {
      ${block(1)}
      }
      level := target
      if iszero(lt(meeting, until)) { break }
      mstore(0, mload(sub(top, 32)))
      mstore(${digestBytes}, node)
      node := keccak256(0, ${2 * digestBytes})
      index := shr(1, index)
      level := add(level, 1)
      top := sub(top, 64)
    }
    if eq(leaves, last) { break }
    mstore(add(top, 32), node)
    top := add(top, 64)
    mstore(top, until)
    leaves := add(leaves, 32)
    hashes := add(hashes, 32)
  }
  end := cursor
}
// number of siblings of such a multiproof: depth - (count - 1) + the levels at which neighbours meet
function siblingCount(depth, count, leaves) -> n {
  n := add(sub(depth, count), 1)
  for { let last := add(leaves, shl(5, sub(count, 1))) } lt(leaves, last) { leaves := add(leaves, 32) } {
    n := add(n, sub(255, clz(xor(mload(leaves), mload(add(leaves, 32))))))
  }
}`;
}

/** Mask of the bytes of a word that belong to a digest. */
export function digestMask(digestBytes: number): string {
  return hex(((1n << BigInt(8 * digestBytes)) - 1n) << BigInt(256 - 8 * digestBytes));
}
