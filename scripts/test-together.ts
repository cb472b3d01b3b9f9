// What a process of `npm test` does that runs several test files, one after the other.
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
      });
    });
  }
}
