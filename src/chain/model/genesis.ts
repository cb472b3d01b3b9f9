import { NamedError } from "../../ground/errors/named-error.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { keccak256 } from "../../proofs/kernels/wasm/keccak256.ts";
import { fromHex, toHex, type Hex } from "../../ground/protocol/hex.ts";
import { firstCodeDigestValue } from "../../proofs/rules/code-digests.ts";

/** One account of a chain's first state. */
export interface GenesisAccount {
  /** 20 bytes. */
  readonly address: Hex;
  /** Wei. Domain: below 2^192, the room that an account header has for it. */
  readonly balanceWei?: bigint;
  readonly nonce?: bigint;
  /** Runtime code; no constructor runs. */
  readonly code?: Hex;
  readonly storage?: readonly { readonly slot: bigint; readonly value: bigint }[];
}

/** A leaf of the first state tree; the shape of the state tree's own writes. */
export interface GenesisLeaf {
  readonly leafKind: LeafKind;
  readonly address: bigint;
  readonly slot: bigint;
  readonly value: bigint;
}

/** Nonce in the low 64 bits, balance in the high 192: the value of an account's header leaf. */
export function accountHeader(nonce: bigint, balanceWei: bigint): bigint {
  if (nonce < 0n || nonce >= 2n ** 64n || balanceWei < 0n || balanceWei >= 2n ** 192n) {
    throw new GenesisError("HeaderOutOfRange", `nonce ${nonce} or balance ${balanceWei} does not fit an account header`);
  }
  return balanceWei * 2n ** 64n + nonce;
}

/** The leaves of a first state, without those whose value is 0. Throws GenesisError for an account listed twice. */
export function genesisLeaves(accounts: readonly GenesisAccount[]): GenesisLeaf[] {
  const leaves: GenesisLeaf[] = [];
  const seen = new Set<bigint>();
  for (const account of accounts) {
    const address = BigInt(account.address);
    if (seen.has(address)) throw new GenesisError("DuplicateAccount", `${account.address} is listed twice`);
    seen.add(address);
    let own = known.get(account);
    if (own === undefined) known.set(account, (own = leavesOf(account, address)));
    leaves.push(...own);
  }
  return leaves;
}

/** Leaves of accounts, which do not change: each chain of an ecosystem requests those of the same contracts several times. */
const known = new WeakMap<GenesisAccount, readonly GenesisLeaf[]>();

function leavesOf(account: GenesisAccount, address: bigint): GenesisLeaf[] {
  const { nonce = 0n, balanceWei = 0n, code = "0x", storage = [] } = account;
  const leaves: GenesisLeaf[] = [{ leafKind: LeafKind.account, address, slot: 0n, value: accountHeader(nonce, balanceWei) }];
  const bytes = fromHex(code);
  if (bytes.length > 0) {
    const hash = toHex(keccak256(bytes));
    leaves.push({ leafKind: LeafKind.codeHash, address, slot: 0n, value: BigInt(hash) });
    leaves.push({ leafKind: LeafKind.codeDigest, address, slot: 0n, value: firstCodeDigestValue(hash, bytes) });
  }
  for (const { slot, value } of storage) leaves.push({ leafKind: LeafKind.storage, address, slot, value });
  return leaves.filter(({ value }) => value !== 0n);
}

/** The first accounts with those of the second list added: their storage, and their other parts where given. */
export function mergeAccounts(first: readonly GenesisAccount[], second: readonly GenesisAccount[]): GenesisAccount[] {
  const accounts = new Map(first.map((account) => [account.address.toLowerCase(), account]));
  for (const account of second) {
    const before = accounts.get(account.address.toLowerCase());
    const storage = [...(before?.storage ?? []), ...(account.storage ?? [])];
    accounts.set(account.address.toLowerCase(), { ...before, ...account, storage });
  }
  return [...accounts.values()];
}

/** Leaves of the second state that differ from the first one's, which it extends. */
export function addedLeaves(first: readonly GenesisLeaf[], second: readonly GenesisLeaf[]): GenesisLeaf[] {
  const values = new Map(first.map((leaf) => [leafName(leaf), leaf.value]));
  return second.filter((leaf) => values.get(leafName(leaf)) !== leaf.value);
}

/** The writes with those of the second list in place of the first one's about the same leaf. */
export function overrideLeaves(first: readonly GenesisLeaf[], second: readonly GenesisLeaf[]): GenesisLeaf[] {
  return [...new Map([...first, ...second].map((leaf) => [leafName(leaf), leaf])).values()];
}

function leafName({ leafKind, address, slot }: GenesisLeaf): string {
  return `${leafKind} ${address} ${slot}`;
}

/** A first state that cannot be. */
export class GenesisError extends NamedError<"DuplicateAccount" | "HeaderOutOfRange"> {
  override readonly name = "GenesisError";
}
