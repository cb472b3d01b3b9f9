import * as v from "valibot";
import { ETHER_DECIMALS } from "../../options/amount.ts";
import { FIRST_CHAIN_ID } from "../../options/chain.ts";
import { configSchema } from "../../options/config.ts";
import type { HyperchainsConfig } from "../../types.ts";

/** The user's `hyperchains`, which must be valid, with everything that was left out. */
export function resolveHyperchains(user: unknown = {}): HyperchainsConfig {
  const { chains, accounts, relayerPolicy, ...rest } = v.parse(configSchema, user);
  return {
    ...rest,
    chains: Object.entries(chains).map(([name, chain], place) => ({
      ...chain,
      name,
      chainId: chain.chainId ?? FIRST_CHAIN_ID + place,
    })),
    accounts: {
      funded: accounts.funded,
      balanceWei: accounts.balance ?? defaultBalanceWei(rest.l1.url),
      unlocked: accounts.unlocked,
    },
    relayerPolicy: { minRewardPercent: relayerPolicy.minRewardPercent, reserveWei: relayerPolicy.reserve },
  };
}

/** As much as Hardhat's own networks give; on an L1 that runs elsewhere the deployer pays all of it. */
function defaultBalanceWei(l1Url: string | undefined): bigint {
  return (l1Url === undefined ? 10_000n : 100n) * 10n ** BigInt(ETHER_DECIMALS);
}
