import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface } from "ethers";
import { contractNames, revertReason } from "../../src/client/revert-reason.ts";
import type { Hex } from "../../src/protocol/hex.ts";

const abi = ["error Error(string)", "error Refused(string why, string[] notes)", "function say(string)"];
const contract = new Interface(abi);
const names = contractNames([abi]);
/** Clears the line, returns to its beginning, sets a title, turns the direction of writing, and ends the line in three ways. */
const WORDS = "x\u001b[2K\r\u001b]0;owned\u0007\u009b2J\u202e\u2028\ny";
const CLEAN = "x[2K]0;owned2Jy";

describe("attack: a contract's words do not write over the terminal that shows them", () => {
  test("as the reason of a revert", () => {
    assert.equal(revertReason(contract.encodeErrorResult("Error", [WORDS]) as Hex), `with "${CLEAN}"`);
  });

  test("as an argument of an error that the caller's contracts name, in a list too", () => {
    const data = contract.encodeErrorResult("Refused", [`0x${WORDS}`, [WORDS]]) as Hex;
    assert.equal(revertReason(data, names), `with Refused(0x${CLEAN}, ["${CLEAN}"])`);
  });

  test("as an argument of a call", () => {
    assert.equal(names.call(contract.encodeFunctionData("say", [WORDS]) as Hex), `say("${CLEAN}")`);
  });
});
