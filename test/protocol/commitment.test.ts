import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, dataLength, getBytes, id, keccak256, toBeHex, zeroPadBytes, zeroPadValue } from "ethers";
import { deriveEvaluationPoint, hashPreCommitment } from "../../src/ground/protocol/commitment.ts";
import { DigestError, elementsFromBytes } from "../../src/ground/protocol/digest.ts";
import { fromHex, wordToHex } from "../../src/ground/protocol/hex.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { importedRootsRollingHash, priorityOpsRollingHash } from "../../src/ground/protocol/rolling-hash.ts";
import { decodeStatement, encodeStatement, STATEMENT_BYTES, StatementError } from "../../src/ground/protocol/statement.ts";
import { computeExpected } from "./generate-vectors.ts";
import { readBatchVectors } from "./vectors.ts";

// The reference in this file lays out every preimage by hand and hashes it with ethers.
const word = (value: number | bigint): string => toBeHex(value, 32);
const hash = (...parts: string[]): string => keccak256(concat(parts));

for (const vector of readBatchVectors()) {
  const { expected, outputs, batch } = vector;

  test(`"${vector.name}" follows from its inputs as recorded`, () => {
    assert.deepEqual(computeExpected(vector), expected);
  });

  test(`"${vector.name}": every hash equals one laid out by hand`, () => {
    assert.equal(expected.pubdataHash, keccak256(expected.pubdata));
    assert.equal(
      expected.priorityOpsRollingHash,
      vector.canonicalTxHashes.reduce((h, tx) => hash(h, tx), keccak256("0x")),
    );
    assert.equal(
      expected.importedRootsRollingHash,
      vector.importedRoots.reduce((h, r) => hash(h, word(r.registryIndex), r.root), id("hyperchain.imported-roots.v1")),
    );
    assert.equal(
      expected.outputsHash,
      hash(
        id("hyperchain.batch-outputs.v3"),
        word(outputs.batchNumber),
        word(outputs.firstBlock),
        word(outputs.lastBlock),
        word(outputs.firstTimestamp),
        word(outputs.lastTimestamp),
        expected.l2LogsTreeRoot,
        word(vector.logs.length),
        word(vector.canonicalTxHashes.length),
        expected.priorityOpsRollingHash,
        word(vector.importedRoots.length),
        expected.importedRootsRollingHash,
        word(outputs.cheatCount),
        outputs.extensions,
        zeroPadValue(outputs.coinbase, 32),
      ),
    );
    assert.equal(
      expected.preCommitment,
      hash(
        id("hyperchain.batch.v2"),
        word(batch.protocolVersion),
        word(batch.settlementChainId),
        zeroPadValue(batch.hyperchainAddress, 32),
        word(batch.chainId),
        word(outputs.batchNumber),
        batch.previousCommitment,
        batch.oldStateRoot,
        batch.newStateRoot,
        expected.diffDigest,
        expected.outputsHash,
        word(batch.daPolicy),
        batch.partition,
      ),
    );
    const drawn = getBytes(
      hash(
        id("hyperchain.evaluation-point.v1"),
        expected.preCommitment,
        expected.pubdataHash,
        word(dataLength(expected.pubdata)),
      ),
    );
    const coordinates = [0, 1, 2, 3, 4].map((j) => {
      const bytes = [...drawn.slice(6 * j, 6 * j + 6)];
      return Number(bytes.reduce((x, byte) => x * 256n + BigInt(byte), 0n) % 2130706433n);
    });
    assert.deepEqual(elementsFromBytes(fromHex(expected.point)), coordinates);
    assert.equal(
      expected.daCommitment,
      hash(
        id("hyperchain.data-availability.v2"),
        expected.pubdataHash,
        zeroPadBytes(expected.point, 32),
        zeroPadBytes(expected.evaluation, 32),
        batch.flowsHash,
        keccak256(batch.policyData),
        batch.partitionDa,
      ),
    );
    assert.equal(expected.commitment, hash(id("hyperchain.commitment.v1"), expected.preCommitment, expected.daCommitment));
    assert.equal(
      expected.statement,
      concat([
        expected.commitment,
        batch.oldStateRoot,
        batch.newStateRoot,
        expected.diffDigest,
        expected.point,
        expected.evaluation,
        expected.outputsHash,
      ]),
    );
  });
}

