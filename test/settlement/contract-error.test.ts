import assert from "node:assert/strict";
import { test } from "node:test";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";

const word = (value: number): string => value.toString(16).padStart(64, "0");

test("attack: a contract that reverts with bytes that no compiler writes is named by them, and stops nothing", () => {
  const cutOff = "0x08c379a0";
  assert.deepEqual(contractErrorOf({ data: cutOff }), { name: cutOff, args: [], data: cutOff });
  // Error(string) with the byte 0xff, which begins no character of UTF-8.
  const data = `0x08c379a0${word(32)}${word(1)}ff${"0".repeat(62)}`;
  assert.deepEqual(contractErrorOf({ data }), { name: "Error", args: ["\ufffd"], data });
});
