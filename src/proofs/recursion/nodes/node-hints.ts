import { createExtension } from "../../field/extension.ts";
import { isCanonical } from "../../field/koala-bear.ts";
import { reject } from "../../stark/openings/rejection.ts";
import { wordsOf } from "../../stark/transcripts/transcript-form.ts";
import type { Hints } from "../interpret.ts";
import { proofHints, requireHeights } from "../proof-hints.ts";
import { WORD_ELEMENTS } from "../relation.ts";
import type { NodeProgram } from "./node-program.ts";

/** A proof with what it says. */
export interface StatedProof {
  readonly statement: Uint8Array;
  readonly proof: Uint8Array;
  /** Which program it is of, where a node takes proofs of several (`AdmittedPrograms.hintsOf`). */
  readonly program?: Hints;
}

const NO_HINTS: Hints = { words: [], octets: [] };

const field = createExtension(WORD_ELEMENTS);

/**
 * Hints of a node: its children's statements, values that its rules read, then the children's proofs. Ends in a RejectedProof
 * for bytes that encode no elements.
 */
export function nodeHints({ children }: NodeProgram, proofs: readonly StatedProof[], ofRules: Hints = NO_HINTS): Hints {
  if (proofs.length !== children.length) throw new RangeError(`${children.length} proofs are checked, not ${proofs.length}`);
  const read = children.map(({ name, system, logRows, statementCount, isAdmitted }, i) => {
    const { statement, proof, program } = proofs[i] as StatedProof;
    const key = isAdmitted ? program : NO_HINTS;
    if (key === undefined) throw new RangeError(`which program ${name} is of has to be said`);
    const elements = wordsOf(statement);
    if (statement.length !== 4 * statementCount || !elements.every(isCanonical)) reject({ code: "BadStatement" });
    requireHeights(system, logRows, proof);
    const stated: Hints = { words: elements.map(field.fromBase), octets: [] };
    return { stated, checked: [key, proofHints(system, proof)] };
  });
  const inOrder = [...read.map(({ stated }) => stated), ofRules, ...read.flatMap(({ checked }) => checked)];
  return { words: inOrder.flatMap(({ words }) => words), octets: inOrder.flatMap(({ octets }) => octets) };
}
