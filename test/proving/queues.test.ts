import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { driveTree } from "../../src/proofs/proving/driver.ts";
import { blobId } from "../../src/proofs/proving/blobs.ts";
import { jobId, MAX_OUTPUT_BYTES, type ProofJob } from "../../src/proofs/proving/job.ts";
import type { JobOffer, Running, WorkerEvent } from "../../src/proofs/proving/queue.ts";
import { until } from "../support/until.ts";
import { fakeJob, fakePort, inputOf, planned, proofOf, SIXTEEN_NAMES, sixteenJobs } from "./support/fake-jobs.ts";
import { QUEUES, type TestQueue, type TestQueues } from "./support/open-queues.ts";

const CHAIN = 271n;

for (const { name, open, skip } of QUEUES) {
  describe(`jobs carried by ${name}`, { skip: skip ?? false }, () => {
    let queues: TestQueues;
    let carried: TestQueue;
    const working: Running[] = [];
    before(async () => {
      queues = await open();
    });
    after(() => queues.close());
    beforeEach(async () => {
      carried = await queues.fresh();
    });
    afterEach(async () => {
      await Promise.all(working.splice(0).map((running) => running.stop()));
      await carried.close();
    });

    const offerOf = (job: ProofJob, chain = CHAIN): JobOffer => ({ ...planned(job), needs: [], chain });
    async function put(...names: readonly string[]): Promise<void> {
      for (const each of names) await carried.blobs.put(inputOf(each));
    }
    function work(port: Parameters<TestQueue["work"]>[0], worker = "honest"): WorkerEvent[] {
      const events: WorkerEvent[] = [];
      working.push(carried.work(port, { name: worker, onEvent: (event) => events.push(event) }));
      return events;
    }

    test("a tree of sixteen jobs is the same in whatever order three workers do them", async () => {
      const trees = [];
      for (const seed of [1, 5]) {
        await put(...SIXTEEN_NAMES);
        const running: Running[] = [];
        for (let worker = 0; worker < 3; worker++) {
          // Some proofs take longer than others, and for each seed other ones.
          const slow = async (turns: number): Promise<void> => {
            for (let i = 0; i < turns; i++) await turn();
          };
          const port = fakePort(async (task) => {
            await slow((seed * parseInt(jobId(task.job).slice(2, 4), 16)) % 40);
            return proofOf(task);
          });
          running.push(carried.work(port, { name: `worker-${worker}` }));
        }
        const proofs = await driveTree(carried, sixteenJobs().map(planned), { chain: CHAIN });
        await Promise.all(running.map((each) => each.stop()));
        trees.push([...proofs].map(([id, { bytes }]) => [id, blobId(bytes)].join()).sort());
        await carried.close();
        carried = await queues.fresh();
      }
      assert.equal(trees[0]?.length, 16);
      assert.deepEqual(trees[1], trees[0]);
    });

    test("a worker that fails or ends gives its job to another one", async () => {
      await put("a");
      let tries = 0;
      const failing = work(
        fakePort(() => {
          tries++;
          throw new Error("out of memory");
        }),
        "failing",
      );
      const { done } = await carried.queue.offer(offerOf(fakeJob("a")));
      // It is available again at once, without the end of a lease.
      await until(() => failing.filter(({ type }) => type === "dropped").length > 1);
      assert.ok(tries > 1);
      await working.pop()?.stop();
      work(fakePort());
      let isDone = false;
      void done.then(() => (isDone = true));
      // What was on its way to the worker when it ended comes back with its lease.
      await carried.untilLeasesEnd(() => isDone);
      assert.equal((await done).metrics.worker, "honest");
    });

    test("attack: a worker answers with a good proof of another job, a huge blob, or nothing", async () => {
      // Of the kind with the least limit: a blob that takes long to be told would come when its lease has ended.
      const [wanted, other] = [fakeJob("a", { kind: "state" }), fakeJob("b", { kind: "state" })];
      await put("a", "b");
      const lies = [
        // The whole answer of another job; its proof below the right statement; more bytes than such a proof has.
        () => proofOf({ job: other, needs: [] }),
        () => ({ ...proofOf({ job: wanted, needs: [] }), output: proofOf({ job: other, needs: [] }).output }),
        () => ({ ...proofOf({ job: wanted, needs: [] }), output: new Uint8Array(MAX_OUTPUT_BYTES.state + 1) }),
      ];
      const refused: WorkerEvent[][] = lies.map((lie, number) => work(fakePort(lie), `liar-${number}`));
      let isSilent = false;
      work(
        fakePort(async (_task, { signal }) => {
          isSilent = true;
          await (signal.aborted ? undefined : once(signal, "abort"));
          throw new Error("never answered");
        }),
        "silent",
      );
      const { done } = await carried.queue.offer(offerOf(wanted));
      let isDone = false;
      void done.then(() => (isDone = true));
      const reasonsOf = (events: WorkerEvent[]) => events.flatMap((event) => (event.type === "dropped" ? [event.reason] : []));
      const tooLong = `it has ${MAX_OUTPUT_BYTES.state + 1} bytes, at most ${MAX_OUTPUT_BYTES.state}`;
      const why = ["of another statement", "ProofOfAnother", tooLong];
      const isRefused = (events: WorkerEvent[], liar: number) => reasonsOf(events).some((reason) => reason.includes(why[liar]!));
      await carried.untilLeasesEnd(() => isSilent && refused.every(isRefused));
      assert.equal(isDone, false, "no lie counts");
      work(fakePort());
      await carried.untilLeasesEnd(() => isDone);
      assert.equal((await done).metrics.worker, "honest");
      assert.deepEqual(
        Uint8Array.from((await carried.blobs.get((await done).output)) ?? []),
        proofOf({ job: wanted, needs: [] }).output,
      );
      assert.ok(refused.flat().every(({ type }) => type !== "proved"));
    });

    test("attack: a batch of 10^9 gas starves other chains' proofs", async () => {
      const [big, small] = [271n, 272n];
      const heavy = Array.from({ length: 40 }, (_, n) => fakeJob(`heavy ${n}`, { weight: 1000 }));
      const light = [fakeJob("light 0", { kind: "state", weight: 10 }), fakeJob("light 1", { kind: "state", weight: 10 })];
      await put(...heavy.map((_, n) => `heavy ${n}`), "light 0", "light 1");
      for (const job of heavy) await carried.queue.offer(offerOf(job, big));
      const order: string[] = [];
      const names = new Map([...heavy.map((job) => [jobId(job), "heavy"]), ...light.map((job) => [jobId(job), "light"])] as [
        string,
        string,
      ][]);
      const offers = await Promise.all(light.map((job) => carried.queue.offer(offerOf(job, small))));
      work(
        fakePort((task) => {
          order.push(names.get(jobId(task.job)) ?? "unknown");
          return proofOf(task);
        }),
      );
      await Promise.all(offers.map(({ done }) => done));
      // The light chain begins where the heavy one does, so at most one of the 40 comes before each of its jobs.
      assert.ok(order.lastIndexOf("light") <= 3, order.join());
    });

    test("a cancelled tree cancels its leaves also, including pending ones", async () => {
      await put(...SIXTEEN_NAMES);
      const underWay: string[] = [];
      const ended: string[] = [];
      work(
        fakePort(async (task, { signal }) => {
          underWay.push(jobId(task.job));
          if (!signal.aborted) await once(signal, "abort");
          ended.push(jobId(task.job));
          throw new Error("stopped");
        }),
      );
      const wanted = new AbortController();
      const tree = driveTree(carried, sixteenJobs().map(planned), { chain: CHAIN, signal: wanted.signal });
      await until(() => underWay.length > 0);
      wanted.abort(new Error("the batch was removed"));
      await assert.rejects(tree, /the batch was removed/);
      await carried.untilLeasesEnd(() => ended.length > 0);
      // What is offered next is not behind what was withdrawn.
      await put("a");
      await working.pop()?.stop();
      const before = underWay.length;
      work(fakePort());
      await (
        await carried.queue.offer(offerOf(fakeJob("a")))
      ).done;
      assert.equal(underWay.length, before);
    });

    test("attack: a queue that is full keeps offers waiting, and takes them when it has room", async () => {
      await put("a", "b");
      await carried.fill();
      let isOffered = false;
      const offered = carried.queue.offer(offerOf(fakeJob("a"))).finally(() => (isOffered = true));
      for (let i = 0; i < 50; i++) await turn();
      assert.equal(isOffered, false, "the offer waits");
      work(fakePort());
      await carried.empty();
      assert.equal((await (await offered).done).metrics.worker, "honest");
    });

    test("an offer that is withdrawn is its caller's own: what another one offered of the same job is made all the same", async () => {
      await put("a");
      const told: string[] = [];
      const told1 = { ...offerOf(fakeJob("a")), onProgress: () => told.push("first") };
      const told2 = { ...offerOf(fakeJob("a")), onProgress: () => told.push("second") };
      const [first, second] = [await carried.queue.offer(told1), await carried.queue.offer(told2)];
      await first.withdraw();
      await first.withdraw();
      work(fakePort());
      assert.equal((await second.done).metrics.worker, "honest");
      assert.deepEqual(new Set(told), new Set(["second"]));
      const { output } = await second.done;
      assert.notEqual(await carried.blobs.get(output), undefined);
      await second.withdraw();
      assert.equal(await carried.blobs.get(output), undefined);
    });
  });
}
