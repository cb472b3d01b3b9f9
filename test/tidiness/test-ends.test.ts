import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { until } from "../support/until.ts";

/** Starts a process that would never end, and says on the standard error which, as is its own. */
const BEGINS = `import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
writeFileSync(new URL("../../begun.json", import.meta.url), JSON.stringify([process.pid, child.pid]));
`;
const FILES = {
  waiting: `${BEGINS}test("waits", () => new Promise(() => setInterval(() => undefined, 1000)));\n`,
  busy: `${BEGINS}test("never lets go", () => { for (;;); });\n`,
  // Its child uses the CPU, and is ended with it.
  parent: `import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
writeFileSync(new URL("../../begun.json", import.meta.url), JSON.stringify([process.pid, child.pid]));
test("waits for a child", () => new Promise(() => child.on("exit", () => undefined)));
`,
  // Takes longer than the limit in CPU seconds, and hardly any CPU.
  slow: `import { test } from "node:test";
test("takes time", () => new Promise((resolve) => setTimeout(resolve, 5_000)));
`,
  quick: `import { test } from "node:test";
test("passes", () => {});
`,
  stray: `import { test } from "node:test";
test("passes, and leaves a rejection", () => { setTimeout(() => Promise.reject(new Error("stray")), 5); });
test("waits for it", () => new Promise((resolve) => setTimeout(resolve, 50)));
`,
  // As a process that a leak guard ends.
  exits: `import { after, test } from "node:test";
test("passes", () => {});
process.on("exit", () => { process.exitCode = 1; });
`,
};
const RUN = `const [files, ends, limit, idleMs, ...processes] = process.argv.slice(2);
const { runFiles } = await import(files);
(await import(ends)).endAllWithThisProcess();
const split = processes.map((group) => group.split("+").map((name) => \`test/abi/\${name}.test.js\`));
const limits = { limitOf: () => Number(limit), idleMs: Number(idleMs) };
const { failed, failedProcesses, strayErrors, tests } = await runFiles(split, { root: process.cwd(), concurrency: 2, ...limits });
console.log();
console.log(JSON.stringify({ failed, failedProcesses, strayErrors, tests }));
`;
const SCRIPTS = ["test-files", "end-processes"].map((name) => new URL(`../../scripts/${name}.ts`, import.meta.url).href);

interface Limits {
  readonly cpuSeconds: number;
  readonly idleMs: number;
}
const FAR: Limits = { cpuSeconds: 60, idleMs: 60_000 };

interface RunEnd {
  readonly failed: readonly string[];
  readonly failedProcesses: readonly (readonly string[])[];
  readonly strayErrors: readonly string[];
  readonly tests: { readonly passed: number; readonly failed: number };
  readonly stderr: string;
}

/** A folder with test files, and how a script runs some: those of one process are joined by +. */
function folderOf(context: TestContext): { readonly cwd: string; args(limits: Limits, ...processes: string[]): string[] } {
  const cwd = mkdtempSync(join(tmpdir(), "test-ends-"));
  context.after(() => rmSync(cwd, { recursive: true, force: true }));
  for (const folder of ["test/support", "test/abi"]) mkdirSync(join(cwd, folder), { recursive: true });
  writeFileSync(join(cwd, "test/support/leak-guard.ts"), "");
  writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries({ ...FILES, quick2: FILES.quick }))
    writeFileSync(join(cwd, `test/abi/${name}.test.js`), text);
  writeFileSync(join(cwd, "run.js"), RUN);
  const args = ({ cpuSeconds, idleMs }: Limits, ...processes: string[]): string[] => [
    "run.js",
    ...SCRIPTS,
    String(cpuSeconds),
    String(idleMs),
    ...processes,
  ];
  return { cwd, args };
}

/** A test run inside a test would be skipped. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return env;
}

/** Whether it has ended. One that no parent has asked about yet has too. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === "linux" && /^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

/** The processes of a file that has begun, when it has. */
async function begunIn(cwd: string, running: ChildProcess): Promise<readonly number[]> {
  const file = join(cwd, "begun.json");
  await until(() => running.exitCode !== null || (existsSync(file) && readFileSync(file, "utf8").endsWith("]")));
  return JSON.parse(readFileSync(file, "utf8")) as number[];
}

