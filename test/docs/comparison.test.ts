import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Comparison, comparisonText } from "../../scripts/comparison/comparison.ts";
import { DEVNETS } from "../../scripts/comparison/devnets.ts";
import { EXPLORERS } from "../../scripts/comparison/explorers.ts";
import { HUBS } from "../../scripts/comparison/hubs.ts";
import { readFileTimes } from "../../scripts/test-choice.ts";
import { setOf, type TestSet } from "../../scripts/test-sets.ts";
import { partsOf } from "../../site/parts.ts";
import { missingTests } from "./named-tests.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(new URL("../../docs/comparison.md", import.meta.url), "utf8");

/** Comparisons by the names of their parts, each with the sets of tests that may show its cells: browsers are in no core. */
const COMPARISONS: Readonly<Record<string, readonly [Comparison, readonly TestSet[]]>> = {
  "comparison of devnets": [DEVNETS, ["core"]],
  "comparison of hubs": [HUBS, ["core"]],
  "comparison of explorers": [EXPLORERS, ["core", "all"]],
};

for (const [name, [comparison, sets]] of Object.entries(COMPARISONS)) {
  describe(name, () => {
    const { tools, sources, rows } = comparison;

    test("has a source with a date for each cell about another tool", () => {
      const used = new Set<string>();
      for (const { property, others } of rows)
        for (const [tool, { value, source }] of Object.entries(others)) {
          assert.ok(tool in tools, `${property}: unknown tool ${tool}`);
          assert.ok(source in sources, `${property}, ${tool}: no source ${source}`);
          assert.match(value, /^[^|\n[\]]+$/, `${property}, ${tool}`);
          used.add(source);
        }
      assert.deepEqual([...used].sort(), Object.keys(sources).sort(), "each source is that of a cell");
      for (const [source, { url, date }] of Object.entries(sources)) {
        assert.equal(new URL(url).protocol, "https:", source);
        assert.match(date, /^20\d\d-\d\d-\d\d$/, source);
        assert.equal(new Date(date).toISOString().slice(0, 10), date, source);
        if (url.includes("github.com/")) assert.match(url, /\/blob\/[0-9a-f]{40}\//, `${source} names no commit`);
      }
    });

    test("has a test of this repository for each cell about this package", () => {
      const named = rows.map(({ ours }) => ({ path: ours.test, title: ours.title }));
      assert.deepEqual(missingTests(root, named), []);
      const times = readFileTimes(root);
      for (const { property, ours } of rows) {
        assert.notEqual(ours.value, "", property);
        assert.ok(sets.includes(setOf(ours.test, ours.test in times)), `${property}: ${ours.test} is in no run of ${sets}`);
      }
    });

    test("has a row for each property, with at most one cell for each tool", () => {
      const properties = rows.map(({ property }) => property);
      assert.equal(new Set(properties).size, properties.length);
      const lines = comparisonText(comparison).split("\n");
      const columns = Object.keys(tools).length + 2;
      for (const line of lines.slice(0, rows.length + 2)) assert.equal(line.split("|").length, columns + 2, line);
      assert.equal(lines.filter((line) => line.startsWith("| ")).length, rows.length + 1);
    });
  });
}

test("the page has these tables, and its text names no other tool", () => {
  assert.deepEqual(
    partsOf(page)
      .map(({ name }) => name)
      .sort(),
    Object.keys(COMPARISONS).sort(),
  );
  const text = page.replaceAll(/^<!-- built: [^]*?^<!-- end of built -->$/gm, "");
  assert.doesNotMatch(text, /^\|/m, "a table outside the data");
  assert.doesNotMatch(text, /\]\(https?:/, "a link to another tool outside the data");
  const others = Object.values(COMPARISONS).flatMap(([{ tools }]) => Object.values(tools).map(({ name }) => name));
  const named = others.filter((name) => text.toLowerCase().includes(name.toLowerCase()));
  assert.deepEqual(named, [], "tools that the text names");
});
