import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { createKeccak256 } from "../../src/proofs/kernels/wasm/keccak256.ts";

const keccak256 = createKeccak256();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7 + 3) % 256);

describe("keccak256 in WebAssembly", () => {
  it("hashes nothing and 'abc' to the published values", () => {
    // The hash of nothing is Ethereum's KECCAK_EMPTY.
    assert.equal(hex(keccak256(new Uint8Array())), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assert.equal(
      hex(keccak256(new TextEncoder().encode("abc"))),
      "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    );
  });

  it("agrees with another implementation at every length around the block's, and beyond", () => {
    for (const length of [...Array.from({ length: 300 }, (_, i) => i), 407, 408, 409, 543, 544, 545, 24_576, 131_072]) {
      assert.equal(hex(keccak256(message(length))), hex(keccak_256(message(length))), `${length} bytes`);
    }
  });

  it("reads views at any offset and returns each result in a separate array", () => {
    const bytes = message(200);
    const first = keccak256(bytes.subarray(3, 140));
    const copy = hex(first);
    assert.equal(copy, hex(keccak_256(bytes.slice(3, 140))));
    keccak256(bytes);
    assert.equal(hex(first), copy);
    assert.equal(first.buffer.byteLength, 32);
  });
});
