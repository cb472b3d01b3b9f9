import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AbiCoder, dataSlice, ParamType, Result, toBeHex } from "ethers";
import { decodeInteropBundle, encodeInteropBundle } from "../../src/ground/protocol/interop-message.ts";
import { decodedValues } from "../../src/ground/protocol/decoded-values.ts";
import { ifDecodable } from "../../src/ground/protocol/undecodable.ts";
import { fromHex, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { Random } from "../chain/state/support/random.ts";

const coder = AbiCoder.defaultAbiCoder();
const TYPES: readonly (readonly string[])[] = [
  ["uint256 a", "bytes b"],
  ["bytes[] a"],
  ["tuple(uint64 a, address b, string c, tuple(bytes d, uint8[] e)[] f) g", "bool h"],
  ["bytes32 a", "tuple(address to, uint256 value, bytes data)[] b", "string c"],
];
const VALUES: readonly (readonly unknown[])[] = [
  [7n, "0x0102"],
  [["0x", "0x11", `0x${"22".repeat(40)}`]],
  [{ a: 5n, b: `0x${"33".repeat(20)}`, c: "text", f: [{ d: "0x44", e: [1, 2] }] }, true],
  [`0x${"55".repeat(32)}`, [{ to: `0x${"66".repeat(20)}`, value: 8n, data: "0x77" }], "more"],
];
/** Reads each value by its index, as deep as there are any: a value that does not fit its type only throws then. */
const byIndex = (value: unknown): unknown => (value instanceof Array ? [...(value as unknown[])].map(byIndex) : value);
/** Reads each value by its name. */
function byName(types: readonly ParamType[], values: Result): unknown {
  const read = (type: ParamType, value: unknown): unknown => {
    if (type.isArray()) return [...(value as Result)].map((item: unknown) => read(type.arrayChildren, item));
    return type.isTuple() ? byName(type.components, value as Result) : value;
  };
  return types.map((type) => read(type, values[type.name]));
}
/** The bytes with one dirty word: for each word from a byte on, its first byte is 0x80. */
const dirtied = (bytes: Uint8Array, from = 0): readonly Uint8Array[] =>
  Array.from({ length: (bytes.length - from) / 32 }, (_, i) => bytes.with(from + 32 * i, 0x80));

describe("a stranger's bytes", () => {
  it("are read or rejected, whatever they contain: a decoder's error for them is not a fault", () => {
    const random = new Random(5);
    const words = [0n, 1n, 31n, 32n, 2n ** 31n, 2n ** 53n, 2n ** 64n, 2n ** 255n, 2n ** 256n - 1n];
    let [decoded, refused] = [0, 0];
    for (let i = 0; i < 2_000; i++) {
      const which = random.below(TYPES.length);
      const types = TYPES[which] ?? [];
      let bytes: Hex = coder.encode(types, VALUES[which] ?? []) as Hex;
      for (let changes = random.below(4); changes > 0; changes--) {
        const changed = fromHex(bytes);
        if (random.below(2) === 0) changed[random.below(changed.length)] = random.below(256);
        else changed.set(fromHex(toBeHex(random.pick(words), 32)), 32 * random.below(changed.length / 32));
        bytes = toHex(changed);
      }
      if (random.below(5) === 0) bytes = dataSlice(bytes, 0, random.below(fromHex(bytes).length)) as Hex;
      const isLoose = random.below(2) === 0;
      const read = (values: Result): unknown =>
        i % 2 === 0
          ? byIndex(values)
          : byName(
              types.map((type) => ParamType.from(type)),
              values,
            );
      if (ifDecodable(() => coder.decode(types, bytes, isLoose), read) === undefined) refused++;
      else decoded++;
    }
    assert.ok(decoded > 300 && refused > 300, `${decoded} read, ${refused} refused`);
  });

  it("are not concluded to be none from a fault, also where a decoder keeps that for the value", () => {
    const fault = new RangeError("Array buffer allocation failed");
    const kept = Object.assign(new Error("deferred error"), { error: fault });
    for (const error of [fault, kept, new TypeError("x is undefined"), "text"])
      assert.throws(
        () =>
          ifDecodable(
            () => {
              throw error;
            },
            () => undefined,
          ),
        (thrown) => thrown === error,
      );
    const values = Result.fromItems([1n, Result.fromItems([fault], ["full"])], ["one", "two"]);
    assert.throws(
      () =>
        ifDecodable(
          () => values,
          (each) => (each["two"] as Result)["full"] as unknown,
        ),
      (thrown: { readonly error?: unknown }) => thrown.error === fault,
    );
  });

  it("are read or refused in a bundle with any dirty word", () => {
    const address: Hex = `0x${"22".repeat(20)}`;
    const word: Hex = `0x${"11".repeat(32)}`;
    const bundle = encodeInteropBundle({
      ...{ sourceChainId: 1n, destinationChainId: 2n, sender: address, nonce: 0n, valueMessageHash: word, value: 1n },
      ...{ calls: [{ fromAccount: true, to: address, value: 0n, data: "0x12" }], relayerReward: 0n },
      ...{ tokens: [{ messageHash: word, recipient: address }], gasLimit: 1n, executionAddress: address },
      ...{ refundRecipient: address, callbackGasLimit: 0n, callbackReward: 0n, expiresAt: 0n },
    });
    assert.ok(decodeInteropBundle(bundle));
    // Five addresses, five offsets and three lengths have no encoding now.
    assert.equal(dirtied(bundle, 1).filter((bytes) => decodeInteropBundle(bytes) === undefined).length, 13);
  });

  it("are shown with a remark for an address of more than 20 bytes", () => {
    const values = coder.decode(["uint64", "address"], toHex(new Uint8Array(64).fill(0x80, 32, 33)));
    assert.deepEqual(decodedValues(values), [0n, "(not decodable)"]);
  });
});
