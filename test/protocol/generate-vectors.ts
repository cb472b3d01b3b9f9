// Computes `expected` of every batch in fixtures/protocol/batches.json from its inputs and writes it back.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import {
  deriveEvaluationPoint,
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
} from "../../src/ground/protocol/commitment.ts";
import { diffListDigest } from "../../src/ground/protocol/diff-digest.ts";
import { outputsEntry, setsCode } from "../../src/ground/protocol/diff-list.ts";
import { digestFromHex, digestToHex, elementsToBytes } from "../../src/ground/protocol/digest.ts";
import { evaluateDiffList } from "../../src/ground/protocol/evaluation.ts";
import { fromHex, keccak, toHex, wordToHex } from "../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { encodePubdata, hashPubdata, pubdataLogLeaves } from "../../src/ground/protocol/pubdata.ts";
import { importedRootsRollingHash, priorityOpsRollingHash } from "../../src/ground/protocol/rolling-hash.ts";
import { encodeStatement } from "../../src/ground/protocol/statement.ts";
import { BATCH_VECTORS_FILE, pubdataOf, readBatchVectors, type BatchVector } from "./vectors.ts";

/** Everything that follows from a batch's inputs, by the TypeScript implementation. */
export function computeExpected(vector: Omit<BatchVector, "expected">): BatchVector["expected"] {
  const content = pubdataOf(vector);
  const pubdata = encodePubdata(content, vector.oldLeafCount);
  const pubdataHash = hashPubdata(pubdata);
  const logLeaves = pubdataLogLeaves(content.logs, vector.canonicalTxHashes);
  const l2LogsTreeRoot = l2LogTreeRoot(logLeaves);
  const priorityOps = priorityOpsRollingHash(vector.canonicalTxHashes);
  const importedRoots = importedRootsRollingHash(
    vector.importedRoots.map(({ registryIndex, root }) => ({ registryIndex: BigInt(registryIndex), root })),
  );
  const outputsHash = hashOutputs({
    batchNumber: BigInt(vector.outputs.batchNumber),
    firstBlock: BigInt(vector.outputs.firstBlock),
    lastBlock: BigInt(vector.outputs.lastBlock),
    firstTimestamp: BigInt(vector.outputs.firstTimestamp),
    lastTimestamp: BigInt(vector.outputs.lastTimestamp),
    l2LogsTreeRoot,
    logCount: BigInt(logLeaves.length),
    priorityOpCount: BigInt(vector.canonicalTxHashes.length),
    priorityOpsRollingHash: priorityOps,
    importedRootCount: BigInt(vector.importedRoots.length),
    importedRootsRollingHash: importedRoots,
    cheatCount: BigInt(vector.outputs.cheatCount),
    extensions: vector.outputs.extensions,
    coinbase: vector.outputs.coinbase,
  });
  const entries = [...content.changes, outputsEntry(BigInt(outputsHash))];
  const diffDigest = diffListDigest(entries, compress);
  const oldStateRoot = digestFromHex(vector.batch.oldStateRoot);
  const newStateRoot = digestFromHex(vector.batch.newStateRoot);
  const preCommitment = hashPreCommitment({
    protocolVersion: BigInt(vector.batch.protocolVersion),
    settlementChainId: BigInt(vector.batch.settlementChainId),
    hyperchainAddress: vector.batch.hyperchainAddress,
    chainId: BigInt(vector.batch.chainId),
    batchNumber: BigInt(vector.outputs.batchNumber),
    previousCommitment: vector.batch.previousCommitment,
    oldStateRoot,
    newStateRoot,
    diffDigest,
    outputsHash,
    daPolicy: BigInt(vector.batch.daPolicy),
    partition: vector.batch.partition,
  });
  const point = deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length);
  const evaluation = evaluateDiffList(entries, point);
  const daCommitment = hashDaCommitment({
    pubdataHash,
    point,
    evaluation,
    flowsHash: vector.batch.flowsHash,
    policyDataHash: keccak(fromHex(vector.batch.policyData)),
    partitionDa: vector.batch.partitionDa,
  });
  const commitment = hashCommitment(preCommitment, daCommitment);
  return {
    pubdata: toHex(pubdata),
    pubdataHash,
    logLeaves,
    l2LogsTreeRoot,
    priorityOpsRollingHash: priorityOps,
    importedRootsRollingHash: importedRoots,
    outputsHash,
    diffDigest: digestToHex(diffDigest),
    preCommitment,
    point: toHex(elementsToBytes(point)),
    evaluation: toHex(elementsToBytes(evaluation)),
    codeHashes: content.changes.filter(setsCode).map((entry) => wordToHex(entry.value)),
    daCommitment,
    commitment,
    statement: toHex(encodeStatement({ commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash })),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const vectors = readBatchVectors().map((vector) => ({ ...vector, expected: computeExpected(vector) }));
  writeFileSync(BATCH_VECTORS_FILE, `${JSON.stringify(vectors, null, 2)}\n`);
}
