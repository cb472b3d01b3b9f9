import { MerkleStateManager } from "@ethereumjs/statemanager";
import { Account, createAddressFromString, hexToBytes, unpadBytes } from "@ethereumjs/util";
import { PlaceError } from "../../../../chain/past/place-error.ts";
import type { BlockNames } from "../../../../chain/past/place.ts";
import type { PlaceValue, PlainAccount, PlainChanges, StateUpdate } from "../../../../chain/witness/state-feed.ts";
import { keccak, toHex, type Hex } from "../../../../ground/protocol/hex.ts";
import type { L1Change } from "./l1-change.ts";

interface L1Account {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly code: Hex;
}

const NO_ACCOUNT: L1Account = { nonce: 0n, balance: 0n, code: "0x" };
const ZERO: Hex = `0x${"00".repeat(32)}`;

/** L1 after some of its changes: its blocks' names, its state, and what the state was after each block. */
export class L1History {
  readonly blocks: BlockNames[] = [];
  readonly #accounts = new Map<Hex, L1Account>();
  readonly #slots = new Map<Hex, Map<Hex, Hex>>();
  readonly #changes: PlainChanges[] = [];
  readonly #codes = new Map<Hex, Hex>();
  #chainId: number | undefined;

  /** Throws PlaceError where the first change does not say what the chain is called, or another one does. */
  add({ chainId, blocks, accounts, slots }: L1Change): void {
    if ((chainId === undefined) !== this.blocks.length > 0 || (this.blocks.length === 0 && blocks.length !== 1))
      throw new PlaceError("Damaged", "L1's first change does not tell of its first block");
    this.#chainId ??= chainId;
    this.blocks.push(...blocks);
    const before: PlaceValue[] = [];
    for (const { address, nonce, balance, code } of accounts) {
      const known = this.#accounts.get(address);
      before.push({ address, slot: undefined, value: this.#plain(known) });
      this.#accounts.set(address, { nonce: BigInt(nonce), balance: BigInt(balance), code: code ?? known?.code ?? "0x" });
    }
    for (const [address, slot, value] of slots) {
      const known = this.#slots.get(address) ?? new Map<Hex, Hex>();
      before.push({ address, slot, value: bytesOf(known.get(slot)) });
      this.#slots.set(address, known.set(slot, value));
    }
    this.#changes.push({ number: BigInt(this.head), hash: blocks.at(-1)?.hash, before });
  }

  /** The newest block. */
  get head(): number {
    return this.blocks.length - 1;
  }

  get chainId(): number {
    return this.#chainId ?? 0;
  }

  account(address: string): L1Account {
    return this.#accounts.get(address.toLowerCase() as Hex) ?? NO_ACCOUNT;
  }

  /** Root of the state, like that in a block's header. */
  async root(): Promise<Hex> {
    const trie = new MerkleStateManager();
    for (const [address, account] of this.#accounts) {
      const plain = this.#plain(account);
      if (plain === undefined) continue;
      const name = createAddressFromString(address);
      await trie.putAccount(name, new Account(plain.nonce, plain.balance, undefined, plain.codeHash));
      for (const [slot, value] of this.#slots.get(address) ?? [])
        if (value !== ZERO) await trie.putStorage(name, hexToBytes(slot), unpadBytes(hexToBytes(value)));
    }
    return toHex(await trie.getStateRoot());
  }

  /** All of it, for a server of the past. */
  update(): StateUpdate {
    const present: PlaceValue[] = [...this.#accounts].map(([address, account]) => ({
      address,
      slot: undefined,
      value: this.#plain(account),
    }));
    for (const [address, slots] of this.#slots)
      for (const [slot, value] of slots) present.push({ address, slot, value: bytesOf(value) });
    const codes = [...this.#codes].map(([code, hash]) => [hash, hexToBytes(code)] as const);
    const newest = BigInt(this.head);
    return { isWhole: true, hashes: new Map(), present, codes, blocks: this.#changes, oldest: 0n, newest };
  }

  #plain(account: L1Account | undefined): PlainAccount | undefined {
    if (account === undefined) return undefined;
    const { nonce, balance, code } = account;
    if (nonce === 0n && balance === 0n && code === "0x") return undefined;
    return { nonce, balance, codeHash: hexToBytes(this.#hashOf(code)), codeSize: (code.length - 2) / 2 };
  }

  #hashOf(code: Hex): Hex {
    const known = this.#codes.get(code) ?? keccak(hexToBytes(code));
    this.#codes.set(code, known);
    return known;
  }
}

/** Bytes of a value; `undefined` for a missing one. */
function bytesOf(value: Hex | undefined): Uint8Array | undefined {
  return value === undefined || value === ZERO ? undefined : unpadBytes(hexToBytes(value));
}
