import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder } from "ethers";
import { knownErrorOf } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const encoded = (selector: string, types: readonly string[], values: readonly unknown[]): Hex =>
  `${selector}${AbiCoder.defaultAbiCoder().encode(types, values).slice(2)}` as Hex;

test("an error is known by its selector: the contracts', a token's, and Solidity's own", () => {
  const account = "0x00000000000000000000000000000000000000B0";
  // The selectors are those that Solidity and EIP-6093 publish, and the site's page of errors lists.
  const token = knownErrorOf(encoded("0xe450d38c", ["address", "uint256", "uint256"], [account, 1n, 2n]));
  assert.deepEqual([token?.name, ...(token?.args ?? [])], ["ERC20InsufficientBalance", account, 1n, 2n]);
  assert.equal(knownErrorOf("0x0dc149f0")?.name, "AlreadyInitialized");
  const ofABridge = knownErrorOf(encoded("0xfdbd6a72", ["uint64"], [7n]));
  assert.deepEqual([ofABridge?.name, ...(ofABridge?.args ?? [])], ["CursedByRMN", 7n]);
  // As LayerZero's own send library reverts where a message has no options for an executor.
  const ofLayerZero = knownErrorOf(encoded("0x6592671c", ["uint256"], [0n]));
  assert.deepEqual([ofLayerZero?.name, ...(ofLayerZero?.args ?? [])], ["LZ_ULN_InvalidWorkerOptions", 0n]);
  assert.deepEqual([...(knownErrorOf(encoded("0x08c379a0", ["string"], ["why"]))?.args ?? [])], ["why"]);
  assert.equal(knownErrorOf(encoded("0x4e487b71", ["uint256"], [17n]))?.name, "Panic");
  const cutOff = encoded("0xe450d38c", ["address"], [account]);
  for (const unknown of ["0x", "0x8ac5ff0b", "0x12", "0x08c379a0", cutOff] as const)
    assert.equal(knownErrorOf(unknown), undefined);
});
