import { ETHER_DECIMALS, parseAmount } from "../amount.ts";
import type { HyperchainConfig, HyperchainsConfig, HyperchainsUserConfig, HyperchainUserConfig } from "../../types.ts";

/** What there is where nothing is configured. */
export const DEFAULT_CHAIN_NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"] as const;
/** Id of the first chain that names none. */
export const FIRST_CHAIN_ID = 271;
/** Their operators are development accounts 10 to 19, the last that have ETH on a fresh L1. */
export const MAX_CHAINS = 10;

/** The user's `hyperchains`, which must be valid, with everything that was left out. */
export function resolveHyperchains(user: HyperchainsUserConfig = {}): HyperchainsConfig {
  const { name = "hyperchains", host = "127.0.0.1", origins = [], url, l1 = {}, prover = {}, accounts = {}, relayer = true, pollIntervalMs = 100 } = user;
  const { minRewardPercent, reserve } = user.relayerPolicy ?? {};
  const reserveWei = reserve === undefined ? undefined : parseAmount(reserve, ETHER_DECIMALS);
  const chains = user.chains ?? { alpha: {}, beta: {} };
  return {
    name,
    host,
    origins,
    ...(url === undefined ? {} : { url }),
    l1,
    chains: Object.entries(chains).map(([chainName, chain], place) => resolveChain(chainName, chain, place)),
    prover: { ...prover, mode: prover.mode ?? "stark" },
    accounts: { funded: accounts.funded ?? 10, balanceWei: parseAmount(accounts.balance ?? "100", ETHER_DECIMALS) ?? 0n },
    relayer,
    relayerPolicy: { ...(minRewardPercent === undefined ? {} : { minRewardPercent }), ...(reserveWei === undefined ? {} : { reserveWei }) },
    pollIntervalMs,
  };
}

function resolveChain(name: string, user: HyperchainUserConfig, place: number): HyperchainConfig {
  const { chainId = FIRST_CHAIN_ID + place, baseToken, readers, ...rest } = user;
  return {
    ...rest,
    name,
    chainId,
    ...(baseToken === undefined ? {} : { baseToken: typeof baseToken === "string" ? lowerCase(baseToken) : baseToken }),
    ...(readers === undefined ? {} : { readers: readers.map(lowerCase) }),
  };
}

function lowerCase(address: string): `0x${string}` {
  return address.toLowerCase() as `0x${string}`;
}
