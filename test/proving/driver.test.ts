import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { concat, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import { driveTree, offersOf, plantTree, reduceTree, type ProofTree } from "../../src/proofs/proving/driver.ts";
import { MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { jobId, type ProofDone, type ProofJob } from "../../src/proofs/proving/job.ts";
import type { JobQueue } from "../../src/proofs/proving/queue.ts";
import { Turns } from "../../src/proofs/proving/turns.ts";
import { Random } from "../chain/state/support/random.ts";
import { doneOf, planned, sixteenJobs } from "./support/fake-jobs.ts";

describe("a job", () => {
  const job = sixteenJobs().at(-1)!;

  test("is named by the hash of all that it is but its weight", () => {
    const join = sixteenJobs()[9]!;
    const expected = keccak256(
      concat([
        keccak256(toUtf8Bytes("hyperchain.proving.job.v1")),
        toBeHex(["state", "chunk", "join", "wrap"].indexOf(join.kind), 1),
        toBeHex(join.version, 32),
        join.key,
        join.input,
        toBeHex(join.needs.length, 4),
        ...join.needs,
      ]),
    );
    assert.equal(jobId(join), expected);
    assert.equal(jobId({ ...join, weight: join.weight + 1 }), expected);
  });

  test("has another name where any other field differs", () => {
    const others: readonly ProofJob[] = [
      { ...job, kind: "join" },
      { ...job, version: job.version + 1n },
      { ...job, key: job.input },
      { ...job, input: job.key },
      { ...job, needs: [] },
      { ...job, needs: [...job.needs, ...job.needs] },
    ];
    const names = new Set([job, ...others].map(jobId));
    assert.equal(names.size, 1 + others.length);
  });
});

describe("a tree of jobs", () => {
  /** The tree when jobs are done in an order of a seed, and in which rounds they were offered. */
  function done(jobs: readonly ProofJob[], seed: number): ProofTree {
    const random = new Random(seed);
    let tree = plantTree(jobs);
    const offered = [...offersOf(tree)];
    while (offered.length > 0) {
      const [id] = offered.splice(random.below(offered.length), 1);
      for (const need of tree.jobs.get(id!)!.needs)
        assert.ok(tree.done.has(need), "a job is offered before what it needs is done");
      const reduced = reduceTree(tree, doneOf(id!));
      ({ tree } = reduced);
      offered.push(...reduced.offers);
    }
    return tree;
  }
  const inOrder = ({ done: proofs }: ProofTree) => [...proofs].sort(([a], [b]) => (a < b ? -1 : 1));

  test("returns the same for any order of its sixteen jobs, and offers each once", () => {
    const jobs = sixteenJobs();
    const first = done(jobs, 1);
    assert.equal(first.done.size, 16);
    for (let seed = 2; seed < 60; seed++) assert.deepEqual(inOrder(done(jobs, seed)), inOrder(first));
  });

  test("takes no proof twice, and none of another tree", () => {
    const jobs = sixteenJobs();
    const { tree } = reduceTree(plantTree(jobs), doneOf(jobId(jobs[0]!)));
    assert.deepEqual(reduceTree(tree, doneOf(jobId(jobs[0]!))), { tree, offers: [] });
    assert.deepEqual(reduceTree(tree, doneOf(jobId({ ...jobs[0]!, version: 9n }))), { tree, offers: [] });
  });

  test("offers no job after it was cancelled, also for proofs that arrive during the cancellation", async () => {
    const jobs = sixteenJobs();
    const chunks = jobs.slice(0, 2).map((job) => ({ id: jobId(job), proof: Promise.withResolvers<ProofDone>() }));
    const open = new Set<string>();
    const never = Promise.withResolvers<ProofDone>();
    const queue: Pick<JobQueue, "offer"> = {
      async offer({ job }) {
        const id = jobId(job);
        open.add(id);
        const done = chunks.find((chunk) => chunk.id === id)?.proof.promise ?? never.promise;
        return { done, withdraw: async () => void open.delete(id) };
      },
    };
    const wanted = new AbortController();
    const carrier = { queue: { ...queue, work: () => assert.fail("no worker") }, blobs: new MemoryBlobs() };
    const tree = driveTree(carrier, jobs.map(planned), { chain: 1n, signal: wanted.signal });
    await turn();
    wanted.abort(new Error("the batch was removed"));
    await assert.rejects(tree, /the batch was removed/);
    for (const { id, proof } of chunks) proof.resolve(doneOf(id));
    await turn();
    assert.deepEqual([...open], []);
  });

  test("is refused where a job needs one that is not there", () => {
    assert.throws(() => plantTree(sixteenJobs().slice(1)), /needs a job that is not in its tree/);
  });
});

describe("turns", () => {
  test("are by weight: what a chain of light jobs asks for comes between those of a heavy one", () => {
    const turns = new Turns();
    const jobs = [
      ...[1, 2, 3].map((n) => ({ name: `heavy ${n}`, turn: turns.next(1n, 100) })),
      ...[1, 2, 3].map((n) => ({ name: `light ${n}`, turn: turns.next(2n, 10) })),
    ];
    const order = jobs.sort((a, b) => a.turn - b.turn).map(({ name }) => name);
    // Both begin at 0; the light chain's others at 10 and 20, the heavy one's at 100 and 200.
    assert.deepEqual(order, ["heavy 1", "light 1", "light 2", "light 3", "heavy 2", "heavy 3"]);
  });

  test("are not saved up by a chain that asked for nothing", () => {
    const turns = new Turns();
    turns.begun(turns.next(1n, 1000));
    turns.begun(turns.next(1n, 1000));
    assert.equal(turns.next(2n, 1), 1000);
  });
});
