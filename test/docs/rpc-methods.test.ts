import assert from "node:assert/strict";
import { test } from "node:test";
import { askHardhat } from "../../scripts/rpc-table/ask-hardhat.ts";
import { answersOfNodes, methodsOfOthers, methodsTable, standingInSources } from "../../scripts/rpc-table/table.ts";
import { standingOnChain } from "../support/chain-methods.ts";

test("a running chain answers each method of Hardhat's node and anvil as the site's table says", async () => {
  const standing = await standingOnChain();
  const methods = methodsOfOthers();
  for (const method of methods) assert.deepEqual(standingInSources(method), standing(method), method);
  const rows = methodsTable().match(/^\| `/gm) ?? [];
  assert.equal(rows.length, methods.length);
});

test("Hardhat's network has the methods that the table says", async () => {
  assert.deepEqual(
    await askHardhat(),
    answersOfNodes().hardhat,
    "ask again: node scripts/rpc-table/ask-nodes.ts <path of anvil>",
  );
});
