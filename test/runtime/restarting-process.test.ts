import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { RestartingProcess } from "../../src/ground/runtime/restarting-process.ts";

const MAIN = new URL("./support/failing-node.ts", import.meta.url);
const LOOK_MS = 5;

/** Process whose first starts fail; its waits until a restart are short, and are noted. */
class FailingProcess extends RestartingProcess {
  readonly waitsMs: number[];
  readonly firsts: boolean[] = [];
  life = 1;

  constructor(failures: number, maxRestarts: number | undefined) {
    let starts = 0;
    const waitsMs: number[] = [];
    super({
      clock: {
        nowMs: () => systemClock.nowMs(),
        after(delayMs, callback) {
          waitsMs.push(delayMs);
          return systemClock.after(0, callback);
        },
      },
      main: MAIN,
      start: () => ({ life: this.life, fails: starts++ < failures }),
      maxRestarts,
    });
    this.waitsMs = waitsMs;
  }

  protected override take(message: unknown): void {
    this.firsts.push((message as { readonly isFirst: boolean }).isFirst);
  }
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function processOf(context: TestContext, failures: number, maxRestarts?: number): FailingProcess {
  const node = new FailingProcess(failures, maxRestarts);
  context.after(() => node.close());
  return node;
}

describe("a process whose node fails", () => {
  test("restarts in a new process, later each time, until the node runs", async (t) => {
    const node = processOf(t, 3, 5);
    await node.begin();
    await until(() => node.firsts.length === 4);
    assert.deepEqual(node.waitsMs, [1_000, 2_000, 4_000]);
    assert.deepEqual([node.restarts, node.fault, node.isOut], [3, undefined, false]);
    assert.deepEqual(node.firsts, [true, true, true, true], "no start had run a node, so none has files");
  });

  test("is out after the maximum of restarts, with the reason, and starts on request", async (t) => {
    const node = processOf(t, 3, 2);
    await node.begin();
    await until(() => node.isOut);
    assert.deepEqual([node.restarts, node.fault, node.isRunning, node.waitsMs.length], [2, "L1 is away", false, 2]);
    await node.begin();
    assert.deepEqual([node.isRunning, node.restarts, node.isOut], [true, 0, false]);
  });

  test("stays out until the next life without a number of restarts", async (t) => {
    const node = processOf(t, 1);
    await node.begin();
    assert.deepEqual([node.isOut, node.isRunning, node.waitsMs], [true, false, []]);
    node.life = 2;
    await node.begin();
    assert.deepEqual([node.isOut, node.isRunning], [false, true]);
  });

  test("that ran and died restarts as not the first one of its life", async (t) => {
    const node = processOf(t, 0, 5);
    await node.begin();
    const { pid } = node;
    process.kill(pid!, "SIGKILL");
    await until(() => node.firsts.length === 2);
    assert.notEqual(node.pid, pid);
    assert.deepEqual([node.firsts, node.waitsMs, node.restarts], [[true, false], [500], 0]);
  });
});
