import { posix } from "node:path";
import { referencesOf, type SourceTree } from "./source-tree.ts";

/** Folders of the second verifier; folders that they may import from. */
const SECOND = ["contracts/verifier/second/", "scripts/system-description/"];
const ALLOWED = ["contracts/interfaces/", "src/"];
/** Folders of the first verifier and its generator. */
const FIRST = ["contracts/verifier/", "scripts/verifier-generator/"];

/**
 * Imports between the two verifiers, each as `file imports other`: the second one catches faults of the first only as long as
 * they have no code in common.
 */
export function sharedVerifierCode(tree: SourceTree): string[] {
  const within = (path: string, folders: readonly string[]): boolean => folders.some((folder) => path.startsWith(folder));
  return [...tree].flatMap(([path, text]) =>
    targetsOf(path, text)
      .filter((target) => {
        if (within(path, SECOND)) return !within(target, [...SECOND, ...ALLOWED]);
        return within(path, FIRST) && within(target, SECOND);
      })
      .map((target) => `${path} imports ${target}`),
  );
}

function targetsOf(path: string, text: string): string[] {
  if (!path.endsWith(".sol")) return referencesOf(path, text).flatMap(({ target }) => (target === undefined ? [] : [target]));
  return [...text.matchAll(/^import [^"]*"([^"]+)"/gm)].map(([, name = ""]) => posix.join(posix.dirname(path), name));
}
