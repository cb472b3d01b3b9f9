import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Record of a complete green run, which a commit contains. */
export interface CompleteRun {
  /** Commit whose files were tested. */
  readonly commit: string;
  readonly files: number;
  readonly cpuSeconds: number;
}

/** Record of the last complete green run of all tests. */
export const COMPLETE_RUN = "test/last-complete-run.json";

/** Files that changed since the last complete run, or the reason why they are unknown. */
export type Changes = { readonly since: string; readonly files: readonly string[] } | { readonly unknown: string };

/** Compares the working tree and untracked files with the commit of the last complete run. */
export function changesSinceCompleteRun(root: string): Changes {
  let text: string;
  try {
    text = readFileSync(join(root, COMPLETE_RUN), "utf8");
  } catch {
    return { unknown: `${COMPLETE_RUN} does not exist; npm run test:all writes it` };
  }
  return changesSince(root, (JSON.parse(text) as CompleteRun).commit);
}

/** Compares the working tree and untracked files with a commit. */
export function changesSince(root: string, commit: string): Changes {
  const changed = git(root, "diff", "--name-only", "-z", "--no-renames", commit, "--");
  if (changed === undefined) return { unknown: `git does not have commit ${commit}; fetch the history` };
  const added = git(root, "ls-files", "--others", "--exclude-standard", "-z") ?? "";
  const files = new Set([...changed.split("\0"), ...added.split("\0")].filter((file) => file !== ""));
  return { since: commit, files: [...files].sort() };
}

/** Commit of the working tree; `undefined` if it has changes or is not a checkout of git. */
export function cleanCommit(root: string): string | undefined {
  const status = git(root, "status", "--porcelain");
  return status === "" ? git(root, "rev-parse", "HEAD")?.trim() : undefined;
}

function git(root: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  return status === 0 ? stdout : undefined;
}
