import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const PAGE = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");

/** Asserts that the gas section of docs/protocol.md quotes each amount. */
export function assertDocumented(...amounts: readonly bigint[]): void {
  const section = PAGE.slice(PAGE.search(/^## \d+\. Gas$/m));
  const quoted: readonly string[] = section.match(/\d+(,\d{3})*/g) ?? [];
  for (const amount of amounts) {
    const text = amount.toLocaleString("en-US");
    assert.ok(quoted.includes(text), `docs/protocol.md, in its section on gas, should say ${text}`);
  }
}
