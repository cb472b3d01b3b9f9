import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface } from "ethers";
import { refusalOf } from "../../src/ecosystem/client/sending/submit.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { contractErrorOf as contractErrorOfRelayer } from "../../src/ecosystem/relayer/refusal.ts";
import { packageError, revertDataOf } from "../../src/chain/settlement-layer/errors/contract-error.ts";
import { refusalCodeOf } from "../../src/chain/settlement-layer/errors/refusal-code.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";

const DATA = new Interface(["error NotEnoughGas(uint256 required, uint256 actual)"]).encodeErrorResult("NotEnoughGas", [
  9n,
  5n,
]) as Hex;
/** Errors of clients and nodes, by their source. */
const THROWN: readonly (readonly [source: string, thrown: unknown])[] = [
  ["ethers", Object.assign(new Error("execution reverted"), { code: "CALL_EXCEPTION", data: DATA })],
  ["ethers, with the data in the error of the node", { info: { error: { code: 3, message: "execution reverted", data: DATA } } }],
  ["viem", new Error("failed", { cause: new Error("reverted", { cause: Object.assign(new Error("3"), { data: DATA }) }) })],
  ["Hardhat's node", { code: -32_603, data: { message: "reverted", txHash: `0x${"11".repeat(32)}`, data: DATA } }],
  ["Nethermind before 2025", { code: -32_015, message: "VM execution error.", data: `Reverted ${DATA}` }],
  ["a client without data of its node's error", { data: "0x", error: { code: 3, data: DATA } }],
];

describe("the error of a contract inside an error of a client", () => {
  for (const [source, thrown] of THROWN)
    test(`is the same for settlement, relayer and users, from ${source}`, () => {
      assert.equal(revertDataOf(thrown), DATA);
      const [settlement, relayer, user] = [contractErrorOf(thrown), contractErrorOfRelayer(thrown), refusalOf(thrown)];
      for (const error of [settlement, relayer, user]) {
        assert.equal(error?.name, "NotEnoughGas");
        assert.deepEqual([...error.args], [9n, 5n]);
      }
    });

  test("is missing in errors without a contract, in foreign data, and in data that are cut off", () => {
    for (const thrown of [undefined, "gone", new Error("no node"), { data: "not hexadecimal" }])
      assert.equal(revertDataOf(thrown), undefined);
    assert.equal(revertDataOf({ data: "0x" }), "0x");
    for (const data of ["0x", "0x12345678", DATA.slice(0, 10), DATA.slice(0, -2)] as const)
      assert.equal(packageError(data as Hex), undefined, data);
  });
});

describe("the code of a node's refusal inside an error of a client", () => {
  const refused = { code: -32_000, message: "more work than a block may have", data: { code: "TooHeavy" } };

  test("is found in each field that wraps an error, in its cause although it wraps another error, and in eight layers", () => {
    const deep = Array.from({ length: 7 }).reduce<unknown>((inner) => ({ cause: inner }), refused);
    const both = new Error("failed", {
      cause: Object.assign(new Error("reset"), { error: { message: "closed" }, cause: refused }),
    });
    for (const thrown of [refused, { error: refused }, { info: { error: refused } }, both, deep])
      assert.equal(refusalCodeOf(thrown), "TooHeavy");
  });

  test("is missing in an error without one, in a ninth layer, and in the data of a contract", () => {
    const deeper = Array.from({ length: 8 }).reduce<unknown>((inner) => ({ cause: inner }), refused);
    for (const thrown of [
      undefined,
      "TooHeavy",
      new Error("TooHeavy"),
      deeper,
      { code: 3, data: DATA },
      { data: { data: refused } },
    ])
      assert.equal(refusalCodeOf(thrown), undefined);
  });
});
