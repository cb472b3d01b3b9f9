import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { type DescribedPrograms, nodeProgramsOf } from "../../src/proofs/l1-proof/described-programs.ts";
import { createL1Prover, type L1Prover } from "../../src/proofs/l1-proof/l1-prover.ts";
import type { ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { fleetService } from "../../src/proofs/proving/fleet-service.ts";
import type { JobKind } from "../../src/proofs/proving/job.ts";
import { l1ProofByQueue, l1ProofPort } from "../../src/proofs/proving/l1-proofs.ts";
import { MemoryQueue } from "../../src/proofs/proving/queue-memory.ts";
import { startQueueServer } from "../../src/proofs/proving/queue-server.ts";
import { TestClock } from "../chain/support/clock.ts";
import { executedBatch } from "../l1-proof/support/executed-batch.ts";
import { fewQueryPrograms } from "../l1-proof/support/few-query-programs.ts";
import type { L1WorkerNews, L1WorkerSetup } from "./support/l1-worker-process.ts";

const TOKEN = "0123456789abcdef-token";
const LEASE_MS = 30_000;
const WORKER = fileURLToPath(new URL("support/l1-worker-process.ts", import.meta.url));

/* Real proofs, of few queries (NOT SECURE), by processes that are killed. */
describe("workers that make proofs for L1 over HTTP", () => {
  const clock = new TestClock(1_800_000_000_000);
  const blobs = new MemoryBlobs();
  const queue = new MemoryQueue({ leaseMs: LEASE_MS }, { blobs, clock });
  const children: ChildProcess[] = [];
  let executed: ExecutedProof;
  let programs: DescribedPrograms;
  let checking: L1Prover;
  let server: Awaited<ReturnType<typeof startQueueServer>>;

  before(async () => {
    const batch = await executedBatch();
    ({ executed } = batch);
    programs = await withKeys(
      fewQueryPrograms({ protocolVersion: executed.claim.batch.protocolVersion, heights: batch.heights }),
    );
    checking = createL1Prover({ workers: 1, programs });
    server = await startQueueServer({ host: "127.0.0.1", port: 0, token: TOKEN }, fleetService({ queue, blobs, clock }));
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    queue.close();
    await checking.close();
    await server.close();
  });

  /** A process that is killed as soon as it has begun a task of a kind that none was killed at before. */
  async function killedAt(killed: Set<JobKind>, name: string): Promise<void> {
    const child = fork(WORKER, { serialization: "advanced" });
    children.push(child);
    const setup: L1WorkerSetup = { url: server.url, token: TOKEN, name, programs };
    child.send(setup);
    const begun = Promise.withResolvers<undefined>();
    child.on("message", (message) => {
      const { begun: kind } = message as L1WorkerNews;
      if (killed.has(kind)) return;
      killed.add(kind);
      child.kill("SIGKILL");
      begun.resolve(undefined);
    });
    await begun.promise;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }

  it("lose nothing when one is killed at each kind of job: the proof is the one that a single process makes", async () => {
    // The same batch twice, so that there is an aggregate: jobs of one content are one.
    const batches = [executed, executed];
    // No member of a hub is among them, and a small proof needs no fast one.
    const kinds = l1ProofPort(checking).kinds.filter((kind) => kind !== "fast" && kind !== "hubStep");
    const killed = new Set<JobKind>();
    const proving = l1ProofByQueue({ queue, blobs }, checking, "small").prove(batches);
    const endsBefore = proving.then(() => assert.fail(`only ${[...killed].join()} were begun`));
    for (let n = 0; killed.size < kinds.length; n++) {
      await Promise.race([killedAt(killed, `worker-${n}`), endsBefore]);
      clock.advance(LEASE_MS);
      while (queue.workers().find(({ name }) => name === `worker-${n}`)?.lost !== 1) await turn();
    }
    endsBefore.catch(() => undefined);
    queue.work(l1ProofPort(checking), { name: "own", isOwn: true });
    const { digest, proof } = await proving;
    assert.deepEqual([...killed].sort(), [...kinds].sort());
    assert.equal(
      queue.workers().reduce((sum, { refused }) => sum + refused, 0),
      0,
    );
    assert.equal(blobs.size, 0);

    const alone = new MemoryQueue({}, { blobs, clock });
    alone.work(l1ProofPort(checking), { name: "own", isOwn: true });
    const single = await l1ProofByQueue({ queue: alone, blobs }, checking, "small").prove(batches);
    alone.close();
    assert.deepEqual([digest, proof], [single.digest, single.proof]);
  });
});

/** Keys are made once, not by each process. */
async function withKeys(described: DescribedPrograms): Promise<DescribedPrograms> {
  const backend = await createWasmBackend({ workers: 2 });
  try {
    const { chunks, batches, keys } = await nodeProgramsOf(described, backend);
    return { ...described, derived: { forms: { chunks: chunks.form, batches: batches.form }, keys } };
  } finally {
    await backend.close();
  }
}
