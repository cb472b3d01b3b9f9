import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, keccak256, solidityPacked } from "ethers";
import { PUBLISHED, WITHHELD } from "../../src/ground/protocol/data-choice.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { Clock } from "../../src/ground/runtime/clock.ts";
import type { HeldBatch } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { allOf, anyOf, CALLDATA, type DataPolicy } from "../../src/chain/settlement/data-policy.ts";

const coder = AbiCoder.defaultAbiCoder();
const NOTHING = keccak256("0x");
const batch = {} as HeldBatch;

/** A committee that signs, refuses, or says nothing. */
function committee(does: "signs" | "refuses" | "is silent", certificate: Hex = "0x5e"): DataPolicy {
  return {
    choose: () => WITHHELD,
    choiceAt: () => WITHHELD,
    policyData() {
      if (does === "signs") return Promise.resolve(certificate);
      return does === "refuses" ? Promise.reject(new Error("no")) : new Promise(() => undefined);
    },
  };
}

/** A clock whose time passes at once. */
const hasty: Clock = {
  nowMs: () => 0,
  after(_ms, callback) {
    setImmediate(callback);
    return () => undefined;
  },
};
/** A clock that stands. */
const patient: Clock = { nowMs: () => 0, after: () => () => undefined };
const any = (parts: readonly DataPolicy[], clock = patient): DataPolicy => anyOf(parts, { afterMs: 1, clock });
const shownOf = async (policy: DataPolicy): Promise<Hex> => policy.policyData(batch, (await policy.choose(batch)).path.values());

describe("F6: what a composed policy chooses, and what it is shown", () => {
  test("of any: the first part that shows its data in time; the last one is not waited for", async () => {
    const chosen = async (parts: readonly DataPolicy[], clock = patient) => (await any(parts, clock).choose(batch)).path;
    assert.deepEqual(await chosen([committee("signs"), CALLDATA]), [0]);
    assert.deepEqual(await chosen([committee("refuses"), CALLDATA]), [1]);
    assert.deepEqual(await chosen([committee("is silent"), committee("signs"), CALLDATA], hasty), [1]);
    assert.deepEqual(await chosen([committee("refuses"), committee("is silent")]), [1]);
    assert.deepEqual(await chosen([CALLDATA, committee("signs")]), [0]);
  });

  test("what is bound is what the contracts answer", async () => {
    const all = allOf([CALLDATA, committee("signs")]).choose(batch);
    assert.deepEqual(all, {
      path: [],
      publishes: true,
      bound: keccak256(solidityPacked(["bytes32", "bytes32"], [NOTHING, NOTHING])),
    });
    const second = await any([committee("refuses"), CALLDATA]).choose(batch);
    assert.deepEqual(second, {
      path: [1],
      publishes: true,
      bound: keccak256(coder.encode(["uint256", "bytes32"], [1, NOTHING])),
    });
  });

  test("choices within choices are found again by their path", async () => {
    const policy = allOf([
      any([committee("refuses"), committee("signs", "0x01")]),
      any([allOf([CALLDATA, committee("signs", "0x02")]), CALLDATA]),
    ]);
    const choice = await policy.choose(batch);
    assert.deepEqual([choice.path, choice.publishes], [[1, 0], true]);
    assert.deepEqual(policy.choiceAt(choice.path.values(), batch), choice);
    const inner = coder.encode(["bytes[]"], [["0x", "0x02"]]);
    const parts = [coder.encode(["uint256", "bytes"], [1, "0x01"]), coder.encode(["uint256", "bytes"], [0, inner])];
    assert.equal(await shownOf(policy), coder.encode(["bytes[]"], [parts]));
    assert.throws(() => policy.choiceAt([1, 2].values(), batch), /names part 2 of 2/);
    assert.throws(() => policy.choiceAt([1].values(), batch), RangeError);
  });

  test("with one of all missing there is nothing to show", async () => {
    for (const missing of [0, 1, 2]) {
      const parts = [0, 1, 2].map((place) => committee(place === missing ? "refuses" : "signs"));
      await assert.rejects(shownOf(allOf(parts)), /no/);
    }
    assert.deepEqual(allOf([committee("signs"), committee("signs")]).choose(batch), {
      ...WITHHELD,
      bound: keccak256(solidityPacked(["bytes32", "bytes32"], [NOTHING, NOTHING])),
    });
    assert.equal(PUBLISHED.bound, NOTHING);
  });
});
