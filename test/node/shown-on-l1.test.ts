import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import type { BatchesProver } from "../../src/proofs/l1-proof/batches-prover.ts";
import { L1ProofError } from "../../src/proofs/l1-proof/l1-proof-error.ts";
import type { ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import type { ExecutionOutcome } from "../../src/chain/node/execution/execution-outcome.ts";
import type { ExecutionView, NodeExecution } from "../../src/chain/node/execution/node-execution.ts";
import { shownOnL1, shownTogether } from "../../src/chain/node/execution/shown-on-l1.ts";
import type { SharedBatch, SharedProof, SharedProofs } from "../../src/chain/node/settling/shared-proofs.ts";
import { decodeShown } from "../../src/ground/protocol/shown-execution.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { decodeStateInput } from "../../src/proofs/prover/state-input.ts";
import type { BatchProof, ProofProgress, StateJob } from "../../src/proofs/prover/job.ts";
import { FAKE_METRICS } from "../support/fake-metrics.ts";

const CHANGES: BatchProof = { proof: Uint8Array.of(1), statement: Uint8Array.of(2), metrics: FAKE_METRICS };
const EXECUTION = Uint8Array.of(7, 7, 7);
const SHOWN = { digest: wordToHex(5n), proof: Uint8Array.of(9), metrics: FAKE_METRICS };
const SHARED: SharedProof = { ...SHOWN, batches: 2, receipt: undefined };

describe("what L1 is shown of a batch", () => {
  const { job: made } = createRandomBatch({ leafCount: 8, writeCount: 3, seed: 5 });
  const job: StateJob = { ...made, protocolVersion: 0x103n };
  const { commitment } = job.statement;
  const claim = { batch: { batchNumber: 4n } } as ExecutedProof["claim"];
  const proven = { kind: "proven", commitment } as ExecutionOutcome;

  const executionOf = (outcome: Promise<ExecutionOutcome>) =>
    ({
      claim: (of: string) => (of === commitment ? claim : undefined),
      view: { outcome: () => outcome, served: () => ({ proof: EXECUTION }) },
    }) as unknown as Pick<NodeExecution, "claim" | "view">;
  const proverOf = (outcome: Promise<ExecutionOutcome>, prove: (batches: readonly ExecutedProof[]) => Promise<typeof SHOWN>) =>
    shownOnL1({ proveBatch: () => Promise.resolve(CHANGES) }, { prepare: () => assert.fail("it is alone"), prove }, () =>
      executionOf(outcome),
    );

  it("is the proof of its changes in versions without an aggregator", async () => {
    const prover = proverOf(Promise.resolve(proven), () => assert.fail("nothing is asked for"));
    for (const protocolVersion of [2n, 0x102n, 0x202n])
      assert.equal(await prover.proveBatch({ ...job, protocolVersion }), CHANGES);
  });

  it("is the proof of its execution with the digest, made of its list and of its chunks' proofs after these are ready", async () => {
    const asked: (readonly ExecutedProof[])[] = [];
    const chunks = Promise.withResolvers<ExecutionOutcome>();
    const made1 = proverOf(chunks.promise, (batches) => (asked.push(batches), Promise.resolve(SHOWN))).proveBatch(job);
    await new Promise(setImmediate);
    assert.equal(asked.length, 0);
    chunks.resolve(proven);
    const { digest, proof } = decodeShown((await made1).proof);
    assert.deepEqual([digest, [...proof]], [SHOWN.digest, [9]]);
    const [batch] = asked[0]!;
    assert.deepEqual([batch!.claim, batch!.execution], [claim, EXECUTION]);
    assert.deepEqual(decodeStateInput(batch!.list), job);
  });

  it("is queued until its execution is proven, which is reported chunk by chunk and at its end", async () => {
    const chunks = Promise.withResolvers<ExecutionOutcome>();
    let underWay: Parameters<ExecutionView["outcome"]>[1];
    const execution = {
      claim: () => claim,
      view: {
        outcome: (_: bigint, told: typeof underWay) => ((underWay = told), chunks.promise),
        served: () => ({ proof: EXECUTION }),
      },
    } as unknown as Pick<NodeExecution, "claim" | "view">;
    const onL1: BatchesProver = {
      prepare: () => assert.fail("it is alone"),
      prove(_, { onProgress } = {}) {
        onProgress?.({ phase: "fri", fraction: 0, tree: { kind: "leaf", made: 0, proofs: 5 } });
        return Promise.resolve(SHOWN);
      },
    };
    const told: ProofProgress[] = [];
    const onProgress = (progress: ProofProgress): unknown => told.push(progress);
    const prover = shownOnL1({ proveBatch: () => assert.fail("of its changes") }, onL1, () => execution);
    const made = prover.proveBatch(job, { onProgress });
    const chunk = { chunk: 1, chunks: 3, phase: "trace", fraction: 0.5, worker: "a" } as const;
    underWay!(chunk);
    chunks.resolve(proven);
    await made;
    const queued = { phase: "queued", fraction: 0 };
    assert.deepEqual(told, [
      { ...queued, execution: { kind: "waiting" } },
      { ...queued, execution: { kind: "proving", ...chunk } },
      { ...queued, execution: { kind: "proven" } },
      { phase: "fri", fraction: 0, tree: { kind: "leaf", made: 0, proofs: 5 }, execution: { kind: "proven" } },
    ]);
  });

  it("is retried after a lost thread, up to three times, but not if the batch has no such proof", async () => {
    const failing = (code: L1ProofError["code"], times: number) => {
      let begun = 0;
      const prove = (): Promise<typeof SHOWN> =>
        begun++ < times ? Promise.reject(new L1ProofError(code, "it failed")) : Promise.resolve(SHOWN);
      return { made: proverOf(Promise.resolve(proven), prove).proveBatch(job), begun: () => begun };
    };
    await failing("ThreadLost", 2).made;
    const lost = failing("ThreadLost", 3);
    await assert.rejects(lost.made, { code: "ThreadLost" });
    assert.equal(lost.begun(), 3);
    const refused = failing("RunRefused", 1);
    await assert.rejects(refused.made, { code: "RunRefused" });
    assert.equal(refused.begun(), 1);
  });

  it("is refused by name for a batch whose chunks have no proof, and for one that was not formed here", async () => {
    const unproven = { kind: "unproven", commitment, reason: "too-large", detail: "one step" } as ExecutionOutcome;
    const prover = proverOf(Promise.resolve(unproven), () => assert.fail("nothing is made"));
    await assert.rejects(prover.proveBatch(job), {
      name: "ProofError",
      code: "ExecutionUnprovable",
      message: /batch 4 .*too-large: one step/,
    });
    const other = { ...job, statement: { ...job.statement, commitment: wordToHex(1n) } };
    await assert.rejects(prover.proveBatch(other), { name: "ProofError", code: "ExecutionUnknown" });
  });

  it("is not awaited after its cancellation", async () => {
    const end = new AbortController();
    const waiting = proverOf(new Promise(() => undefined), () => assert.fail("nothing is made")).proveBatch(job, {
      signal: end.signal,
    });
    end.abort(new Error("over"));
    await assert.rejects(waiting, /over/);
  });

  it("with other chains' batches keeps its chain's order, in whatever order the chunks' proofs arrive", async () => {
    const jobs = [4n, 5n].map((batchNumber) => ({
      job: { ...job, statement: { ...job.statement, commitment: wordToHex(batchNumber) } },
      claim: { batch: { batchNumber } } as ExecutedProof["claim"],
      proven: Promise.withResolvers<ExecutionOutcome>(),
    }));
    const execution = {
      claim: (of: string) => jobs.find((each) => each.job.statement.commitment === of)?.claim,
      view: { outcome: (number: bigint) => jobs[Number(number) - 4]!.proven.promise, served: () => ({ proof: EXECUTION }) },
    } as unknown as Pick<NodeExecution, "claim" | "view">;
    const shown: SharedBatch[] = [];
    const shared = { show: (batch: SharedBatch) => (shown.push(batch), Promise.resolve(SHARED)) } as unknown as SharedProofs;
    const together = shownTogether(271n, shared, () => execution);
    const going = { signal: new AbortController().signal } as Parameters<typeof together>[1];
    const outcomes = Promise.all(jobs.map((each) => together(each.job, going)));
    const prove = (place: number): void => {
      const { commitment } = jobs[place]!.job.statement;
      jobs[place]!.proven.resolve({ kind: "proven", commitment } as ExecutionOutcome);
    };
    prove(1);
    await turn();
    assert.equal(shown.length, 0);
    prove(0);
    assert.deepEqual(await outcomes, [SHARED, SHARED]);
    assert.deepEqual(
      shown.map(({ chainId, executed }) => [chainId, (executed as ExecutedProof).claim.batch.batchNumber]),
      [
        [271n, 4n],
        [271n, 5n],
      ],
    );
  });

  it("does not prevent a later batch from a shared proof if it has no proof", async () => {
    const later = { ...job, statement: { ...job.statement, commitment: wordToHex(9n) } };
    const own = executionOf(Promise.resolve({ kind: "proven", commitment: wordToHex(9n) } as ExecutionOutcome));
    const shared = { show: () => Promise.resolve(SHARED) } as unknown as SharedProofs;
    const together = shownTogether(271n, shared, () => ({ ...own, claim: (of) => (of === commitment ? undefined : claim) }));
    const going = { signal: new AbortController().signal } as Parameters<typeof together>[1];
    const [first, second] = [together(job, going), together(later, going)];
    await assert.rejects(first, { code: "ExecutionUnknown" });
    assert.equal(await second, SHARED);
  });
});
