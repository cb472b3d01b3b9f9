import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { answersOfNodes } from "../../scripts/rpc-table/table.ts";
import { ABSENT, differencesOf } from "./beside-hardhat/compare.ts";
import type { Difference } from "./beside-hardhat/compare.ts";
import { writeHistory } from "./beside-hardhat/history.ts";
import { interview } from "./beside-hardhat/interview.ts";
import type { Interviewed } from "./beside-hardhat/interview.ts";
import { explained } from "./beside-hardhat/known-differences.ts";
import type { AskedNode } from "./beside-hardhat/node.ts";
import { openTwoNodes } from "./beside-hardhat/nodes.ts";

/** Of Hardhat's network; a chain refuses them by the name of the rule (docs/rpc.md). */
const REFUSED = [
  "evm_setBlockGasLimit",
  "hardhat_setCoinbase",
  "hardhat_setMinGasPrice",
  "hardhat_setNextBlockBaseFeePerGas",
  "hardhat_setPrevRandao",
];

describe("C: a chain beside Hardhat's own network, over the same history", () => {
  let chain: Interviewed;
  let hardhat: Interviewed;

  before(async () => {
    const nodes = await openTwoNodes();
    try {
      chain = await interviewed(nodes.chain);
      hardhat = await interviewed(nodes.hardhat);
    } finally {
      await nodes.close();
    }
  });

  test("is asked every method that both have", () => {
    const asked = new Set(chain.asked.map(({ method }) => method));
    const common = answersOfNodes().hardhat.methods.filter((method) => !REFUSED.includes(method));
    assert.deepEqual(
      common.filter((method) => !asked.has(method)),
      [],
    );
  });

  test("answers each field alike, but for differences that have a reason", (context) => {
    const differences = differencesOf(chain, hardhat);
    const { unexplained, unused } = explained(differences);
    assert.deepEqual(unexplained.slice(0, 40).map(inWords), []);
    assert.deepEqual(unused, [], "a reason explains nothing any more: take it out");
    context.diagnostic(`${chain.asked.length} questions, ${differences.length} fields differ, each for a reason`);
  });
});

async function interviewed(node: AskedNode): Promise<Interviewed> {
  return interview(node, await writeHistory(node));
}

function inWords({ method, params, at, chain, hardhat }: Difference): string {
  const short = (value: unknown): string => (value === ABSENT ? ABSENT : JSON.stringify(value).slice(0, 200));
  return `${method} ${params.slice(0, 200)} ${at}: ${short(chain)} here, ${short(hardhat)} there`;
}
