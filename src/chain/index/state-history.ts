import { setImmediate } from "node:timers/promises";
import { digestOf } from "../core/digest-of.ts";
import type { Follower } from "../core/follower.ts";
import { NamedError } from "../../ground/errors/named-error.ts";
import type { Digest } from "../../ground/protocol/digest.ts";
import { outputsEntry } from "../../ground/protocol/diff-list.ts";
import { decodePubdata } from "../../ground/protocol/pubdata-decoder.ts";
import type { FormedBatch } from "../batch/form-batch.ts";
import type { FormedResult } from "../batch/forming.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { StateTree, type StateTreeDependencies } from "../state/state-tree.ts";
import type { StateKey } from "../state/state-key.ts";
import type { StateProof } from "../state/state-proof.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";

/** All that a history knows, as plain data. */
export interface HistoryContents {
  /** The state before the first step, as a tree exports it. */
  readonly dump: Uint8Array;
  readonly steps: readonly Step[];
  /** Size of the pubdata of all batches, including dropped ones. */
  readonly bytes: number;
}

/** A batch's step, as its pubdata tells it: a tenth of what the entries take in memory. */
interface Step {
  readonly batchNumber: BatchNumber;
  readonly oldLeafCount: number;
  readonly priorityOpCount: number;
  readonly outputsHash: bigint;
  readonly pubdata: Uint8Array;
}

/** A key's value in some state, with its proof. */
export interface ProvenValue {
  /** 0 where there is no leaf for it. */
  readonly value: bigint;
  readonly proof: StateProof;
}

/** Mark of a history. */
interface HistoryMark {
  readonly steps: number;
  readonly bytes: number;
}

type Snapshot = ReturnType<StateTree["snapshot"]>;

/** Pubdata kept at most; what is older can no longer be proven. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Questions that may wait. */
const MAX_WAITING = 16;

/**
 * The chain's state after each of its batches. Costs a copy of the first state's leaves and the batches' pubdata, until
 * someone asks for a proof: then a second tree is built, which walks between the batches' states as questions come.
 */
export class StateHistory implements Follower<FormedResult, HistoryMark> {
  readonly name = "history";
  readonly #dependencies: StateTreeDependencies;
  readonly #dump: Uint8Array;
  #steps: Step[];
  #bytes: number;
  #tree: StateTree | undefined;
  /** One for each step that the tree has taken, from before it. */
  #marks: Snapshot[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** From the state before the next batch, or with what another knew. */
  constructor({ dump, steps, bytes }: HistoryContents, dependencies: StateTreeDependencies) {
    this.#dependencies = dependencies;
    this.#dump = dump;
    this.#steps = [...steps];
    this.#bytes = bytes;
  }

  /** Contents of the history; not to be changed, and valid until it changes. */
  get contents(): HistoryContents {
    return { dump: this.#dump, steps: this.#steps, bytes: this.#bytes };
  }

  on({ formed }: FormedResult): void {
    if (formed !== undefined) this.#add(formed);
  }

  mark(): HistoryMark {
    return { steps: this.#steps.length, bytes: this.#bytes };
  }

  /** Forgets all batches after the mark. */
  returnTo({ steps, bytes }: HistoryMark): void {
    const mark = this.#marks[steps];
    if (mark !== undefined) this.#tree?.revert(mark);
    this.#marks = this.#marks.slice(0, steps);
    this.#steps = this.#steps.slice(0, steps);
    this.#bytes = bytes;
  }

  digest(): Hex {
    return digestOf(this.contents);
  }

  #add({ outputs, outputsHash, oldLeafCount, pubdata }: FormedBatch): void {
    const { batchNumber, priorityOpCount } = outputs;
    this.#bytes += pubdata.length;
    // Later batches cannot be proven either then: they follow from this one.
    if (this.#bytes > MAX_BYTES) return;
    this.#steps.push({
      batchNumber,
      oldLeafCount,
      priorityOpCount: Number(priorityOpCount),
      outputsHash: BigInt(outputsHash),
      pubdata,
    });
  }

  /**
   * The state root after a batch, and proofs of the keys' values under it. Throws StateHistoryError for a batch that is
   * no longer stored, or for too many requests.
   */
  prove(
    batchNumber: BatchNumber,
    keys: readonly StateKey[],
  ): Promise<{ readonly root: Digest; readonly values: readonly ProvenValue[] }> {
    if (this.#waiting >= MAX_WAITING)
      throw new StateHistoryError("Busy", `${MAX_WAITING} proofs are being made; try again later`);
    this.#waiting++;
    const proving = this.#last.then(async () => {
      const tree = await this.#moveTo(batchNumber);
      return { root: tree.root, values: keys.map((key) => ({ value: tree.get(key), proof: tree.prove(key) })) };
    });
    this.#last = proving.catch(() => undefined).finally(() => this.#waiting--);
    return proving;
  }

  async #moveTo(batchNumber: BatchNumber): Promise<StateTree> {
    const tree = (this.#tree ??= StateTree.import(this.#dump, this.#dependencies));
    for (;;) {
      const target = this.#steps.findIndex((step) => step.batchNumber === batchNumber) + 1;
      if (target === 0) throw new StateHistoryError("BatchUnknown", `the state after batch ${batchNumber} is not kept here`);
      const taken = this.#marks.length;
      if (taken > target) {
        const mark = this.#marks[target];
        if (mark !== undefined) tree.revert(mark);
        this.#marks = this.#marks.slice(0, target);
      }
      const step = this.#steps[taken];
      if (taken >= target || step === undefined) return tree;
      this.#marks.push(tree.snapshot());
      take(tree, step);
      // The chain continues while the tree is read; it may also rewind to an earlier state.
      await setImmediate();
    }
  }
}

function take(tree: StateTree, { oldLeafCount, priorityOpCount, outputsHash, pubdata }: Step): void {
  const decoding = decodePubdata(pubdata, { oldLeafCount, priorityOpCount });
  if (!decoding.ok) throw new Error(`own pubdata cannot be read: ${decoding.rejection.code}`);
  tree.applyDiffList([...decoding.pubdata.changes, outputsEntry(outputsHash)]);
}

/** Why a state cannot be proven. */
export class StateHistoryError extends NamedError<"BatchUnknown" | "Busy"> {
  override readonly name = "StateHistoryError";
}
