import { inv } from "../../../src/proofs/field/koala-bear.ts";
import { everyLane, hex, MONTGOMERY, PRIME } from "../lanes.ts";
import { inlineMul, inlineNormalize, inlineSpread, joinedCoordinates, LITERAL } from "../yul-extension.ts";
import { EXTENSION_BYTES } from "../yul-fri.ts";
import type { StackLayout } from "./stack-layout.ts";

/** 1 in Montgomery form. */
export const ONE = hex(MONTGOMERY);
const HALF = hex((BigInt(inv(2)) * MONTGOMERY) % PRIME);
const P4 = hex(everyLane(4n * PRIME));

/** a − b, normalized: lanes of b at most 2p. */
export const minus = (a: string, b: string): string => `extNormalize(add(${a}, sub(${LITERAL.p2}, ${b})))`;

/** Values of extension columns, and what weighs them. */
export const JOINED = `
// the sum of count products of the words from a and from b on
function sumOfProducts(a, b, count) -> sum {
  for { let end := add(a, shl(5, count)) } lt(a, end) { a := add(a, 32) } {
    sum := extNormalize(add(sum, extMul(mload(a), mload(b))))
    b := add(b, 32)
  }
}
// of count values: the factor times the sum over coordinates of X^c times the weight of the column's number; weights, of lanes up to
// 1.3p, stand from the word at at on
function weighJoined(at, count, factor, to) {
  for { let end := add(to, shl(5, count)) } lt(to, end) { to := add(to, 32) } {
    mstore(to, extMul(factor, extNormalize(${joinedCoordinates(6n)})))
    at := add(at, 160)
  }
}`;

/** Extension elements of a proof, and a step of the transcript that no input stands before. */
export const READ_EXTENSIONS = `
// count elements of ${EXTENSION_BYTES} bytes at from -> one word of five lanes each
function readExtensions(from, count, to) -> padding, bad {
  for { let end := add(from, mul(${EXTENSION_BYTES}, count)) } lt(from, end) { from := add(from, ${EXTENSION_BYTES}) } {
    let word := shr(96, calldataload(from))
    let element := ${inlineSpread("word")}
    padding := or(padding, shr(155, word))
    bad := or(bad, add(element, ${LITERAL.canonicalCarry}))
    mstore(to, element)
    to := add(to, 32)
  }
  bad := and(bad, ${LITERAL.bit31})
}
function rehash(state) -> r {
  mstore(0, state)
  r := keccak256(0, 32)
}`;

/** One round of the sumcheck (`stark/stacked/sumcheck.ts`): claims and messages plain, the challenge in Montgomery form. */
export const NEXT_CLAIM = `
// h(r) = h(0) + r * (b1 + (r - 1) * b2 / 2) with b1 = claim - 2 h(0), b2 = 3 h(0) - 2 claim + h(2)
function nextClaim(claim, atZero, atTwo, r) -> h {
  let half := extScale(extNormalize(add(add(mul(atZero, 3), atTwo), sub(${P4}, shl(1, claim)))), ${HALF})
  h := add(extNormalize(add(claim, sub(${LITERAL.p2}, shl(1, atZero)))), extMul(${minus("r", ONE)}, half))
  h := extNormalize(add(atZero, extMul(r, extNormalize(h))))
}
// the claim that this number of rounds leaves
function followRounds(claim, count, messages, challenges) -> r {
  r := claim
  for { let i := 0 } lt(i, count) { i := add(i, 1) } {
    let message := add(messages, shl(6, i))
    r := nextClaim(r, mload(message), mload(add(message, 32)), mload(add(challenges, shl(5, i))))
  }
}`;

/** Weights of equality with challenges: those of the lowest bit come first. */
export const EQUALITY = `
// from the word at to: 2^count weights, each bit of a number by the challenge of that bit; challenges in Montgomery form
function equality(challenges, count, to) {
  let length := 1
  for { } count { } {
    count := sub(count, 1)
    let r := mload(add(challenges, shl(5, count)))
    for { let i := length } i { } {
      i := sub(i, 1)
      let weight := mload(add(to, shl(5, i)))
      let high := extMul(r, weight)
      mstore(add(to, shl(6, i)), ${minus("weight", "high")})
      mstore(add(add(to, 32), shl(6, i)), high)
    }
    length := shl(1, length)
  }
}`;

