import type { MadeProof } from "./job.ts";
import type { JobOffer } from "./queue.ts";

/** Why what a worker hands in is not the proof of a job; undefined where it is. `maxBytes`: bytes that it may have. */
export async function refusalOf(
  offer: JobOffer,
  { statement, output }: MadeProof,
  maxBytes: number,
): Promise<string | undefined> {
  if (output.length > maxBytes) return `it has ${output.length} bytes, at most ${maxBytes}`;
  if (!Buffer.from(statement).equals(offer.statement)) return "it is of another statement than the job's";
  return offer.check(output);
}
