import type { StateTransitionWitness } from "../../protocol/state-transition-witness.ts";
import type { Digest } from "../../protocol/digest.ts";
import type { DiffEntry } from "../../protocol/diff-list.ts";
import { deriveEvaluationPoint, hashCommitment, hashDaCommitment, hashPreCommitment } from "../../protocol/commitment.ts";
import { diffListDigest } from "../../protocol/diff-digest.ts";
import { evaluateDiffList, OFF_CHAIN_POINT } from "../../protocol/evaluation.ts";
import { fromHex, keccak } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { encodePubdata, hashPubdata, sortBytecodes } from "../../protocol/pubdata.ts";
import type { PubdataLog } from "../../protocol/pubdata.ts";
import type { BatchStatement } from "../../protocol/statement.ts";
import type { Compress } from "../../protocol/digest.ts";
import type { SealedBatch } from "../sealed-batch.ts";
import type { StateTree } from "../state/state-tree.ts";

/** What names the chain in its batches' commitments. */
export interface ChainIdentity {
  readonly protocolVersion: bigint;
  readonly settlementChainId: bigint;
  /** The chain's contract on its settlement chain. */
  readonly hyperchainAddress: Hex;
  readonly chainId: bigint;
  /** As the chain's contract numbers its data availability policies. */
  readonly daPolicy: bigint;
  /** Whether the settlement chain sees the pubdata; otherwise it evaluates nothing (r = 0, y = the entry count). */
  readonly pubdataOnChain: boolean;
}

/** A batch ready to be committed and proven. Plain data. */
export interface FormedBatch extends SealedBatch {
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  /** Leaf count before the batch, which pubdata's indices refer to. */
  readonly oldLeafCount: number;
  readonly entries: readonly DiffEntry[];
  readonly pubdata: Uint8Array;
  readonly previousCommitment: Hex;
  readonly preCommitment: Hex;
  readonly flowsHash: Hex;
  readonly policyDataHash: Hex;
  readonly commitment: Hex;
  /** What is to be proven, and everything that the proof needs. */
  readonly job: { readonly statement: BatchStatement; readonly witness: StateTransitionWitness };
}

export interface BatchFormerDependencies {
  readonly tree: StateTree;
  readonly compress: Compress;
  /** Sums of the batch's asset messages, as the settlement chain computes them. */
  readonly flowsHash: (logs: readonly PubdataLog[]) => Hex;
}

/** Where a former stands, to return to. */
export interface FormerMark {
  readonly previousCommitment: Hex;
  readonly publishedCodes: ReadonlySet<Hex>;
  readonly treeSnapshot: ReturnType<StateTree["snapshot"]>;
}

/** Turns sealed batches, in order, into what the settlement chain commits: tree, pubdata, commitments, proof job. */
export class BatchFormer {
  readonly #identity: ChainIdentity;
  readonly #dependencies: BatchFormerDependencies;
  #previousCommitment: Hex;
  #publishedCodes = new Set<Hex>();

  /** `previousCommitment` is that of the batch before the first one that is formed. */
  constructor(identity: ChainIdentity, previousCommitment: Hex, dependencies: BatchFormerDependencies) {
    this.#identity = identity;
    this.#previousCommitment = previousCommitment;
    this.#dependencies = dependencies;
  }

  /** Applies the batch to the tree. Throws ChangeSetError, PubdataError; the former is then as before. */
  form(sealed: SealedBatch): FormedBatch {
    const { tree, compress, flowsHash: hashFlows } = this.#dependencies;
    const { outputs, outputsHash, logs } = sealed;
    const codes = sortBytecodes(sealed.bytecodes.map((code) => fromHex(code)));
    const unpublished = codes.filter((code) => !this.#publishedCodes.has(keccak(code)));
    const oldLeafCount = tree.leafCount;
    const before = tree.snapshot();
    try {
      const { entries, oldRoot, newRoot, witness } = tree.apply(sealed.writes, BigInt(outputsHash));
      const pubdata = encodePubdata({ logs, bytecodes: unpublished, changes: entries.slice(0, -1) }, oldLeafCount);
      const { pubdataOnChain, ...identity } = this.#identity;
      const diffDigest = diffListDigest(entries, compress);
      const preCommitment = hashPreCommitment({
        ...identity,
        batchNumber: outputs.batchNumber,
        previousCommitment: this.#previousCommitment,
        oldStateRoot: oldRoot,
        newStateRoot: newRoot,
        diffDigest,
        outputsHash,
      });
      const pubdataHash = hashPubdata(pubdata);
      const point = pubdataOnChain ? deriveEvaluationPoint(preCommitment, pubdataHash, pubdata.length) : OFF_CHAIN_POINT;
      const evaluation = evaluateDiffList(entries, point);
      const flowsHash = hashFlows(logs);
      const policyDataHash = keccak();
      const daCommitment = hashDaCommitment({ pubdataHash, point, evaluation, flowsHash, policyDataHash });
      const commitment = hashCommitment(preCommitment, daCommitment);
      const statement = { commitment, oldStateRoot: oldRoot, newStateRoot: newRoot, diffDigest, point, evaluation, outputsHash };
      const formed: FormedBatch = {
        ...sealed,
        oldStateRoot: oldRoot,
        newStateRoot: newRoot,
        oldLeafCount,
        entries,
        pubdata,
        previousCommitment: this.#previousCommitment,
        preCommitment,
        flowsHash,
        policyDataHash,
        commitment,
        job: { statement, witness },
      };
      tree.discard(before);
      for (const code of unpublished) this.#publishedCodes.add(keccak(code));
      this.#previousCommitment = commitment;
      return formed;
    } catch (error) {
      tree.revert(before);
      throw error;
    }
  }

  /** Marks the present state. */
  snapshot(): FormerMark {
    return {
      previousCommitment: this.#previousCommitment,
      publishedCodes: new Set(this.#publishedCodes),
      treeSnapshot: this.#dependencies.tree.snapshot(),
    };
  }

  /** Returns to a mark. Throws SnapshotError when it was used. */
  revert(mark: FormerMark): void {
    this.#dependencies.tree.revert(mark.treeSnapshot);
    this.#previousCommitment = mark.previousCommitment;
    this.#publishedCodes = new Set(mark.publishedCodes);
  }
}
