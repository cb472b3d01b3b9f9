import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EcosystemBusyError, SharedExclusiveLock } from "../../src/ground/runtime/shared-exclusive-lock.ts";
import { TestClock } from "../chain/support/clock.ts";

/** Work that ends when told, and what has begun and ended in order. */
function scene() {
  const clock = new TestClock(0);
  const gate = new SharedExclusiveLock({ clock });
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<void>((resolve) => {
      log.push(`+${name}`);
      ends.set(name, () => {
        log.push(`-${name}`);
        resolve();
      });
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await turn();
  };
  return { clock, gate, log, work, end, turn };
}

describe("B4: the gate between movements and snapshots", () => {
  it("lets movements in together, and a snapshot in alone", async () => {
    const { gate, log, work, end, turn } = scene();
    const all = [
      gate.shared("a", work("a")),
      gate.shared("b", work("b")),
      gate.alone("mark", work("mark")),
      gate.shared("c", work("c")),
    ];
    await turn();
    assert.deepEqual(log, ["+a", "+b"]);
    await end("a");
    await end("b");
    assert.deepEqual(log.slice(2), ["-a", "-b", "+mark"]);
    await end("mark");
    assert.deepEqual(log.slice(5), ["-mark", "+c"]);
    await end("c");
    await Promise.all(all);
  });

  it("lets an urgent movement past a waiting snapshot only while others are in", async () => {
    const { gate, log, work, end, turn } = scene();
    const delivery = gate.shared("delivery", work("delivery"));
    const mark = gate.alone("mark", work("mark"));
    const settling = gate.shared("settling", work("settling"), { urgent: true });
    await turn();
    assert.deepEqual(log, ["+delivery", "+settling"]);
    await end("settling");
    await end("delivery");
    const next = gate.shared("next", work("next"), { urgent: true });
    await turn();
    assert.deepEqual(log.slice(2), ["-settling", "-delivery", "+mark"]);
    await end("mark");
    await end("next");
    await Promise.all([delivery, mark, settling, next]);
  });

  it("passes failures on, and opens again", async () => {
    const { gate } = scene();
    await assert.rejects(
      gate.alone("mark", () => Promise.reject(new Error("no"))),
      /no/,
    );
    await assert.rejects(
      gate.shared("a", () => Promise.reject(new Error("neither"))),
      /neither/,
    );
    assert.equal(await gate.alone("mark", () => Promise.resolve(1)), 1);
  });

  it("gives up waiting for what does not end, and names it", async () => {
    const { gate, clock, log, work, end, turn } = scene();
    const stuck = gate.shared("commit of batch 3", work("stuck"));
    const mark = gate.alone("mark", work("mark"));
    const later = gate.shared("later", work("later"));
    await turn();
    clock.advance(60_000);
    await assert.rejects(mark, (error) => error instanceof EcosystemBusyError && /commit of batch 3/.test(error.message));
    assert.deepEqual(log, ["+stuck", "+later"]);
    await end("stuck");
    await end("later");
    await Promise.all([stuck, later]);
  });
});
