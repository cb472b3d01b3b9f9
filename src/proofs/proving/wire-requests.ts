import * as v from "valibot";
import type { ProofPhase } from "../stark/proving/column-prover.ts";
import { JOB_KINDS } from "./job.ts";
import { hash, kind, lease, PHASES, workerName } from "./wire.ts";

/* What an ecosystem reads of its workers; `PATHS` say where each is sent. */

const count = v.pipe(v.number(), v.minValue(0), v.maxValue(2 ** 40));
const secondsOfPhases = Object.fromEntries(PHASES.map((name) => [name, v.exactOptional(count)])) as Record<
  ProofPhase,
  v.ExactOptionalSchema<typeof count, undefined>
>;
export const takeRequest = v.strictObject({
  worker: workerName,
  kinds: v.pipe(v.array(kind), v.minLength(1), v.maxLength(JOB_KINDS.length)),
});
export const blobRequest = v.strictObject({ lease, blob: hash });
export const extendRequest = v.strictObject({
  lease,
  phase: v.picklist(PHASES),
  fraction: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});
export const giveBackRequest = v.strictObject({ lease });
/** A worker's report about a proof. */
const reportedMetrics = v.strictObject({
  backend: v.pipe(v.string(), v.maxLength(64), v.regex(/^[\w .-]*$/)),
  workers: count,
  logRows: count,
  cells: count,
  phaseSeconds: v.strictObject(secondsOfPhases),
});
/** Without an expression: megabytes would exhaust its stack. */
const base64 = v.pipe(
  v.string(),
  v.check((text) => Buffer.from(text, "base64").toString("base64") === text, "must be base64"),
);
export const doneRequest = v.strictObject({
  lease,
  worker: workerName,
  statement: base64,
  proof: base64,
  metrics: reportedMetrics,
});
