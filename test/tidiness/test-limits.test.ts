import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parsePs, systemProcesses, treeCpuSeconds, type SystemProcess } from "../../scripts/process-tree.ts";
import { FileLimits } from "../../scripts/test-limits.ts";

const A = "test/abi/a.test.ts";
const B = "test/abi/b.test.ts";

/** Limits of 10 CPU seconds and a minute without CPU, over processes that the test sets. */
function limitsOver(processOf: (file: string) => number | undefined) {
  const world = { processes: [] as SystemProcess[], now: 0, ended: [] as string[] };
  const limits = new FileLimits({
    limitOf: () => 10,
    idleMs: 60_000,
    processOf,
    onExceeded: (file, reason, pid) => world.ended.push(`${pid} ${file} ${reason}`),
    now: () => world.now,
    processes: () => world.processes,
  });
  return { world, limits };
}

describe("the limits of test files", () => {
  test("count the CPU seconds of a file's process and of its descendants, not of others", () => {
    const { world, limits } = limitsOver(() => 7);
    limits.begin(A);
    world.processes = [
      { pid: 7, parent: 1, cpuSeconds: 4 },
      { pid: 8, parent: 7, cpuSeconds: 5 },
      { pid: 9, parent: 8, cpuSeconds: 1 },
      { pid: 10, parent: 1, cpuSeconds: 100 },
    ];
    limits.check();
    assert.deepEqual(world.ended, []);
    world.processes[2] = { pid: 9, parent: 8, cpuSeconds: 1.1 };
    limits.check();
    limits.check();
    assert.deepEqual(world.ended, [`7 ${A} has used more than 10 CPU s`]);
  });

  test("do not count what earlier files of the same process used", () => {
    const { world, limits } = limitsOver(() => 7);
    world.processes = [{ pid: 7, parent: 1, cpuSeconds: 9 }];
    limits.begin(A);
    limits.end(A);
    limits.begin(B);
    world.processes = [{ pid: 7, parent: 1, cpuSeconds: 18 }];
    limits.check();
    assert.deepEqual(world.ended, []);
    world.processes = [{ pid: 7, parent: 1, cpuSeconds: 19.5 }];
    limits.check();
    assert.deepEqual(world.ended, [`7 ${B} has used more than 10 CPU s`]);
  });

  test("allow an hour by the clock to a file that makes progress, and a minute to one that uses a fiftieth of a core", () => {
    const { world, limits } = limitsOver(() => 7);
    limits.begin(A);
    for (let minute = 0; minute < 9; minute++) {
      world.processes = [{ pid: 7, parent: 1, cpuSeconds: 1.21 * minute }];
      world.now += 400_000;
      if (minute > 0) limits.check();
    }
    assert.deepEqual(world.ended, []);
    world.now += 60_000;
    limits.check();
    assert.deepEqual(world.ended, [`7 ${A} has used hardly any CPU for 60 s`]);
  });

  test("wait for a file whose process has not begun", () => {
    const { world, limits } = limitsOver(() => undefined);
    limits.begin(A);
    world.now = 1e9;
    limits.check();
    assert.deepEqual(world.ended, []);
  });
});

describe("the list of processes", () => {
  test("is read from lines of ps, with days, hours and fractions", () => {
    assert.deepEqual(parsePs("   1     0 1-02:03:04\n  42     1   3:04.05\n"), [
      { pid: 1, parent: 0, cpuSeconds: 86_400 + 2 * 3_600 + 3 * 60 + 4 },
      { pid: 42, parent: 1, cpuSeconds: 3 * 60 + 4.05 },
    ]);
  });

  test("has this process with its CPU seconds", { skip: process.platform === "win32" && "no list" }, () => {
    for (const until = process.cpuUsage().user + 300_000; process.cpuUsage().user < until;);
    const { user, system } = process.cpuUsage();
    const listed = treeCpuSeconds(process.pid, systemProcesses()) ?? 0;
    // A list has hundredths of a second on Linux and whole seconds elsewhere, and also ended children.
    assert.ok(listed > (user + system) / 1e6 - 1.1 && listed > 0, `${listed} and ${(user + system) / 1e6}`);
    assert.equal(treeCpuSeconds(-1, systemProcesses()), undefined);
  });
});
