import type { ProofMetrics } from "../../src/prover/job.ts";
import type { ReportedMetrics } from "../../src/proving/job.ts";

/** What a worker would tell of a proof that no test looks into. */
export const FAKE_REPORT: ReportedMetrics = { backend: "fake", workers: 1, logRows: 9, cells: 1, phaseSeconds: {} };
/** The same with its time, as the caller that asked for the proof has it. */
export const FAKE_METRICS: ProofMetrics = { ...FAKE_REPORT, seconds: 1 };
