import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/attacks.md", ROOT), "utf8");
const NUMBERS = [...Array.from({ length: 15 }, (_, i) => `A${i + 1}`), ...Array.from({ length: 7 }, (_, i) => `B${i + 1}`)];

interface NamedTest {
  readonly number: string;
  readonly file: string;
  readonly title: string;
}

/** Each test that the page names, with the number under which it stands. */
function namedTests(): readonly NamedTest[] {
  let number = "";
  return PAGE.split("\n").flatMap((line) => {
    number = /^\*\*([AB]\d+)\. /.exec(line)?.[1] ?? number;
    const [, file, title] = /^- `(test\/[^`]+\.test\.ts)`: (.+)$/.exec(line) ?? [];
    return file === undefined || title === undefined ? [] : [{ number, file, title }];
  });
}

/** Titles as they stand in the source, of tests and of suites; none where there is no such file. */
function titlesIn(file: string): readonly string[] {
  const place = new URL(file, ROOT);
  if (!existsSync(place)) return [];
  return [...readFileSync(place, "utf8").matchAll(/^\s*(?:it|test|describe)\(\s*(["`])(.*?)\1,/gms)].map(
    ([, , title = ""]) => title,
  );
}

test("every attack has its number once, in order, and a test under it", () => {
  const numbers = [...PAGE.matchAll(/^\*\*([AB]\d+)\. /gm)].map(([, number]) => number);
  assert.deepEqual(numbers, NUMBERS);
  const tested = new Set(namedTests().map(({ number }) => number));
  assert.deepEqual(
    NUMBERS.filter((number) => !tested.has(number)),
    [],
  );
});

test("every test that the page of attacks names is the title of one in the file that it names", () => {
  const missing = namedTests().filter(({ file, title }) => !titlesIn(file).includes(title));
  assert.deepEqual(missing, []);
});

test("every list item of the page of attacks names a test", () => {
  const items = PAGE.split("\n").filter((line) => line.startsWith("- "));
  assert.equal(namedTests().length, items.length);
});
