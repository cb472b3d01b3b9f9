import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256, solidityPackedKeccak256, zeroPadValue } from "ethers";
import { EMPTY_L2_LOG_LEAF, hashL2Log, l2LogTreeRoot, messageLog, priorityOpLog } from "../../src/ground/protocol/l2-log.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";

const PACKED = ["uint8", "bool", "uint16", "address", "bytes32", "bytes32"];

test("the empty leaf and the empty tree are ZK Stack's published constants", () => {
  // era-contracts, L2_L1_LOGS_TREE_DEFAULT_LEAF_HASH; zksync-os, EMPTY_HASHES at height 14.
  assert.equal(EMPTY_L2_LOG_LEAF, "0x72abee45b59e344af8a6e520241c4744aff26ed411f4c4b00f8af09adada43ba");
  assert.equal(l2LogTreeRoot([]), "0x375a5bf909cb02143e3695ca658e0641e739aa590f0004dba93572c44cdb9d2d");
});

test("a message's log is packed as Solidity packs it", () => {
  const sender = "0xd8da6bf26964af9d7eed9e03e53415d37aa96045";
  const expected = solidityPackedKeccak256(PACKED, [
    0,
    true,
    0,
    "0x0000000000000000000000000000000000008008",
    zeroPadValue(sender, 32),
    keccak256("0x1234"),
  ]);
  assert.equal(hashL2Log(messageLog(sender, Uint8Array.of(0x12, 0x34))), expected);
});

test("a priority operation's log is packed as Solidity packs it", () => {
  const txHash = wordToHex(5n);
  for (const success of [true, false]) {
    const expected = solidityPackedKeccak256(PACKED, [
      0,
      true,
      0,
      "0x0000000000000000000000000000000000008001",
      txHash,
      wordToHex(success ? 1n : 0n),
    ]);
    assert.equal(hashL2Log(priorityOpLog(txHash, success)), expected);
  }
  const odd = { ...priorityOpLog(txHash, true), l2ShardId: 1, isService: false, txNumberInBatch: 0x1234 };
  assert.equal(hashL2Log(odd), solidityPackedKeccak256(PACKED, [1, false, 0x1234, odd.sender, odd.key, odd.value]));
});

test("the root is that of the whole tree, every leaf written out", () => {
  for (const count of [1, 2, 3, 5, 8]) {
    const leaves = Array.from({ length: count }, (_, i) => wordToHex(BigInt(i) + 1n));
    let layer: string[] = [...leaves, ...new Array<Hex>(64 - count).fill(EMPTY_L2_LOG_LEAF)];
    let empty: string = EMPTY_L2_LOG_LEAF;
    for (let level = 0; level < 14; level++) {
      if (layer.length === 1) layer = [...layer, empty];
      layer = layer.flatMap((left, i) => (i % 2 === 0 ? [keccak256(`${left}${(layer[i + 1] ?? "").slice(2)}`)] : []));
      empty = keccak256(`${empty}${empty.slice(2)}`);
    }
    assert.deepEqual([l2LogTreeRoot(leaves)], layer);
  }
});

test("refuses more logs than the tree has places", () => {
  assert.throws(() => l2LogTreeRoot(new Array<Hex>(16_385).fill(EMPTY_L2_LOG_LEAF)), RangeError);
});
