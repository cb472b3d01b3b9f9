import assert from "node:assert/strict";
import { it } from "node:test";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { proveJob } from "../../src/proofs/prover/prove-job.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";

/** A few writes into a small tree: the smallest table, with the parameters that L1 checks. */
const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });

it("makes a batch's proof again on WASM where a device gives a wrong element, from the traces that it kept", async () => {
  const inner = await createWasmBackend({ workers: 2 });
  try {
    const interpolate: Backend["interpolate"] = async (evaluations) => {
      const { logRows } = evaluations;
      const coefficients = await inner.interpolate(evaluations);
      const columns = await inner.download(coefficients);
      inner.release(coefficients);
      columns[0]![1]! ^= 1;
      return inner.upload(columns, logRows);
    };
    const backends = new ProvingBackends(inner, { ...inner, name: "device", interpolate });
    const { proof, statement, metrics } = await proveJob(job, backends);
    assert.equal(metrics.backend, "wasm");
    assert.deepEqual(backends.faults, [{ kind: "wrong", reason: "a proof made on device is refused: ConstraintMismatch" }]);
    assert.deepEqual(verify(createStateTransitionSystem(), statement, proof), { ok: true });
  } finally {
    await inner.close();
  }
});
