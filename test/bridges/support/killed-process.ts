import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/**
 * Runs a module that may kill its process; resolves with the numbers of each text that it reported before its end, and with
 * true if it was killed.
 */
export async function runKilled(
  module: string,
  task: object,
): Promise<{ readonly received: readonly number[]; readonly isKilled: boolean }> {
  const child = spawn(process.execPath, [module, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("exit", (code, signal) => resolve([code, signal])),
  );
  const said = await text(child.stdout);
  const [code, signal] = await ended;
  assert.ok(signal === "SIGKILL" || code === 0, `${code} ${signal}`);
  return {
    received: (/^received ([\d,]+)$/m.exec(said)?.[1] ?? "").split(",").filter(Boolean).map(Number),
    isKilled: signal === "SIGKILL",
  };
}
