import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AbiCoder, dataSlice, toBeHex } from "ethers";
import { ifDecodable } from "../../src/protocol/undecodable.ts";
import { fromHex, toHex, type Hex } from "../../src/protocol/hex.ts";
import { Random } from "../chain/state/support/random.ts";

const coder = AbiCoder.defaultAbiCoder();
const TYPES: readonly (readonly string[])[] = [
  ["uint256", "bytes"],
  ["bytes[]"],
  ["tuple(uint64 a, address b, string c, tuple(bytes d, uint8[] e)[] f)", "bool"],
  ["bytes32", "tuple(address to, uint256 value, bytes data)[]", "string"],
];
const VALUES: readonly (readonly unknown[])[] = [
  [7n, "0x0102"],
  [["0x", "0x11", `0x${"22".repeat(40)}`]],
  [{ a: 5n, b: `0x${"33".repeat(20)}`, c: "text", f: [{ d: "0x44", e: [1, 2] }] }, true],
  [`0x${"55".repeat(32)}`, [{ to: `0x${"66".repeat(20)}`, value: 8n, data: "0x77" }], "more"],
];
/** Reads each value, as deep as there are any: what does not fit its type only throws then. */
const readAll = (value: unknown): unknown => (value instanceof Array ? [...(value as unknown[])].map(readAll) : value);

describe("a stranger's bytes", () => {
  it("are read, or are none, whatever they are: no decoder's error for them is a fault", () => {
    const random = new Random(5);
    const words = [0n, 1n, 31n, 32n, 2n ** 31n, 2n ** 53n, 2n ** 64n, 2n ** 255n, 2n ** 256n - 1n];
    let [read, refused] = [0, 0];
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
      if (ifDecodable(() => readAll(coder.decode(types, bytes, isLoose))) === undefined) refused++;
      else read++;
    }
    assert.ok(read > 300 && refused > 300, `${read} read, ${refused} refused`);
  });

  it("are not concluded to be none from a fault, also where a decoder keeps that for the value", () => {
    const fault = new RangeError("Array buffer allocation failed");
    const kept = Object.assign(new Error("deferred error"), { error: fault });
    for (const error of [fault, kept, new TypeError("x is undefined"), "text"])
      assert.throws(
        () =>
          ifDecodable(() => {
            throw error;
          }),
        (thrown) => thrown === error,
      );
  });
});
