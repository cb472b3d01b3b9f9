import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { ProofError, type StateJob, type ProofProgress } from "../../src/proofs/prover/job.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";

/** A few writes into a small tree: the smallest table, with the parameters that L1 checks. */
const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
const system = createStateTransitionSystem();

describe("a prover", () => {
  const prover = createProver({ workers: 2, idleTimeoutMs: 0 });
  after(() => prover.close());

  it("proves a batch off the calling thread and tells each phase in order", async () => {
    const seen: ProofProgress[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const { proof, statement, metrics } = await prover.proveBatch(job, { onProgress: (progress) => seen.push(progress) });
    clearInterval(timer);
    assert.deepEqual(verify(system, statement, proof), { ok: true });
    assert.deepEqual(
      [...new Set(seen.map(({ phase }) => phase))],
      ["trace", "commit", "quotient", "openings", "deep", "fri", "grind", "queries"],
    );
    assert.equal(seen.at(-1)?.fraction, 1);
    assert.ok(ticks > 0, "the calling thread's event loop ran while the proof was made");
    assert.equal(metrics.logRows, 9);
    assert.equal(metrics.cells, 512 * 140);
  });

  it("proves jobs in the order in which they came", async () => {
    const order: number[] = [];
    const jobs = [1, 2, 3].map((n) =>
      prover.proveBatch(withCommitment(n)).then(({ statement, proof }) => {
        order.push(n);
        assert.deepEqual(verify(system, statement, proof), { ok: true });
        return statement;
      }),
    );
    const statements = await Promise.all(jobs);
    assert.deepEqual(order, [1, 2, 3]);
    assert.deepEqual(
      statements.map((statement) => statement[31]),
      [1, 2, 3],
    );
  });

  it("stops a running proof when it is cancelled, and continues with the next one", async () => {
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const cancelled = prover.proveBatch(job, {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === "commit" && controller.abort(reason),
    });
    const next = prover.proveBatch(withCommitment(9));
    await assert.rejects(cancelled, reason);
    const { statement, proof } = await next;
    assert.deepEqual(verify(system, statement, proof), { ok: true });
  });

  it("drops a queued job that is cancelled before its turn", async () => {
    const controller = new AbortController();
    const first = prover.proveBatch(job);
    const queued = prover.proveBatch(withCommitment(2), { signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await assert.rejects(queued, /changed my mind/);
    await first;
    await assert.rejects(prover.proveBatch(job, { signal: AbortSignal.abort(new Error("before it began")) }), /before it began/);
  });

  it("refuses a statement that the witness does not show, before proving", async () => {
    const { statement } = job;
    const other = (digest: readonly number[]) => digest.map((x, i) => (i === 0 ? (x + 1) % 0x7f000001 : x));
    for (const wrong of [
      { oldStateRoot: other(statement.oldStateRoot) },
      { newStateRoot: other(statement.newStateRoot) },
      { diffDigest: other(statement.diffDigest) },
      { evaluation: [1, 2, 3, 4, 5] as const },
      { outputsHash: `0x${"ab".repeat(32)}` as const },
    ]) {
      const phases: string[] = [];
      await assert.rejects(
        prover.proveBatch({ ...job, statement: { ...statement, ...wrong } }, { onProgress: ({ phase }) => phases.push(phase) }),
        (error) => error instanceof ProofError && error.code === "StatementMismatch",
      );
      assert.ok(!phases.includes("commit"));
    }
  });

  it("passes on the code of a witness that contradicts itself", async () => {
    const [first, ...rest] = job.witness.operations;
    assert.ok(first !== undefined);
    const broken = { ...first, siblings: [...first.siblings].reverse() };
    await assert.rejects(
      prover.proveBatch({ ...job, witness: { ...job.witness, operations: [broken, ...rest] } }),
      (error) => error instanceof ProofError && error.code !== "ProverFault" && error.code !== "ProverStopped",
    );
  });
});

describe("closing a prover", () => {
  it("rejects what is running and queued with ProverStopped, and what comes after", async () => {
    const prover = createProver({ workers: 1 });
    const isStopped = (error: unknown) => error instanceof ProofError && error.code === "ProverStopped";
    const pending = [assert.rejects(prover.proveBatch(job), isStopped), assert.rejects(prover.proveBatch(job), isStopped)];
    await prover.close();
    await Promise.all(pending);
    await assert.rejects(prover.proveBatch(job), isStopped);
    await prover.close();
  });
});

function withCommitment(n: number): StateJob {
  return { ...job, statement: { ...job.statement, commitment: `0x${n.toString(16).padStart(64, "0")}` } };
}
