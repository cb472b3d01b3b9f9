import assert from "node:assert/strict";
import type { createWorkplace, RunOptions } from "./run-task.ts";

/** Mistake of a user, and what each message must say: what was wrong, and what to do. */
export interface Misuse {
  readonly title: string;
  readonly args: readonly string[];
  readonly options?: RunOptions;
  readonly says: readonly RegExp[];
}

/** Asserts that a task of a workplace refuses a misuse: without a result, by a message without a stack trace. */
export function refusesIn(workplace: ReturnType<typeof createWorkplace>): (misuse: Misuse) => Promise<void> {
  return async ({ args, options = {}, says }) => {
    const { code, stdout, stderr } = await workplace.run(args, options);
    assert.equal(code, 1, stdout + stderr);
    for (const pattern of says) assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n\s+at .*:\d+:\d+/, "a misuse needs no stack trace");
    assert.equal(stdout, "");
  };
}
