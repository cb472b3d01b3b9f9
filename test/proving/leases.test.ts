import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { ProofCache } from "../../src/chain/node/settling/kept-proofs.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { ProofError, type BatchProof, type ProofProgress } from "../../src/proofs/prover/job.ts";
import { encodeStateInput } from "../../src/proofs/prover/encode-state-input.ts";
import { decodeStateInput } from "../../src/proofs/prover/state-input.ts";
import { blobId, checkedBlob, MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { MemoryQueue } from "../../src/proofs/proving/queue-memory.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { TestClock } from "../chain/support/clock.ts";
import { FAKE_REPORT } from "../support/fake-metrics.ts";
import { fakeJob, planned, proofOf } from "./support/fake-jobs.ts";
import { openTestFleet, type TestFleet } from "./support/fleet.ts";

const LEASE_MS = 30_000;
const NEVER = new AbortController().signal;
const code = (expected: string) => (error: unknown) => (error as { code?: unknown }).code === expected;

describe("H4: a fleet of provers", () => {
  const [one, other] = [7, 8].map((seed) => createRandomBatch({ leafCount: 20, writeCount: 4, seed }).job);
  const local = createProver({ workers: 2 });
  let proofs: readonly BatchProof[];
  let clock: TestClock;
  let fleet: TestFleet;
  let provenHere: number;

  before(async () => {
    proofs = [await local.proveBatch(one!), await local.proveBatch(other!)];
  });
  after(() => local.close());
  beforeEach(() => {
    clock = new TestClock(1_800_000_000_000);
    provenHere = 0;
    fleet = openTestFleet(LEASE_MS, {
      local: {
        proveInput(input, options) {
          provenHere++;
          return local.proveInput(input, options);
        },
      },
      clock,
    });
  });
  afterEach(() => fleet.close());

  const workerOf = (name: string) => fleet.queue.workers().find((worker) => worker.name === name);

  test("an input is named by its hash, and is the same job on the other side", async () => {
    const input = await encodeStateInput(one!);
    assert.deepEqual(decodeStateInput(input), one);
    assert.deepEqual(await encodeStateInput(structuredClone(one!)), input);
    assert.notDeepEqual(await encodeStateInput(other!), input);
    const altered = Uint8Array.from(input);
    altered[300]! ^= 1;
    assert.throws(() => checkedBlob(blobId(input), altered), /the bytes are 0x[0-9a-f]{64}, not 0x/);
    for (const length of [0, 3, 40, 500, input.length - 1])
      assert.throws(() => decodeStateInput(input.slice(0, length)), RangeError);
    assert.throws(() => decodeStateInput(Buffer.concat([input, Uint8Array.of(0)])), /1 bytes behind the end/);
  });

  test("without workers it proves in this process", async () => {
    const { proof, statement, metrics } = await fleet.proveBatch(one!);
    assert.deepEqual(verify(createStateTransitionSystem(), statement, proof), { ok: true });
    assert.equal(metrics.worker, undefined);
    assert.deepEqual(fleet.queue.workers(), []);
  });

  test("a waiting worker gets the task, and its proof is reported with its name and time", async () => {
    const taken = fleet.take("a", NEVER);
    const result = fleet.proveBatch(one!);
    const lease = (await taken)!;
    assert.deepEqual(decodeStateInput((await fleet.blobs.get(lease.task.job.input))!), one);
    clock.advance(2_500);
    await fleet.done(lease.id, "a", proofs[0]!, FAKE_REPORT);
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
    await assert.rejects(fleet.done(first.id, "a", proofs[0]!, FAKE_REPORT), code("LeaseLost"));
    assert.throws(() => fleet.queue.extend(first.id, { phase: "fri", fraction: 1 }), code("LeaseLost"));
    await fleet.done(second.id, "b", proofs[0]!, FAKE_REPORT);
    await assert.rejects(fleet.done(second.id, "b", proofs[0]!, FAKE_REPORT), code("LeaseLost"));
    assert.equal((await result).metrics.worker, "b");
    assert.deepEqual([workerOf("a")?.late, workerOf("a")?.lost, workerOf("a")?.proofs], [1, 1, 0]);
    assert.deepEqual([workerOf("b")?.late, workerOf("b")?.proofs], [1, 1]);
  });

  test("a worker that reports progress keeps the task, but not forever", async () => {
    const taken = fleet.take("a", NEVER);
    const seen: string[] = [];
    const result = fleet.proveBatch(one!, { onProgress: ({ phase }) => seen.push(phase) });
    const { id } = (await taken)!;
    for (let beats = 0; beats < 45; beats++) {
      clock.advance(LEASE_MS * 0.66);
      fleet.queue.extend(id, { phase: "commit", fraction: 0.5 });
    }
    assert.deepEqual(new Set(seen), new Set(["trace", "commit"]));
    clock.advance(LEASE_MS * 0.66);
    assert.throws(() => fleet.queue.extend(id, { phase: "commit", fraction: 0.5 }), code("LeaseLost"));
    // No other worker waits: this process proves it.
    assert.equal((await result).metrics.worker, undefined);
  });

  test("each phase is reported with the worker's name, never backwards, and a lost worker returns the task to the queue", async () => {
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
      fleet.queue.extend(id, { phase, fraction });
    const again = fleet.take("b", NEVER);
    fleet.queue.giveBack(id);
    fleet.queue.extend((await again)!.id, { phase: "commit", fraction: 0 });
    assert.deepEqual(seen, [
      { phase: "trace", fraction: 0, worker: "a" },
      { phase: "commit", fraction: 0, worker: "a" },
      { phase: "fri", fraction: 0.5, worker: "a" },
      { phase: "fri", fraction: 1, worker: "a" },
      { phase: "queued", fraction: 0 },
      { phase: "trace", fraction: 0, worker: "b" },
      { phase: "commit", fraction: 0, worker: "b" },
    ]);
    await fleet.done((await again)!.id, "b", proofs[0]!, FAKE_REPORT);
    await result;
  });

  test("attack: a worker that alternates between two phases is reported once for each", async () => {
    let told = 0;
    const kept = new ProofCache({ prover: fleet, onPhase: () => told++ });
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
      for (let round = 0; round < 100; round++)
        for (const [phase, fraction] of phases) fleet.queue.extend(id, { phase, fraction });
    }
    assert.equal(told, 4);
    await fleet.done(id, "a", proofs[0]!, FAKE_REPORT);
    await proof;
    assert.equal(told, 5);
  });

  test("false, altered and foreign proofs never count; a worker that sends two is paused, and this process proves", async () => {
    const result = fleet.proveBatch.bind(fleet);
    const taken = fleet.take("liar", NEVER);
    const proof = result(one!);
    const first = (await taken)!;
    const again = fleet.take("liar", NEVER);
    await assert.rejects(fleet.done(first.id, "liar", proofs[1]!, FAKE_REPORT), code("ProofRefused"));
    const second = (await again)!;
    const altered = Uint8Array.from(proofs[0]!.proof);
    altered[altered.length >> 1]! ^= 1;
    await assert.rejects(fleet.done(second.id, "liar", { ...proofs[0]!, proof: altered }, FAKE_REPORT), code("ProofRefused"));
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

  test("a returned task goes to another worker; the second failure returns it to this process", async () => {
    const taken = fleet.take("a", NEVER);
    const result = fleet.proveBatch(one!);
    const others = [fleet.take("b", NEVER), fleet.take("c", NEVER)];
    fleet.queue.giveBack((await taken)!.id);
    fleet.queue.giveBack((await others[0])!.id);
    assert.equal((await result).metrics.worker, undefined);
    assert.equal(provenHere, 1);
    await fleet.close();
    assert.equal(await others[1], undefined);
  });

  test("a task whose proof could not be checked is given out again", async () => {
    const [blobs, own] = [new MemoryBlobs(), new TestClock(0)];
    const queue = new MemoryQueue({ leaseMs: LEASE_MS }, { blobs, clock: own });
    const right = planned(fakeJob("a"));
    let checks = 0;
    const check: typeof right.check = (output) =>
      checks++ === 0 ? Promise.reject(new Error("the thread was lost")) : right.check(output);
    const { done } = await queue.offer({ ...right, check, needs: [], chain: 1n });
    for (const name of ["first", "second"]) {
      const { id, task } = (await queue.take({ name, kinds: ["chunk"] }, NEVER))!;
      const answered = queue.complete(id, name, proofOf(task));
      await (name === "first" ? assert.rejects(answered, /the thread was lost/) : answered);
    }
    assert.equal((await done).metrics.worker, "second");
    queue.close();
    assert.equal(own.pendingTimers, 0);
  });

  test("a cancelled task is taken from its worker; closing ends pending tasks", async () => {
    const taken = fleet.take("a", NEVER);
    const wanted = new AbortController();
    const result = fleet.proveBatch(one!, { signal: wanted.signal });
    const { id } = (await taken)!;
    wanted.abort(new Error("the batch was removed"));
    await assert.rejects(result, /the batch was removed/);
    await assert.rejects(fleet.done(id, "a", proofs[0]!, FAKE_REPORT), code("LeaseLost"));
    const next = fleet.take("a", NEVER);
    const underWay = fleet.proveBatch(other!);
    await next;
    const stopped = assert.rejects(underWay, (error) => error instanceof ProofError && error.code === "ProverStopped");
    await fleet.close();
    await stopped;
    assert.equal(clock.pendingTimers, 0);
  });
});
