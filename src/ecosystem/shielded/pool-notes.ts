import { Contract, type Interface, type Provider } from "ethers";

import { type Note, nullifierOf } from "../../proofs/circuits/join-split/note.ts";
import { compress } from "../../proofs/kernels/poseidon.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import { PageWidth, readLogPages } from "../../chain/settlement-layer/reader/log-pages.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { openNote } from "./note-cipher.ts";
import { NoteTree } from "./note-tree.ts";
import { type AppliedTransfer, type CreatedNotes, parseApplied } from "./pool-calls.ts";
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

/** Transfers that a pool's tree has room for. */
interface TransferRoom {
  /** Transfers of any kind. */
  readonly payments: bigint;
  readonly withdrawals: bigint;
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
  /** Hash of the last block that was read, for a full tree, which does not show a reverted block. */
  #lastHash: string | undefined;
  #room: TransferRoom = { payments: 0n, withdrawals: 0n };

  constructor(keys: ShieldedKeys, location: PoolLocation) {
    this.#keys = keys;
    this.#location = location;
    this.#pool = new Contract(location.address, location.abi, location.provider);
  }

  get tree(): Pick<NoteTree, "root" | "siblings"> {
    return this.#tree;
  }

  /** Room of the pool's tree in the last block that was read. */
  get room(): TransferRoom {
    return this.#room;
  }

  /** Notes with a value that are not spent. */
  unspent(): WalletNote[] {
    return this.#notes.filter(({ isSpent, value }) => !isSpent && value > 0n);
  }

  /** Reads new transfers; starts again if blocks that were read have been reverted. Throws ShieldedError TreeMismatch. */
  async read(): Promise<void> {
    if (await this.#readOn()) return;
    [this.#tree, this.#notes, this.#nextBlock, this.#lastHash] = [new NoteTree(), [], 0, undefined];
    if (await this.#readOn()) return;
    throw new ShieldedError(
      "TreeMismatch",
      `the events of ${this.#location.address} do not lead to the pool's root: connect to a node that has all logs of the chain`,
    );
  }

  /** Reads to the newest block. False if the tree is not the pool's in that block. */
  async #readOn(): Promise<boolean> {
    const { provider, address, abi } = this.#location;
    if (this.#lastHash !== undefined && (await this.#hashOf(this.#nextBlock - 1)) !== this.#lastHash) return false;
    const toBlock = await provider.getBlockNumber();
    const topics = [["Transacted", "NotesSpent"].map((name) => abi.getEvent(name)?.topicHash ?? "")];
    const question = { address: address as Hex, topics, fromBlock: this.#nextBlock, toBlock };
    for await (const { logs, blockNumber } of readLogPages(provider, question, this.#width)) {
      for (const log of logs) await this.#apply(parseApplied(abi, log));
      this.#nextBlock = blockNumber + 1;
    }
    return this.#isTreeAt(toBlock);
  }

  async #hashOf(block: number): Promise<string | undefined> {
    return (await this.#location.provider.getBlock(block))?.hash ?? undefined;
  }

  /** An old root is not enough: a reverted batch can be followed by blocks with other transfers under numbers that were read. */
  async #isTreeAt(blockTag: number): Promise<boolean> {
    const ask = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
      this.#pool.getFunction(name).staticCall(...args, { blockTag });
    if ((await ask("commitmentCount")) !== BigInt(this.#tree.size)) return false;
    if ((await ask("isRoot", digestToHex(this.#tree.root))) !== true) return false;
    const [payments, withdrawals] = (await ask("transfersLeft")) as readonly [bigint, bigint];
    this.#room = { payments, withdrawals };
    if (withdrawals === 0n) this.#lastHash = await this.#hashOf(blockTag);
    return true;
  }

  async #apply({ nullifiers, created }: AppliedTransfer): Promise<void> {
    if (created !== undefined && created.index !== this.#tree.size) return; // another tree: `read` finds out
    for (const note of this.#notes) note.isSpent ||= nullifiers.includes(note.nullifier);
    if (created !== undefined) await this.#add(created);
  }

  async #add({ index, commitments, ciphertexts }: CreatedNotes): Promise<void> {
    for (const [i, commitment] of commitments.entries()) {
      const note = await openNote(ciphertexts[i] ?? new Uint8Array(0), commitment, this.#keys);
      if (note === undefined) continue;
      const nullifier = digestToHex(nullifierOf(compress, this.#keys.nullifierKey, commitment, index + i));
      this.#notes.push({ ...note, index: index + i, nullifier, isSpent: false });
    }
    this.#tree.append(commitments);
  }
}
