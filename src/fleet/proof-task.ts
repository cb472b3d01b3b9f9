import * as v from "valibot";
import { keccak } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ProofJob } from "../prover/job.ts";

/** A job as it travels to a worker; the same job is always the same bytes. */
export interface ProofTask {
  /** keccak of the bytes. */
  readonly id: Hex;
  readonly bytes: Uint8Array;
}

/** The longest list of changes that a batch's table holds takes a tenth of it. */
export const MAX_TASK_BYTES = 2 ** 28;
/** Several times a proof. */
export const MAX_PROOF_BYTES = 2 ** 20;

const DECIMAL_BIGINT = /^-?\d+n$/;

/** JSON in which a bigint is its digits and an n: no other text of a job looks so. */
export function encodeTask(job: ProofJob): ProofTask {
  const text = JSON.stringify(job, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  const bytes = new TextEncoder().encode(text);
  return { id: keccak(bytes), bytes };
}

const digest = v.array(v.number());
const word = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]*$/),
  v.transform((text) => text as Hex),
);
/** What a prover reads without looking; it compares the witness and the statement by itself. */
const jobSchema = v.looseObject({
  protocolVersion: v.bigint(),
  statement: v.looseObject({
    commitment: word,
    oldStateRoot: digest,
    newStateRoot: digest,
    diffDigest: digest,
    point: digest,
    evaluation: digest,
    outputsHash: word,
  }),
  witness: v.looseObject({
    depth: v.number(),
    operations: v.array(v.looseObject({ type: v.picklist(["update", "insertion"]) })),
  }),
});

/** Throws RangeError for bytes that are no task, or not the one of this id. */
export function decodeTask({ id, bytes }: ProofTask): ProofJob {
  if (keccak(bytes) !== id) throw new RangeError(`the task is ${keccak(bytes)}, not ${id}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes), (_key, value: unknown) =>
      typeof value === "string" && DECIMAL_BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value,
    );
  } catch (error) {
    throw new RangeError("the task is no JSON", { cause: error });
  }
  const job = v.safeParse(jobSchema, parsed);
  if (!job.success) throw new RangeError(`the task is no proof job: ${job.issues[0].message}`);
  return job.output as unknown as ProofJob;
}