test("a statement has 200 bytes, is read back, and is refused in any other form", () => {
  const bytes = fromHex(readBatchVectors()[1]!.expected.statement);
  assert.equal(bytes.length, STATEMENT_BYTES);
  assert.equal(STATEMENT_BYTES, 200);
  assert.deepEqual(encodeStatement(decodeStatement(bytes)), bytes);
  assert.throws(() => decodeStatement(bytes.slice(1)), StatementError);
  for (const offset of [32, 64, 96, 128, 148, 164]) {
    const wrong = bytes.slice();
    wrong[offset] = 0xff;
    assert.throws(() => decodeStatement(wrong), DigestError);
  }
});

test("every field changes what it is hashed into", () => {
  const outputs = {
    batchNumber: 1n,
    firstBlock: 2n,
    lastBlock: 3n,
    firstTimestamp: 4n,
    lastTimestamp: 5n,
    l2LogsTreeRoot: wordToHex(6n),
    logCount: 7n,
    priorityOpCount: 8n,
    priorityOpsRollingHash: wordToHex(9n),
    importedRootCount: 10n,
    importedRootsRollingHash: wordToHex(11n),
    cheatCount: 12n,
    extensions: wordToHex(13n),
    coinbase: `0x${"0e".repeat(20)}`,
  } as const;
  const digest = [1, 2, 3, 4, 5, 6, 7, 8];
  const fields = {
    protocolVersion: 1n,
    settlementChainId: 2n,
    hyperchainAddress: `0x${"03".repeat(20)}`,
    chainId: 4n,
    batchNumber: 5n,
    previousCommitment: wordToHex(6n),
    oldStateRoot: digest,
    newStateRoot: digest,
    diffDigest: digest,
    outputsHash: wordToHex(10n),
    daPolicy: 11n,
    partition: wordToHex(12n),
  } as const;
  const changed = (value: unknown): unknown =>
    typeof value === "bigint"
      ? value + 100n
      : typeof value === "string"
        ? value.replace("0x", "0x0").slice(0, -1)
        : digest.toReversed();
  for (const name of Object.keys(outputs) as (keyof typeof outputs)[]) {
    assert.notEqual(hashOutputs({ ...outputs, [name]: changed(outputs[name]) }), hashOutputs(outputs), name);
  }
  for (const name of Object.keys(fields) as (keyof typeof fields)[]) {
    assert.notEqual(hashPreCommitment({ ...fields, [name]: changed(fields[name]) }), hashPreCommitment(fields), name);
  }
});

test("the point depends on both sides and on the length", () => {
  const a = wordToHex(1n);
  const b = wordToHex(2n);
  const points = [
    deriveEvaluationPoint(a, b, 9),
    deriveEvaluationPoint(b, a, 9),
    deriveEvaluationPoint(a, b, 10),
    deriveEvaluationPoint(a, a, 9),
  ];
  assert.equal(new Set(points.map(String)).size, 4);
});

test("rolling hashes depend on order and number", () => {
  const [a, b] = [wordToHex(1n), wordToHex(2n)];
  assert.equal(new Set([[], [a], [b], [a, b], [b, a], [a, a]].map(priorityOpsRollingHash)).size, 6);
  const root = (registryIndex: bigint, of: typeof a) => ({ registryIndex, root: of });
  assert.equal(
    new Set([[], [root(1n, a)], [root(2n, a)], [root(1n, b)], [root(1n, a), root(1n, a)]].map(importedRootsRollingHash)).size,
    5,
  );
});
