import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ExecutionWitness } from "../../src/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../src/execution-proof/batch/execution-claim.ts";
import { type LabelledExecution, labelOf, StepTooLarge } from "../../src/execution-proof/batch/execution-label.ts";
import type { ExecutionProgress } from "../../src/execution-proof/batch/execution-progress.ts";
import type { BatchProofOptions } from "../../src/execution-proof/batch/proven-execution.ts";
import { stepLimits } from "../../src/execution-proof/batch/step-limits.ts";
import { openNumberedBytes } from "../../src/ledger/numbered-bytes.ts";
import { openTemporaryValues } from "../../src/ledger/temporary-values.ts";
import type { ExecutionOutcome, LabelledOutcome } from "../../src/node/execution/execution-outcome.ts";
import { BatchExecutions } from "../../src/node/execution/batch-executions.ts";
import { ExecutionStore } from "../../src/node/execution/execution-store.ts";
import { forgetOutdated } from "../../src/node/execution/outdated-proofs.ts";
import type { BatchNumber } from "../../src/protocol/ids.ts";

const COMMITMENT = "0x01";
const BATCH = 3n;
const labelled = (label: LabelledExecution): LabelledOutcome => ({ ...label, commitment: COMMITMENT });
const large = (limits = stepLimits(1n)) => labelOf(new StepTooLarge({ protocolVersion: 1n, limits, step: 4 }));
const fault = (detail: string): LabelledExecution => ({ kind: "labelled", reason: "fault", detail });

describe("what became of a batch's proof, for the next process", () => {
  /** What a store of the next process has of an outcome. */
  const afterRestart = (label: LabelledExecution) => {
    const kept = openNumberedBytes();
    new ExecutionStore(kept, undefined).keep(BATCH, labelled(label), undefined);
    const outcome = new ExecutionStore(kept, undefined).outcome(BATCH);
    kept.close();
    return outcome;
  };

  test("is a step's size as long as the limits hold by which it was found", () => {
    assert.deepEqual(afterRestart(large()), labelled(large()));
    const limits = stepLimits(1n);
    for (const name of ["steps", "rows", "cells"] as const)
      assert.equal(afterRestart(large({ ...limits, [name]: limits[name] / 2 })), undefined, name);
    // As software kept it that did not say the limits.
    assert.equal(afterRestart({ kind: "labelled", reason: "too-large", detail: "" }), undefined);
  });

  test("is another label, and no fault", () => {
    const other: LabelledExecution = { kind: "labelled", reason: "unsupported-precompile", detail: "0x03" };
    assert.deepEqual(afterRestart(other), labelled(other));
    assert.equal(afterRestart(fault("a thread was lost")), undefined);
  });
});

