import { inv, rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import { quotientStep } from "../../src/proofs/stark/systems/hiding.ts";
import { proofVersion } from "../../src/proofs/stark/systems/verification-key.ts";
import { type CoreLayout, SHARED_WORDS, type TreeLayout, treeNamed } from "./core-layout.ts";
import { fail } from "./errors.ts";
import { hex, MONTGOMERY } from "./lanes.ts";
import type { EvaluatorPart } from "./split-evaluator.ts";
import { SHIFT } from "./yul-domain.ts";
import { joinedCoordinates, LITERAL, toMontgomery } from "./yul-extension.ts";
import { EXTENSION_BYTES } from "./yul-fri.ts";

/*
 * The first half of the generated verifier: everything up to the queries. The pieces are Yul statements that share
 * nothing but memory; `proof`, `statementHash` and `publicValues` are the parameters of the Solidity function.
 */

/** Reads and writes of named words. */
export function slotAccess<Name extends string>({
  memory: { slots },
}: {
  readonly memory: { readonly slots: Readonly<Record<Name, number>> };
}) {
  const address = (slot: Name): string => hex(slots[slot]);
  return {
    load: (slot: Name): string => `mload(${address(slot)})`,
    store: (slot: Name, value: string): string => `mstore(${address(slot)}, ${value})`,
  };
}

/** An offset into the proof. */
export const inProof = (offset: number): string => (offset === 0 ? "proof.offset" : `add(proof.offset, ${offset})`);

/** Version, height and the length of everything before the openings. */
export function readHead(layout: CoreLayout): string {
  const { parameters, headerBytes, friRootsOffset, digestBytes } = layout;
  const { store } = slotAccess(layout);
  return `
  if lt(proof.length, ${headerBytes}) { ${fail("malformedProof")} }
  let header := calldataload(proof.offset)
  let logRows := byte(1, header)
  if or(sub(byte(0, header), ${proofVersion(parameters)}), or(lt(logRows, ${parameters.minLogRows}), gt(logRows, ${parameters.maxLogRows}))) { ${fail("malformedProof")} }
  let layers := 0
  let logFinal := logRows
  for { } gt(logFinal, ${parameters.logFinalMax}) { } {
    logFinal := sub(logFinal, ${parameters.logArity})
    layers := add(layers, 1)
  }
  let final := add(${inProof(friRootsOffset)}, mul(layers, ${digestBytes}))
  let openings := add(add(final, shl(logFinal, ${EXTENSION_BYTES})), 8)
  if gt(openings, add(proof.offset, proof.length)) { ${fail("malformedProof")} }
  ${store("logRows", "logRows")}
  ${store("logDomain", `add(logRows, ${parameters.logBlowup})`)}
  ${store("layers", "layers")}
  ${store("logFinal", "logFinal")}
  ${store("final", "final")}
  ${store("cursor", "openings")}`;
}

/** Statement values to memory, one word each, in Montgomery form. */
export function readStatement({
  statementCount,
  memory,
}: {
  readonly statementCount: number;
  readonly memory: { readonly publicValues: number };
}): string {
  return `
  if sub(publicValues.length, ${4 * statementCount}) { ${fail("badStatement")} }
  let bad := 0
  let from := publicValues.offset
  for { let to := ${hex(memory.publicValues)} } lt(to, ${hex(memory.publicValues + 32 * statementCount)}) { to := add(to, 32) } {
    let value := shr(224, calldataload(from))
    bad := or(bad, iszero(lt(value, ${LITERAL.p})))
    mstore(to, mulmod(value, ${hex(MONTGOMERY)}, ${LITERAL.p}))
    from := add(from, 4)
  }
  if bad { ${fail("badStatement")} }`;
}

/** All challenges, in the transcript's order, up to the state before the positions. */
export function runTranscript(layout: CoreLayout): string {
  const { memory, headerBytes, digestBytes, openingsOffset, friRootsOffset, system } = layout;
  const { load, store } = slotAccess(layout);
  const rootOf = (name: TreeLayout["name"]): string => rootAddress(treeNamed(layout, name));
  const key = BigInt(`0x${Buffer.from(system.verificationKeyDigest).toString("hex")}`);
  const argument = (index: number): string => hex(memory.evaluatorArguments + 32 * index);
  return `
  mstore(${hex(memory.buffer)}, ${hex(key)}) // digest of the verification key
  mstore(${hex(memory.buffer + 32)}, statementHash)
  calldatacopy(${hex(memory.buffer + 64)}, proof.offset, ${headerBytes})
  let state := keccak256(${hex(memory.buffer)}, ${64 + headerBytes})
  state := absorb(state, ${rootOf("main")}, ${digestBytes})
  mstore(${argument(0)}, ${toMontgomery("challenge(state)")})
  state := absorb(state, ${rootOf("quotient")}, ${digestBytes})
  // the out-of-domain point
  ${store("pointMontgomery", toMontgomery("challenge(state)"))}
  state := absorb(state, ${inProof(openingsOffset)}, ${friRootsOffset - openingsOffset})
  ${store("deep", toMontgomery("challenge(state)"))}
  let root := ${inProof(friRootsOffset)}
  for { let layer := 0 } lt(layer, ${load("layers")}) { layer := add(layer, 1) } {
    state := absorb(state, root, ${digestBytes})
    mstore(add(${hex(memory.friChallenges)}, shl(5, layer)), ${toMontgomery("challenge(state)")})
    root := add(root, ${digestBytes})
  }
  let finalLength := shl(${load("logFinal")}, ${EXTENSION_BYTES})
  state := absorb(state, ${load("final")}, finalLength)
  ${store("state", `absorb(state, add(${load("final")}, finalLength), 8)`)}`;
}

/**
 * Auxiliary public values, opened values and final polynomial to memory, each section checked in proof order. Opened
 * values are sent in Montgomery form.
 */
export function readValues(layout: CoreLayout): string {
  const { memory, columnCount, nextCount, openingsOffset, openingsAtPointRow, openingsAtNextRow } = layout;
  const { load } = slotAccess(layout);
  const check = `if padding { ${fail("malformedProof")} }
  if bad { ${fail("nonCanonicalElement")} }`;
  const auxiliary =
    layout.auxiliaryCount === 0
      ? ""
      : `
  let from := ${inProof(layout.auxiliaryOffset)}
  for { let to := ${hex(memory.publicValues + 32 * layout.statementCount)} } lt(to, ${hex(memory.publicValues + 32 * (layout.statementCount + layout.auxiliaryCount))}) { to := add(to, 32) } {
    let value := shr(224, calldataload(from))
    bad := or(bad, iszero(lt(value, ${LITERAL.p})))
    mstore(to, mulmod(value, ${hex(MONTGOMERY)}, ${LITERAL.p}))
    from := add(from, 4)
  }
  if bad { ${fail("nonCanonicalElement")} }`;
  return `
  let padding := 0
  let bad := 0${auxiliary}
  padding, bad := unpackValues(${inProof(openingsOffset)}, ${openingsAtPointRow}, ${columnCount}, ${hex(memory.values)})
  ${check}
  padding, bad := unpackValues(${inProof(openingsOffset + 5 * openingsAtPointRow)}, ${openingsAtNextRow}, ${nextCount}, ${hex(memory.nextValues)})
  ${check}
  padding, bad := readFinal(${load("final")}, shl(${load("logFinal")}, 1), ${hex(memory.finalTables)})
  ${check}`;
}

/** The point's domain check, the row selectors, and constraints against quotient. */
export function checkConstraints(layout: CoreLayout, parts: readonly EvaluatorPart[]): string {
  const { memory, parameters } = layout;
  const { load, store } = slotAccess(layout);
  const largest = rootOfUnity(parameters.maxLogRows);
  const quotient = treeNamed(layout, "quotient");
  const one = hex(MONTGOMERY);
  const argument = (index: number): string => hex(memory.evaluatorArguments + 32 * index);
  const quotientStart = memory.values + 32 * quotient.firstColumn;
  // Subtrahends are at most 1.06p, so a bias of 2p keeps every lane positive.
  const minusBase = (value: string, base: string): string => `extNormalize(add(${value}, sub(${LITERAL.p2}, ${base})))`;
  return `
  let z := ${load("pointMontgomery")}
  let logRows := ${load("logRows")}
  let power := z
  for { let i := logRows } i { i := sub(i, 1) } { power := extMul(power, power) }
  let vanishing := ${minusBase("power", one)} // z^n - 1
  if iszero(extCanonical(vanishing)) { ${fail("pointInDomain")} }
  {
    let inDomain := power
    for { let i := ${parameters.logBlowup} } i { i := sub(i, 1) } { inDomain := extMul(inDomain, inDomain) }
    let shift := ${SHIFT} // to the power N, then in Montgomery form
    for { let i := ${load("logDomain")} } i { i := sub(i, 1) } { shift := mulmod(shift, shift, ${LITERAL.p}) }
    shift := mulmod(shift, ${one}, ${LITERAL.p})
    if iszero(sub(extCanonical(inDomain), shift)) { ${fail("pointInDomain")} }
  }
  {
    let generator := ${largest}
    let inverse := ${inv(largest)}
    for { let i := logRows } lt(i, ${parameters.maxLogRows}) { i := add(i, 1) } {
      generator := mulmod(generator, generator, ${LITERAL.p})
      inverse := mulmod(inverse, inverse, ${LITERAL.p})
    }
    ${store("nextPointMontgomery", `extScale(z, mulmod(generator, ${one}, ${LITERAL.p}))`)}
    let fromFirst := ${minusBase("z", one)}
    let fromLast := ${minusBase("z", `mulmod(inverse, ${one}, ${LITERAL.p})`)}
    // one inversion for both boundary selectors
    let scaled := extMul(vanishing, extInverse(extMul(fromFirst, fromLast)))
    mstore(${argument(1)}, fromLast)
    mstore(${argument(2)}, extMul(scaled, fromLast))
    mstore(${argument(3)}, extMul(scaled, fromFirst))
  }
  ${quotientPower(layout)}
  let q := 0
  for { let at := ${hex(quotientStart + 32 * quotient.width)} } gt(at, ${hex(quotientStart)}) { } {
    at := sub(at, 160)
    q := extNormalize(add(extMul(power, q), ${joinedCoordinates(4n)}))
  }
  q := extCanonical(extMul(vanishing, q))
  let composition := 0
  ${parts.map((part, index) => callEvaluator(layout, part, index)).join("\n  ")}
  if sub(extCanonical(composition), q) { ${fail("constraintMismatch")} }`;
}

/** Leaves in `power` the factor between chunks of the quotient: z^n, or a lower power of z if chunks overlap. */
function quotientPower({ parameters }: CoreLayout): string {
  const explained = (exponent: string): string =>
    `// Q(z) = sum over chunks of z^(${exponent}) times sum over coordinates of X^c, highest first; a power of X moves lanes`;
  if (parameters.hiding === undefined) return explained("jn");
  const step = quotientStep(parameters, parameters.maxLogRows);
  const [, ...bits] = step.toString(2);
  const steps = bits.map((bit) => `power := extMul(power, power)${bit === "1" ? "\n  power := extMul(power, z)" : ""}`);
  return `${explained(`${step}j`)}
  power := z
  ${steps.join("\n  ")}`;
}

/** Address of a tree's root, which the proof has. */
function rootAddress({ name, root }: TreeLayout): string {
  if (root.kind === "fixed") throw new RangeError(`the root of the ${name} tree is a constant`);
  return inProof(root.offset);
}

/** A tree's root as a word whose first bytes are the digest. */
export function rootWord(tree: TreeLayout): string {
  const { root } = tree;
  if (root.kind === "sent") return `calldataload(${rootAddress(tree)})`;
  return hex(BigInt(`0x${Buffer.from(root.digest).toString("hex").padEnd(64, "0")}`));
}

/** Calls one of the constraint contracts; the values that it hands on go behind its input, where the next part reads them. */
function callEvaluator({ memory }: CoreLayout, part: EvaluatorPart, index: number): string {
  const inputBytes = memory.sharedValues + 32 * part.importCount - memory.evaluatorArguments;
  const exportBytes = 32 * part.exportCount;
  if (part.importCount + part.exportCount > SHARED_WORDS) throw new RangeError("the constraint contracts share too many values");
  return `if iszero(staticcall(gas(), evaluator${index + 1}, ${hex(memory.evaluatorArguments)}, ${inputBytes}, 0, 32)) { revert(0, 0) }
  if sub(returndatasize(), ${32 + exportBytes}) { revert(0, 0) }
  composition := extNormalize(add(composition, mload(0)))${exportBytes === 0 ? "" : `\n  returndatacopy(${hex(memory.sharedValues + 32 * part.importCount)}, 32, ${exportBytes})`}`;
}
