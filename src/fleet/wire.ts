import * as v from "valibot";
import type { ProofPhase } from "../stark/column-prover.ts";

/** What workers send, and where. A task comes back as its bytes, with the headers below. */
export const PATHS = { take: "/take", extend: "/extend", done: "/done", giveBack: "/give-back" } as const;
export const TASK_HEADERS = { id: "x-task-id", lease: "x-lease", leaseMs: "x-lease-ms" } as const;

/** In order: a worker goes through them once for each lease. That a proof waits ("queued") is the fleet's to say. */
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

const count = v.pipe(v.number(), v.minValue(0), v.maxValue(2 ** 40));
const secondsOfPhases = Object.fromEntries(PHASES.map((name) => [name, v.exactOptional(count)])) as Record<
  ProofPhase,
  v.ExactOptionalSchema<typeof count, undefined>
>;
const lease = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{32}$/, "must be a lease"));

/** What a worker may call itself. */
export const workerName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be up to 64 letters, digits, dots, - and _"),
);

export const takeRequest = v.strictObject({ worker: workerName });
export const extendRequest = v.strictObject({
  lease,
  phase: v.picklist(PHASES),
  fraction: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});
export const giveBackRequest = v.strictObject({ lease });
export const doneRequest = v.strictObject({
  lease,
  worker: workerName,
  /** Base64. */
  proof: v.pipe(v.string(), v.base64("must be base64")),
  metrics: v.strictObject({
    backend: v.pipe(v.string(), v.maxLength(64), v.regex(/^[\w .-]*$/)),
    workers: count,
    logRows: count,
    cells: count,
    phaseSeconds: v.strictObject(secondsOfPhases),
  }),
});

/** Every refusal's body. */
export const refusal = v.object({ error: v.object({ code: v.string(), message: v.string() }) });
