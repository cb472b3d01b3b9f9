import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { until } from "../support/until.ts";

const CHILDREN = new URL("../../src/tool/demo/children.ts", import.meta.url).href;
const SETUP = new URL("../../scripts/setup.mjs", import.meta.url).pathname;
/** Starts a process that never ends, writes its id to the file that is given, and waits for it. */
const COMPILING = `import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { withChildrenEnded } from ${JSON.stringify(CHILDREN)};
await withChildrenEnded(async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
  writeFileSync(process.argv[2], child.pid + "\\n");
  await once(child, "exit");
});
`;

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "ended-starts-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(process.platform === "linux" && /^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
  } catch {
    return false;
  }
}

/** Id of the process that has written it to the file. */
async function childIn(file: string, running: ChildProcess): Promise<number> {
  await until(() => running.exitCode !== null || (existsSync(file) && readFileSync(file, "utf8").endsWith("\n")));
  const pid = Number(readFileSync(file, "utf8"));
  assert.ok(isRunning(pid));
  return pid;
}

describe("a start that a signal ends", { skip: process.platform === "win32" && "Windows lacks these signals" }, () => {
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)
    test(`leaves no compiler running after ${signal}`, async (context) => {
      const folder = folderOf(context);
      const [script, file] = [join(folder, "compiling.ts"), join(folder, "pid")];
      writeFileSync(script, COMPILING);
      const running = spawn(process.execPath, [script, file], { stdio: "ignore" });
      const compiler = await childIn(file, running);
      running.kill(signal);
      assert.deepEqual(await once(running, "exit"), [code, null]);
      await until(() => !isRunning(compiler));
    });

  test("leaves no installation running, which is reported each ten seconds", async (context) => {
    const folder = folderOf(context);
    const file = join(folder, "pid");
    mkdirSync(join(folder, "scripts"));
    copyFileSync(SETUP, join(folder, "scripts", "setup.mjs"));
    writeFileSync(join(folder, "npm"), '#!/bin/sh\necho $$ > "$PID_FILE"\nexec sleep 600\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`, PID_FILE: file };
    const setup = [join(folder, "scripts", "setup.mjs")];
    const running = spawn(process.execPath, setup, { env, stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    running.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
    const installation = await childIn(file, running);
    await until(() => told.includes(" s…"));
    running.kill("SIGTERM");
    assert.deepEqual(await once(running, "exit"), [143, null]);
    await until(() => !isRunning(installation));
    assert.match(told, /^setup: installing dependencies \(once\)…\nsetup: still installing dependencies, for 1\d s…\n$/);
  });
});