describe("a kept proof that earlier software made", () => {
  /** The first bytes of a proof: "HCX2", the program, the protocol version. */
  const proofOf = (program: number, version: number): Uint8Array =>
    Uint8Array.from([
      ...Buffer.from("HCX2"),
      ...Array.from({ length: 32 }, () => program),
      ...new Array<number>(31).fill(0),
      version,
    ]);
  const proven = { kind: "proven", commitment: COMMITMENT, bytes: 1, chunks: 1, provenBits: 100, seconds: 1 } as const;
  /** The numbers of batches whose proofs are kept by the next process, of these in order. */
  const afterLook = async (
    proofs: readonly (Uint8Array | undefined)[],
    programOf: (version: bigint) => Promise<Uint8Array>,
    signal = new AbortController().signal,
  ) => {
    const kept = openNumberedBytes();
    const store = new ExecutionStore(kept, undefined);
    const outcome = { ...proven, outputs: {} } as unknown as ExecutionOutcome;
    proofs.forEach((proof, i) => store.keep(BigInt(i) as BatchNumber, outcome, proof));
    await forgetOutdated(store, { programOf }, signal);
    const next = new ExecutionStore(kept, undefined);
    const numbers = proofs.map((_, i) => BigInt(i));
    const known = numbers.filter((number) => next.outcome(number) !== undefined);
    assert.deepEqual(
      numbers.filter((number) => next.isOutdated(number) || store.isOutdated(number)),
      numbers.filter((number) => !known.includes(number)),
    );
    kept.close();
    return known.map(Number);
  };
  const programs = (version: bigint) => Promise.resolve(new Uint8Array(32).fill(Number(version)));

  test("is forgotten: of another program than its version's, or in another format", async () => {
    const [today, other, pruned] = [proofOf(2, 2), proofOf(1, 2), undefined];
    const older = Uint8Array.from([...Buffer.from("HCX1"), ...today.subarray(4)]);
    assert.deepEqual(await afterLook([today, other, pruned, older, Uint8Array.of(1), proofOf(3, 3)], programs), [0, 2, 5]);
  });

  test("stays where the prover does not say the program, and where the chain has ended meanwhile", async () => {
    const stopped = () => Promise.reject(new Error("the prover was closed"));
    assert.deepEqual(await afterLook([proofOf(1, 2), proofOf(2, 2)], stopped), [0, 1]);
    assert.deepEqual(await afterLook([proofOf(1, 2)], programs, AbortSignal.abort()), [0]);
  });

  test("is made again behind batches that have had none", async () => {
    const kept = openNumberedBytes();
    const store = new ExecutionStore(kept, undefined);
    const witnesses = openTemporaryValues<ExecutionWitness>();
    const begun: bigint[] = [];
    const ends: (() => void)[] = [];
    const prove = (_witness: unknown, { batch }: ExecutionClaim): Promise<LabelledExecution> => {
      begun.push(batch.batchNumber);
      return new Promise((resolve) => ends.push(() => resolve(large())));
    };
    const verify = () => Promise.reject(new Error("nothing was proven"));
    const queue = new BatchExecutions({ prover: { prove, verify }, store, witnesses });
    for (let number = 0n; number < 6n; number++) store.forgetProof(number);
    // Four are under way at a time.
    for (let number = 0n; number < 8n; number++) {
      const claim = { batch: { batchNumber: number } } as ExecutionClaim;
      queue.add({ commitment: COMMITMENT, claim, witness: { kind: "witness" } as ExecutionWitness });
    }
    assert.deepEqual(queue.pending(), [0n, 1n, 2n, 3n, 6n, 7n, 4n, 5n]);
    for (let i = 0; i < 8; i++) {
      ends[i]!();
      await queue.outcome(begun[i]! as BatchNumber);
      await new Promise(setImmediate);
    }
    assert.deepEqual(begun, [0n, 1n, 2n, 3n, 6n, 7n, 4n, 5n]);
    assert.equal(store.isOutdated(0n), false);
    await queue.close();
    witnesses.close();
    kept.close();
  });
});

test("a proof in the making is told to what waits for it: where it is, and each step from then on", async () => {
  const kept = openNumberedBytes();
  const witnesses = openTemporaryValues<ExecutionWitness>();
  const end = Promise.withResolvers<LabelledExecution>();
  let tell: BatchProofOptions["onProgress"];
  const prove = (_: unknown, _claim: unknown, { onProgress }: BatchProofOptions = {}) => ((tell = onProgress), end.promise);
  const verify = () => Promise.reject(new Error("nothing was proven"));
  const queue = new BatchExecutions({ prover: { prove, verify }, store: new ExecutionStore(kept, undefined), witnesses });
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
  async function proven(ends: readonly (LabelledExecution | Error)[]): Promise<readonly [LabelledOutcome, number]> {
    const kept = openNumberedBytes();
    const witnesses = openTemporaryValues<ExecutionWitness>();
    let begun = 0;
    const prove = (): Promise<LabelledExecution> => {
      const end = ends[begun++] ?? fault("begun too often");
      return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
    };
    const verify = () => Promise.reject(new Error("nothing was proven"));
    const queue = new BatchExecutions({ prover: { prove, verify }, store: new ExecutionStore(kept, undefined), witnesses });
    const claim = { batch: { batchNumber: BATCH } } as ExecutionClaim;
    queue.add({ commitment: COMMITMENT, claim, witness: { kind: "witness" } as ExecutionWitness });
    const outcome = await queue.outcome(BATCH);
    await queue.close();
    witnesses.close();
    kept.close();
    return [outcome as LabelledOutcome, begun];
  }

  test("is begun again, and no fault where it then ends otherwise", async () => {
    assert.deepEqual(await proven([new Error("the thread was lost"), large()]), [labelled(large()), 2]);
    assert.deepEqual(await proven([fault("the heap is full"), fault("again"), large()]), [labelled(large()), 3]);
  });

  test("is one at last, and no other label is tried again", async () => {
    const [outcome, begun] = await proven([fault("once"), new Error("twice"), fault("for good"), large()]);
    assert.deepEqual([outcome.reason, outcome.detail, begun], ["fault", "for good", 3]);
    assert.equal((await proven([large()]))[1], 1);
  });
});
