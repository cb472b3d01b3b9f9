import type { Hex } from "../../ground/protocol/hex.ts";
import type { Account } from "@ethereumjs/util";
import type { BlockHashMark } from "./block-hashes.ts";
import type { UndoRecord } from "./flat-state.ts";
import type { BlockChanges, RecentBlocks } from "./kept-blocks.ts";
import { accountOf, nonEmpty, type MapLedger } from "./ledger.ts";

/** An account as it crosses threads. */
export interface PlainAccount {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly codeHash: Uint8Array;
  readonly codeSize: number | null;
}

/** The value of an account, or of a slot if one is named; undefined if it does not exist. */
export type PlaceValue =
  | { readonly address: string; readonly slot: undefined; readonly value: PlainAccount | undefined }
  | { readonly address: string; readonly slot: string; readonly value: Uint8Array | undefined };

/** A block's changes, with the values before it. */
export interface PlainChanges {
  readonly number: bigint;
  readonly hash: Hex | undefined;
  readonly before: readonly PlaceValue[];
}

/** Update for a thread that answers questions about the state. */
export interface StateUpdate {
  /** True if it is the whole state, and replaces the old one; otherwise it is the changes. */
  readonly isWhole: boolean;
  /** Hashes of blocks before the first of `blocks`; of a whole state only. */
  readonly hashes: BlockHashMark;
  readonly present: readonly PlaceValue[];
  readonly codes: readonly (readonly [string, Uint8Array])[];
  readonly blocks: readonly PlainChanges[];
  readonly oldest: bigint;
  readonly newest: bigint;
}

/** A state as a witness gives it to one that is to begin there. */
export interface ExportedState {
  readonly state: Uint8Array;
  /** The oldest block whose state is part of it. */
  readonly oldest: bigint;
}

/** Tells one reader in another thread of a state as it changes, at the cost of the changes. Nothing is noted in between. */
export class StateFeed {
  readonly #ledger: MapLedger;
  readonly #recentBlocks: RecentBlocks;
  readonly #hashes: () => BlockHashMark;
  /** Entries of `recentBlocks` that the reader has; undefined where it needs everything. */
  #sent: number | undefined;
  #sentCodes = 0;

  constructor(ledger: MapLedger, recentBlocks: RecentBlocks, hashes: () => BlockHashMark) {
    this.#ledger = ledger;
    this.#recentBlocks = recentBlocks;
    this.#hashes = hashes;
  }

  /** The next update is whole: for a new reader, or because the state went back. */
  restart(): void {
    this.#sent = undefined;
    this.#sentCodes = 0;
  }

  take(): StateUpdate {
    const { oldest, newest, end } = this.#recentBlocks;
    const known = this.#sent === undefined ? undefined : this.#recentBlocks.from(this.#sent);
    const isWhole = known === undefined;
    if (isWhole) this.#sentCodes = 0;
    const entries = known ?? this.#recentBlocks.from(end - this.#recentBlocks.length) ?? [];
    const { codes } = this.#ledger;
    const newCodes = codes.size === this.#sentCodes ? [] : [...codes].slice(this.#sentCodes);
    this.#sent = end;
    this.#sentCodes = codes.size;
    return {
      isWhole,
      hashes: isWhole ? this.#hashes() : new Map(),
      present: isWhole ? this.#everything() : this.#presentOf(entries),
      codes: newCodes,
      blocks: entries.map(plainChanges),
      oldest,
      newest,
    };
  }

  #everything(): PlaceValue[] {
    const { accounts, slots } = this.#ledger;
    const present: PlaceValue[] = [...accounts].map(([address, account]) => ({
      address,
      slot: undefined,
      value: plain(account),
    }));
    for (const [address, ofAccount] of slots) for (const [slot, value] of ofAccount) present.push({ address, slot, value });
    return present;
  }

  #presentOf(entries: readonly BlockChanges[]): PlaceValue[] {
    return entries.flatMap(({ records }) =>
      records.map(({ address, slot }): PlaceValue =>
        slot === undefined
          ? { address, slot, value: plain(this.#ledger.account(address)) }
          : { address, slot, value: this.#ledger.slot(address, slot) },
      ),
    );
  }
}

/** Puts a whole state into an empty ledger. */
export function restoreLedger({ present, codes }: StateUpdate, ledger: MapLedger): void {
  for (const [hash, code] of codes) ledger.setCode(hash, code);
  for (const { address, slot, value } of present)
    if (slot === undefined) ledger.setAccount(address, restored(value));
    else ledger.setSlot(address, slot, value);
}

/** Inverse of what an update makes of a block's changes. */
export function changesOf({ number, hash, before }: PlainChanges): BlockChanges {
  const records = before.map((place): UndoRecord =>
    place.slot === undefined
      ? { address: place.address, slot: undefined, before: restored(place.value) }
      : { address: place.address, slot: place.slot, before: place.value },
  );
  return { number, hash, records };
}

/** An account that has crossed threads. */
export function restored(account: PlainAccount | undefined): Account | undefined {
  return account === undefined ? undefined : nonEmpty(accountOf(account));
}

function plainChanges({ number, hash, records }: BlockChanges): PlainChanges {
  const before = records.map((record): PlaceValue =>
    record.slot === undefined
      ? { address: record.address, slot: undefined, value: plain(record.before) }
      : { address: record.address, slot: record.slot, value: record.before },
  );
  return { number, hash, before };
}

function plain(account: Account | undefined): PlainAccount | undefined {
  if (account === undefined) return undefined;
  const { nonce, balance, codeHash, codeSize } = account;
  return { nonce, balance, codeHash, codeSize };
}
