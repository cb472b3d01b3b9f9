import { isCanonical } from "../field/koala-bear.ts";
import { RejectedProof, reject, type RejectionCode } from "../stark/openings/rejection.ts";
import { wordsOf } from "../stark/transcripts/transcript-form.ts";
import { disassemble } from "./disassembly.ts";
import { type Hints, interpret } from "./interpret.ts";
import type { LeafProgram } from "./leaf-program.ts";
import { type Program, sectionOf } from "./program.ts";
import { proofHints, requireHeights } from "./proof-hints.ts";

/** What a program says of a proof. */
type ProgramVerdict =
  | { readonly ok: true }
  /** `where` names the relation that no value satisfies, or the part of the bytes that encodes no elements. */
  | { readonly ok: false; readonly code: RejectionCode; readonly where: string };

/**
 * Checks a proof by running the program of its shape, with the codes of `verify`. Throws nothing for hostile bytes. `compressOf`
 * computes Poseidon's compression.
 */
export function checkByProgram(
  { program, system, logRows }: LeafProgram,
  statement: Uint8Array,
  proof: Uint8Array,
  compressOf?: Parameters<typeof interpret>[3],
): ProgramVerdict {
  const hintsOf = (): Hints => {
    requireHeights(system, logRows, proof);
    return proofHints(system, proof);
  };
  return programVerdict(program, statement, hintsOf, compressOf);
}

/** The verdict of a run, on hints that may end in a RejectedProof. */
export function programVerdict(
  program: Program,
  statement: Uint8Array,
  hintsOf: () => Hints,
  compressOf?: Parameters<typeof interpret>[3],
): ProgramVerdict {
  try {
    const hints = hintsOf();
    const elements = wordsOf(statement);
    if (statement.length !== 4 * program.publicCount || !elements.every(isCanonical)) reject({ code: "BadStatement" });
    const result = interpret(program, elements, hints, compressOf);
    if (result.ok) return { ok: true };
    const relation = program.relations[result.relation];
    const { title, code } = sectionOf(program, result.relation);
    const text = relation === undefined ? "" : disassemble(relation);
    return { ok: false, code, where: `${title}, relation ${result.relation}: ${text}` };
  } catch (error) {
    if (!(error instanceof RejectedProof)) throw error;
    return { ok: false, code: error.code, where: JSON.stringify(error.rejection) };
  }
}
