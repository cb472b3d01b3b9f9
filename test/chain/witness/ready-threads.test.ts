import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { prepareWitnesses } from "../../../src/chain/witness/ready-threads.ts";
import { startWitness } from "../../../src/chain/witness/witness.ts";

describe("Threads prepared for witnesses", () => {
  const started: Worker[] = [];
  const remember = (thread: Worker): void => void started.push(thread);
  process.on("worker", remember);
  after(() => process.off("worker", remember));

  it("serve the next chains, each with its own state; one that no chain takes ends", async () => {
    const end = prepareWitnesses(3);
    const witnesses = [271, 272].map((chainId) => startWitness({ chainId, genesis: [] }));
    const snapshots = () => Promise.all(witnesses.map((witness) => witness.request("snapshot", undefined)));
    // Each counts its own.
    assert.deepEqual(await snapshots(), [1, 1]);
    const [, , surplus] = started;
    assert.ok(surplus !== undefined && started.length === 3);
    const ended = once(surplus, "exit");
    await end();
    await ended;
    assert.deepEqual(await snapshots(), [2, 2]);
    await Promise.all(witnesses.map((witness) => witness.close()));
    const later = startWitness({ chainId: 273, genesis: [] });
    assert.equal(await later.request("snapshot", undefined), 1);
    assert.equal(started.length, 4);
    await later.close();
  });
});
