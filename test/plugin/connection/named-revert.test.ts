import assert from "node:assert/strict";
import { test } from "node:test";
import { nameRevert } from "../../../src/plugin/connection/named-revert.ts";

const unnamed = (data: string): string =>
  `VM Exception while processing transaction: reverted with an unrecognized custom error (return data: ${data})`;
/** As LayerZero's send library refuses empty options. */
const NO_OPTIONS = `0x6592671c${"00".repeat(32)}`;

test("an error of a bridge's contracts is told by its name, in message and stack, and keeps its data", () => {
  const error = Object.assign(new Error(unnamed(NO_OPTIONS)), { data: NO_OPTIONS });
  nameRevert(error);
  const named = "VM Exception while processing transaction: reverted with custom error 'LZ_ULN_InvalidWorkerOptions(0)'";
  assert.deepEqual([error.message, error.data], [named, NO_OPTIONS]);
  assert.ok(error.stack?.startsWith(`Error: ${named}\n    at `), error.stack);
});

test("what has no known name, or another form, stays as it is", () => {
  for (const message of [unnamed("0x12345678"), unnamed("0x"), unnamed("0x6592671c"), `reverted with ${NO_OPTIONS}`, ""]) {
    const error = new Error(message);
    const { stack } = error;
    nameRevert(error);
    assert.deepEqual([error.message, error.stack], [message, stack]);
  }
});

test("a text in an error's arguments stays a text: neither patterns nor ends of lines come out of it", () => {
  // InvalidEVMAddress(bytes), as CCIP's onramp refuses a receiver.
  const bytes = Buffer.from("$& $1 \n'").toString("hex");
  const data = `0x8d666f60${"20".padStart(64, "0")}${(bytes.length / 2).toString(16).padStart(64, "0")}${bytes.padEnd(64, "0")}`;
  const error = new Error(unnamed(data));
  nameRevert(error);
  assert.ok(error.message.endsWith(`reverted with custom error 'InvalidEVMAddress(0x${bytes})'`), error.message);
});
