import { digestOf } from "../core/digest-of.ts";
import type { L1Link } from "./l1-link.ts";

/** Link of a chain without an L1: its batches are not sent, and it has no input. */
export function noLink(name: string): L1Link {
  const still = { on: () => undefined, mark: () => undefined, returnTo: () => undefined };
  const refuse = (): Promise<never> =>
    Promise.reject(new RangeError(`${name} runs apart from L1: its batches are not settled, and it cannot return with L1`));
  return {
    executed: 0n,
    batches: { ...still, name: "settlement", digest: () => digestOf(0), waiting: [], begin: () => undefined },
    intake: { ...still, name: "intake" },
    canSeal: () => true,
    beforeSeal: () => Promise.resolve(),
    pollL1: () => Promise.resolve({ operations: [], roots: [] }),
    settled: refuse,
    hurry: () => undefined,
    reseal: refuse,
    executable: () => Promise.resolve(undefined),
    unexecuted: () => [],
    progress: () => ({ sealed: 0, committed: 0, proven: 0, executed: 0 }),
    proving: () => [],
    waitsFor: () => undefined,
    isBlind: () => undefined,
    member: { snapshot: refuse, pause: refuse, resume: () => undefined, canRevert: () => false, revert: refuse },
    quiet: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
