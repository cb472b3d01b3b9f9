import { accountLeaf, heldPaymentsHash, type HeldOpening } from "../../ground/protocol/held-accounts/formats.ts";
import { RedeemedSet } from "../../ground/protocol/held-accounts/redeemed-set.ts";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { RecordFile } from "../../ground/runtime/record-file.ts";
import { noteIdOf, type BurnProof } from "./act.ts";
import {
  appendRecord,
  createRecords,
  FILE_WARNING,
  openRecords,
  type FileRecord,
  type HeldAccountName,
  type SignedAct,
} from "./file-records.ts";
import { HeldAccountError } from "./held-account-error.ts";
import type { StoredContents } from "./plan-act.ts";

/**
 * File of a held account: all that its owner has signed, and the notes that it received. Appended records are on disk before
 * `append` resolves.
 * The chain has the hash of the contents alone, so a lost file is lost money.
 */
export class HeldAccountFile {
  readonly name: HeldAccountName;
  readonly #file: RecordFile;
  readonly #acts: SignedAct[] = [];
  readonly #notes = new Map<Hex, BurnProof>();

  private constructor(name: HeldAccountName, file: RecordFile) {
    this.name = name;
    this.#file = file;
  }

  /** Creates the file of a registered account. Rejects with HeldAccountError FileExists if the path has a file. */
  static async create(path: string, name: HeldAccountName): Promise<HeldAccountFile> {
    return new HeldAccountFile(name, await createRecords(path, { kind: "account", warning: FILE_WARNING, ...name }));
  }

  /**
   * Opens the file of an account. Rejects with HeldAccountError NoFile, DamagedFile if a line is damaged, or NotRegistered if
   * the account's registration was interrupted.
   */
  static async open(path: string): Promise<HeldAccountFile> {
    let name: HeldAccountName | undefined;
    const { file, records } = await openRecords(path, (all) => {
      name = nameIn(path, all);
    });
    if (name === undefined) throw new HeldAccountError("DamagedFile", `${path} names no account; use a copy of the file`);
    const opened = new HeldAccountFile(name, file);
    for (const record of records) opened.#add(record);
    return opened;
  }

  /** Acts that the owner signed, the oldest first. */
  get acts(): readonly SignedAct[] {
    return this.#acts;
  }

  /** Stores an act before its signature leaves, once. */
  async appendAct(act: SignedAct): Promise<void> {
    // An act that is repeated alone has the same tree.
    if (this.#acts.some(({ root, position }) => root === act.root && position === act.position)) return;
    await this.#append({ kind: "act", ...act });
  }

  /** Stores a note for the account, once. */
  async appendNote(proof: BurnProof): Promise<void> {
    if (!this.hasNote(proof)) await this.#append({ kind: "note", ...proof });
  }

  /** True if the file has the note. */
  hasNote(proof: BurnProof): boolean {
    return this.#notes.has(noteIdOf(proof));
  }

  /**
   * Contents of the account when the chain has a leaf. Any earlier leaf is possible: a batch can be reverted on L1. Throws
   * HeldAccountError UnknownOpening for a leaf that no stored act leads to.
   */
  contentsAt(leaf: Hex): StoredContents {
    const { opening, ids } = this.#openingAt(leaf);
    const redeemed = RedeemedSet.from(ids);
    return {
      number: this.name.number,
      opening,
      redeemed,
      notes: [...this.#notes].flatMap(([id, note]) => (redeemed.has(id) ? [] : [note])),
    };
  }

  /** Proofs of the notes that an act burned. The recipient can redeem them if the contract has listed the act. */
  proofsOf({ root, position, path, opening, burned, payments }: SignedAct): readonly BurnProof[] {
    const { number: sender } = this.name;
    const parts = { root, position, path, sender, senderLeaf: accountLeaf(sender, opening), notes: burned };
    return burned.map((_, index) => ({ ...parts, paymentsHash: heldPaymentsHash(payments), index }));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #openingAt(leaf: Hex): { readonly opening: HeldOpening; readonly ids: readonly Hex[] } {
    const { number, owner } = this.name;
    const opening: HeldOpening = { owner, nonce: 0n, holdings: [], redeemed: toHex(new Uint8Array(32)) };
    if (accountLeaf(number, opening) === leaf) return { opening, ids: [] };
    const act = this.#acts.findLast((each) => accountLeaf(number, each.opening) === leaf);
    if (act !== undefined) return { opening: act.opening, ids: [...this.#openingAt(act.before).ids, ...act.redeemed] };
    const message = `no act of the file leads to leaf ${leaf} of account ${number}; use the newest copy of the file: a lost file is lost money`;
    throw new HeldAccountError("UnknownOpening", message);
  }

  async #append(record: FileRecord): Promise<void> {
    await appendRecord(this.#file, record);
    this.#add(record);
  }

  #add(record: FileRecord): void {
    if (record.kind === "act") this.#acts.push(withoutKind(record));
    else if (record.kind === "note") this.#notes.set(noteIdOf(record), withoutKind(record));
  }
}

/** Account that the records name, after the orders of its registration. */
function nameIn(path: string, records: readonly FileRecord[]): HeldAccountName {
  const ordered = records.findIndex(({ kind }) => kind !== "registration");
  const [header, ...others] = ordered === -1 ? [] : records.slice(ordered);
  if (header === undefined && records.length > 0) {
    throw new HeldAccountError("NotRegistered", `the registration of ${path} was interrupted; register again with this file`);
  }
  if (header?.kind !== "account")
    throw new HeldAccountError("DamagedFile", `${path} does not begin with an account; use a copy of the file`);
  if (others.some(({ kind }) => kind === "account" || kind === "registration"))
    throw new HeldAccountError("DamagedFile", "the file has two accounts; use a copy of the file");
  const { kind: _kind, warning: _warning, ...name } = header;
  return name;
}

function withoutKind<Content extends { readonly kind: string }>({ kind: _kind, ...content }: Content): Omit<Content, "kind"> {
  return content;
}
