import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { startWitness } from "../../src/chain/witness/witness.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { ProofError } from "../../src/proofs/prover/job.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";

describe("Threads other than the caller's", () => {
  const started: Worker[] = [];
  const remember = (worker: Worker): void => void started.push(worker);
  process.on("worker", remember);
  after(() => process.off("worker", remember));

  /** Room of the started threads for new objects, in MiB. */
  async function roomOf(start: () => Promise<{ close(): Promise<void> }>): Promise<(number | undefined)[]> {
    const before = started.length;
    const running = await start();
    // Node tells of a new thread in its next turn.
    await setImmediate();
    const rooms = started.slice(before).map(({ resourceLimits }) => resourceLimits?.maxYoungGenerationSizeMb);
    await running.close();
    return rooms;
  }

  it("have less room for new objects than V8's default, which is 192 MiB each", async () => {
    assert.deepEqual(await roomOf(() => createWasmBackend({ workers: 2 })), [12, 12]);
    assert.deepEqual(await roomOf(() => Promise.resolve(startWitness({ chainId: 271, genesis: [] }))), [48]);
    const prover = createProver({ workers: 1 });
    const rooms = await roomOf(async () => {
      await assert.rejects(prover.proveInput(new Uint8Array(4)), ProofError);
      return prover;
    });
    assert.deepEqual(rooms, [48]);
  });
});
