import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../src/ground/protocol/l2-log.ts";
import { encodeFactProof, encodeMessageProof, l2LogTreeProof } from "../../src/ground/protocol/message-proof.ts";
import { sampleRecord } from "../support/batch-record.ts";

describe("proofs of messages", () => {
  const pair = (left: Hex, right: Hex): Hex => keccak(fromHex(left), fromHex(right));

  for (const count of [1, 2, 3, 8, 13]) {
    test(`lead from every one of ${count} logs to the root`, () => {
      const leaves = Array.from({ length: count }, (_, i) => keccak(new Uint8Array([i])));
      for (const [index, leaf] of leaves.entries()) {
        const siblings = l2LogTreeProof(leaves, index);
        assert.equal(siblings.length, 14);
        const root = siblings.reduce(
          (node, sibling, level) => ((index >> level) & 1 ? pair(sibling, node) : pair(node, sibling)),
          leaf,
        );
        assert.equal(root, l2LogTreeRoot(leaves));
      }
    });
  }

  test("begin with empty leaves next to a lone log", () => {
    const siblings = l2LogTreeProof([wordToHex(1n)], 0);
    const emptyLeaf = keccak(new Uint8Array(88));
    assert.deepEqual(siblings.slice(0, 3), [
      emptyLeaf,
      pair(emptyLeaf, emptyLeaf),
      pair(pair(emptyLeaf, emptyLeaf), pair(emptyLeaf, emptyLeaf)),
    ]);
  });

  test("against a fact are version 3, the depth of the log tree and its siblings", () => {
    const siblings = Array.from({ length: 14 }, (_, i) => wordToHex(BigInt(i)));
    assert.deepEqual(encodeFactProof(siblings), [`0x030e00${"00".repeat(29)}`, ...siblings]);
    assert.throws(() => encodeFactProof(siblings.slice(1)), RangeError);
  });

  test("do not exist for a log that does not", () => {
    assert.throws(() => l2LogTreeProof([wordToHex(1n)], 1), RangeError);
    assert.throws(() => l2LogTreeProof([wordToHex(1n)], -1), RangeError);
  });

  test("are 60 words in the order that the contract reads", () => {
    const words = (count: number, from: bigint): Hex[] => Array.from({ length: count }, (_, i) => wordToHex(from + BigInt(i)));
    const path = {
      logSiblings: words(14, 100n),
      registryLeafIndex: 5n,
      registrySiblings: words(32, 200n),
      registryRootIndex: 9n,
      record: sampleRecord(),
    };
    assert.deepEqual(encodeMessageProof(path), [
      `0x020e20${"00".repeat(29)}`,
      ...words(14, 100n),
      wordToHex(5n),
      ...words(32, 200n),
      wordToHex(9n),
      ...[1n, 0x0a0b0c0dn, 0x0e0f0a0bn, 0n, 0n, 5n, 6_006n, 7_007n, 8n, 6_000n, 0n].map(wordToHex),
    ]);
    assert.throws(() => encodeMessageProof({ ...path, logSiblings: words(13, 0n) }), RangeError);
    assert.throws(() => encodeMessageProof({ ...path, registrySiblings: words(33, 0n) }), RangeError);
  });
});
