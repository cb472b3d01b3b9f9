import type { StateManagerInterface, AccountFields } from "@ethereumjs/common";
import { OriginalStorageCache } from "@ethereumjs/statemanager";
import { Account, KECCAK256_NULL_S, type Address } from "@ethereumjs/util";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { codeDigestValue } from "../../proofs/rules/code-digests.ts";
import { accountHeader, type GenesisAccount, type GenesisLeaf } from "../model/genesis.ts";
import { accountOf, MapLedger, nonEmpty, type StateLedger } from "./ledger.ts";
import type { NetChanges, NetWrite } from "./net-changes.ts";

const NO_BYTES = new Uint8Array(0);
/** First bytes of a delegated account's code (EIP-7702). */
const DELEGATION = Uint8Array.of(0xef, 0x01, 0x00);

/** A write, undone by writing `before` back; `slot` is absent where the whole account was written. */
export type UndoRecord =
  | { readonly address: string; readonly slot: undefined; readonly before: Account | undefined }
  | { readonly address: string; readonly slot: string; readonly before: Uint8Array | undefined };

/** Contents of an account or a slot, for a later write. */
export type HeldValue =
  | { readonly address: string; readonly slot: undefined; readonly value: Account | undefined }
  | { readonly address: string; readonly slot: string; readonly value: Uint8Array | undefined };

/**
 * A state for ethereumjs: accounts and slots in a flat ledger, with one undo log from which checkpoints revert and net
 * changes are read. No tree, so a write costs O(1). The library's interface is asynchronous; nothing here waits.
 */
export class FlatState implements StateManagerInterface {
  readonly originalStorageCache: OriginalStorageCache;
  /** Called with each code that an account receives. */
  onCode: ((code: Uint8Array) => void) | undefined;
  #ledger: StateLedger;
  readonly #undo: UndoRecord[] = [];
  readonly #checkpoints: number[] = [];
  #lowestMark = 0;
  #admittedSender: string | undefined;

  constructor(ledger: StateLedger = new MapLedger()) {
    this.#ledger = ledger;
    this.originalStorageCache = new OriginalStorageCache((address, key) => this.getStorage(address, key));
  }

  /** Continues with another ledger, without an undo log. */
  exchange(ledger: StateLedger): void {
    this.#ledger = ledger;
    this.#checkpoints.length = 0;
    this.forget(this.mark());
    this.originalStorageCache.clear();
  }

  /** Sets a whole account outside any transaction, leaving nothing to undo. An empty one is absent. */
  load(account: GenesisAccount): void {
    const address = account.address.toLowerCase();
    const code = fromHex(account.code ?? "0x");
    const codeHash = keccak_256(code);
    this.#ledger.setCode(toHex(codeHash), code);
    const { nonce = 0n, balanceWei: balance = 0n } = account;
    this.#ledger.setAccount(address, nonEmpty(accountOf({ nonce, balance, codeHash, codeSize: 0 })));
    for (const { slot, value } of account.storage ?? []) {
      this.#ledger.setSlot(address, wordToHex(slot), significant(fromHex(wordToHex(value))));
    }
  }

  /** A place to roll back to or to count changes from. */
  mark(): number {
    return this.#undo.length;
  }

  /** Undoes everything after the mark, between transactions: a run that was broken off leaves checkpoints behind. */
  rollback(mark: number): void {
    this.#checkpoints.length = 0;
    this.#undoTo(mark);
    this.originalStorageCache.clear();
  }

  /** Drops undo records before a mark; later marks are reduced by their number. */
  forget(mark: number): void {
    this.#undo.splice(0, mark);
    this.#lowestMark = 0;
  }

  /** Changes since the mark, leaf by leaf. Throws GenesisError for an account header that has no leaf encoding. */
  changesSince(mark: number): NetChanges {
    const first = new Map<string, UndoRecord>();
    for (let i = mark; i < this.#undo.length; i++) {
      const record = this.#undo[i] as UndoRecord;
      const name = placeOf(record);
      if (!first.has(name)) first.set(name, record);
    }
    const writes: NetWrite[] = [];
    const touched: GenesisLeaf[] = [];
    const bytecodes = new Set<Hex>();
    for (const record of first.values()) {
      for (const write of this.leavesOf(record)) {
        const { leafKind, address, slot, value, before } = write;
        touched.push({ leafKind, address, slot, value });
        if (value === before) continue;
        writes.push(write);
        if (leafKind === LeafKind.codeHash && value !== 0n) bytecodes.add(toHex(this.codeOf(value)));
      }
    }
    return { writes, touched, bytecodes: [...bytecodes] };
  }

