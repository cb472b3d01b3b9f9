import { isCanonical } from "../../field/koala-bear.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchStatement } from "../../../ground/protocol/statement.ts";
import { CHECKED_PATHS, type ProofParameters } from "../../stark/systems/parameters.ts";
import { compileSystem, type System } from "../../stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../stark/transcripts/transcript-form.ts";
import { DIGEST } from "../shapes/digest.ts";
import { inOrder, partOf } from "../shapes/stated-elements.ts";
import { LIMB, LIMBS, limbsOf } from "../shapes/word.ts";
import { EXTENSION_DEGREE } from "./layout/columns.ts";
import { AUXILIARY_COUNT, STATEMENT_PUBLIC_COUNT } from "./layout/public-values.ts";
import { createStateTransitionAir } from "./state-transition-air.ts";
import { powers } from "./statement-values.ts";

/** Parts of a statement about a list; words in limbs, lowest first. */
export const LIST = inOrder({
  commitment: LIMBS,
  oldRoot: DIGEST,
  newRoot: DIGEST,
  diffDigest: DIGEST,
  point: EXTENSION_DEGREE,
  evaluation: EXTENSION_DEGREE,
  outputsHash: LIMBS,
});

/**
 * Parameters of list proofs that a program checks: at least 100 proven bits in unique decoding. The table's degree asks for this
 * blowup.
 */
export function listParameters(): ProofParameters {
  return {
    extensionDegree: 5,
    logBlowup: 3,
    queryCount: 97,
    grindingBits: 20,
    grindingBaseLogRows: 24,
    logArity: 3,
    logFinalMax: 7,
    opening: { kind: "stacked", logStackMin: 14, logStackMax: 20 },
    hash: { kind: "poseidon" },
    transcript: "poseidon",
    paths: CHECKED_PATHS,
    maxConstraintDegree: 9,
    minLogRows: 9,
    maxLogRows: 17,
  };
}

/** The system of `createStateTransitionSystem`, about the same statements as elements: a program can check its proofs. */
export function listSystem(parameters: ProofParameters): System {
  return compileSystem({
    name: "state-transition in elements/1",
    parameters,
    tables: [{ air: createStateTransitionAir(), auxiliaryCount: AUXILIARY_COUNT }],
    statementValueCount: STATEMENT_PUBLIC_COUNT,
    statementElements: { count: LIST.count, shared: 0 },
    publicValues: listValues,
  });
}

/** The statement's bytes. */
export function encodeListStatement(statement: BatchStatement): Uint8Array {
  const limbs = (word: Hex): number[] => limbsOf(BigInt(word));
  return elementBytes([
    ...limbs(statement.commitment),
    ...statement.oldStateRoot,
    ...statement.newStateRoot,
    ...statement.diffDigest,
    ...statement.point,
    ...statement.evaluation,
    ...limbs(statement.outputsHash),
  ]);
}

/**
 * Public values of a statement; `undefined` if it is malformed. The commitment is bound by the transcript
 * alone.
 */
function listValues(statement: Uint8Array): number[] | undefined {
  const elements = wordsOf(statement);
  if (statement.length !== 4 * LIST.count || !elements.every(isCanonical)) return undefined;
  const part = (name: keyof typeof LIST.parts): readonly number[] => partOf(elements, LIST.parts[name]);
  if (![...part("commitment"), ...part("outputsHash")].every((limb) => limb < LIMB)) return undefined;
  const digests = [...part("oldRoot"), ...part("newRoot"), ...part("diffDigest")];
  return [...digests, ...part("evaluation"), ...part("outputsHash"), ...powers(part("point"))];
}
