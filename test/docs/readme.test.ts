import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEVNETS } from "../../scripts/comparison/devnets.ts";
import { optionTables } from "../../scripts/options-reference/reference.ts";
import { MAX_CHAINS } from "../../src/ecosystem/options/config.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (page: string): string => readFileSync(new URL(page, ROOT), "utf8");

test("README.md has at most 120 lines, the quick start first", () => {
  assert.ok(read("README.md").trimEnd().split("\n").length <= 120);
  assert.match(/^## .*$/m.exec(read("README.md"))?.[0] ?? "", /Quick start/);
});

test("the packages for viem are those that its config imports", () => {
  const [command = ""] = /npm install -D hardhat-hyperchain hardhat viem [^`]+/.exec(read("docs/tutorial.md")) ?? [];
  const installed = command.split(/[\s\\]+/).filter((word) => /^(?:@|[a-z]+-hyperchain$)/.test(word));
  const imported = [...read("fixtures/example-project/viem.config.ts").matchAll(/ from "([^"]+)"/g)].map(([, name]) => name);
  const ofOthers = ["hardhat/config", "node:module"];
  assert.deepEqual(installed.sort(), imported.filter((name = "") => !ofOthers.includes(name)).sort());
});

test("the pages agree with the config on the number of chains", () => {
  assert.match(read("README.md"), new RegExp(`\\bone to ${MAX_CHAINS}\\s`));
  assert.equal(DEVNETS.rows.find(({ property }) => property === "chains besides L1")?.ours.value, `1 to ${MAX_CHAINS}`);
  assert.match(optionTables().get("flags") ?? "", new RegExp(`^\\| \`--chains\` \\|.*from 1 to ${MAX_CHAINS}\\b`, "m"));
});

test("the glossary has the words of the table of trust and of the pipeline, and the table links to it", () => {
  const entries = [...read("docs/glossary.md").matchAll(/^\| (.+?) \|/gm)].flatMap(([, words = ""]) => words.split(", "));
  for (const word of ["priority operation", "import", "relay", "relayer", "sequencer", "quorum", "registry"])
    assert.ok(entries.includes(word), word);
  const [table = ""] = /^## What is proven, what is trusted$.*?\n\n(?!\|)/ms.exec(read("README.md").replace("\n\n", "\n")) ?? [];
  for (const word of ["priority operations", "imported roots", "quorum", "registry"])
    assert.ok(table.includes(`[${word}](docs/glossary.md)`), word);
});

test("each page that lists the singletons names the condition of CreateX", () => {
  for (const page of ["docs/configuration.md", "docs/clients.md"])
    for (const line of read(page).split("\n"))
      if (/^\| .*CreateX/.test(line)) assert.match(line, /in projects with Hardhat Ignition/, page);
});
