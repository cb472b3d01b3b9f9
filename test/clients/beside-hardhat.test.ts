import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { answersOfNodes } from "../../scripts/rpc-table/table.ts";
import { ABSENT, differencesOf, type Difference } from "./beside-hardhat/compare.ts";
import { writeHistory } from "./beside-hardhat/history.ts";
import { interview, type Asked, type Interviewed } from "./beside-hardhat/interview.ts";
import { explained } from "./beside-hardhat/known-differences.ts";
import { openTwoNodes } from "./beside-hardhat/nodes.ts";
import { askBeyondHardhat, misshapen } from "./beside-hardhat/shapes.ts";

/** Methods of Hardhat's network that a chain refuses by the name of the rule (docs/rpc.md). */
const REFUSED = [
  "evm_setBlockGasLimit",
  "hardhat_setCoinbase",
  "hardhat_setMinGasPrice",
  "hardhat_setNextBlockBaseFeePerGas",
  "hardhat_setPrevRandao",
];

describe("C: a chain compared with Hardhat's own network, over the same history", () => {
  let chain: Interviewed;
  let hardhat: Interviewed;
  let beyond: readonly Asked[];

  before(async () => {
    const nodes = await openTwoNodes();
    try {
      const history = await writeHistory(nodes.chain);
      chain = await interview(nodes.chain, history);
      beyond = await askBeyondHardhat(nodes.chain, history);
      hardhat = await interview(nodes.hardhat, await writeHistory(nodes.hardhat));
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

  test("returns equal fields, except for differences with a reason", (context) => {
    const differences = differencesOf(chain, hardhat);
    const { unexplained, unused } = explained(differences);
    assert.deepEqual(unexplained.slice(0, 40).map(inWords), []);
    assert.deepEqual(unused, [], "a reason explains no difference: remove it");
    context.diagnostic(`${chain.asked.length} questions, ${differences.length} fields differ, each for a reason`);
  });

  test("answers in the shapes that Ethereum's specification gives", () => {
    assert.deepEqual(misshapen([...chain.asked, ...beyond]), []);
  });
});

function inWords({ method, params, at, chain, hardhat }: Difference): string {
  const short = (value: unknown): string => (value === ABSENT ? ABSENT : JSON.stringify(value).slice(0, 200));
  return `${method} ${params.slice(0, 200)} ${at}: ${short(chain)} here, ${short(hardhat)} there`;
}
