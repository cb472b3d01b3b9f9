import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface, makeError } from "ethers";
import { describeRefusal, describeRevert } from "../../src/ecosystem/relayer/refusal.ts";

const transaction = { to: "0x000000000000000000000000000000000001000e", data: `0x${"5a".repeat(3_000)}` };

describe("why a delivery was refused", () => {
  test("is the contract's error, by name and with its arguments", () => {
    const errors = new Interface(["error NotEnoughGas(uint256 required, uint256 actual)"]);
    const data = errors.encodeErrorResult("NotEnoughGas", [9n, 5n]);
    const refused = makeError("execution reverted (unknown custom error)", "CALL_EXCEPTION", { data, transaction } as never);
    assert.equal(describeRefusal(refused), "NotEnoughGas(9, 5)");
  });

  test("has long arguments cut off", () => {
    const errors = new Interface(["error FailingRunOfContract(bytes32 bundleHash, address deliverer, bytes reason)"]);
    const data = errors.encodeErrorResult("FailingRunOfContract", [
      `0x${"11".repeat(32)}`,
      transaction.to,
      `0x${"22".repeat(1_024)}`,
    ]);
    const refused = makeError("execution reverted (unknown custom error)", "CALL_EXCEPTION", { data, transaction } as never);
    const said = describeRefusal(refused);
    assert.match(said, /^FailingRunOfContract\(0x1111/);
    assert.ok(said.length < 400, said);
  });

  test("is what the node says, without the transaction that the client repeats", () => {
    const node = { code: -32_000, message: "an internal call runs out of gas" };
    const refused = makeError("could not coalesce error", "UNKNOWN_ERROR", {
      error: node,
      payload: { params: [transaction] },
    } as never);
    assert.ok(refused.message.length > 6_000);
    assert.equal(describeRefusal(refused), "an internal call runs out of gas");
  });

  test("attack: a contract's or a node's words do not write over the terminal that shows them", () => {
    const words = "x\u001b[2K\r\u001b[32mdelivered\u001b[0m\u009b2J\u0007\u202e\u2028\ny";
    const clean = "x[2K[32mdelivered[0m2Jy";
    const data = new Interface(["error Error(string reason)"]).encodeErrorResult("Error", [words]);
    assert.equal(describeRevert(data), clean);
    assert.equal(describeRefusal({ error: { message: words } }), clean);
    assert.equal(describeRefusal(words), clean);
    assert.equal(describeRefusal({ data }), `Error(${clean})`);
  });

  test("is what the client says where it asked no node", () => {
    assert.equal(describeRefusal(new Error("no signer")), "no signer");
    assert.equal(describeRefusal("gone"), "gone");
    assert.ok(describeRefusal(new Error("x".repeat(10_000))).length < 500);
  });

  test("attack: a listener that reverts with a text of no UTF-8, or with a selector alone, is described all the same", () => {
    // Error(string) with the byte 0xff, which begins no character; then cut off.
    const word = (value: number): string => value.toString(16).padStart(64, "0");
    const text = `0x08c379a0${word(32)}${word(1)}ff${"0".repeat(62)}`;
    assert.equal(describeRevert(text), "\ufffd");
    assert.equal(describeRevert("0x08c379a0"), "0x08c379a0");
    for (const data of [text, "0x08c379a0"]) {
      const refused = makeError("execution reverted", "CALL_EXCEPTION", { data, transaction } as never);
      assert.match(describeRefusal(refused), /\ufffd|execution reverted/);
    }
  });
});
