import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Offenders } from "../../../src/chain/rpc/bundler/offenders.ts";
import type { UserOperation } from "../../../src/chain/rpc/bundler/user-operation.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const PAYMASTER: Hex = `0x${"aa".repeat(20)}`;
const SENDER: Hex = `0x${"bb".repeat(20)}`;
const OPERATION = { sender: SENDER, factory: undefined, paymaster: PAYMASTER } as UserOperation;
const TEN_MINUTES = 10 * 60 * 1000;

function repeat(times: number, action: () => void): void {
  for (let i = 0; i < times; i++) action();
}

describe("B6: contracts that are refused for user operations that failed late", () => {
  it("a paymaster in use is not refused for as many failures as it has operations in blocks", () => {
    const offenders = new Offenders(() => 0);
    repeat(5, () => offenders.included(OPERATION));
    repeat(5 + 3, () => offenders.add(PAYMASTER));
    offenders.requireNone(OPERATION);
    offenders.included(OPERATION);
    offenders.add(PAYMASTER);
    offenders.requireNone(OPERATION);
    offenders.add(PAYMASTER);
    assert.throws(() => offenders.requireNone(OPERATION), { code: -32504 });
  });

  it("operations in blocks make up for 16 failures to come at most, and for none of a sender's", () => {
    const offenders = new Offenders(() => 0);
    repeat(100, () => offenders.included(OPERATION));
    repeat(16 + 4, () => offenders.add(PAYMASTER));
    assert.throws(() => offenders.requireNone(OPERATION), /the paymaster/);
    repeat(4, () => offenders.add(SENDER));
    assert.throws(() => offenders.requireNone(OPERATION), /the sender/);
  });

  it("a contract is served again after ten minutes, and others' operations in blocks do not shorten them", () => {
    let nowMs = 0;
    const offenders = new Offenders(() => nowMs);
    repeat(4, () => offenders.add(PAYMASTER));
    for (let i = 0; i < 2_000; i++) offenders.included({ ...OPERATION, paymaster: `0x${i.toString(16).padStart(40, "0")}` });
    nowMs = TEN_MINUTES;
    assert.throws(() => offenders.requireNone(OPERATION), /the paymaster/);
    nowMs = TEN_MINUTES + 1;
    offenders.requireNone(OPERATION);
  });
});
