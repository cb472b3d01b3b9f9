import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Explainer } from "../../../src/chain/execution/explainer.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { CHAIN_ID, COINBASE, connect } from "../support/engine.ts";

const CALLER: Hex = `0x${"c1".repeat(20)}`;
const TELLER: Hex = `0x${"7e".repeat(20)}`;
/** Reverts with its block's time and number: TIMESTAMP PUSH0 MSTORE NUMBER PUSH1 32 MSTORE PUSH1 64 PUSH0 REVERT. */
const TELLS: Hex = "0x425f524360205260405ffd";
/** Long before today, which is what the network's own clock shows. */
const LONG_AGO = 1_000_000_000n;

describe("what explains calls of a chain that another engine runs", () => {
  const explainer = new Explainer(
    { chainId: CHAIN_ID, coinbase: COINBASE, unlimitedCode: false, isMeasured: false },
    { connect },
  );
  after(() => explainer.close());

  const explained = (number: bigint, timestamp: bigint, failedWith: Hex): Promise<Error | undefined> =>
    explainer.explain({
      method: "eth_call",
      call: {
        ...{ from: CALLER, to: TELLER, data: "0x", valueWei: 0n, gasLimit: 100_000n, gasPriceWei: 0n },
        ...{ accessList: [], authorizations: [] },
      },
      block: { number, timestamp, prevRandao: wordToHex(3n), coinbase: COINBASE, gasLimit: 30_000_000n, isMetered: false },
      prestate: { [TELLER]: { code: TELLS } },
      failedWith,
    });

  it("repeats them in their own block, however long ago that was", async () => {
    for (const [number, timestamp] of [
      [7n, LONG_AGO],
      [1n, LONG_AGO],
      [2n, LONG_AGO - 5n],
    ] as const) {
      const told: Hex = `0x${[timestamp, number].map((word) => wordToHex(word).slice(2)).join("")}`;
      assert.ok((await explained(number, timestamp, told)) instanceof Error, `block ${number}`);
    }
  });

  it("has nothing to say of a call that fails with something else there", async () => {
    assert.equal(await explained(7n, LONG_AGO, "0x1234"), undefined);
  });
});
