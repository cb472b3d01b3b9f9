import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hexlify, Interface, keccak256, toBeHex } from "ethers";
import type { Hex } from "../../../src/protocol/hex.ts";
import { encodeLongCall } from "../../../src/settlement/l1-sender/long-call.ts";

const contract = new Interface([
  "function post(tuple(uint64 number, bytes32 root, bytes data, tuple(bytes32 hash, bytes logs) held) batch, bytes[] signatures)",
  "function odd(tuple(address who, uint8[3] few, tuple(bool on, int16 by)[] list) first, string text, bytes[2] pair, bytes20 point)",
]);

/** Bytes and numbers that follow from a seed. */
function drawn(seed: number) {
  let state = toBeHex(seed, 32);
  const next = (): bigint => BigInt((state = keccak256(state)));
  const below = (end: number): number => Number(next() % BigInt(end));
  const bytes = (length: number): Hex => hexlify(Uint8Array.from({ length }, () => below(256))) as Hex;
  const many = <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make);
  return { next, below, bytes, many, long: () => bytes(below(100)) };
}

describe("calldata with long bytes", () => {
  test("is what ethers makes of it, by names and in order", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { next, below, bytes, many, long } = drawn(seed);
      const batch = { number: next() >> 192n, root: bytes(32), data: long(), held: { hash: bytes(32), logs: long() } };
      const signatures = many(4, long);
      const inOrder = [batch.number, batch.root, batch.data, [batch.held.hash, batch.held.logs]];
      for (const values of [
        [batch, signatures],
        [inOrder, signatures],
      ])
        assert.equal(encodeLongCall(contract, "post", values), contract.encodeFunctionData("post", values));
      const first = {
        who: bytes(20),
        few: [below(256), below(256), below(256)],
        list: many(3, () => ({ on: below(2) === 1, by: below(65_536) - 32_768 })),
      };
      const values = [first, "ä🦄".repeat(below(40)), [long(), long()], bytes(20)];
      assert.equal(encodeLongCall(contract, "odd", values), contract.encodeFunctionData("odd", values));
    }
  });

  test("refuses bytes that are none, and values that do not fit", () => {
    const batch = { number: 1n, root: `0x${"11".repeat(32)}`, data: "0x", held: { hash: `0x${"11".repeat(32)}`, logs: "0x" } };
    for (const odd of ["0x1", "0xzz", "11", undefined, 5])
      assert.throws(() => encodeLongCall(contract, "post", [{ ...batch, data: odd }, []]), { code: "MalformedHex" });
    assert.throws(() => encodeLongCall(contract, "post", [{ ...batch, number: 2n ** 64n }, []]));
    assert.throws(() => encodeLongCall(contract, "post", [{ ...batch, root: "0x11" }, []]));
  });

  test("takes a third of ethers' processor time at most, with 100,000 bytes", () => {
    const long = `0x${"5a".repeat(100_000)}`;
    const batch = { number: 1n, root: `0x${"11".repeat(32)}`, data: long, held: { hash: `0x${"11".repeat(32)}`, logs: "0x" } };
    const least = (encode: () => unknown): number =>
      Math.min(
        ...Array.from({ length: 7 }, () => {
          const before = process.cpuUsage();
          encode();
          return process.cpuUsage(before).user;
        }),
      );
    const ethers = least(() => contract.encodeFunctionData("post", [batch, [long]]));
    const own = least(() => encodeLongCall(contract, "post", [batch, [long]]));
    assert.ok(3 * own < ethers, `${own} and ${ethers} microseconds`);
  });
});
