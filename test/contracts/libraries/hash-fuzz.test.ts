import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, ParamType } from "ethers";
import {
  type BatchRecord,
  hashBatchRecord,
  hashRefusedDestinations,
  recordWords,
} from "../../../src/ground/protocol/batch-record.ts";
import {
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
  deriveEvaluationPoint,
  type DaCommitmentFields,
  type PreCommitmentFields,
} from "../../../src/ground/protocol/commitment.ts";
import { digestFromHex, elementsFromBytes, elementsToBytes, FIELD_MODULUS } from "../../../src/ground/protocol/digest.ts";
import type { Quintic } from "../../../src/ground/protocol/evaluation.ts";
import { hashConfiguration, hashExtensions, type ChainConfiguration } from "../../../src/ground/protocol/genesis.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashOutputs, type BatchOutputs } from "../../../src/ground/protocol/outputs.ts";
import { hashStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { decodeListEntry, encodeListEntry, hashTransferList } from "../../../src/ground/protocol/transfer-list.ts";
import { readHashVectors } from "../../protocol/hash-vectors.ts";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";

const ROUNDS = 40;
const SEED = Number(process.env["SEED"] ?? 20261121);
/** Words that are digests: eight elements each. */
const DIGESTS = new Set(["oldStateRoot", "newStateRoot", "diffDigest"]);

type Fields = Readonly<Record<string, bigint | Hex>>;

describe(`hashes of random records, in Solidity and in TypeScript (seed ${SEED})`, () => {
  let l1: LocalL1;
  let records: BaseContract;
  let commitments: BaseContract;
  const random = createRandomness(SEED);
  before(async () => {
    l1 = await startLocalL1();
    [records, commitments] = [await l1.deploy("HashHarness"), await l1.deploy("ProtocolHarness")];
  });
  after(() => l1.close());

  const onL1 = (harness: BaseContract, name: string, ...args: unknown[]): Promise<unknown> =>
    harness.getFunction(name).staticCall(...args) as Promise<unknown>;
  /** A value for each field of a function's first parameter, by its type in the ABI. */
  const drawn = (harness: BaseContract, name: string): Fields =>
    Object.fromEntries(
      harness.interface.getFunction(name)!.inputs[0]!.components!.map((field) => [field.name, draw(random, field)]),
    );

  for (const [name, hash] of [
    ["hashStoredBatch", (fields: Fields) => hashStoredBatch(fields as unknown as StoredBatch)],
    ["hashRecord", (fields: Fields) => hashBatchRecord(fields as unknown as BatchRecord)],
  ] as const) {
    test(`${name} is equal`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const fields = drawn(records, name);
        assert.equal(await onL1(records, name, fields), hash(fields));
        if (name !== "hashRecord") continue;
        const words = recordWords(fields as unknown as BatchRecord);
        assert.equal(await onL1(records, "hashRecordWords", words), hash(fields));
      }
    });
  }

  test("configurations are equal in every mode of sequencing", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const fields = drawn(records, "hashConfiguration");
      const mode = random.index(4);
      const expected = hashConfiguration(fields as unknown as ChainConfiguration, mode);
      assert.equal(await onL1(records, "hashConfiguration", fields, mode), expected);
    }
  });

  test("outputs, commitments and the evaluation point are equal", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const outputs = drawn(commitments, "hashOutputs");
      const coinbase = toHex(random.bytes(20));
      const exported = hashOutputs({ ...(outputs as unknown as BatchOutputs), coinbase });
      assert.equal(await onL1(commitments, "hashOutputs", outputs, coinbase), exported);
      const before = drawn(commitments, "hashPreCommitment");
      const preCommitment = hashPreCommitment(withDigests(before));
      assert.equal(await onL1(commitments, "hashPreCommitment", before), preCommitment);
      const length = random.index(100_001);
      const { pubdataHash, ...data } = drawn(commitments, "hashDaCommitment");
      const point = deriveEvaluationPoint(preCommitment, pubdataHash as Hex, length);
      assert.equal(
        await onL1(commitments, "deriveEvaluationPoint", preCommitment, pubdataHash, length),
        toHex(elementsToBytes(point)),
      );
      const evaluation = elementsFromBytes(fromHex(data["evaluation"] as Hex, 20)) as unknown as Quintic;
      const da = { ...data, pubdataHash, point, evaluation } as unknown as DaCommitmentFields;
      const daCommitment = hashDaCommitment(da);
      const daOnL1 = { ...data, pubdataHash, point: toHex(elementsToBytes(point)) };
      assert.equal(await onL1(commitments, "hashDaCommitment", daOnL1), daCommitment);
      assert.equal(
        await onL1(commitments, "hashCommitment", preCommitment, daCommitment),
        hashCommitment(preCommitment, daCommitment),
      );
    }
  });

  test("extensions and refused destinations are equal", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const configuration = toHex(random.bytes(32));
      const predeploys = toHex(random.bytes(32));
      const inputs = toHex(random.bytes(32));
      const hashed = hashExtensions(configuration, predeploys, inputs);
      assert.equal(await onL1(records, "hashExtensions", configuration, predeploys, inputs), hashed);
      const chainIds = Array.from({ length: random.index(6) }, () => random.word(256));
      assert.equal(await onL1(records, "hashRefused", chainIds), hashRefusedDestinations(chainIds));
    }
  });

  test("C12: lists of transfers and their sums are equal, and as an independent derivation has them", async () => {
    const lists = readHashVectors().transferLists.map((list) => ({ ...list, number: Number(list.number) }));
    for (const { batchNumber, number, entries, total, hash } of lists) {
      assert.equal(hashTransferList(batchNumber, number, entries), hash);
      assert.deepEqual(
        [...((await onL1(records, "hashTransferList", batchNumber, number, entries)) as unknown[])],
        [hash, total],
      );
    }
    for (let round = 0; round < ROUNDS; round++) {
      const [batchNumber, number] = [random.word(64), random.index(16)];
      const entries = Array.from({ length: random.index(5) }, () => toHex(random.bytes(32)));
      const total = entries.reduce((sum, entry) => sum + decodeListEntry(entry).amount, 0n);
      assert.deepEqual(
        entries.map((entry) => encodeListEntry(decodeListEntry(entry))),
        entries,
      );
      assert.deepEqual(
        [...((await onL1(records, "hashTransferList", batchNumber, number, entries)) as unknown[])],
        [hashTransferList(batchNumber, number, entries), total],
      );
    }
  });
});

/** Often at the edge of its type. */
function draw(random: Randomness, { type, name }: ParamType): bigint | Hex {
  const [, bits] = /^uint(\d+)$/.exec(type) ?? [];
  if (bits !== undefined) return random.index(8) === 0 ? (1n << BigInt(bits)) - 1n : random.word(Number(bits));
  const length = type === "address" ? 20 : Number(/^bytes(\d+)$/.exec(type)?.[1]);
  if (DIGESTS.has(name) || (length === 20 && type !== "address")) {
    const element = (): number => [0, FIELD_MODULUS - 1][random.index(6)] ?? random.index(FIELD_MODULUS);
    return toHex(elementsToBytes(Array.from({ length: length / 4 }, element)));
  }
  return toHex(random.bytes(length));
}

function withDigests(fields: Fields): PreCommitmentFields {
  const digests = [...DIGESTS].map((name) => [name, digestFromHex(fields[name] as Hex)]);
  return { ...fields, ...Object.fromEntries(digests) } as unknown as PreCommitmentFields;
}
