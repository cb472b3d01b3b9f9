import type { MadeProof } from "./job.ts";
import type { JobOffer } from "./queue.ts";

/** Why what a worker hands in is not the proof of a job; undefined where it is. `most`: bytes that it may have. */
export async function refusalOf(offer: JobOffer, { statement, output }: MadeProof, most: number): Promise<string | undefined> {
  if (output.length > most) return `it has ${output.length} bytes, at most ${most}`;
  if (!Buffer.from(statement).equals(offer.statement)) return "it is of another statement than the job's";
  return offer.check(output);
}
