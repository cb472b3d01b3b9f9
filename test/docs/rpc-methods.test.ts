import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { askHardhat } from "../../scripts/rpc-table/ask-hardhat.ts";
import { answersOfNodes, METHODS_HEADING, methodsSection } from "../../scripts/rpc-table/table.ts";
import { standingOnChain } from "../support/chain-methods.ts";

test("docs/rpc.md says of each method of Hardhat's node and anvil what a running chain does with it", async () => {
  const page = await readFile(new URL("../../docs/rpc.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf(METHODS_HEADING));
  assert.equal(section, methodsSection(await standingOnChain()), "write it again: node scripts/rpc-table/write-page.ts");
});

test("Hardhat's network has the methods that the page says", async () => {
  assert.deepEqual(
    await askHardhat(),
    answersOfNodes().hardhat,
    "ask again: node scripts/rpc-table/ask-nodes.ts <path of anvil>",
  );
});
