import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { id } from "ethers";
import { TRANSFER_TOPIC } from "../../src/ground/protocol/erc20-transfer.ts";

test("the topic of ERC-20's Transfer is its signature's hash, and one file defines it", () => {
  assert.equal(TRANSFER_TOPIC, id("Transfer(address,address,uint256)"));
  const naming = globSync("{src,page}/**/*.{ts,tsx}", {
    exclude: ["src/tool/page-server/assets/**", "src/ground/abi/**"],
  }).filter((file) => {
    const text = readFileSync(file, "utf8");
    return text.includes(TRANSFER_TOPIC) || /(id|hashTag)\("Transfer\(address,address,uint256\)"\)/.test(text);
  });
  assert.deepEqual(naming, ["src/ground/protocol/erc20-transfer.ts"]);
});
