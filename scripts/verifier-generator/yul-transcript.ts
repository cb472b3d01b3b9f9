import { SPARE_HASHES } from "../../src/proofs/stark/transcripts/transcript.ts";
import { fail } from "./errors.ts";
import { hex, LANE_BITS } from "./lanes.ts";
import { LITERAL } from "./yul-extension.ts";

/** Coordinate i of a challenge: 51 bits of the state, reduced. */
const coordinate = (lane: bigint): string => `mod(and(shr(${LANE_BITS * lane}, state), ${LITERAL.lane}), ${LITERAL.p})`;

/**
 * The transcript's steps. `buffer` is memory of unbounded length for what is absorbed: state ‖ bytes.
 * Positions: candidates of logDomain bits from keccak256(state ‖ counter), lowest bits first; repeated ones are skipped.
 */
export function transcriptFunctions(buffer: number): string {
  return `
// state := keccak256(state || bytes of the calldata)
function absorb(state, from, length) -> r {
  mstore(${hex(buffer)}, state)
  calldatacopy(${hex(buffer + 32)}, from, length)
  r := keccak256(${hex(buffer)}, add(length, 32))
}
// the extension element that the state represents, canonical
function challenge(state) -> r {
  r := or(or(${coordinate(0n)}, shl(51, ${coordinate(1n)})), or(or(shl(102, ${coordinate(2n)}), shl(153, ${coordinate(3n)})), shl(204, ${coordinate(4n)})))
}
// writes count distinct positions below 2^logDomain, ascending; 2^logDomain is at least twice the count, and the word
// before the array is zero; takes at most count + ${SPARE_HASHES} hashes
function drawPositions(state, positions, count, logDomain) {
  let mask := sub(shl(logDomain, 1), 1)
  let perHash := div(256, logDomain)
  let end := positions
  let full := add(positions, shl(5, count))
  mstore(0, state)
  for { let counter := 0 } lt(end, full) { counter := add(counter, 1) } {
    if eq(counter, add(count, ${SPARE_HASHES})) { ${fail("positionsExhausted")} }
    mstore(32, counter)
    let bits := keccak256(0, 64)
    for { let i := perHash } i { i := sub(i, 1) } {
      let position := and(bits, mask)
      bits := shr(logDomain, bits)
      let place := end
      let before := mload(sub(place, 32)) // a zero word stands before the first position
      for { } gt(before, position) { } {
        mstore(place, before)
        place := sub(place, 32)
        before := mload(sub(place, 32))
      }
      if and(eq(before, position), gt(place, positions)) {
        // a repetition: close the gap again
        for { } lt(place, end) { } {
          let next := add(place, 32)
          mstore(place, mload(next))
          place := next
        }
        continue
      }
      mstore(place, position)
      end := add(end, 32)
      if eq(end, full) { break }
    }
  }
}`;
}
