import type { DiffEntry } from "../../ground/protocol/diff-list.ts";
import { LeafKind, OUTPUTS_LEAF_INDEX } from "../../ground/protocol/domain-tags.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { OUTPUTS_ADDRESS, OUTPUTS_SLOT } from "../../ground/protocol/outputs-leaf.ts";
import type { GenesisAccount, GenesisLeaf } from "../model/genesis.ts";
import { codeDigestValue } from "../../proofs/rules/code-digests.ts";
import type { StateKey } from "../state/state-key.ts";
import type { StateTree } from "../state/state-tree.ts";

/** A leaf, and what it says. */
interface NamedLeaf extends Omit<GenesisLeaf, "value"> {
  value: bigint;
}

const NONCE_LIMIT = 2n ** 64n;

/**
 * Meaning of each leaf index. The tree has digests only; a published update names its leaf by its index, so a reader that
 * restores accounts and slots must store every insertion.
 */
export class LeafDirectory {
  /** Leaves by index; the sentinel has none. */
  readonly #leaves: (NamedLeaf | undefined)[] = [];

  /** The directory of a tree that holds these leaves, and the outputs leaf, alone. */
  constructor(leaves: readonly GenesisLeaf[], tree: Pick<StateTree, "indexOf">) {
    this.#leaves[0] = undefined;
    this.#leaves[OUTPUTS_LEAF_INDEX] = { leafKind: LeafKind.storage, address: OUTPUTS_ADDRESS, slot: OUTPUTS_SLOT, value: 0n };
    for (const leaf of leaves) {
      const index = tree.indexOf(leaf);
      if (index === undefined) throw new TypeError(`the tree does not hold ${describeLeaf(leaf)}`);
      this.#leaves[index] = { ...leaf };
    }
  }

  get size(): number {
    return this.#leaves.length;
  }

  /** Names of the leaves that are neither the sentinel nor the outputs leaf, in the tree's order. */
  names(): readonly StateKey[] {
    return this.#leaves.slice(OUTPUTS_LEAF_INDEX + 1).flatMap((leaf) => {
      if (leaf === undefined) throw new TypeError("the directory lacks a leaf of its tree");
      const { leafKind, address, slot } = leaf;
      return [{ leafKind, address, slot }];
    });
  }

  /** Takes over a diff list that the tree has accepted. */
  apply(entries: readonly DiffEntry[]): void {
    for (const entry of entries) {
      if (entry.type === "insertion") {
        const { leafKind, address, slot, value } = entry;
        this.#leaves.push({ leafKind, address, slot, value });
        continue;
      }
      this.#leafAt(entry.index).value = entry.value;
    }
  }

  /** Writes of a diff list without its outputs entry, by account and slot. It need not have been applied. */
  writesOf(changes: readonly DiffEntry[]): GenesisLeaf[] {
    return changes.map((entry) => {
      const { leafKind, address, slot } = entry.type === "insertion" ? entry : this.#leafAt(entry.index);
      return { leafKind, address, slot, value: entry.value };
    });
  }

  /** Hashes of all codes that accounts have. */
  codeHashes(): ReadonlySet<Hex> {
    const hashes = new Set<Hex>();
    for (const leaf of this.#leaves) {
      if (leaf?.leafKind === LeafKind.codeHash && leaf.value !== 0n) hashes.add(wordToHex(leaf.value));
    }
    return hashes;
  }

  /** All accounts that are not empty. `codeOf` gives the code with a hash that `codeHashes` names. */
  accounts(codeOf: (hash: Hex) => Uint8Array): GenesisAccount[] {
    const accounts = new Map<bigint, GrowingAccount>();
    for (const leaf of this.#leaves) {
      if (leaf === undefined || leaf.value === 0n || leaf.leafKind === LeafKind.codeDigest) continue;
      const account = accounts.get(leaf.address) ?? { address: addressToHex(leaf.address), storage: [] };
      accounts.set(leaf.address, account);
      if (leaf.leafKind === LeafKind.storage) account.storage.push({ slot: leaf.slot, value: leaf.value });
      else if (leaf.leafKind === LeafKind.account) {
        account.nonce = leaf.value % NONCE_LIMIT;
        account.balanceWei = leaf.value / NONCE_LIMIT;
      } else {
        account.code = toHex(codeOf(wordToHex(leaf.value)));
      }
    }
    return [...accounts.values()];
  }

  /**
   * Accounts whose code has another digest than the state says: no proof binds the two leaves yet. `codeOf` as of
   * `accounts`.
   */
  falseDigests(codeOf: (hash: Hex) => Uint8Array): readonly FalseDigest[] {
    const [computed, stated] = [new Map<bigint, bigint>(), this.#digests()];
    for (const leaf of this.#leaves) {
      if (leaf?.leafKind !== LeafKind.codeHash || leaf.value === 0n) continue;
      computed.set(leaf.address, codeDigestValue(codeOf(wordToHex(leaf.value))));
    }
    return [...new Set([...computed.keys(), ...stated.keys()])].flatMap((address) => {
      const [expected, found] = [computed.get(address) ?? 0n, stated.get(address) ?? 0n];
      return found === expected
        ? []
        : [{ address: addressToHex(address), expected: wordToHex(expected), stated: wordToHex(found) }];
    });
  }

  /** Digests of codes in the state, by account. */
  #digests(): Map<bigint, bigint> {
    return new Map(
      this.#leaves.flatMap((leaf) =>
        leaf?.leafKind === LeafKind.codeDigest && leaf.value !== 0n ? [[leaf.address, leaf.value] as const] : [],
      ),
    );
  }

  #leafAt(index: number): NamedLeaf {
    const leaf = this.#leaves[index];
    if (leaf === undefined) throw new TypeError(`there is no leaf ${index} to update`);
    return leaf;
  }
}

/** An account whose code's digest in the state is not that of its code. */
export interface FalseDigest {
  readonly address: Hex;
  /** Hash of the account's code; 0 if it has none. */
  readonly expected: Hex;
  readonly stated: Hex;
}

interface GrowingAccount {
  readonly address: Hex;
  nonce?: bigint;
  balanceWei?: bigint;
  code?: Hex;
  readonly storage: { readonly slot: bigint; readonly value: bigint }[];
}

/** Codes by their hashes. */
export function codesByHash(codes: Iterable<Uint8Array>): Map<Hex, Uint8Array> {
  return new Map(Array.from(codes, (code) => [keccak(code), code]));
}

function addressToHex(address: bigint): Hex {
  return `0x${address.toString(16).padStart(40, "0")}`;
}

function describeLeaf({ leafKind, address, slot }: GenesisLeaf): string {
  return `(kind ${leafKind}, address ${addressToHex(address)}, slot ${slot})`;
}
