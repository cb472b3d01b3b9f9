import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, keccak256, solidityPackedKeccak256, toBeHex, ZeroHash } from "ethers";
import { fromHex, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodeRecords, encodeRecords, hashRecords, type InputRecord } from "../../src/ground/protocol/input-records.ts";
import { InputKind } from "../../src/ground/protocol/noted-inputs.ts";
import { PublishedInputsError } from "../../src/ground/protocol/published-inputs.ts";

const TIME = 0x6553f100n;
const [PARENT, ROOT, DOMAIN] = [wordToHex(0xb10cn), wordToHex(0x4007n), wordToHex(0xd0n)];
const words = Array.from({ length: 10 }, (_, place) => BigInt(place) + 0x100n);
const RECORDS: readonly InputRecord[] = [
  { type: "block", kind: InputKind.opening, timestamp: TIME, parentHash: PARENT, roots: [] },
  { type: "block", kind: InputKind.block, timestamp: TIME + 1n, parentHash: PARENT, roots: [] },
  { type: "transaction", signed: "0x02c0", yParity: 1n, r: 5n, s: 6n },
  { type: "typed", domain: DOMAIN, words, data: "0xabcdef", yParity: 0n, r: 7n, s: 8n },
  {
    ...{ type: "block", kind: InputKind.imports, timestamp: TIME + 1n, parentHash: PARENT },
    roots: [{ registryIndex: 9n, root: ROOT }],
  },
  { type: "block", kind: InputKind.closing, timestamp: TIME + 2n, parentHash: ZeroHash as Hex, roots: [] },
];
/** Bytes by the description on the page of the protocol, written by hand. */
const BYTES = [
  "02",
  `03000000006553f100${PARENT.slice(2)}`,
  `01000000006553f101${PARENT.slice(2)}`,
  `0200000202c0${"5".padStart(64, "0")}8${"6".padStart(63, "0")}`,
  `71${DOMAIN.slice(2)}${words.map((word) => toBeHex(word, 32).slice(2)).join("")}000003abcdef${"7".padStart(64, "0")}${"8".padStart(64, "0")}`,
  `04000000006553f101${PARENT.slice(2)}0001${"9".padStart(64, "0")}${ROOT.slice(2)}`,
  `05000000006553f102${ZeroHash.slice(2)}`,
];

describe("records of a batch's inputs", () => {
  it("are the bytes that the page of the protocol describes, and are read back", () => {
    const bytes = encodeRecords(RECORDS);
    assert.equal(toHex(bytes), `0x${BYTES.join("")}`);
    assert.deepEqual(decodeRecords(bytes), RECORDS);
  });

  it("lead to the hash that this page describes", () => {
    const block = (before: string, kind: bigint, seconds: bigint, parent: string): string =>
      solidityPackedKeccak256(["bytes32", "uint256", "bytes32"], [before, (kind << 64n) + seconds, parent]);
    const TYPE =
      "Transaction(uint256 txType,uint256 from,uint256 to,uint256 gasLimit,uint256 gasPerPubdataByteLimit,uint256 maxFeePerGas," +
      "uint256 maxPriorityFeePerGas,uint256 paymaster,uint256 nonce,uint256 value,bytes data,bytes32[] factoryDeps,bytes paymasterInput)";
    const empty = keccak256("0x");
    const fields = [keccak256(Buffer.from(TYPE)), ...words.map((word) => toBeHex(word, 32)), keccak256("0xabcdef"), empty, empty];
    const typed = keccak256(concat(["0x1901", DOMAIN, keccak256(concat(fields))]));
    let hash = block(ZeroHash, 3n, TIME, PARENT);
    hash = block(hash, 1n, TIME + 1n, PARENT);
    hash = keccak256(concat([hash, keccak256("0x02c0"), toBeHex(5n, 32), toBeHex(2n ** 255n + 6n, 32)]));
    hash = keccak256(concat([hash, typed, toBeHex(7n, 32), toBeHex(8n, 32)]));
    hash = block(hash, 4n + 256n, TIME + 1n, PARENT);
    hash = keccak256(concat([hash, toBeHex(9n, 32), ROOT]));
    hash = block(hash, 5n, TIME + 2n, ZeroHash);
    assert.equal(hashRecords(RECORDS), hash);
  });

  it("have no other form: bytes that end early, unknown kinds and other formats are refused by name", () => {
    const bytes = encodeRecords(RECORDS);
    const ends = BYTES.map((_, i) => BYTES.slice(0, i + 1).join("").length / 2);
    for (let length = 0; length < bytes.length; length++) {
      const read = (): unknown => decodeRecords(bytes.subarray(0, length));
      if (ends.includes(length)) assert.doesNotThrow(read);
      else assert.throws(read, PublishedInputsError, `${length} bytes`);
    }
    for (const wrong of ["0x", "0x01", "0x0200", "0x0207", "0x020b", "0x0270"])
      assert.throws(() => decodeRecords(fromHex(wrong)), { code: "InputsMalformed" }, wrong);
  });
});
