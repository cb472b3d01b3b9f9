import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { EXAMPLE_PROJECT, installPlugin, runInExample } from "./support/example-project.ts";

const CONTRACTS = ["Raffle", "TicketDesk", "TravellingPrize"];
const MAX_LINES = 105;
const COMMENT = /^\s*(\/\/|\/\*|\*)/;

describe("I2: a dapp over two chains, as a user writes it", () => {
  before(() => installPlugin());

  test("passes its tests with the package: calls, answers, refunds, a travelling NFT, a view and a flow", async () => {
    const { code, output } = await runInExample("hardhat/dist/src/cli.js", ["test", "mocha", "test/raffle.ts"]);
    assert.equal(code, 0, output);
    assert.match(output, /6 passing/);
  });

  test("needs at most 105 lines of Solidity without comments", () => {
    const lines = CONTRACTS.flatMap((name) =>
      readFileSync(join(EXAMPLE_PROJECT, "contracts", `${name}.sol`), "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "" && !COMMENT.test(line)),
    );
    assert.ok(lines.length <= MAX_LINES, `${lines.length} lines`);
  });
});
