import { isCanonical } from "../field/koala-bear.ts";
import { RejectedProof, reject, type RejectionCode } from "../stark/rejection.ts";
import { wordsOf } from "../stark/transcript-form.ts";
import { disassemble } from "./disassembly.ts";
import { interpret } from "./interpret.ts";
import type { LeafProgram } from "./leaf-program.ts";
import { sectionOf } from "./program.ts";
import { proofHints, shapeOfProof } from "./proof-hints.ts";

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
  try {
    const heights = shapeOfProof(system, proof).logRows;
    const other = heights.findIndex((height, table) => height !== logRows[table]);
    if (other >= 0)
      reject({ code: "MalformedProof", section: "heights", expected: logRows[other] ?? -1, got: heights[other] ?? -1 });
    const hints = proofHints(system, proof);
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
