import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { namedTests, numberedRows } from "./named-tests.ts";

/** Attacks of the page of version 2 on parts that no version has: claims and second state trees. */
const OF_PARTS_TO_COME = [28, 29];
const [ATTACKS, CORRECTIONS] = [29, 20];

test("docs/protocol-attacks.md names a test for every attack and every correction of the page of version 2", () => {
  const page = readFileSync(new URL("../../docs/protocol-attacks.md", import.meta.url), "utf8");
  const [attacks = "", corrections = ""] = page.split("## Corrections");
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  const expected = [upTo(ATTACKS).filter((number) => !OF_PARTS_TO_COME.includes(number)), upTo(CORRECTIONS)];
  for (const [place, text] of [attacks, corrections].entries()) {
    const rows = numberedRows(text);
    assert.deepEqual([...rows.keys()], expected[place]);
    for (const [number, row] of rows) assert.ok(namedTests(row).length > 0, `${number} has no test`);
  }
});

test("docs/protocol-attacks.md calls refusals by names that there are", () => {
  const page = readFileSync(new URL("../../docs/protocol-attacks.md", import.meta.url), "utf8");
  const errors = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const names = [...page.matchAll(/`([A-Z]\w+)`/g)].map(([, name = ""]) => name);
  assert.ok(names.length > 20);
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(errors)),
    ["BatchSkipped"],
    "an event",
  );
});