/** Values at places, joined by the bits of their places. */
export const FOLD_PLACES = `
// values at neighbouring places, count of them from an even place on, by the challenge of the bit that tells them apart: in place, half
// as many
function foldPlaces(from, count, challenge) {
  let a := mload(challenge)
  let to := from
  let last := add(from, shl(5, sub(count, 1)))
  for { } lt(from, last) { from := add(from, 64) } {
    let value := mload(add(from, 32))
    ${inlineMul("value", "a", "value")}
    ${inlineNormalize("value", "add(mload(from), value)")}
    mstore(to, value)
    to := add(to, 32)
  }
  if eq(from, last) { mstore(to, mload(from)) }
}
// the same for two bits, from a place that four divides on: three words behind the values are overwritten
function foldPlacesTwice(from, count, challenges) {
  let a := mload(challenges)
  let b := mload(add(challenges, 32))
  let both := extMul(a, b)
  let to := from
  let end := add(from, shl(5, count))
  calldatacopy(end, calldatasize(), 96) // places behind the last one have nothing
  for { } lt(from, end) { from := add(from, 128) } {
    let sum := mload(add(from, 32))
    let value := mload(add(from, 64))
    ${inlineMul("sum", "a", "sum")}
    ${inlineMul("value", "b", "value")}
    sum := add(sum, value)
    value := mload(add(from, 96))
    ${inlineMul("value", "both", "value")}
    ${inlineNormalize("sum", "add(add(mload(from), sum), value)")}
    mstore(to, sum)
    to := add(to, 32)
  }
}`;

/** Functions for the weights of the stack at the rounds' point (`stark/stacked/claims.ts`). */
export function placeFunctions({ memory, logPlaces }: StackLayout): string {
  const at = (array: number, bit: string): string => `add(${hex(array)}, shl(5, ${bit}))`;
  return `
// for places of columns of 2^low coefficients: what numbers below each bit's power contribute
function beginWeights(low) {
  let any := ${ONE}
  for { let k := low } lt(k, ${logPlaces}) { k := add(k, 1) } {
    let zero := mload(${at(memory.zeroFactors, "k")})
    mstore(${at(memory.zeroAny, "k")}, extMul(zero, any))
    any := extMul(extNormalize(add(zero, mload(${at(memory.oneFactors, "k")}))), any)
  }
  mstore(${hex(memory.anyBelow)}, any)
}
// what the places below one contribute
function weightBelow(place) -> sum {
  for { let k := sub(255, clz(and(place, sub(0, place)))) } lt(k, ${logPlaces}) { k := add(k, 1) } {
    switch and(shr(k, place), 1)
    case 0 {
      ${inlineMul("sum", `mload(${at(memory.zeroFactors, "k")})`, "sum")}
    }
    default {
      ${inlineMul("sum", `mload(${at(memory.oneFactors, "k")})`, "sum")}
      sum := extNormalize(add(mload(${at(memory.zeroAny, "k")}), sum))
    }
  }
  if shr(${logPlaces}, place) { sum := mload(${hex(memory.anyBelow)}) }
}
// equality of a number's bits with the point's from bit low on
function equalBits(own, low) -> product {
  product := ${ONE}
  for { let k := low } lt(k, ${logPlaces}) { k := add(k, 1) } {
    let r := mload(${at(memory.point, "k")})
    if iszero(and(own, 1)) { r := ${minus(ONE, "r")} }
    product := extMul(r, product)
    own := shr(1, own)
  }
}
// the product over the bits k of a row of 1 - r + r * y^(2^k); powers has y first
function rowWeight(powers, count) -> product {
  product := ${ONE}
  for { let i := 0 } lt(i, count) { i := add(i, 1) } {
    let r := mload(${at(memory.point, "i")})
    let factor := add(${minus(ONE, "r")}, extMul(r, mload(add(powers, shl(5, i)))))
    product := extMul(extNormalize(factor), product)
  }
}`;
}
