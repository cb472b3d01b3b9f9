import { StateTree } from "../../chain/state/state-tree.ts";
import { compress } from "../../proofs/kernels/poseidon.ts";
import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import {
  deriveEvaluationPoint,
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
  NO_PARTITION,
} from "../../ground/protocol/commitment.ts";
import { diffListDigest } from "../../ground/protocol/diff-digest.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { evaluateDiffList } from "../../ground/protocol/evaluation.ts";
import { fromHex, type Hex, keccak, wordToHex } from "../../ground/protocol/hex.ts";
import { encodePubdata, hashPubdata } from "../../ground/protocol/pubdata.ts";
import type { BatchStatement } from "../../ground/protocol/statement.ts";
import { versionOfMode } from "../../ground/protocol/version-modes.ts";
import type { StateJob } from "../../proofs/prover/job.ts";

interface RandomBatchOptions {
  /** Leaves of the tree before the batch. At least 2: the sentinel and the outputs leaf. */
  readonly leafCount: number;
  /** Leaf writes besides the outputs entry; half of them, rounded down, are insertions. */
  readonly writeCount: number;
  /** Seed, which determines the batch. */
  readonly seed: number;
}

interface RandomBatch {
  readonly job: StateJob;
  readonly pubdata: Uint8Array;
}

/**
 * A batch of random state changes with everything that its proof needs, formed exactly as a sequencer forms it: diff
 * list, pubdata, evaluation point, commitments. Throws RangeError when fewer leaves exist than are to be updated.
 */
export function createRandomBatch({ leafCount, writeCount, seed }: RandomBatchOptions): RandomBatch {
  const insertions = Math.floor(writeCount / 2);
  const updates = writeCount - insertions;
  if (leafCount - 2 < updates) {
    throw new RangeError(`${updates} updates need ${updates + 2} leaves, the tree is to have ${leafCount}`);
  }
  const random = seededWords(seed);
  const key = (index: number) => ({
    leafKind: index % 4 === 0 ? LeafKind.account : LeafKind.storage,
    address: BigInt(index) * 0x9e3779b97f4a7c15n + 0x10000n,
    slot: index % 4 === 0 ? 0n : BigInt(index),
  });
  const leaves = Array.from({ length: leafCount - 2 }, (_, i) => ({ ...key(i), value: random() }));
  const tree = StateTree.genesis(leaves, { compressor: createCompressor() });
  const oldLeafCount = tree.leafCount;

  const chosen = new Set<number>();
  while (chosen.size < updates) chosen.add(Number(random() % BigInt(leafCount - 2)));
  const writes = [...chosen].map((index) => ({ ...key(index), value: random() }));
  for (let i = 0; i < insertions; i++) writes.push({ ...key(leafCount + i), value: random() });

  const outputsHash = keccak(fromHex(wordToHex(BigInt(seed))));
  const { entries, oldRoot, newRoot, witness } = tree.apply(writes, BigInt(outputsHash));
  const pubdata = encodePubdata({ logs: [], bytecodes: [], changes: entries.slice(0, -1) }, oldLeafCount);
  const pubdataHash = hashPubdata(pubdata);
  const diffDigest = diffListDigest(entries, compress);
  const protocolVersion = versionOfMode("trusted", "stark");
  const zeroHash: Hex = `0x${"00".repeat(32)}`;
  const preCommitment = hashPreCommitment({
    protocolVersion,
    settlementChainId: 31337n,
    hyperchainAddress: `0x${"11".repeat(20)}`,
    chainId: 271n,
    batchNumber: 1n,
    previousCommitment: zeroHash,
    oldStateRoot: oldRoot,
    newStateRoot: newRoot,
    diffDigest,
    outputsHash,
    daPolicy: 0n,
    partition: NO_PARTITION,
  });
  const point = deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length);
  const evaluation = evaluateDiffList(entries, point);
  const daCommitment = hashDaCommitment({
    pubdataHash,
    point,
    evaluation,
    flowsHash: zeroHash,
    policyDataHash: zeroHash,
    partitionDa: NO_PARTITION,
  });
  const commitment = hashCommitment(preCommitment, daCommitment);
  const statement: BatchStatement = {
    commitment,
    oldStateRoot: oldRoot,
    newStateRoot: newRoot,
    diffDigest,
    point,
    evaluation,
    outputsHash,
  };
  return { job: { witness, statement, protocolVersion }, pubdata };
}

/** Random 256-bit words: keccak256 in counter mode over the seed. (A zero would need a preimage of it.) */
function seededWords(seed: number): () => bigint {
  let counter = 0n;
  return () => BigInt(keccak(fromHex(wordToHex(BigInt(seed))), fromHex(wordToHex(counter++))));
}
