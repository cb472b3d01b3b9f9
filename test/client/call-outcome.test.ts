import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { id } from "ethers";
import { callOutcomes, outcomeWords } from "../../src/ecosystem/client/sending/call-outcome.ts";
import type { CallFrame } from "../../src/ecosystem/client/sending/remote-failure.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";

const USER: Hex = `0x${"11".repeat(20)}`;
const REVERTED = "execution reverted";

function call(to: Hex, { error, calls, from = USER, input = "0x12345678" }: Partial<CallFrame> = {}): CallFrame {
  return { type: "CALL", from, to, gas: "0x1", gasUsed: "0x1", input, error, calls } as CallFrame;
}
const contract = (digit: string): Hex => `0x${digit.repeat(40)}`;

describe("I11: how a call of a trace ended", () => {
  test("distinguishes a failure that reached the sender from one that a caller caught", () => {
    const inCaught = call(contract("c"), { error: REVERTED });
    const caught = call(contract("b"), { error: REVERTED, calls: [inCaught] });
    const good = call(contract("d"));
    const succeeded = callOutcomes(call(contract("a"), { calls: [caught, good] }));
    assert.deepEqual([succeeded.get(caught), succeeded.get(inCaught), succeeded.get(good)], ["caught", "caught", "succeeded"]);

    const inner = call(contract("c"), { error: REVERTED });
    const between = call(contract("b"), { calls: [inner] });
    const root = call(contract("a"), { error: REVERTED, calls: [between, call(contract("d"), { error: REVERTED })] });
    assert.deepEqual([...callOutcomes(root).values()], ["failed", "succeeded", "caught", "failed"]);
  });

  test("the call of a delivered message failed, though the protocol caught it; what its contract caught did not", () => {
    const { InteropHandler, InteropAccount } = PREDEPLOYS;
    const caught = call(contract("c"), { error: REVERTED });
    const inner = call(contract("d"), { error: REVERTED });
    const users = call(contract("b"), { error: REVERTED, calls: [caught, inner] });
    const account = call(InteropAccount, { error: REVERTED, calls: [users] });
    const outcomes = callOutcomes(call(InteropHandler, { calls: [call(InteropHandler, { error: REVERTED, calls: [account] })] }));
    assert.equal(outcomes.get(users), "failed");
    assert.equal(outcomes.get(inner), "failed");
    const went = call(contract("b"), { calls: [caught] });
    assert.equal(callOutcomes(call(InteropHandler, { calls: [went] })).get(caught), "caught");
  });

  test("does not count gas that is burnt for L1 as a failure, but another account's call of the same function", () => {
    const { L1Messenger } = PREDEPLOYS;
    const input = id("consumeAllGas()").slice(0, 10) as Hex;
    const burn = call(L1Messenger, { from: L1Messenger, input, error: "invalid opcode: INVALID" });
    const others = call(L1Messenger, { input, error: "invalid opcode: INVALID" });
    const outcomes = callOutcomes(call(contract("a"), { calls: [call(L1Messenger, { calls: [burn] }), others] }));
    assert.deepEqual([outcomes.get(burn), outcomes.get(others)], ["burned", "caught"]);
    assert.equal(callOutcomes(others).get(others), "failed");
  });

  test("describes each outcome as text", () => {
    assert.equal(outcomeWords("succeeded", "x"), "");
    assert.equal(outcomeWords("failed", 'with "no"'), 'reverted with "no"');
    assert.equal(outcomeWords("caught", 'with "no"'), 'reverted with "no"; its caller continued');
    assert.equal(outcomeWords("burned", "x"), "burns this gas: what L1 takes for the data");
  });
});
