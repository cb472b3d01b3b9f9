import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { RpcError } from "../../src/chain/rpc/request/json-rpc.ts";
import { contractNames, customErrorText } from "../../src/ecosystem/client/sending/revert-reason.ts";
import { nameRevert, withNamedReverts, type CustomErrorText } from "../../src/chain/node/serving/named-reverts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const unnamed = (data: string): string =>
  `VM Exception while processing transaction: reverted with an unrecognized custom error (return data: ${data})`;
/** LayerZero's send library refuses empty options with this. */
const NO_OPTIONS = `0x6592671c${"00".repeat(32)}`;
const PROJECT = ["error Odd(uint256 argument)"];
const ODD = new Interface(PROJECT).encodeErrorResult("Odd", [3n]) as Hex;
const projectErrors: CustomErrorText = async (data) => customErrorText(data, contractNames([PROJECT]));
const packageErrors: CustomErrorText = async (data) => customErrorText(data);

test("an error of a bridge's contracts is named in message and stack, with its data", async () => {
  const error = Object.assign(new Error(unnamed(NO_OPTIONS)), { data: NO_OPTIONS });
  await nameRevert(error, packageErrors);
  const named = "VM Exception while processing transaction: reverted with custom error 'LZ_ULN_InvalidWorkerOptions(0)'";
  assert.deepEqual([error.message, error.data], [named, NO_OPTIONS]);
  assert.ok(error.stack?.startsWith(`Error: ${named}\n    at `), error.stack);
});

test("an error without a known name, or of another form, is unchanged", async () => {
  for (const message of [unnamed("0x12345678"), unnamed("0x"), unnamed("0x6592671c"), `reverted with ${NO_OPTIONS}`, ""]) {
    const error = new Error(message);
    const { stack } = error;
    await nameRevert(error, packageErrors);
    assert.deepEqual([error.message, error.stack], [message, stack]);
  }
});

test("a text in an error's arguments stays a text, without patterns and ends of lines", async () => {
  // InvalidEVMAddress(bytes), as CCIP's onramp refuses a receiver.
  const bytes = Buffer.from("$& $1 \n'").toString("hex");
  const data = `0x8d666f60${"20".padStart(64, "0")}${(bytes.length / 2).toString(16).padStart(64, "0")}${bytes.padEnd(64, "0")}`;
  const error = new Error(unnamed(data));
  await nameRevert(error, packageErrors);
  assert.ok(error.message.endsWith(`reverted with custom error 'InvalidEVMAddress(0x${bytes})'`), error.message);
});

test("each method of a server names the project's error, and calls of a simulation each have theirs", async () => {
  const failing = new Map([
    ["eth_call", () => Promise.reject(new RpcError(3, "execution reverted", ODD))],
    ["eth_estimateUserOperationGas", () => Promise.reject(new RpcError(-32521, "execution reverted", ODD))],
    ["eth_simulateV1", async () => [{ calls: [{}, { error: { code: 3, message: "execution reverted", data: ODD } }] }]],
  ]);
  const named = "execution reverted with custom error 'Odd(3)'";
  const methods = withNamedReverts(failing, projectErrors);
  await assert.rejects(methods.get("eth_call")!([], undefined), { code: 3, message: named, data: ODD });
  await assert.rejects(methods.get("eth_estimateUserOperationGas")!([], undefined), { code: -32521, message: named });
  assert.deepEqual(await methods.get("eth_simulateV1")!([], undefined), [
    { calls: [{}, { error: { code: 3, message: named, data: ODD } }] },
  ]);
  assert.equal(methods.get("eth_unknown"), undefined);
});

test("a revert has the same message if it has a reason, or the project's contracts cannot be read", async () => {
  for (const [message, customError] of [
    ["execution reverted: abc", projectErrors],
    ["execution reverted", () => Promise.reject(new Error("the artifacts cannot be read"))],
  ] as const) {
    const error = new RpcError(3, message, ODD);
    await nameRevert(error, customError);
    assert.equal(error.message, message);
  }
});