const NO_PARENTS = process.platform === "win32" && "Windows tells no process' parent";

describe("the end of a test run", { skip: NO_PARENTS }, () => {
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)
    test(`by ${signal} is the end of its test files and of what they have started`, async (context) => {
      const { cwd, args } = folderOf(context);
      const running = spawn(process.execPath, args(FAR, "waiting"), { cwd, env: environment(), stdio: "ignore" });
      const begun = await begunIn(cwd, running);
      assert.deepEqual([begun.length, begun.some(isGone)], [2, false]);
      running.kill(signal);
      assert.deepEqual(await once(running, "exit"), [code, null]);
      await until(() => begun.every(isGone));
    });

  test("by a signal is the end of what comes before the tests too", { skip: process.platform !== "linux" }, async () => {
    const script = new URL("../../scripts/test.ts", import.meta.url).pathname;
    const running = spawn(process.execPath, [script, "test/abi/abi.test.ts"], { env: environment(), stdio: "ignore" });
    const children = (): readonly number[] =>
      readdirSync(`/proc/${running.pid}/task`).flatMap((thread) =>
        readFileSync(`/proc/${running.pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
      );
    await until(() => children().length > 0);
    const begun = children();
    running.kill("SIGTERM");
    assert.deepEqual(await once(running, "exit"), [143, null]);
    await until(() => begun.every(isGone));
  });

  /** Runs files to the end; what they started must not outlive them. */
  async function endOf(context: TestContext, limits: Limits, ...processes: string[]): Promise<RunEnd> {
    const { cwd, args } = folderOf(context);
    const options = { cwd, env: environment(), encoding: "utf8" } as const;
    const { stdout, stderr } = spawnSync(process.execPath, args(limits, ...processes), options);
    const begun = join(cwd, "begun.json");
    const pids = existsSync(begun) ? (JSON.parse(readFileSync(begun, "utf8")) as number[]) : [];
    await until(() => pids.every(isGone));
    return { ...(JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Omit<RunEnd, "stderr">), stderr };
  }

  for (const [name, place] of [
    // Its events are still in its process.
    ["busy", ""],
    ["parent", ', in "waits for a child"'],
  ] as const)
    test(`does not wait for a file that exceeds its CPU seconds, which is named: ${name}`, async (context) => {
      const limits = { cpuSeconds: 2, idleMs: 60_000 };
      const { failed, stderr } = await endOf(context, limits, name, "quick");
      assert.deepEqual(failed, [`test/abi/${name}.test.js`], stderr);
      const line = `^test/abi/${name}\\.test\\.js has used more than 2 CPU s${place}: its process is ended$`;
      assert.match(stderr, new RegExp(line, "m"));
    });

  test("does not end a file that takes longer than its CPU seconds by the clock", async (context) => {
    const { failed, tests, stderr } = await endOf(context, { cpuSeconds: 3, idleMs: 60_000 }, "slow", "quick");
    assert.deepEqual([failed, tests], [[], { passed: 2, failed: 0 }], stderr);
  });

  test("comes if a file uses hardly any CPU; the files after it in its process are run in another one", async (context) => {
    const { failed, tests, stderr } = await endOf(context, { cpuSeconds: 60, idleMs: 4_000 }, "quick+waiting+quick2");
    assert.deepEqual(failed, ["test/abi/waiting.test.js"], stderr);
    assert.equal(tests.passed, 2, stderr);
    assert.match(stderr, /waiting\.test\.js has used hardly any CPU for 4 s, in "waits": its process is ended/);
  });

  test("names the file that was running when a rejection came that nothing handled, and no other of its process", async (context) => {
    const { failed, strayErrors, stderr } = await endOf(context, FAR, "quick+stray+quick2");
    assert.deepEqual([failed, strayErrors.length], [["test/abi/stray.test.js"], 1], stderr);
    assert.match(strayErrors[0] ?? "", /"passes, and leaves a rejection".*"Error: stray"/);
  });

  test("of a process that fails after its files fails them together, to be run again together", async (context) => {
    const { failedProcesses, stderr } = await endOf(context, FAR, "quick+exits", "quick2");
    assert.deepEqual(failedProcesses, [["test/abi/quick.test.js", "test/abi/exits.test.js"]], stderr);
  });
});
