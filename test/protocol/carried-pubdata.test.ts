import assert from "node:assert/strict";
import { test } from "node:test";
import { solidityPacked } from "ethers";
import { carriedBatches, type CarrierMessage } from "../../src/ground/protocol/carried-pubdata.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";

const [CARRIER, STRANGER, CHAIN, OTHER] = [1, 2, 3, 4].map(
  (byte): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(20)}`,
) as [Hex, Hex, Hex, Hex];
const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
/** Head of a part according to docs/protocol.md §3. */
const HEAD = solidityPacked(
  [...Array<string>(7).fill("uint64"), "address", "bytes32", "bytes32"],
  [11, 12, 13, 14, 15, 16, 17, STRANGER, word("aa"), word("bb")],
);

function message(
  number: number,
  part: number,
  bytes: string,
  { sender = CARRIER, chain = CHAIN, kind = 7 } = {},
): CarrierMessage {
  const packed = solidityPacked(["uint8", "address", "uint64", "uint8", "bytes"], [kind, chain, number, part, bytes]);
  return { sender, body: fromHex(packed as Hex) };
}

const read = (...messages: readonly CarrierMessage[]) =>
  carriedBatches(messages, { carrier: CARRIER, hyperchain: CHAIN }).map(({ batchNumber, pubdata }) => [
    batchNumber,
    Buffer.from(pubdata).toString("hex"),
  ]);

test("a message's fields are where the protocol says", () => {
  assert.deepEqual(carriedBatches([message(5, 0, `${HEAD}0102`)], { carrier: CARRIER, hyperchain: CHAIN }), [
    {
      batchNumber: 5n,
      committedAt: 11n,
      lastBlock: 12n,
      firstTimestamp: 13n,
      lastTimestamp: 14n,
      priorityOpCount: 15n,
      importedRootCount: 16n,
      cheatCount: 17n,
      coinbase: STRANGER,
      importedRootsRollingHash: word("aa"),
      newStateRoot: word("bb"),
      pubdata: Uint8Array.of(1, 2),
    },
  ]);
});

test("parts are joined; both commits of a batch that was committed twice are found", () => {
  assert.deepEqual(read(message(0, 0, `${HEAD}01`), message(0, 1, "0x02"), message(0, 0, `${HEAD}03`)), [
    [0n, "0102"],
    [0n, "03"],
  ]);
});

test("strangers' messages between them count for nothing: of other senders, chains and kinds, short and empty ones", () => {
  const strangers = [
    message(0, 0, `${HEAD}09`, { sender: STRANGER }),
    message(0, 1, "0x09", { sender: STRANGER }),
    message(0, 1, "0x09", { chain: OTHER }),
    message(0, 1, "0x09", { kind: 6 }),
    { sender: STRANGER, body: new Uint8Array() },
    { sender: CARRIER, body: fromHex(`0x07${CHAIN.slice(2)}`) },
  ];
  const [first, second] = [message(0, 0, `${HEAD}01`), message(0, 1, "0x02")];
  assert.deepEqual(read(...strangers, first, ...strangers, second, ...strangers), [[0n, "0102"]]);
});

test("rejects other data than the carrier's: a missing part, a part of another number, or without a head", () => {
  assert.deepEqual(read(message(0, 1, "0x02")), []);
  assert.deepEqual(read(message(0, 0, `${HEAD}01`), message(0, 2, "0x02")), []);
  assert.deepEqual(read(message(0, 0, `${HEAD}01`), message(1, 1, "0x02")), []);
  assert.deepEqual(read(message(0, 0, "0x0102")), []);
});
