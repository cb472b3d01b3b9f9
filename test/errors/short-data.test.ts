import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { isError, makeError } from "ethers";
import { NamedError } from "../../src/ground/errors/named-error.ts";
import { reasonOf } from "../../src/ground/errors/reason-of.ts";
import { shortData, withShortData } from "../../src/ground/errors/short-data.ts";
import { describeRevert } from "../../src/ecosystem/relayer/refusal.ts";
import { revertReason } from "../../src/ecosystem/client/sending/revert-reason.ts";
import { pluginError } from "../../src/tool/plugin/plugin-error.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

/** Call data of 4,500 bytes, and what is shown of them: a selector and two words. */
const DATA: Hex = `0xc0dec0de${"ab".repeat(4_496)}`;
const SHORT = `0xc0dec0de${"ab".repeat(64)}… (4500 bytes)`;

class ExampleError extends NamedError<"Example"> {
  override readonly name = "ExampleError";
}

/** Error of ethers, which has the transaction in its message and in a field. */
const ofEthers = () =>
  makeError("execution reverted", "CALL_EXCEPTION", {
    action: "estimateGas",
    data: "0x12345678",
    reason: null,
    transaction: { to: null, data: DATA },
    invocation: null,
    revert: null,
  });

describe("long data", () => {
  test("are shown by their first bytes and their length, in any text", () => {
    assert.equal(shortData(`call ${DATA}, then ${DATA}.`), `call ${SHORT}, then ${SHORT}.`);
    assert.equal(revertReason(DATA), `with ${SHORT}`);
    assert.equal(describeRevert(DATA), SHORT);
    assert.equal(reasonOf(new Error(`no: ${DATA}`)), `no: ${SHORT}`);
  });

  test("of up to 68 bytes are shown whole", () => {
    const whole = `0x${"12".repeat(68)}`;
    assert.equal(shortData(whole), whole);
    assert.match(shortData(`${whole}34`), /… \(69 bytes\)$/);
  });

  test("are not in what is printed of this package's errors, their causes included", () => {
    const cause = ofEthers();
    for (const error of [new ExampleError("Example", `refuses ${DATA}`, { cause }), pluginError(`refuses ${DATA}`, cause)]) {
      assert.equal(error.message, `refuses ${SHORT}`);
      assert.ok(inspect(error).length < 4_000, inspect(error));
      assert.doesNotMatch(inspect(error), /[0-9a-f]{200}/);
    }
  });

  test("stay in the fields of the error that is shown without them", () => {
    const error = withShortData(ofEthers());
    assert.ok(error instanceof Error && isError(error, "CALL_EXCEPTION"));
    assert.equal(error.data, "0x12345678");
    assert.equal(error.transaction.data, DATA);
    const other = new Error("nothing long");
    assert.equal(withShortData(other), other);
    assert.equal(withShortData("a text"), "a text");
  });
});
