import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { ProofForL1 } from "../../src/proofs/l1-proof/batches-prover.ts";
import type { ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import type { ChainId } from "../../src/ground/protocol/ids.ts";
import { blobId } from "../../src/proofs/proving/blobs.ts";
import type { JobKind } from "../../src/proofs/proving/job.ts";
import { l1ProofByQueue, l1ProofPort } from "../../src/proofs/proving/l1-proofs.ts";
import type { JobQueue, ProverPort, Running, WorkerEvent } from "../../src/proofs/proving/queue.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { until } from "../support/until.ts";
import { FAKE_PLAN, FAKE_PROOFS, FAKE_PROVER } from "./support/fake-l1.ts";
import { QUEUES, type TestQueue, type TestQueues } from "./support/open-queues.ts";

/** Batch with the only field that is read in addition to the given plan. */
const BATCH = { claim: { chainId: 271n, batch: { protocolVersion: 0x103n } } } as ExecutedProof;
const HONEST = l1ProofPort(FAKE_PROVER);
/** Kinds of the plan, which ends with a small proof and contains no block of a hub. */
const KINDS = HONEST.kinds.filter((kind) => kind !== "fast" && kind !== "hubStep");

for (const { name, open, skip } of QUEUES.filter(({ isSlow }) => IS_NIGHTLY || isSlow !== true)) {
  describe(`proofs for L1 carried by ${name}`, { skip: skip ?? false }, () => {
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

    function work(port: ProverPort, worker: string): WorkerEvent[] {
      const events: WorkerEvent[] = [];
      working.push(carried.work(port, { name: worker, onEvent: (event) => events.push(event) }));
      return events;
    }
    async function assertMade(proof: ProofForL1): Promise<void> {
      assert.deepEqual(Buffer.from(proof.proof), Buffer.from(FAKE_PROOFS.at(-1)!));
      for (const { input } of FAKE_PLAN.proofs) assert.equal(await carried.blobs.get(blobId(input)), undefined);
      for (const bytes of FAKE_PROOFS) assert.equal(await carried.blobs.get(blobId(bytes)), undefined);
    }

    test("lose nothing if their worker fails at each kind: only that job is repeated", async () => {
      const silent = new Set<JobKind>();
      const asked: JobKind[] = [];
      let isSilent = false;
      work(
        {
          kinds: KINDS,
          async prove(task, blobs, options) {
            const { kind } = task.job;
            asked.push(kind);
            if (silent.has(kind)) return HONEST.prove(task, blobs, options);
            silent.add(kind);
            isSilent = true;
            await (options.signal.aborted ? undefined : once(options.signal, "abort"));
            isSilent = false;
            throw new Error("gone");
          },
        },
        "first",
      );
      let isDone = false;
      const proving = l1ProofByQueue(carried, FAKE_PROVER, "small")
        .prove([BATCH])
        .finally(() => (isDone = true));
      while (!isDone) await (isSilent ? carried.untilLeasesEnd(() => !isSilent) : turn());
      await assertMade(await proving);
      assert.deepEqual([...silent].sort(), [...KINDS].sort());
      for (const kind of KINDS)
        assert.equal(asked.filter((each) => each === kind).length, ofKind(kind) + 1, `${kind}: ${asked.join()}`);
    });

    test("make nothing twice that was made for a batch before, in its own chain's turns, until that is released", async () => {
      const asked: JobKind[] = [];
      work({ kinds: KINDS, prove: (task, ...rest) => (asked.push(task.job.kind), HONEST.prove(task, ...rest)) }, "only");
      const turns: ChainId[] = [];
      const offer: JobQueue["offer"] = (offered) => (turns.push(offered.chain), carried.queue.offer(offered));
      const queue: JobQueue = { offer, work: () => assert.fail("the test's workers work") };
      const batches = l1ProofByQueue({ queue, blobs: carried.blobs }, FAKE_PROVER, "small");
      const prepared = await batches.prepare({ ...BATCH, claim: { ...BATCH.claim, chainId: 272n } });
      // The plan's first batch: its list, two leaves, their join, a relisting, the relisted leaves, and the batch.
      const own = ["list", "leaf", "leaf", "join", "relisting", "relisted", "batch"] as const;
      assert.deepEqual(asked.toSorted(), [...own].sort());
      assert.deepEqual([...new Set(turns.splice(0))], [272n]);
      const proof = await batches.prove([BATCH]);
      assert.equal(asked.length, FAKE_PLAN.proofs.length);
      assert.deepEqual([...new Set(turns)], [271n]);
      prepared.release();
      await turn();
      await assertMade(proof);
    });

    test("attack: at each kind a worker answers with a proof from other proofs, or of another statement; neither counts", async () => {
      const lies = KINDS.map((kind) => {
        let asked = 0;
        const port: ProverPort = {
          kinds: [kind],
          async prove(task, blobs, options) {
            const right = await HONEST.prove(task, blobs, options);
            asked++;
            if (asked === 1) return { ...right, output: Uint8Array.from([...right.output, 0]) };
            // One lie more in a row, and it would be given nothing for a while.
            return asked === 3 ? { ...right, statement: Uint8Array.from([...right.statement, 0]) } : right;
          },
        };
        return { kind, events: work(port, `liar-${kind}`) };
      });
      await assertMade(await l1ProofByQueue(carried, FAKE_PROVER, "small").prove([BATCH]));
      for (const { kind, events } of lies) {
        const reasons = events.flatMap((event) => (event.type === "dropped" ? [event.reason] : []));
        assert.match(reasons[0] ?? "", /ProofOfAnother/, kind);
        if (ofKind(kind) > 1) assert.match(reasons[1] ?? "", /of another statement/, kind);
        // The last worker learns of it when the proof exists.
        await until(() => events.filter(({ type }) => type === "proved").length === ofKind(kind));
      }
    });
  });
}

function ofKind(kind: JobKind): number {
  return FAKE_PLAN.proofs.filter((planned) => planned.kind === kind).length;
}
