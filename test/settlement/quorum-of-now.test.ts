import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { countingMembers, type QuorumMember } from "../../src/chain/settlement/signing/quorum.ts";
import { UnsignedError } from "../../src/chain/settlement/signing/signatures.ts";

const address = (number: number): Hex => `0x${number.toString(16).padStart(40, "0")}`;
const member = (number: number): QuorumMember => ({
  address: address(number),
  signBatch: () => Promise.reject(new Error("not asked here")),
  signRevert: () => Promise.reject(new Error("not asked here")),
});
const members = [member(1), member(2), member(3)];
const none = { threshold: 0n, validators: [] };
const addressesOf = (asked: ReturnType<typeof countingMembers>) => asked.members.map((each) => each.address);

test("only members that L1 counts are asked, as many as it says", () => {
  const asked = countingMembers(
    { members },
    { threshold: 2n, validators: [address(2), address(3), address(9)], standby: none },
    false,
  );
  assert.deepEqual([addressesOf(asked), asked.threshold], [[address(2), address(3)], 2]);
});

test("if too few validators are available, the error names threshold, validators and remedy, and that none has signed", () => {
  assert.throws(
    () => countingMembers({ members }, { threshold: 2n, validators: [address(3), address(9)], standby: none }, true),
    (error) => {
      assert.ok(error instanceof UnsignedError);
      assert.deepEqual([error.code, error.signatureCount], ["SignersMissing", 0]);
      assert.match(error.message, new RegExp(`^2 of the validators ${address(3)}, ${address(9)} must sign, and of these 1 can`));
      assert.match(error.message, /scheduleTerms/);
      return true;
    },
  );
});

test("the standby signs if too few validators are available, and only in its time", () => {
  const standby = { threshold: 2n, validators: [address(1), address(3), address(8)] };
  const dead = { threshold: 2n, validators: [address(3), address(9)], standby };
  const asked = countingMembers({ members }, dead, true);
  assert.deepEqual([addressesOf(asked), asked.threshold], [[address(1), address(3)], 2]);
  assert.throws(() => countingMembers({ members }, dead, false), /standby signs once an operation of the queue is overdue/);
  const alive = { threshold: 1n, validators: [address(2)], standby };
  assert.deepEqual(addressesOf(countingMembers({ members }, alive, true)), [address(2)]);
  const few = { ...dead, standby: { ...standby, threshold: 3n } };
  assert.throws(() => countingMembers({ members }, few, true), { code: "SignersMissing" });
});
