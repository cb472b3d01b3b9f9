import type { HDNodeWallet } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "../accounts/accounts.ts";

/** Largest number of aggregators that a hub's contract takes. */
const MAX_AGGREGATORS = 32;

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

  /** Addresses of the first accounts, in ascending order. */
  addresses(count: number): readonly Hex[] {
    return Array.from({ length: count }, (_, index) => this.#addressOf(index)).toSorted();
  }

  /** Index of the account with this address; undefined for one that is not of this hub. */
  indexOf(address: Hex): number | undefined {
    this.#indexes ??= new Map(Array.from({ length: MAX_AGGREGATORS }, (_, index) => [this.#addressOf(index), index]));
    return this.#indexes.get(address);
  }

  /** Private key of an aggregator; undefined for one that is not of this hub. */
  keyOf(address: Hex): Hex | undefined {
    const index = this.indexOf(address);
    return index === undefined ? undefined : (this.wallet(index).privateKey as Hex);
  }

  #addressOf(index: number): Hex {
    return lowerCaseAddress(this.wallet(index).address);
  }
}

/** Number of a hub's aggregator among the development accounts. */
function aggregatorNumber(hub: number, index: number): number {
  return ACCOUNT_NUMBERS.firstAggregator + 1_000 * hub + index;
}
