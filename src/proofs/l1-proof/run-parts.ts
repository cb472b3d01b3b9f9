import type { NodePrograms } from "../recursion/nodes/node-programs.ts";
import { chunksOfSegment, earlyOf } from "../recursion/nodes/segment-leaf.ts";
import { decodeRun } from "../stark/proofs/encode-run.ts";
import { verifySegment } from "../stark/proofs/verify-run.ts";
import { laterStatement } from "../stark/proving/prover-input.ts";
import { FIRST_FOLD } from "../stark/segments/fold.ts";
import { wordsOf } from "../stark/transcripts/transcript-form.ts";
import { placeOfSegment } from "./first-proofs.ts";
import { L1ProofError } from "./l1-proof-error.ts";

/** A segment of a run, as its leaf takes it. */
export interface SegmentPart {
  /** Index of the leaf's program among those of segments. */
  readonly place: number;
  /** Early statement of the segment, and its leaf's statement. */
  readonly statement: readonly number[];
  readonly leafStatement: readonly number[];
  readonly proof: Uint8Array;
}

/**
 * The segments of a chunk that is cut. What leaves say of them follows from their proofs, which are verified here: folds, sums
 * and counts. Whether they are one whole run, the programs that join them ask. Throws L1ProofError.
 */
export function partsOfRun(
  program: Uint8Array,
  statement: Uint8Array,
  bytes: Uint8Array,
  programs: NodePrograms,
): readonly SegmentPart[] {
  const run = decodeRun(bytes);
  if (run === undefined || run.proofs.length < 2)
    throw new L1ProofError("RunRefused", `a chunk in segments has ${run?.proofs.length ?? 0} of them: two are the least`);
  const { seed, proofs } = run;
  let before: Uint8Array = FIRST_FOLD;
  return proofs.map((proof, i) => {
    const { place, system } = placeOfSegment(program, proof, programs);
    const flags = { index: i + 1, opens: i === 0 ? 1 : 0, closes: i === proofs.length - 1 ? 1 : 0 };
    const own = i === 0 ? statement : laterStatement(system.definition, statement);
    const verdict = verifySegment(system, own, { ...flags, seed, before }, proof);
    if (!verdict.ok)
      throw new L1ProofError("RunRefused", `segment ${i + 1} of ${proofs.length} is refused: ${verdict.rejection.code}`);
    before = verdict.part.after;
    return { place, statement: earlyOf(flags, wordsOf(own)), leafStatement: chunksOfSegment(verdict.part, wordsOf(own)), proof };
  });
}
