import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LinkPauses } from "../../../src/ecosystem/devnet/links/link-pauses.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const [A, B, C] = [271n, 272n, 273n];
const senderOf = (index: number): Hex => `0x${index.toString(16).padStart(40, "0")}`;

describe("pauses after undone links", () => {
  function paused() {
    const time = { now: 1_000n };
    const pauses = new LinkPauses(() => time.now);
    const refusal = (sender: Hex, one = A, other = B): unknown => {
      try {
        pauses.require(sender, one, other);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return undefined;
    };
    return { time, pauses, refusal };
  }

  test("one account: each failure doubles its pause, and a link that is made ends it", () => {
    const { time, pauses, refusal } = paused();
    for (const seconds of [60n, 120n, 240n]) {
      pauses.fail(senderOf(1), A, B);
      time.now += seconds - 1n;
      assert.equal(refusal(senderOf(1)), "LinksPaused");
      assert.equal(refusal(senderOf(1), A, C), "LinksPaused", "with any peer");
      assert.equal(refusal(senderOf(2)), undefined, "others wait for the pair alone");
      time.now += 1n;
      assert.equal(refusal(senderOf(1)), undefined);
    }
    pauses.succeed(senderOf(1), A, B);
    pauses.fail(senderOf(1), A, B);
    time.now += 60n;
    assert.equal(refusal(senderOf(1)), undefined);
  });

  test("many accounts: failures of all senders together are at most one in 64 seconds", () => {
    const { time, pauses, refusal } = paused();
    for (const [index, seconds] of [2n, 4n, 8n, 16n, 32n, 64n, 64n, 64n].entries()) {
      assert.equal(refusal(senderOf(index)), undefined);
      pauses.fail(senderOf(index), A, B);
      time.now += seconds - 1n;
      assert.equal(refusal(senderOf(100)), "LinksPaused");
      assert.equal(refusal(senderOf(100), B, A), "LinksPaused", "in either direction");
      assert.equal(refusal(senderOf(100), A, C), undefined, "another pair makes links");
      time.now += 1n;
    }
  });

  test("links that are made shorten the pair's next pause by one doubling each", () => {
    const { time, pauses, refusal } = paused();
    for (let index = 0; index < 4; index++) pauses.fail(senderOf(index), A, B);
    for (let index = 0; index < 3; index++) pauses.succeed(senderOf(10 + index), B, A);
    time.now += 1_000n;
    pauses.fail(senderOf(20), A, B);
    time.now += 3n;
    assert.equal(refusal(senderOf(100)), "LinksPaused");
    time.now += 1n;
    assert.equal(refusal(senderOf(100)), undefined);
  });
});
