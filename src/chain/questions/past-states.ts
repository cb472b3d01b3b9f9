import { hexToBytes, type Account } from "@ethereumjs/util";

import { BlockHashes, REMEMBERED_HASHES } from "../witness/block-hashes.ts";
import type { StateLedger } from "../witness/ledger.ts";
import { restored, type PlaceValue, type PlainAccount, type PlainChanges, type StateUpdate } from "../witness/state-feed.ts";

/** A value that existed until a block changed it. */
interface Version<Value> {
  readonly until: bigint;
  readonly value: Value | undefined;
}

/** A value now and, newest last, the values before it; most places of a large state never had another value. */
interface Place<Value> {
  present: Value | undefined;
  versions: Version<Value>[] | undefined;
}

/** A chain's state at every recent block: present values, and for each place the earlier ones. */
export class PastStates {
  readonly hashes = new BlockHashes(Infinity);
  /** Values in their received form, because most accounts of a large state are never requested. */
  #accounts = new Map<string, Place<PlainAccount>>();
  #slots = new Map<string, Map<string, Place<Uint8Array>>>();
  #codes = new Map<string, Uint8Array>();
  /** Blocks whose changes are known, oldest first. */
  #blocks: PlainChanges[] = [];
  #oldest = 0n;
  #newest = 0n;

  get oldest(): bigint {
    return this.#oldest;
  }

  get newest(): bigint {
    return this.#newest;
  }

  apply(update: StateUpdate): void {
    if (update.isWhole) {
      this.#accounts = new Map();
      this.#slots = new Map();
      this.#codes = new Map();
      this.#blocks = [];
      this.hashes.returnTo(update.hashes);
    }
    for (const [hash, code] of update.codes) this.#codes.set(hash, code);
    for (const block of update.blocks) {
      if (block.hash !== undefined) this.hashes.set(Number(block.number), hexToBytes(block.hash));
      for (const { address, slot, value } of block.before) {
        if (slot === undefined) keepVersion(this.#account(address), block.number, value);
        else keepVersion(this.#slot(address, slot), block.number, value);
      }
      this.#blocks.push(block);
    }
    for (const { address, slot, value } of update.present) {
      if (slot === undefined) this.#account(address).present = value;
      else this.#slot(address, slot).present = value;
    }
    this.#newest = update.newest;
    this.#oldest = update.oldest;
    this.#forgetBefore(update.oldest);
  }

  /** The state after a block, as a ledger on which questions may write: what they write is its own. */
  at(block: bigint): StateLedger {
    return new Overlay({
      account: (address) => restored(valueAt(this.#accounts.get(address), block)),
      slot: (address, slot) => valueAt(this.#slots.get(address)?.get(slot), block),
      slotNames: (address) => this.#slots.get(address)?.keys() ?? [],
      code: (hash) => this.#codes.get(hash),
    });
  }

  #account(address: string): Place<PlainAccount> {
    return placeIn(this.#accounts, address);
  }

  #slot(address: string, slot: string): Place<Uint8Array> {
    let slots = this.#slots.get(address);
    if (slots === undefined) this.#slots.set(address, (slots = new Map<string, Place<Uint8Array>>()));
    return placeIn(slots, slot);
  }

  /** Versions that only earlier states have. */
  #forgetBefore(oldest: bigint): void {
    let count = 0;
    for (const { number, before } of this.#blocks) {
      if (number > oldest) break;
      count++;
      this.hashes.delete(Number(number) - REMEMBERED_HASHES);
      for (const value of before) this.#forgetVersion(value);
    }
    if (count > 0) this.#blocks = this.#blocks.slice(count);
  }

  #forgetVersion({ address, slot }: PlaceValue): void {
    if (slot === undefined) {
      const place = this.#accounts.get(address);
      place?.versions?.shift();
      if (isGone(place)) this.#accounts.delete(address);
      return;
    }
    const slots = this.#slots.get(address);
    const place = slots?.get(slot);
    place?.versions?.shift();
    if (isGone(place)) slots?.delete(slot);
  }
}

/** A state that questions only read. */
interface View {
  account(address: string): Account | undefined;
  slot(address: string, slot: string): Uint8Array | undefined;
  /** All slots that may hold something. */
  slotNames(address: string): Iterable<string>;
  code(hash: string): Uint8Array | undefined;
}

/** Writes of a query, above the state that it reads. */
class Overlay implements StateLedger {
  readonly #view: View;
  readonly #accounts = new Map<string, Account | undefined>();
  readonly #slots = new Map<string, Map<string, Uint8Array | undefined>>();
  readonly #codes = new Map<string, Uint8Array>();

  constructor(view: View) {
    this.#view = view;
  }

  account(address: string): Account | undefined {
    return this.#accounts.has(address) ? this.#accounts.get(address) : this.#view.account(address);
  }

  setAccount(address: string, account: Account | undefined): void {
    this.#accounts.set(address, account);
  }

  slot(address: string, slot: string): Uint8Array | undefined {
    const slots = this.#slots.get(address);
    return slots?.has(slot) === true ? slots.get(slot) : this.#view.slot(address, slot);
  }

  setSlot(address: string, slot: string, value: Uint8Array | undefined): void {
    let slots = this.#slots.get(address);
    if (slots === undefined) this.#slots.set(address, (slots = new Map<string, Uint8Array | undefined>()));
    slots.set(slot, value);
  }

  slotsOf(address: string): readonly (readonly [string, Uint8Array])[] {
    const names = new Set([...this.#view.slotNames(address), ...(this.#slots.get(address)?.keys() ?? [])]);
    return [...names].flatMap((slot) => {
      const value = this.slot(address, slot);
      return value === undefined ? [] : [[slot, value] as const];
    });
  }

  code(hash: string): Uint8Array | undefined {
    return this.#codes.get(hash) ?? this.#view.code(hash);
  }

  setCode(hash: string, code: Uint8Array): void {
    this.#codes.set(hash, code);
  }
}

function placeIn<Value>(places: Map<string, Place<Value>>, name: string): Place<Value> {
  let place = places.get(name);
  if (place === undefined) places.set(name, (place = { present: undefined, versions: undefined }));
  return place;
}

function keepVersion<Value>(place: Place<Value>, until: bigint, value: Value | undefined): void {
  (place.versions ??= []).push({ until, value });
}

/** A place that has no value now and had none before. */
function isGone(place: Place<unknown> | undefined): boolean {
  return place?.present === undefined && (place?.versions?.length ?? 0) === 0;
}

/** The value after a block: the first of those that a later block changed, or the present one. */
function valueAt<Value>(place: Place<Value> | undefined, block: bigint): Value | undefined {
  if (place === undefined) return undefined;
  const { versions = [], present } = place;
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((versions[middle] as Version<Value>).until > block) high = middle;
    else low = middle + 1;
  }
  return low === versions.length ? present : versions[low]?.value;
}
