import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, id, Interface, toBeHex } from "ethers";
import { ENTRY_POINTS } from "../../../src/chain/model/entry-points.ts";
import { bundleOf } from "../../../src/chain/rpc/bundler/bundle.ts";
import { failedOp } from "../../../src/chain/rpc/bundler/entry-points.ts";
import { OperationLookup } from "../../../src/chain/rpc/bundler/operation-lookup.ts";
import { parseOperation, parseUnfinishedOperation } from "../../../src/chain/rpc/bundler/operation-request.ts";
import { operationsIn } from "../../../src/chain/rpc/bundler/user-operation.ts";
import { RpcError } from "../../../src/chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

/** Declaration of ERC-4337 for EntryPoints 0.7 and 0.8. */
const handleOps = new Interface([
  "function handleOps((address, uint256, bytes, bytes, bytes32, uint256, bytes32, bytes, bytes)[], address)",
]);
const SENDER: Hex = `0x${"a1".repeat(20)}`;
const word = (value: number | bigint | string): string => toBeHex(value, 32);
const bytesOf = (length: number): Hex => `0x${"5b".repeat(length)}`;

function packed(nonce: bigint, callData: Hex): unknown[] {
  return [SENDER, nonce, "0x", callData, word(1), 1n, word(1), "0x", "0x"];
}

/** An operation's nine words, whose four offsets point at places behind them. */
function head(nonce: number, [initCode, callData, sponsor, signature]: readonly [number, number, number, number]): string {
  return concat([...[SENDER, nonce, initCode, callData, 1, 1, 1, sponsor, signature].map(word)]);
}

const FIELDS = {
  sender: SENDER,
  nonce: "0x0",
  callData: "0x",
  ...{ callGasLimit: "0x0", verificationGasLimit: "0x0", preVerificationGas: "0x0" },
  ...{ maxFeePerGas: "0x0", maxPriorityFeePerGas: "0x0", signature: "0x" },
};
const DELEGATION = { chainId: "0x10f", address: SENDER, nonce: "0x7", yParity: "0x1", r: "0xaa", s: "0x0bb" };

describe("B6: data of user operations", () => {
  it("operations in a call of handleOps are read, each with its own bytes", () => {
    const data = handleOps.encodeFunctionData("handleOps", [[packed(1n, bytesOf(900)), packed(2n, bytesOf(33))], SENDER]) as Hex;
    assert.deepEqual(
      operationsIn(data).map(({ nonce, callData, signature }) => [nonce, callData, signature]),
      [
        [1n, bytesOf(900), "0x"],
        [2n, bytesOf(33), "0x"],
      ],
    );
  });

  it("the least limits leave its transaction gas for all units that a proven chain's transaction may take, 1,300,000 at 6 a gas", () => {
    const { gas } = bundleOf(parseOperation(FIELDS), ENTRY_POINTS["0.8"], { bundler: SENDER, beneficiary: SENDER });
    assert.equal(BigInt(gas), 216_667n);
  });

  it("a call whose many offsets point at one operation is not read", () => {
    const selector = id("handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)").slice(0, 10);
    const operation = concat([head(1, [288, 320, 288, 288]), word(0), word(992), bytesOf(992)]);
    const call = (offsets: readonly number[]): Hex =>
      concat([selector, ...[64, SENDER, offsets.length, ...offsets].map(word), operation]) as Hex;
    assert.equal(operationsIn(call([32])).length, 1);
    assert.deepEqual(operationsIn(call([96, 96, 96])), []);
  });

  it("a call whose operations point at the same bytes, or at bytes that are not there, is not read", () => {
    const selector = id("handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)").slice(0, 10);
    const call = (heads: readonly string[]): Hex =>
      concat([selector, ...[64, SENDER, 2, 64, 64 + 288].map(word), ...heads, word(0), word(992), bytesOf(992)]) as Hex;
    // The first's bytes come behind the second's words.
    const first = head(1, [576, 608, 576, 576]);
    assert.equal(operationsIn(call([first, head(2, [288, 288, 288, 288])])).length, 2);
    assert.deepEqual(operationsIn(call([first, head(2, [288, 320, 288, 288])])), []);
    assert.deepEqual(operationsIn(call([first, head(2, [288, 1 << 20, 288, 288])])), []);
  });

  it("a delegation is kept as its quantities alone, and one that cannot be is refused", () => {
    const sent = { ...FIELDS, eip7702Auth: { ...DELEGATION, junk: "x".repeat(100_000) } };
    assert.deepEqual(parseOperation(sent).authorization, { ...DELEGATION, s: "0xbb" });
    const { yParity: _, ...unsigned } = DELEGATION;
    assert.equal(parseOperation({ ...FIELDS, eip7702Auth: { ...unsigned, v: "0x1c" } }).authorization?.yParity, "0x1");
    for (const nonce of [7, "7"])
      assert.equal(parseOperation({ ...FIELDS, eip7702Auth: { ...DELEGATION, nonce } }).authorization?.nonce, "0x7");
    for (const changes of [{ r: undefined }, { yParity: "0x2" }, { nonce: -7 }, { nonce: 0.5 }, { address: "0x" }])
      assert.throws(() => parseOperation({ ...FIELDS, eip7702Auth: { ...DELEGATION, ...changes } }), RpcError);
    // An estimate needs no signature yet.
    assert.equal(parseUnfinishedOperation({ ...FIELDS, eip7702Auth: { address: SENDER } }).authorization?.address, SENDER);
  });

  it("an EntryPoint's refusal is read from its own revert data, and from no other", () => {
    const refusal = (reason: Hex): Hex => {
      const length = (reason.length - 2) / 2;
      const padding = `0x${"00".repeat((32 - (length % 32)) % 32)}`;
      return concat([id("FailedOp(uint256,string)").slice(0, 10), word(0), word(64), word(length), reason, padding]) as Hex;
    };
    assert.deepEqual(failedOp(refusal("0x41413331")), { reason: "AA31", inner: "0x" });
    assert.equal(failedOp(refusal(bytesOf(8 * 1024))), undefined);
    assert.equal(failedOp(refusal("0xffffffff")), undefined);
    assert.equal(failedOp(refusal("0x41413331").slice(0, 80) as Hex), undefined);
  });

  it("a receipt's reason is the EntryPoint's own, not what another contract logs in its name", async () => {
    const hash = word(7) as Hex;
    const paid = "UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)";
    const topics = (event: string): string[] => [id(event), hash, word(SENDER)];
    const forged = { address: SENDER, topics: topics("UserOperationRevertReason(bytes32,address,uint256,bytes)"), data: "0x" };
    const event = {
      address: ENTRY_POINTS["0.8"],
      topics: [...topics(paid), word(0)],
      data: concat([word(1), word(1), word(0), word(0)]),
    };
    const broken = { ...forged, address: ENTRY_POINTS["0.8"] };
    const receipt = { to: ENTRY_POINTS["0.8"], logs: [forged, broken, event] };
    const lookup = new OperationLookup(new Map([["eth_getTransactionReceipt", async () => receipt]]), () => hash);
    const answer = (await lookup.receipt(hash, undefined)) as Readonly<Record<string, unknown>>;
    assert.deepEqual([answer["userOpHash"], answer["success"], "reason" in answer], [hash, true, false]);
  });
});
