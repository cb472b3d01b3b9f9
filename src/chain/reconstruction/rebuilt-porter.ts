import { outputsEntry, type DiffEntry } from "../../ground/protocol/diff-list.ts";
import { digestFromHex, digestToHex } from "../../ground/protocol/digest.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { PARTITION_ROOT } from "../../ground/protocol/genesis.ts";
import { keccak, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { decodePubdata } from "../../ground/protocol/pubdata-decoder.ts";
import { ChangeSetError } from "../state/change-set.ts";
import type { StateKey } from "../state/state-key.ts";
import { RebuiltState, type LeafDump } from "./rebuilt-state.ts";

/** Leaf of a chain's first tree with the porter's root. */
export const PORTER_ROOT: StateKey = {
  leafKind: LeafKind.storage,
  address: BigInt(PARTITION_ROOT.address),
  slot: PARTITION_ROOT.slot,
};

/** Batch whose list of the porter is applied. */
interface ListedBatch {
  readonly batchNumber: BatchNumber;
  /** Root after the batch, as the first tree has it. */
  readonly root: Hex;
  /** The batch's diff list of the first tree. */
  readonly entries: readonly DiffEntry[];
}

/** Accounts of a chain's porter, rebuilt batch by batch from lists that the first tree binds. */
export class RebuiltPorter {
  readonly state: RebuiltState;
  #root: Hex | undefined;

  /** Empty, or at a dump, whose root the caller compares with the first tree's. */
  constructor(leaves?: LeafDump) {
    this.state = new RebuiltState(leaves ?? []);
    this.#root = leaves === undefined ? undefined : this.state.stateRoot;
  }

  /** Root that a batch led to, as the first tree after it has it; undefined if the porter has it already. */
  rootAfter({ tree }: Pick<RebuiltState, "tree">): Hex | undefined {
    const value = tree.get(PORTER_ROOT);
    const root = wordToHex(value);
    return value === 0n || root === this.#root ? undefined : root;
  }

  /** Applies a list that leads to the root and has all codes; otherwise returns false, and the state is as before. */
  take({ batchNumber, root, entries: first }: ListedBatch, list: Uint8Array): boolean {
    const decoding = decodePubdata(list, { oldLeafCount: this.state.leafCount, priorityOpCount: 0 });
    const outputs = first.at(-1);
    if (!decoding.ok || decoding.pubdata.logs.length > 0 || outputs === undefined) return false;
    const { bytecodes, changes } = decoding.pubdata;
    const entries = [...changes, outputsEntry(outputs.value)];
    if (!this.#leadsTo(root, entries) || !this.#hasCodes(entries, bytecodes)) return false;
    this.state.apply(batchNumber, { entries, bytecodes, statement: { newStateRoot: digestFromHex(root) } });
    this.#root = root;
    return true;
  }

  /** Tries the changes on the tree, which returns to its state. */
  #leadsTo(root: Hex, entries: readonly DiffEntry[]): boolean {
    const { tree } = this.state;
    const mark = tree.snapshot();
    try {
      tree.applyDiffList(entries);
      return digestToHex(tree.root) === root;
    } catch (error) {
      if (!(error instanceof ChangeSetError)) throw error;
      return false;
    } finally {
      tree.revert(mark);
    }
  }

  #hasCodes(entries: readonly DiffEntry[], bytecodes: readonly Uint8Array[]): boolean {
    const listed = new Set(bytecodes.map((code) => keccak(code)));
    return this.state
      .writesOf(entries)
      .every(({ leafKind, value }) => leafKind !== LeafKind.codeHash || value === 0n || listed.has(wordToHex(value)));
  }
}
