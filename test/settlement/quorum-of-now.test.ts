import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hex } from "../../src/protocol/hex.ts";
import { countingMembers } from "../../src/settlement/signing/quorum.ts";
import type { QuorumMember } from "../../src/settlement/signing/quorum.ts";
import { UnsignedError } from "../../src/settlement/signing/signatures.ts";

const address = (number: number): Hex => `0x${number.toString(16).padStart(40, "0")}`;
const member = (number: number): QuorumMember => ({
  address: address(number),
  signBatch: () => Promise.reject(new Error("not asked here")),
  signRevert: () => Promise.reject(new Error("not asked here")),
});
const members = [member(1), member(2), member(3)];

test("only members that L1 counts are asked, as many as it says", () => {
  const asked = countingMembers({ members }, { threshold: 2n, validators: [address(2), address(3), address(9)] });
  assert.deepEqual([asked.members.map((each) => each.address), asked.threshold], [[address(2), address(3)], 2]);
});

test("where too few of them are at hand, the error names threshold, validators and remedy, and that none has signed", () => {
  assert.throws(
    () => countingMembers({ members }, { threshold: 2n, validators: [address(3), address(9)] }),
    (error) => {
      assert.ok(error instanceof UnsignedError);
      assert.deepEqual([error.code, error.signatureCount], ["QuorumUnreachable", 0]);
      assert.match(error.message, new RegExp(`^2 of the validators ${address(3)}, ${address(9)} must sign, and of these 1 can`));
      assert.match(error.message, /scheduleTerms/);
      return true;
    },
  );
});
