// Process of `npm test` that runs several test files in sequence.
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cpuSeconds, noteCpuSeconds } from "./test-cpu.ts";

/**
 * Runs test files in this process: each is a test with the file's path as its name, so that its hooks are its own, and is loaded
 * when the one before it has ended. The first one's note has also the CPU time of what was loaded before it.
 */
export function runTogether(urls: readonly string[]): void {
  let noted = 0;
  for (const url of urls) {
    const file = fileURLToPath(url);
    void test(file, async () => {
      await import(url);
      // Behind the file's own, which close what it started.
      after(() => {
        const until = cpuSeconds();
        noteCpuSeconds(file, until - noted);
        noted = until;
        failForStrayErrors();
      });
    });
  }
}

/**
 * Node's test runner fails the process for an error that belongs to no running test, such as a rejection that nothing handles after a
 * test's end, and reports it after all tests. Here the file fails that was running.
 */
function failForStrayErrors(): void {
  if (process.exitCode === undefined || process.exitCode === 0) return;
  process.exitCode = undefined;
  throw new Error("an error belongs to no running test: the process' diagnostics, after its tests, report it");
}
