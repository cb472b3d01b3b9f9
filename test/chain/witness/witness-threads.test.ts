import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { startWitness } from "../../../src/chain/witness/witness.ts";
import { witnessThreads } from "../../../src/chain/witness/witness-threads.ts";

describe("Threads prepared for witnesses", () => {
  const started: Worker[] = [];
  const remember = (thread: Worker): void => void started.push(thread);
  process.on("worker", remember);
  after(() => process.off("worker", remember));

  it("serve the next chains, each with its own state; one that no chain takes ends, one whose chain has ended waits", async () => {
    const end = witnessThreads.prepare(3);
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
    await assert.rejects(witnesses[0]!.request("snapshot", undefined), { name: "WitnessError", code: "WitnessStopped" });
    const later = startWitness({ chainId: 273, genesis: [] });
    assert.equal(await later.request("snapshot", undefined), 1);
    assert.equal(started.length, 3, "a chain that has ended leaves its thread to the next");
    await later.close();
    await witnessThreads.prepare(2)();
    assert.equal(started.length, 3, "two wait already");
  });

  it("wait for the next chain too where whatever prepared them ends after their chain", async () => {
    const before = started.length;
    const end = witnessThreads.prepare(3);
    const witnesses = [274, 275, 276].map((chainId) => startWitness({ chainId, genesis: [] }));
    await Promise.all(witnesses.map((witness) => witness.request("snapshot", undefined)));
    await Promise.all(witnesses.map((witness) => witness.close()));
    await end();
    assert.equal(started.length, before + 1, "two waited from before");
    // One that were missing would be started here.
    const endOfNext = witnessThreads.prepare(3);
    const next = startWitness({ chainId: 277, genesis: [] });
    assert.equal(await next.request("snapshot", undefined), 1);
    await next.close();
    await endOfNext();
    assert.equal(started.length, before + 1);
  });

  it("end with a chain that ends while they are at work, and where enough wait", async () => {
    const before = started.length;
    const witnesses = Array.from({ length: 6 }, (_, place) => startWitness({ chainId: 280 + place, genesis: [] }));
    const [busy, ...others] = witnesses;
    await Promise.all(others.map((witness) => witness.request("snapshot", undefined)));
    const threads = [...started];
    const ended: number[] = [];
    threads.forEach((thread, place) => thread.once("exit", () => ended.push(place)));
    const refused = assert.rejects(busy!.request("snapshot", undefined), { code: "WitnessStopped" });
    await busy!.close();
    await refused;
    assert.equal(ended.length, 1);
    await Promise.all(others.map((witness) => witness.close()));
    // Four of five wait.
    assert.equal(ended.length, 2);
    assert.ok(started.length - before >= 3, "three waited from before");
  });
});
