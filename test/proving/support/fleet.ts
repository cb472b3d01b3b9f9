import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { BatchProof } from "../../../src/proofs/prover/job.ts";
import type { Prover, StateProver } from "../../../src/proofs/prover/prover.ts";
import { MemoryBlobs } from "../../../src/proofs/proving/blobs.ts";
import type { ReportedMetrics } from "../../../src/proofs/proving/job.ts";
import { MemoryQueue } from "../../../src/proofs/proving/queue-memory.ts";
import type { Lease } from "../../../src/proofs/proving/queue.ts";
import { statePort } from "../../../src/proofs/proving/state-port.ts";
import { provedByQueue } from "../../../src/proofs/proving/state-proofs.ts";
import type { Clock } from "../../../src/ground/runtime/clock.ts";

/** Batches proven by workers that a test plays, and by this process. */
export interface TestFleet extends Pick<Prover, "proveBatch"> {
  readonly queue: MemoryQueue;
  readonly blobs: MemoryBlobs;
  take(name: string, signal: AbortSignal): Promise<Lease | undefined>;
  done(leaseId: Hex, worker: string, proof: Pick<BatchProof, "proof" | "statement">, metrics: ReportedMetrics): Promise<void>;
  close(): Promise<void>;
}

/** `local` proves what no worker takes. It is closed by its owner. */
export function openTestFleet(
  leaseMs: number,
  { local, clock }: { local: Pick<StateProver, "proveInput">; clock: Clock },
): TestFleet {
  const blobs = new MemoryBlobs();
  const queue = new MemoryQueue({ leaseMs }, { blobs, clock });
  const own: StateProver = { ...provedByQueue({ queue, blobs }), ...local, close: () => Promise.resolve() };
  const working = queue.work(statePort(own), { name: "own", isOwn: true });
  return {
    ...{ queue, blobs, ...provedByQueue({ queue, blobs }) },
    take: (name, signal) => queue.take({ name, kinds: ["state"] }, signal),
    done: (leaseId, worker, { proof, statement }, metrics) =>
      queue.complete(leaseId, worker, { statement, output: proof, metrics }),
    async close() {
      queue.close();
      await working.stop();
    },
  };
}
