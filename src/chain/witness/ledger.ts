import { Account } from "@ethereumjs/util";

/**
 * Account as a ledger holds it. An empty one is absent (EIP-161): its leaves are 0, by which a proof cannot tell the two
 * apart, and neither may gas.
 */
export function nonEmpty(account: Account | undefined): Account | undefined {
  return account?.isEmpty() === true ? undefined : account;
}

/** Account with these fields. */
export function accountOf({ nonce, balance, codeHash, codeSize }: AccountParts): Account {
  return new Account(nonce, balance, undefined, codeHash, codeSize);
}

/** Fields of an account that are not derived. */
interface AccountParts extends Pick<Account, "nonce" | "balance" | "codeHash"> {
  readonly codeSize: number | null;
}

/** Storage of a FlatState: accounts by lower-case address, slots and code by 32 bytes, all in hexadecimal. */
export interface StateLedger {
  account(address: string): Account | undefined;
  setAccount(address: string, account: Account | undefined): void;
  slot(address: string, slot: string): Uint8Array | undefined;
  setSlot(address: string, slot: string, value: Uint8Array | undefined): void;
  /** The account's current nonzero slots; it may be changed while they are read. */
  slotsOf(address: string): readonly (readonly [string, Uint8Array])[];
  code(hash: string): Uint8Array | undefined;
  setCode(hash: string, code: Uint8Array): void;
}

/** A ledger in maps. */
export class MapLedger implements StateLedger {
  readonly accounts = new Map<string, Account>();
  readonly slots = new Map<string, Map<string, Uint8Array>>();
  /** Code by its hash, in the order in which it came; shared. */
  readonly codes = new Map<string, Uint8Array>();

  account(address: string): Account | undefined {
    return this.accounts.get(address);
  }

  setAccount(address: string, account: Account | undefined): void {
    replace(this.accounts, address, account);
  }

  slot(address: string, slot: string): Uint8Array | undefined {
    return this.slots.get(address)?.get(slot);
  }

  setSlot(address: string, slot: string, value: Uint8Array | undefined): void {
    let slots = this.slots.get(address);
    if (slots === undefined) this.slots.set(address, (slots = new Map<string, Uint8Array>()));
    replace(slots, slot, value);
  }

  slotsOf(address: string): readonly (readonly [string, Uint8Array])[] {
    return [...(this.slots.get(address) ?? [])];
  }

  code(hash: string): Uint8Array | undefined {
    return this.codes.get(hash);
  }

  setCode(hash: string, code: Uint8Array): void {
    this.codes.set(hash, code);
  }

  /** Drops all codes except the `count` oldest: no account may have a later one. */
  keepCodes(count: number): void {
    if (this.codes.size > count) for (const hash of [...this.codes.keys()].slice(count)) this.codes.delete(hash);
  }
}

function replace<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
