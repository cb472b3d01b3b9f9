import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { errorsTables } from "../../scripts/errors-page/errors-tables.ts";
import { missingTests, testList, testsOf } from "./named-tests.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/attacks.md", ROOT), "utf8");
const TESTS = testList("attack-tests.json");
const numbers = [...PAGE.matchAll(/^(?:(?:- )?\*\*|\| )([A-E]\d+)(?:\. | \|)/gm)].map(([, number = ""]) => number);

test("every attack and every rule has its number once, in order", () => {
  const next = new Map<string, number>();
  for (const number of numbers) {
    const [part = "", at] = [number[0], Number(number.slice(1))];
    // Numbers that are missing were never given out, as of decisions.
    assert.ok(at > (next.get(part) ?? 0), number);
    next.set(part, at);
  }
  // Numbers are never taken out: tests are named by them.
  for (const [part, least] of Object.entries({ A: 29, B: 7, C: 54, D: 20, E: 20 }))
    assert.ok((next.get(part) ?? 0) >= least, part);
});

test("every number has a test that executes it, and no test has a number that the page lacks", () => {
  assert.deepEqual(Object.keys(TESTS).sort(), numbers.toSorted());
  for (const [number, files] of Object.entries(TESTS))
    assert.ok(
      Object.values(files).some((titles) => titles.length > 0),
      `${number} has no test`,
    );
});

test("every test of the list is the title of one in the file that it names", () => {
  assert.deepEqual(missingTests(fileURLToPath(ROOT), testsOf(TESTS)), []);
});

test("every attack of the design of sequencing has a test with its name", () => {
  const attacks = JSON.parse(readFileSync(new URL("sequencing-attacks.json", import.meta.url), "utf8")) as Readonly<
    Record<string, readonly string[]>
  >;
  // Scenarios of the simulator are tests by their names.
  const TITLE = /\b(?:(?:test|it|describe)\(\s*|name: )(["'`])(.*?)\1/gs;
  const missing = Object.entries(attacks).flatMap(([path, names]) => {
    const titles = [...readFileSync(new URL(path, ROOT), "utf8").matchAll(TITLE)].map(([, , title = ""]) => title);
    return names.filter((name) => !titles.some((title) => title.includes(name))).map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(missing, []);
});

test("the page calls refusals by names that there are", () => {
  const errors = errorsTables(fileURLToPath(ROOT));
  const [, protocol = ""] = PAGE.split("## C. ");
  const names = [...protocol.matchAll(/`([A-Z]\w+)`/g)].map(([, name = ""]) => name);
  assert.ok(names.length > 20);
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(errors)),
    ["BatchSkipped"],
    "an event",
  );
});
