import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createStateTransitionSystem } from "../../src/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/demo/random-batch.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import type { Fleet, ReportedMetrics } from "../../src/fleet/fleet.ts";
import { decodeTask, encodeTask } from "../../src/fleet/proof-task.ts";
import { KeptProofs } from "../../src/node/settling/kept-proofs.ts";
import { createProver } from "../../src/prover/prover.ts";
import { ProofError } from "../../src/prover/job.ts";
import type { BatchProof, ProofProgress } from "../../src/prover/job.ts";
import { verify } from "../../src/stark/verify.ts";
import { TestClock } from "../chain/support/clock.ts";

const LEASE_MS = 30_000;
const METRICS: ReportedMetrics = { backend: "wasm", workers: 1, logRows: 9, cells: 0, phaseSeconds: {} };
const NEVER = new AbortController().signal;
const code = (expected: string) => (error: unknown) => (error as { code?: unknown }).code === expected;

describe("H4: a fleet of provers", () => {
  const [one, other] = [7, 8].map((seed) => createRandomBatch({ leafCount: 20, writeCount: 4, seed }).job);
  const local = createProver({ workers: 2 });
  let proofs: readonly BatchProof[];
  let clock: TestClock;
  let fleet: Fleet;
  let provenHere: number;

  before(async () => {
    proofs = [await local.proveBatch(one!), await local.proveBatch(other!)];
  });
  after(() => local.close());
  beforeEach(() => {
    clock = new TestClock(1_800_000_000_000);
    provenHere = 0;
    fleet = createFleet(
      { leaseMs: LEASE_MS },
      {
        local: {
          proveBatch(job, options) {
            provenHere++;
            return local.proveBatch(job, options);
          },
          close: () => Promise.resolve(),
        },
        clock,
      },
    );
  });

  const workerOf = (name: string) => fleet.workers().find((worker) => worker.name === name);

  test("a task is named by the hash of its inputs, and is the same job on the other side", () => {
    const task = encodeTask(one!);
    assert.deepEqual(decodeTask(task), one);
    assert.deepEqual(encodeTask(structuredClone(one!)), task);
    assert.notEqual(encodeTask(other!).id, task.id);
    const altered = Uint8Array.from(task.bytes);
    altered[20]! ^= 1;
    assert.throws(() => decodeTask({ id: task.id, bytes: altered }), /the task is 0x[0-9a-f]{64}, not 0x/);
  });

  test("without workers it proves in this process", async () => {
    const { proof, statement, metrics } = await fleet.proveBatch(one!);
    assert.deepEqual(verify(createStateTransitionSystem(), statement, proof), { ok: true });
    assert.equal(metrics.worker, undefined);
    assert.deepEqual(fleet.workers(), []);
  });

  test("a worker that waits gets the task, and its proof is told with its name and time", async () => {
    const taken = fleet.take("a", NEVER);
    const result = fleet.proveBatch(one!);
    const lease = (await taken)!;
    assert.deepEqual(decodeTask(lease.task), one);
    clock.advance(2_500);
    fleet.done(lease.id, "a", proofs[0]!.proof, METRICS);
    const { proof, statement, metrics } = await result;
    assert.deepEqual(proof, proofs[0]!.proof);
    assert.deepEqual(statement, proofs[0]!.statement);
    assert.deepEqual([metrics.worker, metrics.seconds], ["a", 2.5]);
    assert.equal(provenHere, 0);
    assert.deepEqual([workerOf("a")?.proofs, workerOf("a")?.lastSeconds], [1, 2.5]);
    assert.equal(clock.pendingTimers, 0);
  });

  test("a second answer, one of no lease and one that comes too late are refused and counted", async () => {
    const taken = fleet.take("a", NEVER);
    const result = fleet.proveBatch(one!);
    const first = (await taken)!;
    const again = fleet.take("b", NEVER);
    clock.advance(LEASE_MS);
    const second = (await again)!;
    assert.notEqual(second.id, first.id);
    assert.throws(() => fleet.done(first.id, "a", proofs[0]!.proof, METRICS), code("LeaseLost"));
    assert.throws(() => fleet.extend(first.id, { phase: "fri", fraction: 1 }), code("LeaseLost"));
    fleet.done(second.id, "b", proofs[0]!.proof, METRICS);
    assert.throws(() => fleet.done(second.id, "b", proofs[0]!.proof, METRICS), code("LeaseLost"));
    assert.equal((await result).metrics.worker, "b");
    assert.deepEqual([workerOf("a")?.late, workerOf("a")?.lost, workerOf("a")?.proofs], [1, 1, 0]);
    assert.deepEqual([workerOf("b")?.late, workerOf("b")?.proofs], [1, 1]);
  });

  test("a worker that says that it still proves keeps the task, but not without end", async () => {
    const taken = fleet.take("a", NEVER);
    const seen: string[] = [];
    const result = fleet.proveBatch(one!, { onProgress: ({ phase }) => seen.push(phase) });
    const { id } = (await taken)!;
    for (let beats = 0; beats < 45; beats++) {
      clock.advance(LEASE_MS * 0.66);
      fleet.extend(id, { phase: "commit", fraction: 0.5 });
    }
    assert.deepEqual(new Set(seen), new Set(["trace", "commit"]));
    clock.advance(LEASE_MS * 0.66);
    assert.throws(() => fleet.extend(id, { phase: "commit", fraction: 0.5 }), code("LeaseLost"));
    // No other worker waits: this process proves it.
    assert.equal((await result).metrics.worker, undefined);
  });

  test("each phase is told with the worker's name, never backwards, and a lost worker leads back to the queue", async () => {
    const taken = fleet.take("a", NEVER);
    const seen: ProofProgress[] = [];
    const result = fleet.proveBatch(one!, { onProgress: (progress) => seen.push(progress) });
    const { id } = (await taken)!;
    for (const [phase, fraction] of [
      ["commit", 0],
      ["fri", 0.5],
      ["quotient", 0],
      ["fri", 0.25],
      ["fri", 1],
    ] as const)
      fleet.extend(id, { phase, fraction });
    const again = fleet.take("b", NEVER);
    fleet.giveBack(id);
    fleet.extend((await again)!.id, { phase: "commit", fraction: 0 });
    assert.deepEqual(seen, [
      { phase: "trace", fraction: 0, worker: "a" },
      { phase: "commit", fraction: 0, worker: "a" },
      { phase: "fri", fraction: 0.5, worker: "a" },
      { phase: "fri", fraction: 1, worker: "a" },
      { phase: "queued", fraction: 0 },
      { phase: "trace", fraction: 0, worker: "b" },
      { phase: "commit", fraction: 0, worker: "b" },
    ]);
    fleet.done((await again)!.id, "b", proofs[0]!.proof, METRICS);
    await result;
  });

  test("attack: a worker that goes back and forth between two phases is told once for each", async () => {
    let told = 0;
    const kept = new KeptProofs({ prover: fleet, onPhase: () => told++ });
    const taken = fleet.take("a", NEVER);
    const proof = kept.prove({ commitment: "0x01", job: one! });
    const { id } = (await taken)!;
    // That it was asked for, and that a worker has it.
    assert.equal(told, 2);
    const back = [
      [
        ["trace", 0],
        ["trace", 1],
      ],
      [
        ["fri", 1],
        ["grind", 0],
      ],
    ] as const;
    for (const phases of back) {
      for (let round = 0; round < 100; round++) for (const [phase, fraction] of phases) fleet.extend(id, { phase, fraction });
    }
    assert.equal(told, 4);
    fleet.done(id, "a", proofs[0]!.proof, METRICS);
    await proof;
    assert.equal(told, 5);
  });

  test("false, altered and foreign proofs never count; a worker that sends two is paused, and this process proves", async () => {
    const result = fleet.proveBatch.bind(fleet);
    const taken = fleet.take("liar", NEVER);
    const proof = result(one!);
    const first = (await taken)!;
    const again = fleet.take("liar", NEVER);
    assert.throws(() => fleet.done(first.id, "liar", proofs[1]!.proof, METRICS), code("ProofRefused"));
    const second = (await again)!;
    const altered = Uint8Array.from(proofs[0]!.proof);
    altered[altered.length >> 1]! ^= 1;
    assert.throws(() => fleet.done(second.id, "liar", altered, METRICS), code("ProofRefused"));
    const { metrics, ...made } = await proof;
    assert.equal(metrics.worker, undefined);
    assert.deepEqual(verify(createStateTransitionSystem(), made.statement, made.proof), { ok: true });
    await assert.rejects(fleet.take("liar", NEVER), code("WorkerPaused"));
    assert.deepEqual([workerOf("liar")?.refused, workerOf("liar")?.proofs], [2, 0]);
    clock.advance(600_000);
    const leaving = new AbortController();
    const later = fleet.take("liar", leaving.signal);
    leaving.abort();
    assert.equal(await later, undefined);
  });

  test("a task that is given back goes to another worker; the second failure brings it back to this process", async () => {
    const taken = fleet.take("a", NEVER);
    const result = fleet.proveBatch(one!);
    const others = [fleet.take("b", NEVER), fleet.take("c", NEVER)];
    fleet.giveBack((await taken)!.id);
    fleet.giveBack((await others[0])!.id);
    assert.equal((await result).metrics.worker, undefined);
    assert.equal(provenHere, 1);
    await fleet.close();
    assert.equal(await others[1], undefined);
  });

  test("what is wanted no more is taken from its worker; closing ends what is under way", async () => {
    const taken = fleet.take("a", NEVER);
    const wanted = new AbortController();
    const result = fleet.proveBatch(one!, { signal: wanted.signal });
    const { id } = (await taken)!;
    wanted.abort(new Error("the batch is gone"));
    await assert.rejects(result, /the batch is gone/);
    assert.throws(() => fleet.done(id, "a", proofs[0]!.proof, METRICS), code("LeaseLost"));
    const next = fleet.take("a", NEVER);
    const underWay = fleet.proveBatch(other!);
    await next;
    const stopped = assert.rejects(underWay, (error) => error instanceof ProofError && error.code === "ProverStopped");
    await fleet.close();
    await stopped;
    assert.equal(clock.pendingTimers, 0);
  });
});