  /** Current contents of each account and slot that was written since the mark, once each. */
  heldSince(mark: number): readonly HeldValue[] {
    const written = new Map(this.#undo.slice(mark).map((record) => [placeOf(record), record]));
    return [...written.values()].map(({ address, slot }) =>
      slot === undefined
        ? { address, slot, value: this.#ledger.account(address) }
        : { address, slot, value: this.#ledger.slot(address, slot) },
    );
  }

  /** Writes the result of `heldSince`, with its codes, to a state at the same mark. */
  write(values: readonly HeldValue[], codes: readonly Hex[]): void {
    for (const code of codes) this.#ledger.setCode(toHex(keccak_256(fromHex(code))), fromHex(code));
    for (const { address, slot, value } of values) {
      if (slot === undefined) {
        this.#undo.push({ address, slot, before: this.#ledger.account(address) });
        this.#ledger.setAccount(address, value);
      } else {
        this.#undo.push({ address, slot, before: this.#ledger.slot(address, slot) });
        this.#ledger.setSlot(address, slot, value);
      }
    }
  }

  /** All writes that can be undone, oldest first: `mark()` is their number. */
  get records(): readonly UndoRecord[] {
    return this.#undo;
  }

  /** Minimum number of records since the last call, by rollbacks and reverts; earlier records are unchanged. */
  takeLowestMark(): number {
    const lowest = Math.min(this.#lowestMark, this.#undo.length);
    this.#lowestMark = this.#undo.length;
    return lowest;
  }

  /** Leaves of a write, with their present values and those before the write. A code's leaves change together. */
  leavesOf(record: UndoRecord): NetWrite[] {
    const address = BigInt(record.address);
    if (record.slot !== undefined) {
      const value = this.#ledger.slot(record.address, record.slot);
      return [
        { leafKind: LeafKind.storage, address, slot: BigInt(record.slot), value: wordOf(value), before: wordOf(record.before) },
      ];
    }
    const now = this.#ledger.account(record.address);
    const { before } = record;
    const header = { leafKind: LeafKind.account, address, slot: 0n, value: headerOf(now), before: headerOf(before) };
    const hash = { leafKind: LeafKind.codeHash, address, slot: 0n, value: codeValueOf(now), before: codeValueOf(before) };
    if (hash.value === hash.before) return [header, hash];
    const digestOf = (code: bigint): bigint => (code === 0n ? 0n : codeDigestValue(this.codeOf(code)));
    const digest = { ...hash, leafKind: LeafKind.codeDigest, value: digestOf(hash.value), before: digestOf(hash.before) };
    return [header, hash, digest];
  }

  /** Code by the value of a code hash leaf. */
  codeOf(value: bigint): Uint8Array {
    return this.#ledger.code(wordToHex(value)) ?? NO_BYTES;
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    const account = this.#ledger.account(address.toString());
    return account === undefined ? undefined : accountOf(account);
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    this.#put(address.toString(), account && accountOf(account));
  }

  #put(address: string, account: Account | undefined): void {
    this.#undo.push({ address, slot: undefined, before: this.#ledger.account(address) });
    this.#ledger.setAccount(address, nonEmpty(account));
  }

  async deleteAccount(address: Address): Promise<void> {
    await this.putAccount(address, undefined);
    await this.clearStorage(address);
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account();
    if (fields.nonce !== undefined) account.nonce = fields.nonce;
    if (fields.balance !== undefined) account.balance = fields.balance;
    if (fields.codeHash !== undefined) account.codeHash = fields.codeHash;
    if (fields.codeSize !== undefined) account.codeSize = fields.codeSize;
    await this.putAccount(address, account);
  }

  /**
   * Lets one account with code send the next transaction, which EIP-3607 forbids and ethereumjs cannot be told to allow: the
   * first question for its code, which is that check's, is answered as for a delegated account. Undefined ends it.
   */
  admitSender(address: Hex | undefined): void {
    const hasCode = address !== undefined && codeValueOf(this.#ledger.account(address)) !== 0n;
    this.#admittedSender = hasCode ? address : undefined;
  }

  async getCode(address: Address): Promise<Uint8Array> {
    if (this.#admittedSender !== undefined && address.toString() === this.#admittedSender) {
      this.#admittedSender = undefined;
      return DELEGATION;
    }
    return this.codeAt(address.toString());
  }

  /** An account by its address in lower case, not to be changed. */
  accountAt(address: string): Readonly<Account> | undefined {
    return this.#ledger.account(address);
  }

  /** A slot's word by its account's address in lower case and its name in 32 bytes. */
  wordAt(address: string, slot: string): bigint {
    return wordOf(this.#ledger.slot(address, slot));
  }

  /** An account's code, by its address in lower case. */
  codeAt(address: string): Uint8Array {
    const account = this.#ledger.account(address);
    return account === undefined ? NO_BYTES : (this.#ledger.code(toHex(account.codeHash)) ?? NO_BYTES);
  }

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = keccak_256(code);
    this.#ledger.setCode(toHex(codeHash), Uint8Array.from(code));
    this.onCode?.(code);
    const key = address.toString();
    const { nonce, balance } = this.#ledger.account(key) ?? new Account();
    this.#put(key, accountOf({ nonce, balance, codeHash, codeSize: code.length }));
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length;
  }

  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    return this.#ledger.slot(address.toString(), toHex(key)) ?? NO_BYTES;
  }

  /** True if a slot of the account holds something. The address is in lower case. */
  hasStorage(address: string): boolean {
    return this.#ledger.slotsOf(address).length > 0;
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    const account = address.toString();
    const slot = toHex(key);
    this.#undo.push({ address: account, slot, before: this.#ledger.slot(account, slot) });
    const bytes = significant(value);
    this.#ledger.setSlot(account, slot, bytes.length === 0 ? undefined : bytes);
  }

  async clearStorage(address: Address): Promise<void> {
    const account = address.toString();
    for (const [slot, before] of this.#ledger.slotsOf(account)) {
      this.#undo.push({ address: account, slot, before });
      this.#ledger.setSlot(account, slot, undefined);
    }
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length);
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop();
  }

  async revert(): Promise<void> {
    const mark = this.#checkpoints.pop();
    if (mark === undefined) throw new Error("a state is reverted only to a checkpoint that was set");
    // The cache holds values from before the transaction, which a revert inside it does not change.
    this.#undoTo(mark);
  }

  clearCaches(): void {
    this.originalStorageCache.clear();
  }

  async getStateRoot(): Promise<Uint8Array> {
    return new Uint8Array(32);
  }

  async setStateRoot(): Promise<void> {
    throw new Error("a flat state has no roots to return to");
  }

  async hasStateRoot(): Promise<boolean> {
    return false;
  }

  shallowCopy(): StateManagerInterface {
    throw new Error("a flat state is not copied");
  }

  #undoTo(mark: number): void {
    this.#lowestMark = Math.min(this.#lowestMark, mark);
    for (const record of this.#undo.splice(mark).reverse()) {
      if (record.slot === undefined) this.#ledger.setAccount(record.address, record.before);
      else this.#ledger.setSlot(record.address, record.slot, record.before);
    }
  }
}

/** One name for all writes of the same account or the same slot. */
export function placeOf({ address, slot }: UndoRecord): string {
  return slot === undefined ? address : address + slot;
}

function headerOf(account: Account | undefined): bigint {
  return account === undefined ? 0n : accountHeader(account.nonce, account.balance);
}

function codeValueOf(account: Account | undefined): bigint {
  if (account === undefined) return 0n;
  const hash = toHex(account.codeHash);
  return hash === KECCAK256_NULL_S ? 0n : BigInt(hash);
}

function wordOf(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined || bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

function significant(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? NO_BYTES : bytes.slice(first);
}
