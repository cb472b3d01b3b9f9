import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { EXAMPLE_PROJECT, installPlugin, runInExample } from "../plugin/connection/support/example-project.ts";

const TUTORIAL = readFileSync(new URL("../../docs/tutorial.md", import.meta.url), "utf8");

test("the tutorial's failing step fails, with the lines that it shows", async (t) => {
  const [, section = ""] = TUTORIAL.split("## When it fails");
  const [, removed = "", added = ""] = /```text\n-(.+)\n\+(.+)\n```/.exec(section) ?? [];
  const [, shown = ""] = /```\n(expected [^]+?)\n```/.exec(section) ?? [];
  assert.ok(removed !== "" && shown !== "", "the tutorial has the changed lines and the failure's lines");
  installPlugin();
  const original = readFileSync(join(EXAMPLE_PROJECT, "test/postcards.ts"), "utf8");
  assert.ok(original.includes(removed), "the test has the line that the tutorial changes");
  // Without proofs, which the step does not need.
  const unproven = `network.create({ network: "hyperchains", override: { hyperchains: { proofs: "none" } } })`;
  const changed = original.replace(removed, () => added).replace('network.create("hyperchains")', () => unproven);
  mkdirSync(join(EXAMPLE_PROJECT, "cache"), { recursive: true });
  const folder = mkdtempSync(join(EXAMPLE_PROJECT, "cache/tutorial-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "postcards.ts"), changed);
  const file = relative(EXAMPLE_PROJECT, join(folder, "postcards.ts"));
  const { code, output } = await runInExample("hardhat/dist/src/cli.js", ["test", "mocha", file]);
  assert.notEqual(code, 0, output);
  assert.match(output, /1 passing[^]*1 failing/);
  for (const line of shown.split("\n")) {
    const parts = line
      .trim()
      .split("…")
      .map((part) => part.replaceAll(/[.()]/g, "\\$&"));
    assert.match(output, new RegExp(parts.join(".*")), output);
  }
});
