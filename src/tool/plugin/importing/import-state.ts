import { toQuantity, type JsonRpcProvider } from "ethers";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ImportedAccount } from "./imported-state.ts";

/** Below, the protocol has its contracts, and the EVM its precompiles. */
const FIRST_FREE_ADDRESS = 0x30000n;
/** Maximum concurrent requests. */
const AT_A_TIME = 64;

/** A change of a chain's state, as its JSON-RPC takes it. */
interface Change {
  readonly method: "hardhat_setBalance" | "hardhat_setCode" | "hardhat_setNonce" | "hardhat_setStorageAt";
  readonly params: readonly string[];
}

/** Part of a state that a chain imports. */
export interface ImportPlan {
  readonly accounts: readonly ImportedAccount[];
  /** Accounts without code or storage at addresses of the protocol, which remain unchanged. */
  readonly leftOut: readonly Hex[];
  /** Contracts that lie there. None of them can come. */
  readonly conflicts: readonly Hex[];
  /** Accounts with storage, and neither code nor nonce, as no transaction leaves one. None of them can come. */
  readonly bare: readonly Hex[];
}

export function planImport(accounts: readonly ImportedAccount[]): ImportPlan {
  const free = ({ address }: ImportedAccount): boolean => BigInt(address) >= FIRST_FREE_ADDRESS;
  const isContract = ({ code, storage }: ImportedAccount): boolean => code !== "0x" || storage.length > 0;
  const isBare = ({ nonce, code, storage }: ImportedAccount): boolean => nonce === 0n && code === "0x" && storage.length > 0;
  const taken = accounts.filter((account) => !free(account));
  const movable = accounts.filter(free);
  return {
    accounts: movable,
    bare: movable.filter(isBare).map(({ address }) => address),
    leftOut: taken.filter((account) => !isContract(account)).map(({ address }) => address),
    conflicts: taken.filter(isContract).map(({ address }) => address),
  };
}

/** The accounts as the option of a chain has them. */
export function optionOf(accounts: readonly ImportedAccount[]) {
  return Object.fromEntries(
    accounts.map(({ address, balanceWei, nonce, code, storage }) => [
      address,
      {
        balance: String(balanceWei),
        nonce: String(nonce),
        code,
        storage: Object.fromEntries(storage.map(([slot, value]) => [toQuantity(slot), toQuantity(value)])),
      },
    ]),
  );
}

/** Wei that the accounts will have together, less what they have now. */
export async function balanceGain(chain: JsonRpcProvider, accounts: readonly ImportedAccount[]): Promise<bigint> {
  let gain = 0n;
  await inParallel(accounts, async ({ address, balanceWei }) => {
    const had = await chain.getBalance(address);
    // Not in one expression: it would read the sum before it waits, and the others' parts would be lost.
    gain += balanceWei - had;
  });
  return gain;
}

/**
 * Writes the state of the accounts to the chain; other values remain. It is idempotent, so an interrupted
 * import can be repeated. Rejects with the chain's refusal. `onProgress` receives the number of changes done, and
 * their total.
 */
export async function importAccounts(
  chain: JsonRpcProvider,
  accounts: readonly ImportedAccount[],
  onProgress: (count: number, of: number) => void,
): Promise<void> {
  // A chain gives a nonce to an account that has storage and neither code nor nonce yet.
  const stages = [accounts.flatMap(changesOfAccount), accounts.flatMap(changesOfStorage)];
  const total = stages.reduce((sum, changes) => sum + changes.length, 0);
  let made = 0;
  for (const changes of stages)
    await inParallel(changes, async ({ method, params }) => {
      await chain.send(method, [...params]);
      onProgress(++made, total);
    });
}

function changesOfAccount({ address, balanceWei, nonce, code }: ImportedAccount): Change[] {
  return [
    ...(code === "0x" ? [] : [{ method: "hardhat_setCode", params: [address, code] } as const]),
    ...(nonce === 0n ? [] : [{ method: "hardhat_setNonce", params: [address, toQuantity(nonce)] } as const]),
    { method: "hardhat_setBalance", params: [address, toQuantity(balanceWei)] } as const,
  ];
}

function changesOfStorage({ address, storage }: ImportedAccount): Change[] {
  return storage.map(([slot, value]) => ({
    method: "hardhat_setStorageAt",
    params: [address, toQuantity(slot), wordToHex(value)],
  }));
}

/** Does the same with each, some at a time, until one rejects. */
async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, lane));
}
