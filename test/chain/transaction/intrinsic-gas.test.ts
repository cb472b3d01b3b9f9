import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const FRIEND = `0x${"f1".repeat(20)}`;
const SLOT = `0x${"07".padStart(64, "0")}`;
const wallet = new TestWallet(330);
/** With the least gas of each by EIP-2, EIP-2930, EIP-3860, EIP-7702 and EIP-7623, added up by hand. */
const LEAST = [
  { what: "a payment", request: { to: FRIEND }, gas: 21_000n },
  // 4 + 16 for its bytes is less than the floor of 10 for each of 1 + 4 tokens.
  { what: "a call with a zero byte and another", request: { to: FRIEND, data: "0x0001" }, gas: 21_050n },
  {
    what: "an access list",
    request: { type: 1, to: FRIEND, accessList: [{ address: FRIEND, storageKeys: [SLOT] }] },
    gas: 25_300n,
  },
  // 32,000 for the creation, 4 for a zero byte, 2 for a word of code.
  { what: "a creation", request: { data: "0x00" }, gas: 53_006n },
  { what: "a delegation", request: { type: 4, to: FRIEND, authorizationList: [wallet.authorize(FRIEND, 9)] }, gas: 46_000n },
];

for (const { what, request, gas } of LEAST) {
  test(`${what} with less gas than it takes in any case is refused in the words that clients know`, async () => {
    const decode = async (gasLimit: bigint) =>
      decodeTransaction(await wallet.signRaw({ ...request, gasLimit }), chainRules(CHAIN_ID), {
        replayProtection: "required",
        intrinsicGas: "required",
      });
    assert.equal((await decode(gas)).gasLimit, gas);
    await assert.rejects(decode(gas - 1n), { code: "IntrinsicGasTooLow", message: /^intrinsic gas too low: / });
  });
}
