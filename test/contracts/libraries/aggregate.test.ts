import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { aggregateStatement, type AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { digestFromHex, digestToHex, elementsToBytes, FIELD_MODULUS } from "../../../src/ground/protocol/digest.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { itemsOf, readHashVectors } from "../../protocol/hash-vectors.ts";
import { createRandomness, type Randomness } from "../../protocol/random-batches.ts";
import { hashOfStatement } from "../../support/aggregate-proof.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { assertReverts } from "../l1/support/errors.ts";

const VERSION = 3n;
const FUZZED = 150;

describe("statements of aggregates in Solidity", () => {
  let l1: LocalL1;
  let aggregator: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    const [directory, verifier] = [await l1.deploy("DirectoryDouble"), await l1.deploy("AggregateVerifierDouble")];
    aggregator = await l1.deploy("ProofAggregator", await directory.getAddress(), await verifier.getAddress(), VERSION);
  });
  after(() => l1.close());

  /** Resolves if the statement holds. */
  const prove = (items: readonly AggregatedBatch[], digest: Hex, proof: Hex): Promise<unknown> =>
    aggregator.getFunction("storeProof").staticCall(items, digest, proof);

  test("equal the shared vectors, of 1, 2 and 64 batches", async () => {
    for (const vector of readHashVectors().aggregates) {
      const items = itemsOf(vector);
      const proof = hashOfStatement(items.length, vector.digest, vector.point, vector.evaluation);
      await prove(items, vector.digest, proof);
      const other = hashOfStatement(items.length, vector.digest, vector.evaluation, vector.point);
      await assertReverts(prove(items, vector.digest, other), `WrongProof(${proof})`);
    }
  });

  test(`equal TypeScript's for ${FUZZED} random aggregates`, async () => {
    const random = createRandomness(7);
    for (let run = 0; run < FUZZED; run++) {
      const items = Array.from({ length: 1 + random.index(5) }, () => randomItem(random));
      const digest = randomElements(random, 8);
      const { batchCount, point, evaluation } = aggregateStatement(items, digestFromHex(digest));
      const proof = hashOfStatement(batchCount, digest, toHex(elementsToBytes(point)), toHex(elementsToBytes(evaluation)));
      await prove(items, digest, proof);
    }
  });

  test("say that the largest elements are elements", async () => {
    const largest = Array.from({ length: 8 }, () => FIELD_MODULUS - 1);
    const five = toHex(elementsToBytes(largest.slice(0, 5)));
    const word = wordToHex((1n << 256n) - 1n);
    const digest = digestToHex(largest);
    const batch = {
      ...genesisStoredBatch(VERSION, digest, 0n),
      batchNumber: 2n ** 32n - 2n,
      commitment: word,
      outputsHash: word,
      oldStateRoot: digest,
      diffDigest: digest,
      point: five,
      evaluation: five,
    };
    const items = Array.from({ length: 64 }, () => ({ chainId: 2n ** 52n - 1n, batch }));
    const { batchCount, point, evaluation } = aggregateStatement(items, largest);
    const proof = hashOfStatement(batchCount, digest, toHex(elementsToBytes(point)), toHex(elementsToBytes(evaluation)));
    await prove(items, digest, proof);
  });
});

/** Elements that are often at the edge. */
function randomElements(random: Randomness, count: number): Hex {
  const element = (): number => [0, 1, FIELD_MODULUS - 1][random.index(6)] ?? random.index(FIELD_MODULUS);
  return toHex(elementsToBytes(Array.from({ length: count }, element)));
}

function randomWord(random: Randomness): Hex {
  return toHex(random.bytes(32));
}

function randomItem(random: Randomness): AggregatedBatch {
  const batch = {
    ...genesisStoredBatch(VERSION, randomElements(random, 8), 0n),
    batchNumber: BigInt(random.index(2 ** 32 - 1)),
    commitment: randomWord(random),
    outputsHash: randomWord(random),
    oldStateRoot: randomElements(random, 8),
    diffDigest: randomElements(random, 8),
    point: randomElements(random, 5),
    evaluation: randomElements(random, 5),
  };
  return { chainId: BigInt(1 + random.index(2 ** 40)), batch };
}
