import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../src/proofs/execution-proof/batch/execution-claim.ts";
import { type UnprovenExecution, unprovenBy, StepTooLarge } from "../../src/proofs/execution-proof/batch/unproven-execution.ts";
import type { ExecutionProgress } from "../../src/proofs/execution-proof/batch/execution-progress.ts";
import type { BatchProofOptions } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { stepLimits } from "../../src/proofs/execution-proof/batch/step-limits.ts";
import { openNumberedBytes } from "../../src/chain/ledger/numbered-bytes.ts";
import { openTemporaryValues } from "../../src/chain/ledger/temporary-values.ts";
import type { UnprovenOutcome } from "../../src/chain/node/execution/execution-outcome.ts";
import { BatchExecutions } from "../../src/chain/node/execution/batch-executions.ts";
import { ExecutionStore } from "../../src/chain/node/execution/execution-store.ts";

const COMMITMENT = "0x01";
const BATCH = 3n;
const unproven = (found: UnprovenExecution): UnprovenOutcome => ({ ...found, commitment: COMMITMENT });
const large = (limits = stepLimits(1n)) => unprovenBy(new StepTooLarge({ protocolVersion: 1n, limits, step: 4 }));
const fault = (detail: string): UnprovenExecution => ({ kind: "unproven", reason: "fault", detail });

describe("what became of a batch's proof, for the next process", () => {
  /** Returns the outcome that the next process reads from a store. */
  const afterRestart = (found: UnprovenExecution) => {
    const kept = openNumberedBytes();
    new ExecutionStore(kept).keep(BATCH, unproven(found), undefined);
    const outcome = new ExecutionStore(kept).outcome(BATCH);
    kept.close();
    return outcome;
  };

  test("is a step's size as long as the limits hold by which it was found", () => {
    assert.deepEqual(afterRestart(large()), unproven(large()));
    const limits = stepLimits(1n);
    for (const name of ["steps", "rows", "cells"] as const)
      assert.equal(afterRestart(large({ ...limits, [name]: limits[name] / 2 })), undefined, name);
    // As software kept it that did not say the limits.
    assert.equal(afterRestart({ kind: "unproven", reason: "too-large", detail: "" }), undefined);
  });

  test("is another reason, and no fault", () => {
    const other: UnprovenExecution = { kind: "unproven", reason: "unsupported-precompile", detail: "0x03" };
    assert.deepEqual(afterRestart(other), unproven(other));
    assert.equal(afterRestart(fault("a thread was lost")), undefined);
  });
});

test("a pending proof is reported to its waiters: its phase, and each later step", async () => {
  const kept = openNumberedBytes();
  const witnesses = openTemporaryValues<ExecutionWitness>();
  const end = Promise.withResolvers<UnprovenExecution>();
  let tell: BatchProofOptions["onProgress"];
  const prove = (_: unknown, _claim: unknown, { onProgress }: BatchProofOptions = {}) => ((tell = onProgress), end.promise);
  const verify = () => Promise.reject(new Error("nothing was proven"));
  const queue = new BatchExecutions({ prover: { prove, verify }, store: new ExecutionStore(kept), witnesses });
  const claim = { batch: { batchNumber: BATCH } } as ExecutionClaim;
  queue.add({ commitment: COMMITMENT, claim, witness: { kind: "witness" } as ExecutionWitness });
  const steps = [
    { chunk: 0, chunks: 1, phase: "plan", fraction: 0 },
    { chunk: 0, chunks: 2, phase: "trace", fraction: 0, worker: "a" },
  ] as const;
  tell!(steps[0]);
  const told: ExecutionProgress[] = [];
  const outcome = queue.outcome(BATCH, (progress) => told.push(progress));
  tell!(steps[1]);
  end.resolve(large());
  await outcome;
  assert.deepEqual(told, steps);
  await queue.close();
  witnesses.close();
  kept.close();
});

describe("a proof that ends by a fault", () => {
  /** The outcome, and how often a proof was begun, where making it ends so, one time after another. */
  async function proven(ends: readonly (UnprovenExecution | Error)[]): Promise<readonly [UnprovenOutcome, number]> {
    const kept = openNumberedBytes();
    const witnesses = openTemporaryValues<ExecutionWitness>();
    let begun = 0;
    const prove = (): Promise<UnprovenExecution> => {
      const end = ends[begun++] ?? fault("begun too often");
      return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
    };
    const verify = () => Promise.reject(new Error("nothing was proven"));
    const queue = new BatchExecutions({ prover: { prove, verify }, store: new ExecutionStore(kept), witnesses });
    const claim = { batch: { batchNumber: BATCH } } as ExecutionClaim;
    queue.add({ commitment: COMMITMENT, claim, witness: { kind: "witness" } as ExecutionWitness });
    const outcome = await queue.outcome(BATCH);
    await queue.close();
    witnesses.close();
    kept.close();
    return [outcome as UnprovenOutcome, begun];
  }

  test("is begun again, and no fault where it then ends otherwise", async () => {
    assert.deepEqual(await proven([new Error("the thread was lost"), large()]), [unproven(large()), 2]);
    assert.deepEqual(await proven([fault("the heap is full"), fault("again"), large()]), [unproven(large()), 3]);
  });

  test("is one at last, and no other reason is tried again", async () => {
    const [outcome, begun] = await proven([fault("once"), new Error("twice"), fault("for good"), large()]);
    assert.deepEqual([outcome.reason, outcome.detail, begun], ["fault", "for good", 3]);
    assert.equal((await proven([large()]))[1], 1);
  });
});
