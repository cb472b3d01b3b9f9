import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { ProofError, type StateJob, type ProofProgress } from "../../src/proofs/prover/job.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";

/** A few writes into a small tree: the smallest table, with the parameters that L1 checks. */
const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
const system = createStateTransitionSystem();

describe("a prover whose thread is lost in the middle of a proof", () => {
  const started: Worker[] = [];
  const startThread = (file: URL, options: WorkerOptions): Worker => {
    const worker = new Worker(file, options);
    started.push(worker);
    return worker;
  };
  const prover = createProver({ workers: 1, idleTimeoutMs: 0 }, { startThread });
  after(() => prover.close());

  /** Ends that many threads in this phase, each once: progress from before its end may follow it. */
  const ending = (phase: ProofProgress["phase"], threads: number) => {
    const ended = new Set<Worker | undefined>();
    return (progress: ProofProgress) => {
      const thread = started.at(-1);
      if (progress.phase !== phase || ended.size === threads || ended.has(thread)) return;
      ended.add(thread);
      void thread?.terminate();
    };
  };

  it("makes it again on another thread, before those that wait", async () => {
    const order: number[] = [];
    const phases: string[] = [];
    const end = ending("quotient", 1);
    const told = (progress: ProofProgress): void => {
      if (phases.at(-1) !== progress.phase) phases.push(progress.phase);
      end(progress);
    };
    const proofs = [1, 2].map((n) =>
      prover.proveBatch(withCommitment(n), n === 1 ? { onProgress: told } : {}).then((result) => {
        order.push(n);
        return result;
      }),
    );
    for (const { statement, proof } of await Promise.all(proofs))
      assert.deepEqual(verify(system, statement, proof), { ok: true });
    assert.deepEqual(order, [1, 2]);
    const from = phases.indexOf("queued");
    assert.deepEqual(phases.slice(0, 3), ["trace", "commit", "quotient"]);
    assert.deepEqual(phases.slice(from, from + 4), ["queued", "trace", "commit", "quotient"]);
    assert.ok(started.length >= 2, "another thread was started");
  });

  it("rejects a job that lost three threads, and continues with the next one", async () => {
    const before = started.length;
    const lost = prover.proveBatch(job, { onProgress: ending("commit", 3) });
    const next = prover.proveBatch(withCommitment(3));
    await assert.rejects(
      lost,
      (error) => error instanceof ProofError && error.code === "ProverThreadLost" && error.cause instanceof Error,
    );
    const { statement, proof } = await next;
    assert.deepEqual(verify(system, statement, proof), { ok: true });
    assert.ok(started.length - before <= 4);
  });

  it("does not make a cancelled proof again", async () => {
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const cancelled = prover.proveBatch(job, {
      signal: controller.signal,
      onProgress({ phase }) {
        if (phase !== "commit" || controller.signal.aborted) return;
        void started.at(-1)?.terminate();
        controller.abort(reason);
      },
    });
    await assert.rejects(cancelled, reason);
  });
});

describe("a prover one of whose kernel threads is lost in the middle of a proof", () => {
  it("restarts all threads and makes the proof", async () => {
    const altered = new URL("./support/losing-a-kernel-thread.ts", import.meta.url);
    let threads = 0;
    const startThread = (file: URL, options: WorkerOptions): Worker => new Worker(threads++ === 0 ? altered : file, options);
    const prover = createProver({ workers: 2, idleTimeoutMs: 0 }, { startThread });
    const { statement, proof } = await prover.proveBatch(job);
    assert.deepEqual(verify(system, statement, proof), { ok: true });
    assert.equal(threads, 2);
    await prover.close();
  });
});

function withCommitment(n: number): StateJob {
  return { ...job, statement: { ...job.statement, commitment: `0x${n.toString(16).padStart(64, "0")}` } };
}
