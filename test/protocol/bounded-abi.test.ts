import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, ParamType } from "ethers";
import { BoundedDigits, readTuple } from "../../src/ground/protocol/bounded-abi.ts";

const TYPES = [
  "uint64 a",
  "tuple(address b, bytes4 c, bytes d) e",
  "bytes[] f",
  "tuple(uint256 g, uint8[2] h)[] i",
  "tuple(bytes j, bytes32 k)[2] l",
];
const PARAMS = TYPES.map((type) => ParamType.from(type));
const ADDRESS = `0x${"ab".repeat(20)}`;
const WORD = `0x${"cd".repeat(32)}`;

/** ABI encoding, without a prefix. */
function encoded(types: readonly string[], values: readonly unknown[]): string {
  return AbiCoder.defaultAbiCoder().encode(types, values).slice(2);
}

describe("values of a stranger's encoding", () => {
  const values = [
    7,
    [ADDRESS, "0x01020304", "0x05"],
    ["0x", `0x${"06".repeat(33)}`],
    [[8, [9, 10]]],
    [
      ["0x0b", WORD],
      ["0x", WORD],
    ],
  ];
  const digits = encoded(TYPES, values);

  test("are those that were encoded, by their names", () => {
    assert.deepEqual(readTuple(PARAMS, new BoundedDigits(digits), 0), {
      a: 7n,
      e: { b: ADDRESS, c: "0x01020304", d: "0x05" },
      f: ["0x", `0x${"06".repeat(33)}`],
      i: [{ g: 8n, h: [9n, 10n] }],
      l: [
        { j: "0x0b", k: WORD },
        { j: "0x", k: WORD },
      ],
    });
    assert.deepEqual(readTuple(PARAMS, new BoundedDigits(`aabb${digits}`), 4), readTuple(PARAMS, new BoundedDigits(digits), 0));
  });

  test("A152: an offset may point backwards, as the compiler's decoder takes it, but not before the encoding", () => {
    const word = (value: bigint): string => BigInt.asUintN(256, value).toString(16).padStart(64, "0");
    const [bytes, nested] = ["bytes a", "tuple(bytes b) a"].map((type) => [ParamType.from(type)]);
    // An offset to the struct, the bytes, the struct whose offset points to them.
    const before = `${word(96n)}${word(2n)}${"0506".padEnd(64, "0")}`;
    assert.deepEqual(readTuple(nested!, new BoundedDigits(before + word(-64n)), 0), { a: { b: "0x0506" } });
    for (const offset of [-128n, -1_000n, -(2n ** 255n)])
      assert.equal(readTuple(nested!, new BoundedDigits(before + word(offset)), 0), undefined, String(offset));
    assert.equal(readTuple(bytes!, new BoundedDigits(word(-32n) + word(0n)), 0), undefined);
  });

  test("need every byte except padding, and words that fit their types", () => {
    const bytes = [ParamType.from("bytes a")];
    const padded = encoded(["bytes"], ["0x0506"]);
    const unpadded = padded.slice(0, 2 * (64 + 2));
    assert.deepEqual(readTuple(bytes, new BoundedDigits(unpadded), 0), { a: "0x0506" });
    assert.equal(readTuple(bytes, new BoundedDigits(unpadded.slice(0, -2)), 0), undefined);
    const dirty = "ff".repeat(32);
    for (const type of ["uint64", "address", "bytes4", "bytes", "uint8[]"])
      assert.equal(readTuple([ParamType.from(`${type} a`)], new BoundedDigits(dirty), 0), undefined, type);
  });

  test("A140: have at most as many digits together as the encoding", () => {
    const long = `0x${"ab".repeat(100)}`;
    const two = encoded(["bytes[]"], [[long, long]]);
    const offsets = 2 * 64;
    const shared = two.slice(0, offsets) + two.slice(offsets, offsets + 64).repeat(2) + two.slice(offsets + 128, -2 * 160);
    assert.equal(readTuple([ParamType.from("bytes[] a")], new BoundedDigits(shared), 0), undefined);
    const from = new BoundedDigits(two);
    assert.deepEqual(readTuple([ParamType.from("bytes[] a")], from, 0), { a: [long, long] });
    assert.equal(readTuple([ParamType.from("bytes[] a")], from, 0), undefined, "the same digits once more");
    // Each element is the list itself.
    const circle = encoded(["uint256", "uint256", "uint256"], [32, 1, 0]);
    assert.equal(
      readTuple([ParamType.from("bytes[][] a")], new BoundedDigits(circle + "00".repeat(64)), 0)?.["a"]?.toString(),
      "",
    );
    assert.equal(
      readTuple([ParamType.from("uint256[] a")], new BoundedDigits(encoded(["uint256", "uint256"], [32, 2n ** 52n])), 0),
      undefined,
    );
  });
});
