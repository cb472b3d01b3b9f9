import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A test that a page names: a file's path in the repository and one title in it. */
export interface NamedTest {
  readonly path: string;
  readonly title: string;
}

/**
 * The tests that a page's text names: a file in backticks, then one title or more between straight quotation marks, as in
 * `test/a/b.test.ts`: "refuses a gap", "refuses a repetition". A title is as the source has it, `${…}` included, and has no quotation mark.
 */
export function namedTests(text: string): readonly NamedTest[] {
  return [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`((?:[:,;]?\s*"[^"]+")+)/g)].flatMap(([, path = "", titles = ""]) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => ({ path, title: title.replaceAll(/\s+/g, " ") })),
  );
}

/** Tests whose file or title does not exist, each as `path: title`. `root` is the repository's. */
export function missingTests(root: string, tests: readonly NamedTest[]): readonly string[] {
  const titles = new Map<string, ReadonlySet<string>>();
  const titlesOf = (path: string): ReadonlySet<string> => {
    const known = titles.get(path) ?? titlesIn(join(root, path));
    titles.set(path, known);
    return known;
  };
  return tests.filter(({ path, title }) => !titlesOf(path).has(title)).map(({ path, title }) => `${path}: ${title}`);
}

function titlesIn(path: string): ReadonlySet<string> {
  if (!existsSync(path)) return new Set();
  const calls = readFileSync(path, "utf8").matchAll(/\b(?:test|it|describe)\(\s*(["'`])(.*?)\1/gs);
  return new Set([...calls].map(([, , title = ""]) => title));
}

/** A list of tests by what they show: what, then files of the repository with titles in them. */
export type TestList = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Reads a list of tests next to this file. */
export function testList(file: string): TestList {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as TestList;
}

/** All tests of a list. */
export function testsOf(list: TestList): readonly NamedTest[] {
  return Object.values(list).flatMap((files) =>
    Object.entries(files).flatMap(([path, titles]) => titles.map((title) => ({ path, title }))),
  );
}
