import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256 } from "ethers";
import {
  assetId,
  decodeAssetMessage,
  encodeAssetMessage,
  isAssetSender,
  MAX_ASSET_AMOUNT,
} from "../../src/ground/protocol/asset-message.ts";
import { fromHex, toHex } from "../../src/ground/protocol/hex.ts";
import { assetTransferOf, readAssetVectors } from "./asset-vectors.ts";

const { messages, assetIds } = readAssetVectors();
const body = (): Uint8Array => fromHex(messages[0]!.body);

for (const { name, transfer, body: bytes } of messages) {
  test(`encodes and decodes: ${name}`, () => {
    assert.equal(toHex(encodeAssetMessage(assetTransferOf(transfer))), bytes);
    assert.deepEqual(decodeAssetMessage(fromHex(bytes)), assetTransferOf(transfer));
  });
}

for (const { name, originChainId, originToken, preimage } of assetIds) {
  test(`asset id: ${name}`, () => {
    assert.equal(assetId(BigInt(originChainId), originToken), keccak256(preimage));
  });
}

test("rejects a body of another length, version or kind, or with an amount of 2^128", () => {
  assert.equal(decodeAssetMessage(body().subarray(0, 189)), undefined);
  assert.equal(decodeAssetMessage(Uint8Array.of(...body(), 0)), undefined);
  for (const [at, value] of [
    [0, 0],
    [0, 2],
    [1, 0],
    [1, 4],
    [1, 255],
    [101, 1],
    [86, 1],
  ] as const) {
    const bytes = body();
    bytes[at] = value;
    assert.equal(decodeAssetMessage(bytes), undefined, `byte ${at} = ${value}`);
  }
});

test("refuses to encode what does not fit", () => {
  const transfer = assetTransferOf(messages[0]!.transfer);
  assert.throws(() => encodeAssetMessage({ ...transfer, amount: MAX_ASSET_AMOUNT + 1n }), { code: "AmountTooLarge" });
  assert.throws(() => encodeAssetMessage({ ...transfer, amount: -1n }), { code: "WordOutOfRange" });
  assert.throws(() => encodeAssetMessage({ ...transfer, nonce: 1n << 256n }), { code: "WordOutOfRange" });
  assert.throws(() => encodeAssetMessage({ ...transfer, recipient: "0x12" }), { code: "MalformedHex" });
});

test("only the asset router and the base token send asset messages", () => {
  assert.ok(isAssetSender("0x0000000000000000000000000000000000010003"));
  assert.ok(isAssetSender("0x000000000000000000000000000000000000800A"));
  for (const other of ["0x0000000000000000000000000000000000010004", "0x0000000000000000000000000000000000008008"] as const) {
    assert.ok(!isAssetSender(other));
  }
});
