import type { Backend } from "../../kernels/backend.ts";
import { commitSegment, type ProveOptions, proveSegment, type SegmentSeed } from "./prove.ts";
import type { ProverInput } from "../proving/prover-input.ts";
import type { System } from "../systems/system.ts";
import { FIRST_FOLD, foldSegment } from "../segments/fold.ts";
import type { RunProof } from "./verify-run.ts";

/** Source of a run's segments, by index from 0: it is read twice, and must return equal data both times. */
interface RunSource {
  readonly count: number;
  fill(segment: number): ProverInput | Promise<ProverInput>;
}

/**
 * Proves a run in segments: commits to all of them, which decides their lookup challenges, then proves them
 * in sequence. Only the columns of one segment are in memory at a time. Throws like `prove`; ProverInputError
 * OtherFilling if a segment's data differ the second time.
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
