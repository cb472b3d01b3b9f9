import type { ProofMetrics } from "../../src/proofs/prover/job.ts";
import type { ReportedMetrics } from "../../src/proofs/proving/job.ts";

/** Metrics of a proof that no test checks, as a worker reports them. */
export const FAKE_REPORT: ReportedMetrics = { backend: "fake", workers: 1, logRows: 9, cells: 1, phaseSeconds: {} };
/** Metrics with a time, as the caller of a proof receives them. */
export const FAKE_METRICS: ProofMetrics = { ...FAKE_REPORT, seconds: 1 };
