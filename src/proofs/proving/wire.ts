import * as v from "valibot";
import { type Hex, isPlainHex } from "../../ground/protocol/hex.ts";
import type { ProofPhase } from "../stark/proving/column-prover.ts";
import { JOB_KINDS, type ProofTask } from "./job.ts";

/**
 * Paths and formats of workers' requests: version 2, in which jobs have kinds and their bytes are sent separately. A task
 * is JSON, its input bytes.
 */
export const PATHS = {
  take: "/2/take",
  blob: "/2/blob",
  extend: "/2/extend",
  done: "/2/done",
  giveBack: "/2/give-back",
} as const;

/** In order: a worker goes through them once for each lease. That a proof waits ("queued") is the queue's to say. */
export const PHASES = [
  "trace",
  "commit",
  "lookup",
  "quotient",
  "openings",
  "deep",
  "fri",
  "grind",
  "queries",
] as const satisfies readonly ProofPhase[];

const hexText = (bytes: number, description: string) =>
  v.custom<Hex>((text) => isPlainHex(text, bytes), `must be ${description}`);
export const lease = hexText(16, "a lease");
export const hash = hexText(32, "a hash");

/** Valid name of a worker. */
export const workerName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be up to 64 letters, digits, dots, - and _"),
);

export const kind = v.picklist(JOB_KINDS);
/** A task as JSON. */
const taskText = v.strictObject({
  job: v.strictObject({
    kind,
    version: v.pipe(
      v.string(),
      v.regex(/^\d{1,78}$/),
      v.transform((digits) => BigInt(digits)),
    ),
    key: hash,
    input: hash,
    needs: v.pipe(v.array(hash), v.maxLength(64)),
    weight: v.pipe(v.number(), v.minValue(0)),
  }),
  needs: v.pipe(v.array(hash), v.maxLength(64)),
});
export const leaseAnswer = v.strictObject({ lease, leaseMs: v.pipe(v.number(), v.gtValue(0)), task: taskText });

/** Inverse of `taskText`. */
export function writeTask({ job, needs }: ProofTask): v.InferInput<typeof taskText> {
  const { kind: jobKind, version, key, input, needs: jobs, weight } = job;
  return { job: { kind: jobKind, version: String(version), key, input, needs: [...jobs], weight }, needs: [...needs] };
}

/** Every refusal's body. */
export const refusal = v.object({ error: v.object({ code: v.string(), message: v.string() }) });
