import { rootOfUnity } from "../../../src/proofs/field/koala-bear.ts";
import { proofVersion } from "../../../src/proofs/stark/systems/verification-key.ts";
import { inProof, readStatement, slotAccess } from "../core-head.ts";
import { fail } from "../errors.ts";
import { hex, MONTGOMERY, PRIME } from "../lanes.ts";
import { toMontgomery } from "../yul-extension.ts";
import { EXTENSION_BYTES } from "../yul-fri.ts";
import { foldPowerCount, lowestBit, placeChallengeCount, ROUND_BYTES, type StackLayout } from "./stack-layout.ts";
import { minus, ONE } from "./yul-claim.ts";

/*
 * The first half: up to the checks of opened values. `proof`, `statementHash` and `publicValues` are the parameters of the Solidity
 * function. All proofs of the shape have the same length up to the queries, the same header and the same offsets.
 */

/** Version, heights and the length of everything before the queries. */
export function readStackHead(layout: StackLayout): string {
  const { parameters, shape, headerBytes, offsets, layerCount } = layout;
  const { store } = slotAccess(layout);
  const header = [proofVersion(parameters), ...shape.logRows].reduce((word, byte) => (word << 8n) | BigInt(byte), 0n);
  return `
  if lt(proof.length, ${offsets.openings}) { ${fail("malformedProof")} }
  if sub(shr(${256 - 8 * headerBytes}, calldataload(proof.offset)), ${hex(header)}) { ${fail("malformedProof")} }
  ${store("logRows", String(shape.tallest))}
  ${store("logDomain", String(shape.logDomain))}
  ${store("layers", String(layerCount))}
  ${store("logFinal", String(parameters.logFinalMax))}
  ${store("cursor", inProof(offsets.openings))}
  ${readStatement(layout)}`;
}

/** All challenges, in the transcript's order, up to the state before the positions. */
export function runStackTranscript(layout: StackLayout): string {
  const { memory, headerBytes, digestBytes, offsets, system, parameters, leafRounds, layerCount } = layout;
  const { store } = slotAccess(layout);
  const key = BigInt(`0x${Buffer.from(system.verificationKeyDigest).toString("hex")}`);
  const placeChallenges = memory.placeChallenges + 32 * lowestBit(layout);
  return `
  mstore(${hex(memory.buffer)}, ${hex(key)}) // digest of the verification key
  mstore(${hex(memory.buffer + 32)}, statementHash)
  calldatacopy(${hex(memory.buffer + 64)}, proof.offset, ${headerBytes})
  let state := keccak256(${hex(memory.buffer)}, ${64 + headerBytes})
  state := absorb(state, ${inProof(offsets.mainRoot)}, ${digestBytes})
  // canonical, as the constraint contracts take what they are given
  ${store("fold", `extCanonical(${toMontgomery("challenge(state)")})`)}
  state := rehash(state)
  ${store("offset", `extCanonical(${toMontgomery("challenge(state)")})`)}
  state := absorb(state, ${inProof(offsets.lookupRoot)}, ${offsets.quotientRoot - offsets.lookupRoot})
  mstore(${hex(memory.evaluator)}, ${toMontgomery("challenge(state)")})
  state := absorb(state, ${inProof(offsets.quotientRoot)}, ${digestBytes})
  mstore(${hex(memory.points)}, ${toMontgomery("challenge(state)")})
  state := absorb(state, ${inProof(offsets.atPoint)}, ${offsets.leafRounds - offsets.atPoint})
  mstore(${hex(memory.nextChallenge)}, ${toMontgomery("challenge(state)")})
  for { let at := ${hex(placeChallenges)} } lt(at, ${hex(placeChallenges + 32 * placeChallengeCount(layout))}) { at := add(at, 32) } {
    state := rehash(state)
    mstore(at, ${toMontgomery("challenge(state)")})
  }
  let at := ${hex(memory.challenges)}
  state, at := absorbRounds(state, ${inProof(offsets.leafRounds)}, ${leafRounds}, at)
  let from := ${inProof(offsets.firstLayer)}
  for { let layer := 0 } lt(layer, ${layerCount}) { layer := add(layer, 1) } {
    state := absorb(state, from, ${digestBytes})
    state, at := absorbRounds(state, add(from, ${digestBytes}), 3, at)
    from := add(from, ${layout.friRootStride})
  }
  state := absorb(state, from, ${EXTENSION_BYTES * 2 ** parameters.logFinalMax})
  state, at := absorbRounds(state, ${inProof(offsets.finalRounds)}, ${parameters.logFinalMax}, at)
  ${store("state", `absorb(state, ${inProof(offsets.nonce)}, 8)`)}`;
}

