import assert from "node:assert/strict";
import { buildTrace } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";

/** Derives a batch's statement from the prover's own table, which is filled from the witness alone. */
export function checkStatement({ job }: FormedBatch): void {
  const { statement, witness } = job;
  const trace = buildTrace(witness, statement.point);
  assert.deepEqual([...trace.oldStateRoot], [...statement.oldStateRoot]);
  assert.deepEqual([...trace.newStateRoot], [...statement.newStateRoot]);
  assert.deepEqual([...trace.diffDigest], [...statement.diffDigest]);
  assert.deepEqual([...trace.y], [...statement.evaluation]);
  assert.equal(witness.operations.at(-1)?.entry.value, BigInt(statement.outputsHash));
}
