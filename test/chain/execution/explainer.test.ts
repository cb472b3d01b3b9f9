import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import { Explainer, type PrestateAccount } from "../../../src/chain/execution/explainer.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { CHAIN_ID, COINBASE, connect } from "../support/engine.ts";

const CALLER: Hex = `0x${"c1".repeat(20)}`;
const TELLER: Hex = `0x${"7e".repeat(20)}`;
/** Reverts with its block's time and number: TIMESTAMP PUSH0 MSTORE NUMBER PUSH1 32 MSTORE PUSH1 64 PUSH0 REVERT. */
const TELLS: Hex = "0x425f524360205260405ffd";
/**
 * Reverts with the address of a contract that it creates, its balance and its slot 1: 3 × PUSH0 CREATE PUSH0 MSTORE SELFBALANCE
 * PUSH1 32 MSTORE PUSH1 1 SLOAD PUSH1 64 MSTORE PUSH1 96 PUSH0 REVERT.
 */
const TELLS_STATE: Hex = "0x5f5f5ff05f524760205260015460405260605ffd";
/** Long before today, which is what the network's own clock shows. */
const LONG_AGO = 1_000_000_000n;

describe("what explains calls of a chain that another engine runs", () => {
  const explainer = new Explainer(
    { chainId: CHAIN_ID, coinbase: COINBASE, unlimitedCode: false, isMeasured: false },
    { connect },
  );
  after(() => explainer.close());

  const explained = (
    number: bigint,
    timestamp: bigint,
    failedWith: Hex,
    account: PrestateAccount = { code: TELLS },
  ): Promise<Error | undefined> =>
    explainer.explain({
      method: "eth_call",
      call: {
        ...{ from: CALLER, to: TELLER, data: "0x", valueWei: 0n, gasLimit: 100_000n, gasPriceWei: 0n },
        ...{ accessList: [], authorizations: [] },
      },
      block: { number, timestamp, prevRandao: wordToHex(3n), coinbase: COINBASE, gasLimit: 30_000_000n, isMetered: false },
      prestate: { [TELLER]: account },
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

  it("repeats them on the balance, nonce and storage that they found", async () => {
    const state = { code: TELLS_STATE, nonce: 5, balance: "0x07", storage: { [wordToHex(1n)]: wordToHex(9n) } } as const;
    const created = BigInt(getCreateAddress({ from: TELLER, nonce: 5 }));
    const told: Hex = `0x${[created, 7n, 9n].map((word) => wordToHex(word).slice(2)).join("")}`;
    assert.ok((await explained(7n, LONG_AGO, told, state)) instanceof Error);
    for (const changed of [{ nonce: 4 }, { balance: "0x08" }, { storage: {} }] as const)
      assert.equal(await explained(7n, LONG_AGO, told, { ...state, ...changed }), undefined);
  });

  it("has nothing to say of a call that fails with something else there", async () => {
    assert.equal(await explained(7n, LONG_AGO, "0x1234"), undefined);
  });
});
