import type { HDNodeWallet } from "ethers";
import { MAX_AGGREGATORS } from "../../options/fields/hubs.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "../accounts/accounts.ts";

/** Number of a hub's accounts that may be aggregators, as many as a contract takes. */
const AGGREGATOR_ACCOUNTS = 32;
/** Form of `areAggregatorAccounts`. */
export const AGGREGATORS_WANTED = `1 to ${MAX_AGGREGATORS} different numbers of the hub's accounts, each from 0 to ${AGGREGATOR_ACCOUNTS - 1}`;

/** True for numbers of accounts that can decide a hub's blocks together. */
export function areAggregatorAccounts(value: unknown): value is readonly number[] {
  const accounts = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (accounts.length === 0 || accounts.length > MAX_AGGREGATORS || new Set(accounts).size !== accounts.length) return false;
  return accounts.every((each) => Number.isInteger(each) && Number(each) >= 0 && Number(each) < AGGREGATOR_ACCOUNTS);
}

/** Development accounts of a hub's aggregators: the first ones of its thousand numbers. */
export class AggregatorKeys {
  readonly #first: number;
  readonly #accounts: DevelopmentAccounts;
  /** Indexes by address, derived at the first search: each wallet costs a derivation. */
  #indexes: ReadonlyMap<Hex, number> | undefined;

  /** `hub`: index of the hub among those of the ecosystem. */
  constructor(hub: number, accounts: DevelopmentAccounts) {
    this.#first = aggregatorNumber(hub, 0);
    this.#accounts = accounts;
  }

  /** Account of an aggregator. */
  wallet(index: number): HDNodeWallet {
    return this.#accounts.wallet(this.#first + index);
  }

  /** Address of an account. */
  address(index: number): Hex {
    return lowerCaseAddress(this.wallet(index).address);
  }

  /** Addresses of the first accounts, in ascending order. */
  addresses(count: number): readonly Hex[] {
    return Array.from({ length: count }, (_, index) => this.address(index)).toSorted();
  }

  /** Index of the account with this address; undefined for one that is not of this hub. */
  indexOf(address: Hex): number | undefined {
    this.#indexes ??= new Map(Array.from({ length: AGGREGATOR_ACCOUNTS }, (_, index) => [this.address(index), index]));
    return this.#indexes.get(address);
  }

  /** Private key of an aggregator; undefined for one that is not of this hub. */
  keyOf(address: Hex): Hex | undefined {
    const index = this.indexOf(address);
    return index === undefined ? undefined : (this.wallet(index).privateKey as Hex);
  }
}

/** Number of a hub's aggregator among the development accounts. */
function aggregatorNumber(hub: number, index: number): number {
  return ACCOUNT_NUMBERS.firstAggregator + 1_000 * hub + index;
}
