import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { result, violations } from "./first-table.ts";

test("the table of docs/prover.md satisfies its constraints and is proven", () => {
  assert.deepEqual(violations, []);
  assert.deepEqual(result, { ok: true });
});

test("docs/prover.md shows it verbatim", () => {
  const source = readFileSync(new URL("./first-table.ts", import.meta.url), "utf8");
  const page = readFileSync(new URL("../../docs/prover.md", import.meta.url), "utf8");
  const [, shown] = /```ts\n([^]*?)```/.exec(page) ?? [];
  assert.ok(shown !== undefined);
  assert.ok(source.endsWith(shown), "the example in docs/prover.md is the end of test/docs/first-table.ts");
});
