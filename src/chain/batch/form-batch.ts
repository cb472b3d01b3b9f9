import type { Returning } from "../core/follower.ts";
import type { StateTransitionWitness } from "../../ground/protocol/state-transition-witness.ts";
import type { Digest, Compress } from "../../ground/protocol/digest.ts";
import type { DiffEntry } from "../../ground/protocol/diff-list.ts";
import {
  deriveEvaluationPoint,
  hashCommitment,
  hashDaCommitment,
  hashPreCommitment,
  NO_PARTITION,
} from "../../ground/protocol/commitment.ts";
import { PUBLISHED, type DataChoice } from "../../ground/protocol/data-choice.ts";
import { diffListDigest } from "../../ground/protocol/diff-digest.ts";
import { evaluateDiffList, OFF_CHAIN_POINT } from "../../ground/protocol/evaluation.ts";
import { fromHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { encodePubdata, hashPubdata, sortBytecodes, type PubdataLog } from "../../ground/protocol/pubdata.ts";
import type { MemberSlots } from "../../ground/protocol/hub-slots.ts";
import type { BatchStatement } from "../../ground/protocol/statement.ts";
import type { PolicyOf } from "../../ground/protocol/terms.ts";
import type { ChainExtensions } from "../../ground/protocol/genesis.ts";
import type { VersionOf } from "../../ground/protocol/upgrade.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { StateTree } from "../state/state-tree.ts";
import { memberSlots } from "./member-slots.ts";
import { applyToPorter, splitChanges, type PorterList } from "./partition.ts";

/** Identity of the chain in its batches' commitments. */
export interface ChainIdentity {
  readonly settlementChainId: ChainId;
  /** The chain's contract on its settlement chain. */
  readonly hyperchainAddress: Hex;
  readonly chainId: ChainId;
  /** First data availability policy, by the numbering of the chain's contract. */
  readonly daPolicy: bigint;
  /** Exports of its batches besides their logs. */
  readonly extensions: ChainExtensions;
  /** Whether L1's queue alone makes its order. Default false. */
  readonly isQueueAlone?: boolean | undefined;
  /** Whether its state has the facts of each batch in constant slots (`SERVES_FACTS`). Default false. */
  readonly servesFacts?: boolean | undefined;
}

/** A batch that is applied to the tree, without what depends on how its data are made available. Plain data. */
export interface PreFormedBatch extends SealedBatch {
  readonly protocolVersion: bigint;
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  /** Leaf count before the batch, which pubdata's indices refer to. */
  readonly oldLeafCount: number;
  readonly entries: readonly DiffEntry[];
  readonly pubdata: Uint8Array;
  /** D, of all entries. */
  readonly diffDigest: Digest;
  readonly previousCommitment: Hex;
  readonly preCommitment: Hex;
  readonly flowsHash: Hex;
  /** Changes of the porter's tree; absent if there are none. */
  readonly porter?: PorterList | undefined;
  /** Slots that programs of a hub read in the state after the batch; absent unless the chain serves facts. */
  readonly slots?: MemberSlots | undefined;
  /** Hashes of the codes in the pubdata. */
  readonly newCodes: readonly Hex[];
  /** The changes that the pubdata tell, with the outputs'; `entries`, unless a test alters them. */
  readonly published: readonly DiffEntry[];
  readonly witness: StateTransitionWitness;
}

/** A batch ready to be committed and proven. Plain data. */
export interface FormedBatch extends Omit<PreFormedBatch, "published" | "witness" | "diffDigest" | "newCodes"> {
  readonly data: DataChoice;
  readonly commitment: Hex;
  /** Statement of the proof, and all inputs that the proof needs. */
  readonly job: {
    readonly statement: BatchStatement;
    readonly witness: StateTransitionWitness;
    readonly protocolVersion: bigint;
  };
}

export interface BatchFormerDependencies {
  readonly tree: StateTree;
  /** Tree of the accounts in the porter, whose root is a leaf of the other. Default: the chain has one tree. */
  readonly partition?: StateTree | undefined;
  readonly compress: Compress;
  /** Sums of the batch's asset messages, as the settlement chain computes them. */
  readonly flowsHash: (logs: readonly PubdataLog[]) => Hex;
  /** The version that L1 gives a batch, by what is known of L1 when the batch is formed. */
  readonly versionOf: VersionOf;
  /** The policy that L1 asks about a batch; likewise. Default: the identity's. */
  readonly policyOf?: PolicyOf | undefined;
  /** Replacement of a batch's published changes, for tests of those who check them. Default: the changes. */
  readonly alterChanges?: ((changes: readonly DiffEntry[]) => readonly DiffEntry[]) | undefined;
}

/** State of a former before its first batch. */
export interface FormedBefore {
  /** Commitment of the last of them. */
  readonly previousCommitment: Hex;
  /** Operations that they took from L1's queue. */
  readonly operationsTaken: bigint;
  /** Hashes of codes that they published, or gave to the holders of the data. Default: all codes are published again. */
  readonly publishedCodes?: Iterable<Hex>;
}

/** Mark of a former, for a rewind. */
interface FormerMark extends FormedBefore, TreeSnapshots {
  readonly publishedCodes: ReadonlySet<Hex>;
}

interface TreeSnapshots {
  readonly treeSnapshot: ReturnType<StateTree["snapshot"]>;
  /** Undefined on a chain with one tree. */
  readonly partitionSnapshot: ReturnType<StateTree["snapshot"]> | undefined;
}

/** Changes of the first tree, and what the porter's tree became. */
interface FirstTreeChanges {
  readonly writes: SealedBatch["writes"];
  /** Ascending by keccak. */
  readonly codes: readonly Uint8Array[];
  readonly porter: PorterList | undefined;
}

/** Turns sealed batches, in order, into what the settlement chain commits: tree, pubdata, commitments, proof job. */
export class BatchFormer implements Returning<FormerMark> {
  readonly name = "former";
  readonly #identity: ChainIdentity;
  readonly #dependencies: BatchFormerDependencies;
  #previousCommitment: Hex;
  #operationsTaken: bigint;
  #publishedCodes: Set<Hex>;

  constructor(
    identity: ChainIdentity,
    { previousCommitment, operationsTaken, publishedCodes = [] }: FormedBefore,
    dependencies: BatchFormerDependencies,
  ) {
    this.#identity = identity;
    this.#previousCommitment = previousCommitment;
    this.#operationsTaken = operationsTaken;
    this.#publishedCodes = new Set(publishedCodes);
    this.#dependencies = dependencies;
  }

  /** Operations that all formed batches took from L1's queue. */
  get operationsTaken(): bigint {
    return this.#operationsTaken;
  }

  /** Root of the state after the last formed batch. */
  get root(): Digest {
    return this.#dependencies.tree.root;
  }

  /** State for a former that continues here. */
  get formed(): Required<FormedBefore> {
    return {
      previousCommitment: this.#previousCommitment,
      operationsTaken: this.#operationsTaken,
      publishedCodes: this.#publishedCodes,
    };
  }

  /** Both steps at once, where it is known how the batch's data are made available. Throws as `preForm`. */
  form(sealed: SealedBatch, data: DataChoice = PUBLISHED): FormedBatch {
    return this.finish(this.preForm(sealed), data);
  }

  /**
   * Applies the batch to the tree; `finish` must follow, before the next one. Throws ChangeSetError, PubdataError,
   * PartitionError; the former is then as before.
   */
  preForm(sealed: SealedBatch): PreFormedBatch {
    const { tree, compress, flowsHash: hashFlows, versionOf, policyOf, alterChanges = (changes) => changes } = this.#dependencies;
    const { outputs, outputsHash, logs } = sealed;
    const protocolVersion = versionOf(outputs.firstTimestamp, this.#operationsTaken, outputs.batchNumber);
    const oldLeafCount = tree.leafCount;
    const before = this.#snapshots();
    try {
      const { writes, codes, porter } = this.#changesOf(sealed);
      const unpublished = codes.filter((code) => !this.#publishedCodes.has(keccak(code)));
      const { entries, oldRoot, newRoot, witness } = tree.apply(writes, BigInt(outputsHash));
      const changes = alterChanges(entries.slice(0, -1));
      const published = [...changes, ...entries.slice(-1)];
      const pubdata = encodePubdata({ logs, bytecodes: unpublished, changes }, oldLeafCount);
      const diffDigest = diffListDigest(entries, compress);
      const preCommitment = hashPreCommitment({
        ...this.#identity,
        daPolicy: policyOf?.(outputs.firstTimestamp) ?? this.#identity.daPolicy,
        protocolVersion,
        batchNumber: outputs.batchNumber,
        previousCommitment: this.#previousCommitment,
        oldStateRoot: oldRoot,
        newStateRoot: newRoot,
        diffDigest,
        outputsHash,
        partition: NO_PARTITION,
      });
      const preFormed: PreFormedBatch = {
        ...sealed,
        protocolVersion,
        oldStateRoot: oldRoot,
        newStateRoot: newRoot,
        oldLeafCount,
        entries,
        pubdata,
        diffDigest,
        previousCommitment: this.#previousCommitment,
        preCommitment,
        flowsHash: hashFlows(logs),
        porter,
        slots: this.#identity.servesFacts === true ? memberSlots(tree, sealed.importedRoots) : undefined,
        newCodes: unpublished.map((code) => keccak(code)),
        published,
        witness,
      };
      this.release(before);
      this.#operationsTaken += outputs.priorityOpCount;
      return preFormed;
    } catch (error) {
      this.#revert(before);
      throw error;
    }
  }

  /** Changes of the first tree by a batch, after those of the porter's tree. */
  #changesOf({ writes, bytecodes, outputsHash }: SealedBatch): FirstTreeChanges {
    const { tree, partition } = this.#dependencies;
    const codes = sortBytecodes(bytecodes.map((code) => fromHex(code)));
    if (partition === undefined) return { writes, codes, porter: undefined };
    const { rollup, porter } = splitChanges({ writes, codes }, tree);
    const applied = applyToPorter(porter, BigInt(outputsHash), partition);
    if (applied === undefined) return { ...rollup, porter: undefined };
    return { ...rollup, writes: [...rollup.writes, applied.root], porter: applied.list };
  }

  /** The batch with its commitment. The last one may be finished again, for another choice. */
  finish({ published, witness, diffDigest, newCodes, ...batch }: PreFormedBatch, data: DataChoice): FormedBatch {
    // Where a later batch may be published, L1 wants each code that it names in what was published before it.
    const areKnown = data.publishes || data.path.length === 0;
    for (const code of newCodes) this.#publishedCodes[areKnown ? "add" : "delete"](code);
    const { preCommitment, pubdata, flowsHash, outputsHash, protocolVersion } = batch;
    const { oldStateRoot, newStateRoot } = batch;
    const pubdataHash = hashPubdata(pubdata);
    // Where the settlement chain does not see the pubdata, it evaluates nothing: r = 0, y = the entry count.
    const point = data.publishes ? deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length) : OFF_CHAIN_POINT;
    const evaluation = evaluateDiffList(published, point);
    const daCommitment = hashDaCommitment({
      pubdataHash,
      point,
      evaluation,
      flowsHash,
      policyDataHash: data.bound,
      partitionDa: NO_PARTITION,
    });
    const commitment = hashCommitment(preCommitment, daCommitment);
    const statement = { commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash };
    this.#previousCommitment = commitment;
    return { ...batch, data, commitment, job: { statement, witness, protocolVersion } };
  }

  /**
   * Records that L1 has the last batch with this commitment: the same batch, settled by another account. The next one
   * refers to it.
   */
  settledAs(commitment: Hex): void {
    this.#previousCommitment = commitment;
  }

  /** Marks the present state. */
  mark(): FormerMark {
    return {
      previousCommitment: this.#previousCommitment,
      operationsTaken: this.#operationsTaken,
      publishedCodes: new Set(this.#publishedCodes),
      ...this.#snapshots(),
    };
  }

  #snapshots(): TreeSnapshots {
    const { tree, partition } = this.#dependencies;
    return { treeSnapshot: tree.snapshot(), partitionSnapshot: partition?.snapshot() };
  }

  #revert({ treeSnapshot, partitionSnapshot }: TreeSnapshots): void {
    this.#dependencies.tree.revert(treeSnapshot);
    if (partitionSnapshot !== undefined) this.#dependencies.partition?.revert(partitionSnapshot);
  }

  /** Ends a mark and keeps the state. Throws SnapshotError when it has ended. */
  release({ treeSnapshot, partitionSnapshot }: TreeSnapshots): void {
    this.#dependencies.tree.discard(treeSnapshot);
    if (partitionSnapshot !== undefined) this.#dependencies.partition?.discard(partitionSnapshot);
  }

  /** Returns to a mark. Throws SnapshotError when it was used. */
  returnTo(mark: FormerMark): void {
    this.#revert(mark);
    this.#previousCommitment = mark.previousCommitment;
    this.#operationsTaken = mark.operationsTaken;
    this.#publishedCodes = new Set(mark.publishedCodes);
  }
}
