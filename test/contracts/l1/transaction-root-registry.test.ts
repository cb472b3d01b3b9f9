import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, keccak256, toUtf8Bytes, type BaseContract } from "ethers";
import { type BatchRecord, hashBatchRecord, hashRefusedDestinations } from "../../../src/ground/protocol/batch-record.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import {
  TRANSACTION_TREE_DEPTH,
  transactionTreeLeaf,
  transactionTreeProof,
  transactionTreeRoot,
  type RegisteredBatch,
} from "../../../src/ground/protocol/transaction-tree.ts";
import { readRegistryVectors } from "../../protocol/registry-vectors.ts";
import { sampleRecord } from "../../support/batch-record.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";

const BATCHES = readRegistryVectors();

describe("transaction root registry", () => {
  let l1: LocalL1;
  let registry: BaseContract;
  let stranger: string;
  const leaves = BATCHES.map(transactionTreeLeaf);
  const gasUsed: bigint[] = [];

  before(async () => {
    l1 = await startLocalL1();
    const [owner, other] = await l1.ethers.getSigners();
    stranger = other!.address;
    const directory = await l1.deploy("DirectoryDouble");
    for (const chainId of [270, 271]) await directory.getFunction("register")(chainId, owner!.address);
    registry = await l1.deploy("TransactionRootRegistry", await directory.getAddress());
    for (const { chainId, batchNumber, logRoot, record } of BATCHES) {
      const transaction = (await registry.getFunction("append")(chainId, batchNumber, logRoot, record)) as {
        wait(): Promise<{ gasUsed: bigint }>;
      };
      gasUsed.push((await transaction.wait()).gasUsed);
    }
  });
  after(() => l1.close());

  const view = async (name: string, ...args: unknown[]): Promise<unknown> => {
    const result: unknown = await registry.getFunction(name).staticCall(...args);
    return result;
  };
  const included = (rootIndex: number, leafIndex: number | bigint, batch: RegisteredBatch, siblings: Hex[]): Promise<unknown> =>
    view("isIncluded", rootIndex, leafIndex, batch.chainId, batch.batchNumber, batch.logRoot, batch.record, siblings);

  test("hashes records, leaves and roots as the vectors do, on L1 and in TypeScript", async () => {
    for (const [i, vector] of BATCHES.entries()) {
      assert.equal(hashRefusedDestinations(vector.refusedDestinations), vector.record.refused);
      assert.equal(hashBatchRecord(vector.record), vector.recordHash);
      assert.equal(leaves[i], vector.leaf);
      assert.equal(await view("rootAt", i + 1), vector.root, `root ${i + 1}`);
    }
  });

  test("keeps the root after every append", async () => {
    assert.equal(await view("latestRootIndex"), BigInt(BATCHES.length));
    for (let i = 0; i <= BATCHES.length; i++) {
      assert.equal(await view("rootAt", i), transactionTreeRoot(leaves.slice(0, i)), `root ${i}`);
    }
  });

  test("every leaf is provable against the newest root and every root since its own", async () => {
    for (let rootIndex = 1; rootIndex <= BATCHES.length; rootIndex++) {
      for (let leafIndex = 0; leafIndex < rootIndex; leafIndex++) {
        const siblings = transactionTreeProof(leaves.slice(0, rootIndex), leafIndex);
        assert.equal(siblings.length, TRANSACTION_TREE_DEPTH);
        assert.equal(await included(rootIndex, leafIndex, BATCHES[leafIndex]!, siblings), true);
      }
    }
  });

  test("another chain, batch, root, place or path is not included, nor a leaf under an older root", async () => {
    const batch = BATCHES[2]!;
    const siblings = transactionTreeProof(leaves, 2);
    assert.equal(await included(9, 2, batch, siblings), true);
    assert.equal(await included(9, 2, { ...batch, chainId: 271n }, siblings), false);
    assert.equal(await included(9, 2, { ...batch, batchNumber: 3n }, siblings), false);
    assert.equal(await included(9, 2, { ...batch, logRoot: toHex(new Uint8Array(32)) }, siblings), false);
    for (const [field, value] of Object.entries(batch.record)) {
      const other = typeof value === "bigint" ? value + 1n : wordToHex(BigInt(value) + 1n);
      assert.equal(
        await included(9, 2, { ...batch, record: { ...batch.record, [field]: other } as BatchRecord }, siblings),
        false,
        field,
      );
    }
    assert.equal(await included(9, 3, batch, siblings), false);
    assert.equal(await included(8, 2, batch, siblings), false);
    for (let level = 0; level < 32; level++) {
      assert.equal(await included(9, 2, batch, siblings.with(level, wordToHex(1n))), false, `level ${level}`);
    }
  });

  test("attack 25: a leaf of version 1, which has no record, passes for no record's, nor one of version 2 for its", async () => {
    // Version 1: keccak(tag, chainId, batchNumber, logRoot), an older name of the tag and one word less.
    const ofVersion1 = ({ chainId, batchNumber, logRoot }: RegisteredBatch): Hex =>
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ["bytes32", "uint256", "uint256", "bytes32"],
          [keccak256(toUtf8Bytes("hyperchain.transaction-tree-leaf.v1")), chainId, batchNumber, logRoot],
        ),
      ) as Hex;
    const old = BATCHES.map(ofVersion1);
    assert.equal(new Set([...old, ...leaves]).size, 2 * BATCHES.length, "no leaf is of both");
    for (const [place, batch] of BATCHES.entries()) {
      // The path of version 1's tree, and that of the registry's: neither leads from the one to the other's root.
      assert.equal(await included(BATCHES.length, place, batch, transactionTreeProof(old, place)), false);
      for (const rootIndex of BATCHES.keys()) assert.notEqual(await view("rootAt", rootIndex + 1), transactionTreeRoot(old));
      const nothing = { ...batch.record, protocolVersion: 1n, oldStateRoot: wordToHex(0n), newStateRoot: wordToHex(0n) };
      const siblings = transactionTreeProof(leaves, place);
      assert.equal(await included(BATCHES.length, place, { ...batch, record: nothing }, siblings), false);
    }
  });

  test("refuses malformed proofs and unknown roots", async () => {
    const siblings = transactionTreeProof(leaves, 2);
    await assert.rejects(included(9, 2, BATCHES[2]!, siblings.slice(1)), /SiblingCount\(32, 31\)/);
    await assert.rejects(included(9, 2n + (1n << 32n), BATCHES[2]!, siblings), /LeafIndexTooLarge\(4294967296, 4294967298\)/);
    await assert.rejects(included(10, 2, BATCHES[2]!, siblings), /RootIndexUnknown\(9, 10\)/);
    await assert.rejects(view("rootAt", 10), /RootIndexUnknown\(9, 10\)/);
  });

  test("only a chain's own contract appends to it", async () => {
    const signer = await l1.ethers.getSigner(stranger);
    const append = (registry.connect(signer) as BaseContract).getFunction("append");
    await assert.rejects(append(270, 9, wordToHex(1n), sampleRecord()), /NotTheChain\(270, /);
    await assert.rejects(append(999, 0, wordToHex(1n), sampleRecord()), /NotTheChain\(999, /);
    assert.equal(await view("latestRootIndex"), 9n);
  });

  test("an append stays below 102,000 gas, even with the widest record", () => {
    for (const gas of gasUsed.slice(1)) assert.ok(gas < 102_000n, `${gas}`);
  });
});
