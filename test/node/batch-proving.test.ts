import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { BatchProvings, type BatchProving } from "../../src/chain/node/settling/batch-proving.ts";
import { PendingBatch } from "../../src/chain/node/settling/pending-batch.ts";
import { noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import type { BatchNumber } from "../../src/ground/protocol/ids.ts";
import type { BatchProof, ExecutionStage, ProofOptions } from "../../src/proofs/prover/job.ts";
import type { Prover } from "../../src/proofs/prover/prover.ts";

const PROOF = { proof: Uint8Array.of(1), statement: new Uint8Array(), metrics: {} } as unknown as BatchProof;

function pendingBatch(batchNumber: bigint, protocolVersion = 2n): PendingBatch {
  const commitment = `0x${batchNumber}`;
  return new PendingBatch({ commitment, outputs: { batchNumber }, job: { protocolVersion } } as unknown as FormedBatch);
}

/** Prover that proves on the test's command. */
function steeredProver() {
  const jobs: { readonly options: ProofOptions; readonly finish: (proof: BatchProof) => void }[] = [];
  const prover: Prover = {
    proveBatch: (_job, options = {}) => new Promise((finish) => jobs.push({ options, finish })),
    close: () => Promise.resolve(),
  };
  return { jobs, prover };
}

test("a proof is reported at each phase, after its end and when it is sent to L1, and no longer after L1 has it", async () => {
  const { jobs, prover } = steeredProver();
  const batch = pendingBatch(5n);
  const told: BatchProving[] = [];
  const provings = new BatchProvings({
    prover,
    pending: new Map([[5n, batch]]),
    onUpdate: ({ proving }) => told.push(proving),
  });
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "queued" }]);
  const made = provings.proofs.prove(batch.batch);
  const { options, finish } = jobs[0]!;
  options.onProgress!({ phase: "trace", fraction: 0 });
  options.onProgress!({ phase: "trace", fraction: 0.5 });
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "trace", fraction: 0.5 }]);
  options.onProgress!({ phase: "queries", fraction: 1, worker: "a" });
  finish(PROOF);
  await made;
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "made" }]);
  const run = new AbortController();
  provings.posting(5n, run.signal);
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "posting" }]);
  assert.deepEqual(
    told.map(({ phase, worker }) => [phase, worker]),
    [
      ["queued", undefined],
      ["trace", undefined],
      ["queries", "a"],
      ["made", undefined],
      ["posting", undefined],
    ],
  );
  run.abort();
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "made" }], "a run that ended sends nothing");
  batch.passed("prove", undefined);
  assert.deepEqual(provings.all(), []);
});

test("a proof that depends on others is reported at each kind of them, though the phase is the same", async () => {
  const { jobs, prover } = steeredProver();
  const told: BatchProving[] = [];
  const provings = new BatchProvings({
    prover,
    pending: new Map([[5n, pendingBatch(5n)]]),
    onUpdate: ({ proving }) => told.push(proving),
  });
  const made = provings.proofs.prove(pendingBatch(5n).batch);
  const { options, finish } = jobs[0]!;
  const at = (kind: string, count: number, fraction: number): void =>
    options.onProgress!({ phase: "trace", fraction, tree: { kind, made: count, proofs: 5 } });
  at("leaf", 0, 0);
  at("leaf", 0, 0.5);
  at("batch", 2, 0);
  finish(PROOF);
  await made;
  assert.deepEqual(
    told.map(({ phase, tree }) => [phase, tree]),
    [
      ["queued", undefined],
      ["trace", { kind: "leaf", made: 0, proofs: 5 }],
      ["trace", { kind: "batch", made: 2, proofs: 5 }],
      ["made", undefined],
    ],
  );
});

test("a proof is reported at each proven chunk of its batch's execution, until all are proven", async () => {
  const { jobs, prover } = steeredProver();
  const told: BatchProving[] = [];
  const pending = new Map([[5n, pendingBatch(5n)]]);
  const provings = new BatchProvings({ prover, pending, onUpdate: ({ proving }) => told.push(proving) });
  const made = provings.proofs.prove(pendingBatch(5n).batch);
  const { options, finish } = jobs[0]!;
  const at = (execution: ExecutionStage): void => options.onProgress!({ phase: "queued", fraction: 0, execution });
  const first = { kind: "proving", chunk: 0, chunks: 2, phase: "trace", fraction: 0 } as const;
  at({ kind: "waiting" });
  at(first);
  at({ ...first, fraction: 0.5 });
  at({ ...first, chunk: 1, worker: "a" });
  at({ kind: "proven" });
  finish(PROOF);
  await made;
  assert.deepEqual(
    told.map(({ phase, execution }) => [phase, execution]),
    [
      ["queued", undefined],
      ["queued", { kind: "waiting" }],
      ["queued", first],
      ["queued", { ...first, chunk: 1, worker: "a" }],
      ["queued", { kind: "proven" }],
      ["made", undefined],
    ],
  );
});

test("a proof of several chains' batches is reported with the progress of the common proof, while its run lasts", () => {
  const batch = pendingBatch(5n);
  const told: BatchProving[] = [];
  const provings = new BatchProvings({
    prover: steeredProver().prover,
    pending: new Map([[5n, batch]]),
    onUpdate: ({ proving }) => told.push(proving),
  });
  const run = new AbortController();
  const at = { phase: "trace", execution: { kind: "proven" }, tree: { kind: "leaf", made: 0, proofs: 5 } } as const;
  for (const fraction of [0, 0.5]) provings.together(5n as BatchNumber, { ...at, fraction }, run.signal);
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, ...at, fraction: 0.5 }]);
  assert.deepEqual(told, [{ batchNumber: 5n, ...at, fraction: 0 }]);
  run.abort();
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "queued" }]);
  batch.proof = { bytes: 1, metrics: undefined };
  assert.deepEqual(provings.all(), [{ batchNumber: 5n, phase: "made" }]);
});

test("proofs are in their batches' order, and a marker does not count as a proof", () => {
  const batches = [pendingBatch(7n), pendingBatch(6n), pendingBatch(8n, noProofVersionOf(2n))];
  const provings = new BatchProvings({
    prover: steeredProver().prover,
    pending: new Map(batches.map((batch) => [batch.batch.outputs.batchNumber, batch])),
    onUpdate: () => assert.fail("no phase has changed"),
  });
  assert.deepEqual(
    provings.all().map(({ batchNumber }) => batchNumber),
    [6n, 7n],
  );
});
