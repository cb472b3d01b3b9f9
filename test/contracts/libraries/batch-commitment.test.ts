import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, keccak256, ZeroHash, type BaseContract } from "ethers";
import { createRandomness } from "../../protocol/random-batches.ts";
import { readBatchVectors, readRejectionVectors } from "../../protocol/vectors.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { PUBDATA_REJECTION_CODES } from "../../../src/ground/protocol/pubdata-decoder.ts";
import { toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { assertDocumented } from "./documented-gas.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { recordWords } from "../../../src/ground/protocol/batch-record.ts";
import { readFormatVectors } from "../../protocol/format-vectors.ts";
import { readHashVectors } from "../../protocol/hash-vectors.ts";
import { readRegistryVectors } from "../../protocol/registry-vectors.ts";

const P = 0x7f000001;

describe("protocol hashes in Solidity", () => {
  let l1: LocalL1;
  let harness: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    harness = await l1.deploy("ProtocolHarness");
  });
  after(() => l1.close());

  const call = async (name: string, ...args: unknown[]): Promise<unknown> => {
    const result: unknown = await harness.getFunction(name).staticCall(...args);
    return result;
  };

  for (const { name, oldLeafCount, canonicalTxHashes, importedRoots, logs, outputs, batch, expected } of readBatchVectors()) {
    test(`"${name}" equals the shared vector`, async () => {
      const { coinbase, ...fields } = outputs;
      const outputsFields = {
        ...fields,
        l2LogsTreeRoot: expected.l2LogsTreeRoot,
        logCount: logs.length,
        priorityOpCount: canonicalTxHashes.length,
        priorityOpsRollingHash: expected.priorityOpsRollingHash,
        importedRootCount: importedRoots.length,
        importedRootsRollingHash: expected.importedRootsRollingHash,
      };
      assert.equal(await call("priorityOpsRollingHash", canonicalTxHashes), expected.priorityOpsRollingHash);
      assert.equal(
        await call(
          "importedRootsRollingHash",
          importedRoots.map((r) => r.registryIndex),
          importedRoots.map((r) => r.root),
        ),
        expected.importedRootsRollingHash,
      );
      assert.equal(await call("hashOutputs", outputsFields, coinbase), expected.outputsHash);
      const { outputsHash, diffDigest, preCommitment, point, evaluation, daCommitment, commitment, pubdataHash } = expected;
      assert.equal(
        await call("hashPreCommitment", { ...batch, batchNumber: outputs.batchNumber, diffDigest, outputsHash }),
        preCommitment,
      );
      const length = (expected.pubdata.length - 2) / 2;
      assert.equal(await call("deriveEvaluationPoint", preCommitment, pubdataHash, length), point);
      const reading = (await call(
        "readPubdata",
        expected.pubdata,
        canonicalTxHashes,
        oldLeafCount,
        point,
        outputsHash,
      )) as Record<string, unknown>;
      assert.equal(reading["evaluation"], evaluation);
      assert.equal(reading["logRoot"], expected.l2LogsTreeRoot);
      assert.deepEqual([...(reading["codeHashes"] as string[])], expected.codeHashes);
      const { flowsHash, partitionDa } = batch;
      const policyDataHash = keccak256(batch.policyData);
      assert.equal(
        await call("hashDaCommitment", { pubdataHash, point, evaluation, flowsHash, policyDataHash, partitionDa }),
        daCommitment,
      );
      assert.equal(await call("hashCommitment", preCommitment, daCommitment), commitment);
      assert.equal(
        await call(
          "encodeStatement",
          commitment,
          batch.oldStateRoot,
          batch.newStateRoot,
          diffDigest,
          point,
          evaluation,
          outputsHash,
        ),
        expected.statement,
      );
    });
  }

  test("hashes configurations, refusals, records, flows and stored batches as the vectors do", async () => {
    const hashes = await l1.deploy("HashHarness");
    const hash = (name: string, ...args: unknown[]): Promise<unknown> =>
      hashes.getFunction(name).staticCall(...args) as Promise<unknown>;
    const { configurations, refused, flows, storedBatches } = readHashVectors();
    for (const { hash: expected, extensions, predeploys, installing, ...configuration } of configurations) {
      assert.equal(await hash("hashConfiguration", configuration, 0), expected);
      assert.equal(await hash("hashExtensions", expected, ZeroHash, ZeroHash), extensions);
      assert.equal(await hash("hashExtensions", expected, predeploys, ZeroHash), installing);
    }
    for (const { chainIds, hash: expected } of refused) assert.equal(await hash("hashRefused", chainIds), expected);
    for (const { flows: list, hash: expected } of flows) assert.equal(await hash("hashFlows", list), expected);
    for (const { batch, hash: expected } of storedBatches) assert.equal(await hash("hashStoredBatch", batch), expected);
    for (const { record, recordHash, refusedDestinations } of readRegistryVectors()) {
      assert.equal(await hash("hashRefused", refusedDestinations), record.refused);
      assert.equal(await hash("hashRecord", record), recordHash);
      assert.equal(await hash("hashRecordWords", recordWords(record)), recordHash);
    }
  });

  test("hashes outputs with a coinbase, configurations of every mode of sequencing and imports as the vectors do", async () => {
    const hashes = await l1.deploy("HashHarness");
    const { outputs, configurations, imports } = readFormatVectors();
    for (const { hash, coinbase, ...fields } of outputs) assert.equal(await call("hashOutputs", fields, coinbase), hash);
    for (const { hashes: expected, ...configuration } of configurations)
      for (const [mode, hash] of expected.entries())
        assert.equal(await hashes.getFunction("hashConfiguration").staticCall(configuration, mode), hash);
    for (const { chainId, pubdataHashes, importData, outputs: exported } of imports) {
      assert.equal(await hashes.getFunction("hashImports").staticCall(pubdataHashes), importData);
      for (const [number, expected] of exported.entries())
        assert.equal(await hashes.getFunction("hashImport").staticCall(chainId, number, pubdataHashes[number]), expected);
    }
  });

  test("hashes announcements and deposits, and describes tokens, as the vectors do", async () => {
    const hashes = await l1.deploy("HashHarness");
    const hash = (name: string, ...args: unknown[]): Promise<unknown> =>
      hashes.getFunction(name).staticCall(...args) as Promise<unknown>;
    const { deposits, announcements, descriptions } = readHashVectors();
    for (const { depositor, token, amount, hash: expected } of deposits) {
      assert.equal(await hash("hashDeposit", depositor, token, amount), expected);
    }
    for (const { l1ChainId, creator, secret, configuration, hash: expected } of announcements) {
      assert.equal(await hash("hashAnnouncement", l1ChainId, creator, secret, configuration), expected);
    }
    for (const { originChainId, originToken, name, symbol, decimals, body } of descriptions) {
      assert.equal(await hash("describeToken", originChainId, originToken, name, symbol, decimals), body);
    }
  });

  test("refuses what the rejection vectors refuse, with the same error", async () => {
    const errors = new Interface(PUBDATA_REJECTION_CODES.map((code) => `error ${code}(uint256 offset)`));
    for (const { name, pubdata, oldLeafCount, priorityOpCount, code, offset } of readRejectionVectors()) {
      const hashes = Array.from({ length: priorityOpCount }, (_, i) => wordToHex(BigInt(i)));
      await assert.rejects(
        call("readPubdata", pubdata, hashes, oldLeafCount, `0x${"00".repeat(20)}`, wordToHex(0n)),
        (error: unknown) => {
          const parsed = errors.parseError(String((error as { data?: unknown }).data));
          assert.deepEqual({ code: parsed?.name, offset: Number(parsed?.args[0]) }, { code, offset }, name);
          return true;
        },
      );
    }
  });

  test("knows canonical digests at every element's edge", async () => {
    for (let i = 0; i < 8; i++) {
      for (const [element, canonical] of [
        [0, true],
        [P - 1, true],
        [P, false],
        [0x7fffffff, false],
        [0x80000000, false],
        [0xffffffff, false],
      ] as const) {
        for (const others of [0, P - 1]) {
          const elements = new Array<number>(8).fill(others);
          elements[i] = element;
          const digest = `0x${elements.map((x) => x.toString(16).padStart(8, "0")).join("")}`;
          assert.equal(await call("isCanonicalDigest", digest), canonical, digest);
        }
      }
    }
    const bad = wordToHex((1n << 256n) - 1n);
    await assert.rejects(call("requireCanonicalDigest", bad), /DigestNotCanonical/);
    const { expected, batch } = readBatchVectors()[0]!;
    const roots = [batch.oldStateRoot, batch.newStateRoot, expected.diffDigest];
    for (let i = 0; i < 3; i++) {
      const [a, b, c] = roots.map((root, j) => (i === j ? bad : root));
      await assert.rejects(
        call("encodeStatement", expected.commitment, a, b, c, expected.point, expected.evaluation, expected.outputsHash),
        /DigestNotCanonical/,
      );
      await assert.rejects(
        call("hashPreCommitment", {
          ...batch,
          oldStateRoot: a,
          newStateRoot: b,
          diffDigest: c,
          batchNumber: 1,
          outputsHash: bad,
        }),
        /DigestNotCanonical/,
      );
    }
  });

  test("the log tree's root equals TypeScript's for every small count and at its capacity's edge", async () => {
    const random = createRandomness(3);
    const leaves = Array.from({ length: 33 }, () => toHex(random.bytes(32)));
    for (let count = 0; count <= 33; count++) {
      assert.equal(await call("logTreeRoot", leaves.slice(0, count)), l2LogTreeRoot(leaves.slice(0, count)));
    }
    await assert.rejects(call("logTreeRoot", new Array(16_385).fill(wordToHex(1n))), /TooManyLogs/);
  });

  test("costs what the seal limits assume for logs", async () => {
    const gasOf = async (messages: number, bodyBytes: number, operations: number): Promise<bigint> => {
      const message = `02${"11".repeat(20)}${bodyBytes.toString(16).padStart(6, "0")}${"ab".repeat(bodyBytes)}`;
      const count = (messages + operations).toString(16).padStart(4, "0");
      const gas = await call(
        "measureLogs",
        `0x02${count}000000000000${message.repeat(messages)}${"01".repeat(operations)}`,
        Array.from({ length: operations }, (_, i) => wordToHex(BigInt(i))),
      );
      return gas as bigint;
    };
    const none = await gasOf(0, 0, 0);
    // A tree of one log has the hashes of all levels.
    const base = await gasOf(0, 0, 1);
    const message = ((await gasOf(1024, 32, 0)) - base) / 1023n;
    const longMessage = ((await gasOf(64, 1024, 0)) - base) / 63n;
    const operation = ((await gasOf(0, 0, 1024)) - base) / 1023n;
    assert.deepEqual(
      { none, base, message, longMessage, operation },
      { none: 337n, base: 5_139n, message: 740n, longMessage: 1_019n, operation: 648n },
    );
    assertDocumented(message, operation);
  });
});
