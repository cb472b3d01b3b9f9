import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../src/ground/protocol/hex.ts";
import { decodePubdata, PUBDATA_REJECTION_CODES } from "../../src/ground/protocol/pubdata-decoder.ts";
import { encodePubdata, PubdataError, pubdataLogLeaves, type Pubdata } from "../../src/ground/protocol/pubdata.ts";
import { createRandomness, randomPubdata } from "./random-batches.ts";
import { pubdataOf, readBatchVectors, readPubdataVectors, readRejectionVectors } from "./vectors.ts";

const countOps = (pubdata: Pubdata): number => pubdata.logs.filter((log) => log.type === "priorityOp").length;

test("encodes a batch byte by byte as the layout says", () => {
  const encoded = encodePubdata(
    {
      logs: [
        { type: "message", sender: "0x000000000000000000000000000000000000800a", body: Uint8Array.of(0xaa, 0xbb) },
        { type: "priorityOp", success: true },
        { type: "priorityOp", success: false },
      ],
      bytecodes: [Uint8Array.of(0xfe)],
      changes: [
        { type: "update", index: 2, isCode: false, value: 0n },
        { type: "update", index: 0x01020304, isCode: true, value: 0x1122n },
        { type: "insertion", leafKind: 0, address: 0xan, slot: 0n, value: 1n },
        { type: "insertion", leafKind: 1, address: 0xbn, slot: 0n, value: 1n << 64n },
        { type: "insertion", leafKind: 2, address: 0xbn, slot: 0n, value: 1n << 255n },
        { type: "insertion", leafKind: 3, address: 0xbn, slot: 0n, value: 0xffn },
      ],
    },
    0x01020305,
  );
  const expected = [
    "02 0003 0001 0002 0004",
    "02 000000000000000000000000000000000000800a 000002 aabb",
    "01",
    "00",
    "000001 fe",
    "00 00000002",
    "42 01020304 1122",
    "00 000000000000000000000000000000000000000a 00 01",
    "28 000000000000000000000000000000000000000b 010000000000000000",
    `5f 000000000000000000000000000000000000000b 80${"00".repeat(31)}`,
    "60 000000000000000000000000000000000000000b ff",
  ];
  assert.equal(toHex(encoded), `0x${expected.join("").replaceAll(" ", "")}`);
});

test("round-trips random batches and the shared vectors", () => {
  const random = createRandomness(5);
  for (let i = 0; i < 50; i++) {
    const pubdata = randomPubdata(random, i % 12, 5000);
    const context = { oldLeafCount: 5000, priorityOpCount: countOps(pubdata) };
    assert.deepEqual(decodePubdata(encodePubdata(pubdata, 5000), context), { ok: true, pubdata });
  }
  for (const vector of readBatchVectors()) {
    const context = { oldLeafCount: vector.oldLeafCount, priorityOpCount: vector.canonicalTxHashes.length };
    assert.deepEqual(decodePubdata(fromHex(vector.expected.pubdata), context), { ok: true, pubdata: pubdataOf(vector) });
  }
});

test("writes and reads, accepts and refuses, as a program does that shares nothing with this one", () => {
  const kinds = new Set<number>();
  for (const vector of readPubdataVectors()) {
    const { pubdata, oldLeafCount } = vector;
    const decoding = decodePubdata(fromHex(pubdata), vector);
    if (vector.code !== undefined) {
      assert.deepEqual(decoding, { ok: false, rejection: { code: vector.code, offset: vector.offset } }, pubdata);
      continue;
    }
    const content = pubdataOf(vector.content);
    assert.deepEqual(decoding, { ok: true, pubdata: content });
    assert.equal(toHex(encodePubdata(content, oldLeafCount)), pubdata);
    for (const change of content.changes) if (change.type === "insertion") kinds.add(change.leafKind);
  }
  assert.deepEqual([...kinds].sort(), [0, 1, 2, 3]);
});

test("attack 18: a kind that no version writes is refused, whatever follows it", () => {
  const random = createRandomness(18);
  for (let head = 0x80; head < 0x100; head++) {
    const bytes = Uint8Array.from([
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      head,
      ...random.bytes(20),
      ...random.bytes(66).map((byte) => byte | 1),
    ]);
    const decoding = decodePubdata(bytes, { oldLeafCount: 5000, priorityOpCount: 0 });
    assert.deepEqual(decoding, { ok: false, rejection: { code: "KindReserved", offset: 9 } });
  }
});

describe("refuses", () => {
  for (const { name, pubdata, oldLeafCount, priorityOpCount, code, offset } of readRejectionVectors()) {
    test(`${name}: ${code}`, () => {
      const decoding = decodePubdata(fromHex(pubdata), { oldLeafCount, priorityOpCount });
      assert.deepEqual(decoding, { ok: false, rejection: { code, offset } });
    });
  }

  test("with every code of the list", () => {
    const used = new Set(readRejectionVectors().map((vector) => vector.code));
    assert.deepEqual([...used].sort(), [...PUBDATA_REJECTION_CODES].sort());
  });

  test("every truncation of a valid encoding", () => {
    const vector = readBatchVectors()[1]!;
    const bytes = fromHex(vector.expected.pubdata);
    const context = { oldLeafCount: vector.oldLeafCount, priorityOpCount: vector.canonicalTxHashes.length };
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(decodePubdata(bytes.slice(0, length), context).ok, false);
    }
  });
});

test("accepts mutated bytes only if encoding the result gives them back", () => {
  const random = createRandomness(99);
  let accepted = 0;
  for (let i = 0; i < 4_000; i++) {
    const honest = randomPubdata(random, 3, 5000);
    const bytes = encodePubdata(honest, 5000);
    const flips = 1 + random.index(3);
    for (let n = 0; n < flips; n++)
      bytes[random.index(bytes.length)] = random.index(8) === 0 ? random.index(256) : random.index(4);
    const decoding = decodePubdata(bytes, { oldLeafCount: 5000, priorityOpCount: countOps(honest) });
    if (!decoding.ok) continue;
    accepted++;
    assert.deepEqual(encodePubdata(decoding.pubdata, 5000), bytes);
  }
  assert.ok(accepted > 20, `${accepted} mutations still decode`);
});

test("refuses to encode what the format cannot hold", () => {
  const nothing: Pubdata = { logs: [], bytecodes: [], changes: [] };
  const refused = (pubdata: Partial<Pubdata>, code: PubdataError["code"]): void => {
    assert.throws(
      () => encodePubdata({ ...nothing, ...pubdata }, 10),
      (error: unknown) => error instanceof PubdataError && error.code === code,
    );
  };
  refused({ bytecodes: [new Uint8Array()] }, "EmptyBytecode");
  refused({ bytecodes: [Uint8Array.of(1), Uint8Array.of(1)] }, "BytecodesNotAscending");
  refused({ logs: new Array<Pubdata["logs"][number]>(65_536).fill({ type: "priorityOp", success: true }) }, "FieldOverflow");
  assert.throws(
    () => pubdataLogLeaves([{ type: "priorityOp", success: true }], []),
    (error: unknown) => error instanceof PubdataError && error.code === "OperationCountMismatch",
  );
});
