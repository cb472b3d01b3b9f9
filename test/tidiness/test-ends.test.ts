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
  // Ends a while after it has failed, so that its process ends.
  hook: `import { before, test } from "node:test";
before(() => new Promise((resolve) => setTimeout(resolve, 13_000)));
test("is behind the hook", () => {});
`,
  quick: `import { test } from "node:test";
test("passes", () => {});
`,
};
const RUN = `const [files, ends, limit, ...processes] = process.argv.slice(2);
const { runFiles } = await import(files);
(await import(ends)).endAllWithThisProcess();
const split = processes.map((group) => group.split("+").map((name) => \`test/abi/\${name}.test.js\`));
const { failed } = await runFiles(split, { root: process.cwd(), concurrency: 2, limitOf: () => Number(limit) });
console.log();
console.log(JSON.stringify(failed));
`;
const SCRIPTS = ["test-files", "end-processes"].map((name) => new URL(`../../scripts/${name}.ts`, import.meta.url).href);

/** A folder with test files, and how a script runs some: those of one process are joined by +. */
function folderOf(context: TestContext): { readonly cwd: string; args(limitMs: number, ...processes: string[]): string[] } {
  const cwd = mkdtempSync(join(tmpdir(), "test-ends-"));
  context.after(() => rmSync(cwd, { recursive: true, force: true }));
  for (const folder of ["test/support", "test/abi"]) mkdirSync(join(cwd, folder), { recursive: true });
  writeFileSync(join(cwd, "test/support/leak-guard.ts"), "");
  writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, `test/abi/${name}.test.js`), text);
  writeFileSync(join(cwd, "run.js"), RUN);
  return { cwd, args: (limitMs, ...processes) => ["run.js", ...SCRIPTS, String(limitMs), ...processes] };
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
      const running = spawn(process.execPath, args(60_000, "waiting"), { cwd, env: environment(), stdio: "ignore" });
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

  test("does not wait for a file that hangs, which is named; what it has started ends with it", async (context) => {
    const { cwd, args } = folderOf(context);
    const { stdout, stderr } = spawnSync(process.execPath, args(4_000, "busy", "quick"), {
      cwd,
      env: environment(),
      encoding: "utf8",
    });
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), ["test/abi/busy.test.js"], stdout + stderr);
    assert.match(stderr, /^test\/abi\/busy\.test\.js has not ended after 4 s: its process is ended$/m);
    const begun = JSON.parse(readFileSync(join(cwd, "begun.json"), "utf8")) as number[];
    await until(() => begun.every(isGone));
  });

  test("comes behind a test or a hook that hangs, which is named, and the files behind it in its process", (context) => {
    const { cwd, args } = folderOf(context);
    const { stdout } = spawnSync(process.execPath, args(15_000, "hook+quick"), { cwd, env: environment(), encoding: "utf8" });
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), ["test/abi/hook.test.js"], stdout);
    assert.match(stdout, /timed out after 12000ms/);
  });
});
