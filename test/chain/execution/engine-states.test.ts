import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prepareEngine } from "../../../src/chain/execution/connection.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { environmentOf, openEngine } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c2".repeat(20)}`;
/** Stores the block's number in its slot 0. */
const RECORDER: Hex = `0x${"d0".repeat(20)}`;
const RECORDER_CODE: Hex = "0x435f55";
const CHEATED: Hex = `0x${"e1".repeat(20)}`;

const quantity = (value: bigint): Hex => `0x${value.toString(16)}`;

describe("What an engine keeps", () => {
  it("does not change the environment's values", () => {
    const environment: NodeJS.ProcessEnv = { __EDR_MAX_CACHED_STATES: "7" };
    prepareEngine(environment);
    assert.equal(environment["__EDR_MAX_CACHED_STATES"], "7");
    assert.deepEqual(Object.keys(environment).sort(), ["MIMALLOC_PURGE_DELAY", "RUST_MIN_STACK", "__EDR_MAX_CACHED_STATES"]);
  });

  it("is a number of states that EDR takes from the environment", async () => {
    prepareEngine();
    const states = process.env["__EDR_MAX_CACHED_STATES"];
    process.env["__EDR_MAX_CACHED_STATES"] = "as many as you like";
    try {
      await assert.rejects(openEngine([]), /as many as you like/);
    } finally {
      process.env["__EDR_MAX_CACHED_STATES"] = states;
    }
  });

  it("answers about, and returns to, blocks whose states it has given up", async () => {
    const kept = 3;
    prepareEngine();
    const states = process.env["__EDR_MAX_CACHED_STATES"];
    process.env["__EDR_MAX_CACHED_STATES"] = String(kept);
    const wallet = new TestWallet(10);
    const opening = openEngine([
      { address: wallet.address, balanceWei: 100n * ETHER },
      { address: RECORDER, code: RECORDER_CODE, nonce: 1n },
    ]);
    const engine = await opening.finally(() => (process.env["__EDR_MAX_CACHED_STATES"] = states));
    try {
      const height = 10n * BigInt(kept);
      const middle = height / 2n;
      let mark: { readonly id: string; readonly nonce: number } | undefined;
      for (let number = 1n; number <= height; number++) {
        await engine.mine(
          [await wallet.sign({ to: SINK, value: number }), await wallet.sign({ to: RECORDER, gasLimit: 100_000n })],
          environmentOf(number),
        );
        // What is set between two blocks belongs to the one before.
        await engine.cheat({ type: "balance", address: CHEATED, balanceWei: 1000n + number });
        if (number === middle) mark = { id: await engine.snapshot(), nonce: wallet.nonce };
      }
      const check = async (number: bigint, block: Hex | "latest"): Promise<void> => {
        assert.equal(await engine.request("eth_getBalance", [SINK, block]), quantity((number * (number + 1n)) / 2n));
        assert.equal(await engine.request("eth_getStorageAt", [RECORDER, "0x0", block]), wordToHex(number));
        assert.equal(await engine.request("eth_getBalance", [CHEATED, block]), quantity(1000n + number));
        assert.equal(await engine.request("eth_getTransactionCount", [wallet.address, block]), quantity(2n * number));
        const header = (await engine.request("eth_getBlockByNumber", [block, false])) as { readonly number: Hex };
        assert.equal(header.number, quantity(number));
      };
      for (let number = 1n; number <= height; number++) await check(number, quantity(number));
      assert.ok(mark !== undefined);
      await engine.revert(mark.id);
      wallet.nonce = mark.nonce;
      await check(middle, "latest");
      const next = await engine.mine([await wallet.sign({ to: SINK, value: middle + 1n })], environmentOf(middle + 1n));
      assert.equal(next.included.length, 1);
      assert.equal(await engine.request("eth_getBalance", [SINK, "latest"]), quantity(((middle + 1n) * (middle + 2n)) / 2n));
    } finally {
      await engine.close();
    }
  });
});
