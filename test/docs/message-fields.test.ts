import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("docs/rpc.md names every field that a message's answer can have", () => {
  const source = text("src/ecosystem/devnet/view/books/ecosystem-info.ts");
  const from = source.indexOf("export interface MessageInfo {");
  const body = source.slice(from, source.indexOf("\n}\n", from));
  const fields = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field]) => field!);
  assert.ok(fields.includes("carries"), "the interface is read");
  const row = text("docs/rpc.md")
    .split("\n")
    .find((line) => line.startsWith("| `hyperchain_message` |"))!;
  const named = new Set([...row.matchAll(/`(\w+)[:`]/g)].map(([, word]) => word));
  assert.deepEqual(
    fields.filter((field) => !named.has(field)),
    [],
  );
});
