import { Contract, type Interface, type Provider } from "ethers";

import { type Note, nullifierOf } from "../circuits/join-split/note.ts";
import { compress } from "../kernels/poseidon.ts";
import { digestToHex } from "../protocol/digest.ts";
import { PageWidth, readLogPages } from "../settlement-layer/reader/log-pages.ts";
import type { Hex } from "../protocol/hex.ts";
import { openNote } from "./note-cipher.ts";
import { NoteTree } from "./note-tree.ts";
import { type AppliedTransfer, parseApplied } from "./pool-calls.ts";
import { ShieldedError } from "./shielded-error.ts";
import type { ShieldedKeys } from "./shielded-keys.ts";

/** A note of the wallet's keys in the pool's tree. */
export interface WalletNote extends Note {
  readonly index: number;
  readonly nullifier: string;
  isSpent: boolean;
}

interface PoolLocation {
  readonly address: string;
  readonly abi: Interface;
  readonly provider: Provider;
}

/** The pool's tree and the notes of some keys in it, from the pool's events. */
export class PoolNotes {
  readonly #keys: ShieldedKeys;
  readonly #location: PoolLocation;
  readonly #pool: Contract;
  /** Nodes limit the data of an answer, and any account can emit much. */
  readonly #width = new PageWidth(Infinity);
  #tree = new NoteTree();
  #notes: WalletNote[] = [];
  #nextBlock = 0;

  constructor(keys: ShieldedKeys, location: PoolLocation) {
    this.#keys = keys;
    this.#location = location;
    this.#pool = new Contract(location.address, location.abi, location.provider);
  }

  get tree(): Pick<NoteTree, "root" | "siblings"> {
    return this.#tree;
  }

  /** Notes with a value that are not spent. */
  unspent(): WalletNote[] {
    return this.#notes.filter(({ isSpent, value }) => !isSpent && value > 0n);
  }

  /** Reads new transfers; starts again if blocks that were read have been reverted. Throws ShieldedError TreeMismatch. */
  async read(): Promise<void> {
    if (await this.#readOn()) return;
    [this.#tree, this.#notes, this.#nextBlock] = [new NoteTree(), [], 0];
    if (await this.#readOn()) return;
    throw new ShieldedError(
      "TreeMismatch",
      `the events of ${this.#location.address} do not lead to the pool's root: connect to a node that has all logs of the chain`,
    );
  }

  /** Reads to the newest block. False if the tree is not the pool's in that block. */
  async #readOn(): Promise<boolean> {
    const { provider, address, abi } = this.#location;
    const toBlock = await provider.getBlockNumber();
    const topics = [abi.getEvent("Transacted")?.topicHash ?? null];
    const question = { address: address as Hex, topics, fromBlock: this.#nextBlock, toBlock };
    for await (const { logs, blockNumber } of readLogPages(provider, question, this.#width)) {
      for (const log of logs) await this.#apply(parseApplied(abi, log));
      this.#nextBlock = blockNumber + 1;
    }
    return this.#isTreeAt(toBlock);
  }

  /** An old root is not enough: a reverted batch can be followed by blocks with other transfers under numbers that were read. */
  async #isTreeAt(blockTag: number): Promise<boolean> {
    const ask = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
      this.#pool.getFunction(name).staticCall(...args, { blockTag });
    if ((await ask("commitmentCount")) !== BigInt(this.#tree.size)) return false;
    return (await ask("isRecentRoot", digestToHex(this.#tree.root))) === true;
  }

  async #apply({ index, nullifiers, commitments, ciphertexts }: AppliedTransfer): Promise<void> {
    if (index !== this.#tree.size) return; // another tree: `read` finds out
    for (const note of this.#notes) note.isSpent ||= nullifiers.includes(note.nullifier);
    for (const [i, commitment] of commitments.entries()) {
      const note = await openNote(ciphertexts[i] ?? new Uint8Array(0), commitment, this.#keys);
      if (note === undefined) continue;
      const nullifier = digestToHex(nullifierOf(compress, this.#keys.nullifierKey, commitment, index + i));
      this.#notes.push({ ...note, index: index + i, nullifier, isSpent: false });
    }
    this.#tree.append(commitments);
  }
}
