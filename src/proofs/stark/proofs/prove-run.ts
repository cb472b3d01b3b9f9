import type { Backend } from "../../kernels/backend.ts";
import { commitSegment, type ProveOptions, proveSegment, type SegmentSeed } from "./prove.ts";
import type { ProverInput } from "../proving/prover-input.ts";
import type { System } from "../systems/system.ts";
import { FIRST_FOLD, foldSegment } from "../segments/fold.ts";
import type { RunProof } from "./verify-run.ts";

/** What a run's segments are filled with, by their places from 0 on: twice each, and equal both times. */
interface RunSource {
  readonly count: number;
  fill(segment: number): ProverInput | Promise<ProverInput>;
}

/**
 * Proves a run in segments: commits to all of them, which decides their lookup challenges, then proves one after another. Of the
 * columns, those of one segment are there at a time. Throws as `prove`; ProverInputError OtherFilling where a segment is filled
 * with something else the second time.
 */
export async function proveRun(
  system: System,
  source: RunSource,
  backend: Backend,
  options: ProveOptions = {},
): Promise<RunProof> {
  let before: Uint8Array = FIRST_FOLD;
  const folded: Omit<SegmentSeed, "seed">[] = [];
  for (let i = 0; i < source.count; i++) {
    const commitment = await commitSegment(system, await source.fill(i), backend, options);
    folded.push({ before, mainRoot: commitment.mainRoot });
    before = foldSegment(system, before, commitment);
  }
  const seed = before;
  const proofs: Uint8Array[] = [];
  for (const [i, own] of folded.entries())
    proofs.push(await proveSegment(system, await source.fill(i), { seed, ...own }, backend, options));
  return { seed, proofs };
}
