import { writeFile } from "node:fs/promises";
import * as v from "valibot";
import { accountLeaf, heldPaymentsHash, type HeldOpening } from "../protocol/held-accounts/formats.ts";
import { RedeemedSet } from "../protocol/held-accounts/redeemed-set.ts";
import { toHex, type Hex } from "../protocol/hex.ts";
import { RecordFile } from "../runtime/record-file.ts";
import { noteIdOf, type BurnProof } from "./act.ts";
import { encodeLine, readLines } from "./file-lines.ts";
import { HeldAccountError } from "./held-account-error.ts";
import {
  accountNumber,
  encodeHeldJson,
  hexOf,
  noteSchema,
  openingSchema,
  pathSchema,
  paymentSchema,
  positionSchema,
  proofEntries,
  uint64,
} from "./held-json.ts";
import type { Spending, StoredContents } from "./plan-act.ts";

const WARNING =
  "Store copies of this file: a lost file is lost money. Only one program may use it at a time, and no older copy may act.";

/** Account of a file. */
export interface HeldAccountName {
  readonly chainId: bigint;
  /** Contract `HeldAccounts` of the chain. */
  readonly contract: Hex;
  readonly number: number;
  readonly owner: Hex;
}

const headerSchema = v.strictObject({
  kind: v.literal("account"),
  warning: v.string(),
  chainId: uint64,
  contract: hexOf(20),
  number: accountNumber,
  owner: hexOf(20),
});
const signedSchema = v.strictObject({
  kind: v.literal("act"),
  before: hexOf(32),
  opening: openingSchema,
  redeemed: v.array(hexOf(32)),
  burned: v.array(noteSchema),
  payments: v.array(paymentSchema),
  root: hexOf(32),
  position: positionSchema,
  path: pathSchema,
});
const noteRecord = v.strictObject({ kind: v.literal("note"), ...proofEntries });
const recordSchema = v.variant("kind", [headerSchema, signedSchema, noteRecord]);

/** Act that the owner signed, or was about to sign. */
export interface SignedAct extends Spending {
  /** Leaf of the account before the act. */
  readonly before: Hex;
  /** Contents of the account after the act. */
  readonly opening: HeldOpening;
  /** Ids that the act redeems. */
  readonly redeemed: readonly Hex[];
  readonly root: Hex;
  readonly position: number;
  /** Siblings from the act up. */
  readonly path: readonly Hex[];
}

type FileRecord =
  | ({ readonly kind: "account"; readonly warning: string } & HeldAccountName)
  | ({ readonly kind: "act" } & SignedAct)
  | ({ readonly kind: "note" } & BurnProof);

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

  /** Creates the file of a new account. Rejects with the system's error if a file with this path exists. */
  static async create(path: string, name: HeldAccountName): Promise<HeldAccountFile> {
    // Contents of an account are private.
    await writeFile(path, "", { flag: "wx", mode: 0o600 });
    const file = await RecordFile.open(path, () => 0);
    await file.append(encodeLine(encodeHeldJson({ kind: "account", warning: WARNING, ...name })));
    return new HeldAccountFile(name, file);
  }

  /** Opens the file of an account. Rejects with HeldAccountError DamagedFile if a line is damaged. */
  static async open(path: string): Promise<HeldAccountFile> {
    // An empty file would be created by the file of records.
    await writeFile(path, "", { flag: "r+" });
    let records: readonly FileRecord[] = [];
    const file = await RecordFile.open(path, (bytes) => {
      const { texts, wholeBytes } = readLines(bytes);
      records = texts.map(parseRecord);
      return wholeBytes;
    });
    const [header, ...others] = records;
    if (header?.kind !== "account") {
      await file.close();
      throw new HeldAccountError("DamagedFile", `${path} does not begin with an account; use a copy of the file`);
    }
    const { kind: _kind, warning: _warning, ...name } = header;
    const opened = new HeldAccountFile(name, file);
    for (const record of others) opened.#add(record);
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
    await this.#file.append(encodeLine(encodeHeldJson(record)));
    this.#add(record);
  }

  #add(record: FileRecord): void {
    if (record.kind === "account") throw new HeldAccountError("DamagedFile", "the file has two accounts; use a copy of the file");
    if (record.kind === "act") this.#acts.push(withoutKind(record));
    else this.#notes.set(noteIdOf(record), withoutKind(record));
  }
}

function parseRecord(text: string): FileRecord {
  try {
    return v.parse(recordSchema, JSON.parse(text));
  } catch (cause) {
    throw new HeldAccountError(
      "DamagedFile",
      "a line of the file has another form; use the version of the package that wrote it",
      {
        cause,
      },
    );
  }
}

function withoutKind<Content extends { readonly kind: string }>({ kind: _kind, ...content }: Content): Omit<Content, "kind"> {
  return content;
}