/** Rounds in the transcript: each message is taken in before its challenge is drawn. */
export const ABSORB_ROUNDS = `
function absorbRounds(state, from, count, to) -> r, end {
  r := state
  end := to
  for { } count { count := sub(count, 1) } {
    r := absorb(r, from, ${ROUND_BYTES})
    mstore(end, ${toMontgomery("challenge(r)")})
    from := add(from, ${ROUND_BYTES})
    end := add(end, 32)
  }
}`;

/** Sums, opened values, messages of rounds and the final polynomial to memory, each section checked in proof order. */
export function readStackValues(layout: StackLayout): string {
  const { memory, offsets, shape, pointRow, nextRow, parameters, leafRounds, tables, layerCount, digestBytes } = layout;
  const check = `if padding { ${fail("malformedProof")} }
  if bad { ${fail("nonCanonicalElement")} }`;
  const finalCount = 2 ** parameters.logFinalMax;
  const messagesOf = (round: number): string => hex(memory.messages + 64 * round);
  const layers = Array.from(
    { length: layerCount },
    (
      _,
      layer,
    ) => `padding, bad := readExtensions(${inProof(offsets.firstLayer + layer * layout.friRootStride + digestBytes)}, 6, ${messagesOf(leafRounds + 3 * layer)})
  ${check}`,
  );
  return `
  let padding := 0
  let bad := 0
  padding, bad := readExtensions(${inProof(offsets.sums)}, ${tables.length}, ${hex(memory.sums)})
  ${check}
  padding, bad := unpackValues(${inProof(offsets.atPoint)}, ${pointRow}, ${shape.openedCount}, ${hex(memory.values)})
  ${check}
  padding, bad := unpackValues(${inProof(offsets.atNext)}, ${nextRow}, ${shape.nextCount}, ${hex(memory.nextValues)})
  ${check}
  padding, bad := readExtensions(${inProof(offsets.leafRounds)}, ${2 * leafRounds}, ${messagesOf(0)})
  ${check}
  ${layers.join("\n  ")}
  padding, bad := readExtensions(${inProof(offsets.finalPolynomial)}, ${finalCount}, ${hex(memory.finals)})
  ${check}
  padding, bad := readFinal(${inProof(offsets.finalPolynomial)}, ${finalCount}, ${hex(memory.finalTables)})
  padding, bad := readExtensions(${inProof(offsets.finalRounds)}, ${2 * parameters.logFinalMax}, ${messagesOf(leafRounds + 3 * layerCount)})
  ${check}`;
}

/** The lookup sums add up to zero; powers of z and g·z; z lies outside the trace domain. */
export function checkPoint(layout: StackLayout): string {
  const { memory, shape, tables } = layout;
  const { load, store } = slotAccess(layout);
  const generator = hex((BigInt(rootOfUnity(shape.tallest)) * MONTGOMERY) % PRIME);
  const end = memory.points + 32 * shape.tallest;
  return `
  let total := 0
  for { let at := ${hex(memory.sums)} } lt(at, ${hex(memory.sums + 32 * tables.length)}) { at := add(at, 32) } { total := add(total, mload(at)) }
  if extCanonical(total) { ${fail("lookupSumMismatch")} }
  mstore(${hex(memory.nextPoints)}, extScale(mload(${hex(memory.points)}), ${generator}))
  for { let at := ${hex(memory.points)} } lt(at, ${hex(end)}) { at := add(at, 32) } {
    let power := mload(at)
    mstore(add(at, 32), extMul(power, power))
    power := mload(add(at, ${memory.nextPoints - memory.points}))
    mstore(add(at, ${memory.nextPoints - memory.points + 32}), extMul(power, power))
  }
  ${store("vanishing", minus(`mload(${hex(end)})`, ONE))}
  if iszero(extCanonical(${load("vanishing")})) { ${fail("pointInDomain")} }
  // (z^n - 1) / (y - 1) with y = z^(2^k) is the product of all y^(2^i) + 1 in between
  let selector := ${ONE}
  for { let at := ${hex(end)} } gt(at, ${hex(memory.points)}) { } {
    at := sub(at, 32)
    selector := extMul(extNormalize(add(mload(at), ${ONE})), selector)
    mstore(sub(at, ${memory.points - memory.selectors}), selector)
  }
  // powers of the challenge that folds messages
  let power := ${load("fold")}
  for { let at := ${hex(memory.foldPowers)} } lt(at, ${hex(memory.foldPowers + 32 * foldPowerCount(layout))}) { at := add(at, 32) } {
    mstore(at, power)
    power := extCanonical(extMul(power, ${load("fold")}))
  }`;
}
