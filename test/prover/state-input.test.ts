import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { encodeStateInput } from "../../src/proofs/prover/encode-state-input.ts";
import { decodeStateInput } from "../../src/proofs/prover/state-input.ts";

test("a large job is written in turns of the event loop, and is the same job when it is read", async () => {
  const { job } = createRandomBatch({ leafCount: 900, writeCount: 1_100, seed: 7 });
  let [turns, isWritten] = [0, false];
  const look = (): void => {
    turns++;
    if (!isWritten) setImmediate(look);
  };
  setImmediate(look);
  const input = await encodeStateInput(job);
  isWritten = true;
  // 1,100 writes and the outputs, 256 at a time: four pauses.
  assert.ok(turns >= 4, `${turns} turns`);
  assert.deepEqual(decodeStateInput(input), job);
});
