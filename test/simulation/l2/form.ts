import { AbiCoder } from "ethers";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import type { DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import { MAX_LEAF_COUNT } from "../../../src/ground/protocol/domain-tags.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { encodePubdata, sortBytecodes, type PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { importedRootsRollingHash } from "../../../src/ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { encodeWithheldLogs } from "../../../src/ground/protocol/withheld-logs.ts";
import type { CommitBatch } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { ZERO_ADDRESS } from "../model/aliases.ts";
import { describeBatch } from "../model/batches.ts";
import { availabilityDigest } from "../model/quorum.ts";
import { readBatch, type BatchReading } from "../model/reading.ts";
import type { World } from "../model/world.ts";
import { signAll } from "../support/keys.ts";
import type { Scene } from "../support/scene.ts";
import type { BatchContent, L2Chain } from "./l2-chain.ts";

/** A batch ready for L1. */
export interface FormedBatch {
  readonly previous: StoredBatch;
  readonly batch: CommitBatch;
  readonly stored: StoredBatch;
  readonly reading: BatchReading;
  readonly content: BatchContent;
}

/** The changes that the content makes to the chain's state, and the root after them. */
function changesOf(l2: L2Chain, { writes, falseRoot }: BatchContent): { changes: readonly DiffEntry[]; root: Hex } {
  const snapshot = l2.tree.snapshot();
  try {
    const { entries, newRoot } = l2.tree.apply(writes, l2.nextOutputs);
    return { changes: entries.slice(0, -1), root: falseRoot ?? digestToHex(newRoot) };
  } finally {
    l2.tree.revert(snapshot);
  }
}

export function logsOf({ operations, messages }: BatchContent): PubdataLog[] {
  return [...operations.map(({ success }) => ({ type: "priorityOp", success }) as const), ...messages];
}

/** Canonical, and different for each batch; only a proof would look at it. */
function standInDigest(l2: L2Chain): Hex {
  return wordToHex(1_000n * l2.chain.revertCount.value + l2.chain.committed.value + 1n);
}

function draft(l2: L2Chain, content: BatchContent): CommitBatch {
  const { chain } = l2;
  const previous = chain.last;
  const logs = logsOf(content);
  const { changes, root } = changesOf(l2, content);
  const insertions = changes.filter(({ type }) => type === "insertion").length;
  const leafCount = previous.leafCount === 0n ? MAX_LEAF_COUNT - insertions : Number(previous.leafCount);
  const pubdata = encodePubdata({ logs, bytecodes: sortBytecodes(content.bytecodes), changes }, leafCount);
  const withheld = {
    pubdataHash: keccak(pubdata),
    entryCount: changes.length + 1,
    logs: content.withhold ? toHex(encodeWithheldLogs(logs)) : "0x",
  } as const;
  return {
    batchNumber: chain.committed.value,
    firstBlock: previous.lastBlock + 1n,
    lastBlock: previous.lastBlock + 2n,
    firstTimestamp: content.timestamp,
    lastTimestamp: content.timestamp,
    priorityOpCount: BigInt(content.operations.length),
    importedRootCount: BigInt(content.imports.length),
    cheatCount: content.cheatCount,
    coinbase: ZERO_ADDRESS,
    importedRootsRollingHash: importedRootsRollingHash(content.imports),
    transactionsHash: wordToHex(0n),
    newStateRoot: root,
    diffDigest: standInDigest(l2),
    commitment: wordToHex(0n),
    pubdata: content.withhold ? "0x" : toHex(pubdata),
    withheld,
    policyData: "0x",
  };
}

/** Data that the chain's policy requires. */
function policyDataFor(
  scene: Scene,
  world: World,
  policy: Hex,
  { preCommitment, pubdataHash }: BatchReading,
  withhold: boolean,
): Hex {
  const abi = AbiCoder.defaultAbiCoder();
  const { policies, committeeKeys } = scene;
  const committee = (): string => {
    const digest = availabilityDigest(world, policies.committee, preCommitment, pubdataHash);
    return abi.encode(["bytes[]"], [signAll(digest, committeeKeys.slice(0, 2))]);
  };
  if (policy === policies.committee) return committee() as Hex;
  if (policy === policies.all) return abi.encode(["bytes[]"], [["0x", committee()]]) as Hex;
  if (policy === policies.any) return abi.encode(["uint256", "bytes"], withhold ? [1n, committee()] : [0n, "0x"]) as Hex;
  return "0x";
}

/** Forms the chain's next batch, to be committed by an account without code. */
export function formBatch(scene: Scene, world: World, l2: L2Chain, content: BatchContent): FormedBatch {
  const { chain } = l2;
  const previous = chain.last;
  const unsigned = draft(l2, content);
  const operations = content.operations.map(({ operation }) => operation.hash);
  const reading = readBatch(world, chain, previous, unsigned, operations);
  const policyData = policyDataFor(scene, world, chain.configuration.dataAvailabilityPolicy, reading, content.withhold);
  const batch = { ...unsigned, policyData };
  const stored = describeBatch(world, chain, previous, batch, { now: 0n, published: true, reading });
  return { previous, batch: { ...batch, commitment: stored.commitment }, stored, reading, content };
}
