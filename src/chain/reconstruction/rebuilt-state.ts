import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { digestToHex, type Compress } from "../../ground/protocol/digest.ts";
import { OUTPUTS_LEAF_INDEX } from "../../ground/protocol/domain-tags.ts";
import type { DiffEntry } from "../../ground/protocol/diff-list.ts";
import { fromHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { ChainOrigin } from "../state/first-tree-state.ts";
import type { Head } from "../model/block.ts";
import { genesisLeaves, type GenesisAccount } from "../model/genesis.ts";
import { ChangeSetError, type StateWrite } from "../state/change-set.ts";
import type { StateKey } from "../state/state-key.ts";
import type { StateProof } from "../state/state-proof.ts";
import { StateTree, type StateTransition } from "../state/state-tree.ts";
import { codesByHash, LeafDirectory, type FalseDigest } from "./leaf-directory.ts";
import type { PublishedContent } from "./published-batch.ts";
import { ReconstructionError } from "./reconstruction-error.ts";

/** Part of a batch, or of an import, that changes a state. */
export type AppliedContent = Pick<PublishedContent, "entries" | "bytecodes"> & {
  readonly statement: Pick<PublishedContent["statement"], "newStateRoot">;
};

/** A state as plain data: its tree's leaves, their names in the tree's order, and the codes of its accounts. */
export interface LeafDump {
  readonly tree: Uint8Array;
  readonly names: readonly StateKey[];
  readonly codes: readonly Uint8Array[];
}

/** A chain's state, rebuilt batch by batch: tree, accounts, slots and codes. */
export class RebuiltState {
  /** Fast compression for all digests. */
  readonly compress: Compress;
  readonly tree: StateTree;
  readonly #directory: LeafDirectory;
  readonly #codes: Map<Hex, Uint8Array>;

  /**
   * The protocol's genesis, or a dump of a later state, whose root the caller compares with L1's. Throws GenesisError,
   * ChangeSetError or StateKeyError for a genesis that cannot be; LeafDumpError or ReconstructionError RootMismatch for a dump
   * whose parts do not fit.
   */
  constructor(start: readonly GenesisAccount[] | LeafDump) {
    const compressor = createCompressor();
    this.compress = (tag, left, right) => compressor.compress(tag, left, right);
    if ("tree" in start) {
      this.tree = StateTree.import(start.tree, { compressor });
      this.#directory = directoryOf(start.names, this.tree);
      this.#codes = codesByHash(start.codes);
      return;
    }
    const leaves = genesisLeaves(start);
    this.tree = StateTree.genesis(leaves, { compressor });
    this.#directory = new LeafDirectory(leaves, this.tree);
    this.#codes = codesByHash(start.flatMap(({ code }) => (code === undefined ? [] : [fromHex(code)])));
  }

  /** All of the state, so that another process can continue it. Throws ReconstructionError BytecodeMissing. */
  dump(): LeafDump {
    const codes = [...this.#directory.codeHashes()].map((hash) => this.#codeOf(hash));
    return { tree: this.tree.export(), names: this.#directory.names(), codes };
  }

  get stateRoot(): Hex {
    return digestToHex(this.tree.root);
  }

  get leafCount(): number {
    return this.tree.leafCount;
  }

  /**
   * Applies a batch; the root must come out as its record says. Throws ReconstructionError RootMismatch, after which the state
   * is of no use.
   */
  apply(batchNumber: BatchNumber, content: AppliedContent | PublishedContent): void {
    this.#reach(batchNumber, content, () => this.tree.applyDiffList(content.entries));
  }

  /** Applies a part of the initial state, by its number. */
  applyImport(number: number, content: AppliedContent): void {
    this.#reach(BigInt(number), content, () => this.tree.applyDiffList(content.entries));
  }

  /** Applies a batch, and returns the inputs of its proof. */
  applyWithWitness(batchNumber: BatchNumber, content: PublishedContent): StateTransition {
    let transition: StateTransition | undefined;
    this.#reach(batchNumber, content, () => (transition = this.tree.applyWithWitness(content.entries)));
    if (transition === undefined) throw new TypeError("a batch that was applied has a transition");
    return transition;
  }

  /** A diff list's changes by account and slot instead of by leaf, in the state before it; without the outputs entry. */
  writesOf(entries: readonly DiffEntry[]): StateWrite[] {
    return this.#directory.writesOf(entries.slice(0, -1));
  }

  /** Makes a code known that some other chain's batch published. */
  addCode(code: Uint8Array): void {
    this.#codes.set(keccak(code), code);
  }

  /** Hashes of codes that accounts have and that are not known. */
  missingCodes(): readonly Hex[] {
    return [...this.#directory.codeHashes()].filter((hash) => !this.#codes.has(hash));
  }

  /**
   * Origin of a chain that continues after a block: accounts and a separate tree. Throws ReconstructionError
   * BytecodeMissing; CodeDigestMismatch if the state has a false digest of a code, since a proof of execution would run
   * another code than the chain.
   */
  origin(head: Head): ChainOrigin {
    const [first] = this.falseDigests();
    if (first !== undefined)
      throw new ReconstructionError(
        "CodeDigestMismatch",
        `the code of ${first.address} has the digest ${first.expected}, the state says ${first.stated}`,
      );
    return { head, ...this.copy() };
  }

  /** Accounts and a separate tree, for a chain that continues from this state. Throws ReconstructionError BytecodeMissing. */
  copy(): Pick<ChainOrigin, "accounts" | "tree"> {
    return { accounts: this.accounts(), tree: StateTree.import(this.tree.export(), { compressor: createCompressor() }) };
  }

  /** Every account that is not empty. Throws ReconstructionError BytecodeMissing. */
  accounts(): GenesisAccount[] {
    return this.#directory.accounts((hash) => this.#codeOf(hash));
  }

  /**
   * Accounts whose code's digest is false: their chain's validators signed what they had not executed. It concerns
   * no balance, so
   * holdings are proven all the same. Throws ReconstructionError BytecodeMissing.
   */
  falseDigests(): readonly FalseDigest[] {
    return this.#directory.falseDigests((hash) => this.#codeOf(hash));
  }

  /** Proof of a value, or of its absence, under the state root. Throws StateKeyError. */
  prove(key: StateKey): StateProof {
    return this.tree.prove(key);
  }

  #codeOf(hash: Hex): Uint8Array {
    const code = this.#codes.get(hash);
    if (code === undefined) throw new ReconstructionError("BytecodeMissing", `no bytecode with hash ${hash} was found`);
    return code;
  }

  #reach(batchNumber: BatchNumber, { entries, bytecodes, statement }: AppliedContent, apply: () => void): void {
    try {
      apply();
    } catch (error) {
      if (!(error instanceof ChangeSetError)) throw error;
      throw new ReconstructionError("RootMismatch", `its diff list does not apply to the state before it: ${error.message}`, {
        batchNumber,
        cause: error,
      });
    }
    const expected = digestToHex(statement.newStateRoot);
    if (this.stateRoot !== expected) {
      throw new ReconstructionError("RootMismatch", `the state root is ${this.stateRoot}, L1 has ${expected}`, { batchNumber });
    }
    this.#directory.apply(entries);
    for (const code of bytecodes) this.addCode(code);
  }
}

/** Names of all leaves but the first two. Throws ReconstructionError RootMismatch unless each is its leaf's. */
function directoryOf(names: readonly StateKey[], tree: StateTree): LeafDirectory {
  const unnamed = OUTPUTS_LEAF_INDEX + 1;
  const isNamed = names.length + unnamed === tree.leafCount && names.every((key, i) => tree.indexOf(key) === i + unnamed);
  if (!isNamed)
    throw new ReconstructionError(
      "RootMismatch",
      `${names.length} names of the dump are not those of its ${tree.leafCount} leaves`,
    );
  return new LeafDirectory(
    names.map((key) => ({ ...key, value: tree.get(key) })),
    tree,
  );
}
