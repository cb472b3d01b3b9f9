import type { SourceTree } from "./source-tree.ts";

/** Files of the source that may name an option: its record, what is made of it, and the stage that reads it. */
const MOST_FILES_OF_AN_OPTION = 8;

/** Exceptions for options that more files name. */
export interface GrantedOptions {
  /** The most files that may name each. */
  readonly files: Readonly<Record<string, number>>;
  /** Options whose name is also the word for something else, and for what: the files that name it say nothing of the option. */
  readonly words: Readonly<Record<string, string>>;
}

/**
 * Options that too many files name, by their own name or the plan's, each as `option: files`; and exceptions that are not needed any
 * more. Comments and generated files do not count.
 */
export function widespreadOptions(
  tree: SourceTree,
  options: ReadonlyMap<string, readonly string[]>,
  granted: GrantedOptions,
): string[] {
  const written = [...tree].filter(([path]) => !path.includes("/generated/"));
  const wordsOf = written.map(([, text]) => new Set(text.replaceAll(COMMENTS, "").match(/\w+/g)));
  const unused = new Set([...Object.keys(granted.files), ...Object.keys(granted.words)]);
  const violations = [...options].flatMap(([option, names]) => {
    const files = wordsOf.filter((words) => names.some((name) => words.has(name))).length;
    if (files <= MOST_FILES_OF_AN_OPTION) return [];
    unused.delete(option);
    const limit = granted.words[option] === undefined ? (granted.files[option] ?? MOST_FILES_OF_AN_OPTION) : Infinity;
    return files > limit ? [`${option}: ${files} files name it, at most ${limit} may`] : [];
  });
  return [...violations, ...[...unused].map((option) => `${option}: the exception is not needed`)];
}

const COMMENTS = /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm;
