import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missingTests } from "./named-tests.ts";
import type { NamedTest } from "./named-tests.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/attacks.md", ROOT), "utf8");
const NUMBERS = [...Array.from({ length: 26 }, (_, i) => `A${i + 1}`), ...Array.from({ length: 7 }, (_, i) => `B${i + 1}`)];

/** A named test, and the attack under which it stands. */
type AttackTest = NamedTest & { readonly number: string };

/** Each test that the page names, with the number under which it stands. */
function attackTests(): readonly AttackTest[] {
  let number = "";
  return PAGE.split("\n").flatMap((line) => {
    number = /^\*\*([AB]\d+)\. /.exec(line)?.[1] ?? number;
    const [, path, title] = /^- `(test\/[^`]+\.test\.ts)`: (.+)$/.exec(line) ?? [];
    return path === undefined || title === undefined ? [] : [{ number, path, title }];
  });
}

test("every attack has its number once, in order, and a test under it", () => {
  const numbers = [...PAGE.matchAll(/^\*\*([AB]\d+)\. /gm)].map(([, number]) => number);
  assert.deepEqual(numbers, NUMBERS);
  const tested = new Set(attackTests().map(({ number }) => number));
  assert.deepEqual(
    NUMBERS.filter((number) => !tested.has(number)),
    [],
  );
});

test("every test that the page of attacks names is the title of one in the file that it names", () => {
  assert.deepEqual(missingTests(fileURLToPath(ROOT), attackTests()), []);
});

test("every list item of the page of attacks names a test", () => {
  const items = PAGE.split("\n").filter((line) => line.startsWith("- "));
  assert.equal(attackTests().length, items.length);
});
