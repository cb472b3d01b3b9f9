import * as v from "valibot";
import { ETHER_DECIMALS } from "../../../ecosystem/options/fields/amount.ts";
import { FIRST_CHAIN_ID } from "../../../ecosystem/options/fields/identity.ts";
import { configSchema } from "../../../ecosystem/options/config.ts";
import { idOnChain, layersBelow, MAX_LAYERS } from "../../../ground/protocol/chain-ancestry.ts";
import type { HyperchainsConfig } from "../../../ecosystem/options/resolved-config.ts";

/** The user's `hyperchains`, which must be valid, with everything that was left out. */
export function resolveHyperchains(user: unknown = {}): HyperchainsConfig {
  const { chains, accounts, relayerPolicy, ...rest } = v.parse(configSchema, user);
  return {
    ...rest,
    chains: withIds(Object.entries(chains).map(([name, chain]) => ({ ...chain, name }))),
    accounts: {
      funded: accounts.funded,
      balanceWei: accounts.balance ?? defaultBalanceWei(rest.l1.url),
      unlocked: accounts.unlocked,
    },
    relayerPolicy: { minRewardPercent: relayerPolicy.minRewardPercent, reserveWei: relayerPolicy.reserve },
  };
}

/**
 * Chains with their ids. Ids that are left out follow from the place, and on another chain from its id: the first that no chain
 * before it has.
 */
export function withIds<
  Chain extends { readonly name: string; readonly chainId?: number | undefined; readonly settlesOn?: string | undefined },
>(chains: readonly Chain[]): (Chain & { readonly chainId: number })[] {
  const ids = chains.map(({ chainId }) => chainId);
  const idOf = (place: number, above: readonly number[] = []): number => {
    const parent = chains.findIndex(({ name }) => name === chains[place]?.settlesOn);
    // What settles in a circle or too deep is refused by the rules, whatever its id.
    const id = (ids[place] ??=
      parent < 0 || above.includes(place)
        ? FIRST_CHAIN_ID + place
        : (firstFreeIdOn(idOf(parent, [...above, place]), ids) ?? FIRST_CHAIN_ID + place));
    return id;
  };
  return chains.map((chain, place) => ({ ...chain, chainId: idOf(place) }));
}

/** Undefined where no chain can settle on the parent. */
function firstFreeIdOn(parent: number, usedIds: readonly (number | undefined)[]): number | undefined {
  if (layersBelow(BigInt(parent)) + 1 >= MAX_LAYERS) return undefined;
  for (let number = 1n; ; number++) {
    const chainId = Number(idOnChain(BigInt(parent), number));
    if (!usedIds.includes(chainId)) return chainId;
  }
}

/** The amount of Hardhat's own networks; on an L1 that runs elsewhere the deployer pays all of it. */
function defaultBalanceWei(l1Url: string | undefined): bigint {
  return (l1Url === undefined ? 10_000n : 100n) * 10n ** BigInt(ETHER_DECIMALS);
}
