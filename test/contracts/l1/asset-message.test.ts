import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keccak256, type BaseContract } from "ethers";
import { fromHex, toHex } from "../../../src/ground/protocol/hex.ts";
import { decodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { assetTransferOf, readAssetVectors } from "../../protocol/asset-vectors.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";

describe("asset messages in Solidity", () => {
  let l1: LocalL1;
  let harness: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    harness = await l1.deploy("L1LibraryHarness");
  });
  after(() => l1.close());

  const call = async (name: string, ...args: unknown[]): Promise<unknown> => {
    const result: unknown = await harness.getFunction(name).staticCall(...args);
    return result;
  };
  const decode = async (body: string): Promise<{ valid: boolean; fields: unknown[] }> => {
    const [valid, transfer] = (await call("decodeAssetMessage", body)) as [boolean, Iterable<unknown>];
    return { valid, fields: [...transfer].map((field) => (typeof field === "string" ? field.toLowerCase() : field)) };
  };
  const { messages, assetIds } = readAssetVectors();

  test("bodies and ids equal the shared vectors", async () => {
    for (const { name, transfer, body } of messages) {
      assert.equal(await call("encodeAssetMessage", transfer), body, name);
      const { kind, ...rest } = assetTransferOf(transfer);
      assert.deepEqual(await decode(body), { valid: true, fields: [BigInt(kind), ...Object.values(rest)] }, name);
    }
    for (const { name, originChainId, originToken, preimage } of assetIds) {
      assert.equal(await call("assetId", originChainId, originToken), keccak256(preimage), name);
    }
  });

  test("reads mutated bodies exactly as TypeScript does", async () => {
    const random = createRandomness(190);
    let valid = 0;
    for (let i = 0; i < 60; i++) {
      const body = fromHex(messages[i % messages.length]!.body);
      body[i % 3 === 0 ? random.index(2) : random.index(190)] = random.index(i % 2 === 0 ? 5 : 256);
      const expected = decodeAssetMessage(body);
      const actual = await decode(toHex(body));
      assert.equal(actual.valid, expected !== undefined, toHex(body));
      if (expected !== undefined) {
        valid++;
        assert.deepEqual(actual.fields, [BigInt(expected.kind), ...Object.values(expected).slice(1)]);
      }
    }
    assert.ok(valid > 5 && valid < 55, `${valid} of 60 are valid`);
    assert.equal((await decode("0x")).valid, false);
    assert.equal((await decode(`${messages[0]!.body}00`)).valid, false);
  });

  test("refuses to encode an unknown kind or an amount of 2^128", async () => {
    const { transfer } = messages[0]!;
    await assert.rejects(call("encodeAssetMessage", { ...transfer, kind: 0 }), /UnknownKind\(0\)/);
    await assert.rejects(call("encodeAssetMessage", { ...transfer, kind: 4 }), /UnknownKind\(4\)/);
    await assert.rejects(call("encodeAssetMessage", { ...transfer, amount: 1n << 128n }), /AmountTooLarge/);
  });

  test("knows the asset predeploys", async () => {
    for (const [sender, expected] of [
      [0x10003, true],
      [0x800a, true],
      [0x10004, false],
      [0x8008, false],
      [0, false],
    ] as const) {
      assert.equal(await call("isAssetSender", `0x${sender.toString(16).padStart(40, "0")}`), expected);
    }
  });
});
