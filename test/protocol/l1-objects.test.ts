import assert from "node:assert/strict";
import { test } from "node:test";
import { id, keccak256 } from "ethers";
import { hashAssetFlows, sumAssetFlows } from "../../src/ground/protocol/asset-flows.ts";
import { ASSET_ROUTER_ADDRESS, encodeAssetMessage } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../src/ground/protocol/l2-log.ts";
import { l2LogProof } from "../../src/ground/protocol/log-proof.ts";
import { orderSignatures } from "../../src/ground/protocol/quorum.ts";
import { genesisStoredBatch, hashStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { transactionTreeProof, transactionTreeRoot } from "../../src/ground/protocol/transaction-tree.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import { decodeWithheldLogs, encodeWithheldLogs } from "../../src/ground/protocol/withheld-logs.ts";

const leaves = Array.from({ length: 5 }, (_, i) => keccak(Uint8Array.of(i)));

/** Hashes a path up as a verifier by hand would. */
function climb(leaf: Hex, index: number, siblings: readonly Hex[]): string {
  return siblings.reduce<string>((node, sibling, level) => {
    const isLeft = Math.floor(index / 2 ** level) % 2 === 0;
    return isLeft ? keccak256(`${node}${sibling.slice(2)}`) : keccak256(`${sibling}${node.slice(2)}`);
  }, leaf);
}

test("a log proof has ZK Stack's metadata and leads to the log tree's root, from every place", () => {
  const root = l2LogTreeRoot(leaves);
  leaves.forEach((leaf, index) => {
    const [metadata, ...siblings] = l2LogProof(leaves, index);
    assert.equal(metadata, `0x010e0001${"0".repeat(56)}`);
    assert.equal(siblings.length, 14);
    assert.equal(climb(leaf, index, siblings), root);
  });
  assert.throws(() => l2LogProof(leaves, 5), RangeError);
  assert.throws(() => l2LogProof(new Array<Hex>(16_385).fill(wordToHex(1n)), 0), RangeError);
});

test("a registry proof leads to the root over the leaves it was made for", () => {
  leaves.forEach((leaf, index) => {
    assert.equal(climb(leaf, index, transactionTreeProof(leaves, index)), transactionTreeRoot(leaves));
  });
  assert.throws(() => transactionTreeProof(leaves, 5), RangeError);
  assert.throws(() => transactionTreeProof(leaves, -1), RangeError);
});

test("withheld logs keep asset messages, results and order, and hide other bodies of more than 29 bytes", () => {
  const asset = encodeAssetMessage({
    kind: 1,
    destinationChainId: 1n,
    originChainId: 1n,
    originToken: `0x${"00".repeat(20)}`,
    amount: 1n,
    recipient: `0x${"11".repeat(20)}`,
    sender: `0x${"22".repeat(20)}`,
    nonce: 0n,
  });
  const other: Hex = `0x${"33".repeat(20)}`;
  const [short, hidden] = [new Uint8Array(29).fill(7), new Uint8Array(30).fill(8)];
  const encoded = encodeWithheldLogs([
    { type: "priorityOp", success: true },
    { type: "message", sender: other, body: hidden },
    { type: "message", sender: other, body: short },
    { type: "priorityOp", success: false },
    { type: "message", sender: ASSET_ROUTER_ADDRESS, body: asset },
    { type: "message", sender: HELD_ACCOUNTS_ADDRESS, body: Uint8Array.of(2) },
  ]);
  const expected = [
    "0006",
    "01",
    "03",
    other.slice(2),
    keccak256(hidden).slice(2),
    "02",
    other.slice(2),
    "00001d",
    "07".repeat(29),
    "00",
    "02",
    ASSET_ROUTER_ADDRESS.slice(2),
    "0000be",
    Buffer.from(asset).toString("hex"),
    "04",
    "000001",
    "02",
  ];
  assert.equal(Buffer.from(encoded).toString("hex"), expected.join(""));
  assert.deepEqual(decodeWithheldLogs(encoded), [
    { type: "priorityOp", success: true },
    { type: "message", sender: other, messageHash: keccak256(hidden), body: undefined },
    { type: "message", sender: other, messageHash: keccak256(short), body: short },
    { type: "priorityOp", success: false },
    { type: "message", sender: ASSET_ROUTER_ADDRESS, messageHash: keccak256(asset), body: asset },
    { type: "message", sender: HELD_ACCOUNTS_ADDRESS, messageHash: keccak256("0x02"), body: Uint8Array.of(2) },
  ]);
  const refused = (bytes: Uint8Array, code: string) =>
    assert.throws(() => decodeWithheldLogs(bytes), { name: "WithheldLogsError", code });
  for (const length of [0, 1, 2, 10, 60, encoded.length - 1]) refused(encoded.subarray(0, length), "Truncated");
  refused(Uint8Array.of(...encoded, 0), "TrailingBytes");
  refused(Uint8Array.of(0, 1, 5), "UnknownLogHead");
  // A message with its sender is read as well, as by L1.
  const long = Uint8Array.of(0, 1, 2, ...fromHex(HELD_ACCOUNTS_ADDRESS), 0, 0, 1, 2);
  assert.deepEqual(decodeWithheldLogs(long), decodeWithheldLogs(Uint8Array.of(0, 1, 4, 0, 0, 1, 2)));
  for (const sender of [ASSET_ROUTER_ADDRESS, HELD_ACCOUNTS_ADDRESS]) {
    const endless = { type: "message", sender, body: new Uint8Array(2 ** 24) } as const;
    assert.throws(() => encodeWithheldLogs([endless]), RangeError);
  }
});

test("attack: many empty messages: withheld logs are never longer than the same logs in the pubdata", () => {
  for (const length of [0, 1, 28, 29, 30, 31, 100]) {
    const message = { type: "message", sender: `0x${"33".repeat(20)}`, body: new Uint8Array(length) } as const;
    // A log's head is 1 byte, its sender 20, the length of its body 3.
    assert.ok(encodeWithheldLogs([message, message]).length <= 2 + 2 * (24 + length), `${length}`);
  }
});

test("F5: the listing of 32 acts of held accounts takes 199 bytes of a commit, 6.22 an act", () => {
  const [acts, kindAndRoot, number] = [32, 1 + 32, 5];
  const body = new Uint8Array(kindAndRoot + number * acts);
  const { length } = encodeWithheldLogs([{ type: "message", sender: HELD_ACCOUNTS_ADDRESS, body }]);
  // The count of logs takes 2 bytes, the head of a log 1, the length of its body 3.
  assert.equal(length, 2 + 1 + 3 + body.length);
  assert.deepEqual([length, length / acts <= 6.5], [199, true]);
});

test("flows of nothing hash to the tag and an empty list", () => {
  const words = [id("hyperchain.asset-flows.v1"), wordToHex(64n), wordToHex(0n)].map((word) => word.slice(2));
  assert.equal(hashAssetFlows(sumAssetFlows([], 1n)), keccak256(`0x${words.join("")}`));
});

test("§8.17: the genesis record hashes as twenty-four words, all zero but four", () => {
  const root = wordToHex(7n);
  const words = new Array<string>(24).fill(wordToHex(0n).slice(2));
  words[4] = wordToHex(2n).slice(2);
  words[8] = wordToHex(9n).slice(2);
  words[11] = root.slice(2);
  words[17] = id("hyperchain.imported-roots.v1").slice(2);
  assert.equal(hashStoredBatch(genesisStoredBatch(9n, root, 2n)), keccak256(`0x${words.join("")}`));
});

test("signatures are ordered by their signers' numbers, whatever the case of their digits", () => {
  const signers = [
    "0xB000000000000000000000000000000000000000",
    "0xa000000000000000000000000000000000000000",
    "0x00F0000000000000000000000000000000000000",
  ];
  const ordered = orderSignatures(signers.map((signer) => ({ signer: signer as Hex, signature: signer as Hex })));
  assert.deepEqual(
    ordered,
    [...signers].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
  );
});
