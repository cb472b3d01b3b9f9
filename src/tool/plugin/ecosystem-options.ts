import { ACCOUNT_NUMBERS } from "../../ecosystem/devnet/accounts/accounts.ts";
import type { DevnetOptions } from "../../ecosystem/devnet/described/options.ts";
import type { HyperchainsConfig } from "../../ecosystem/options/resolved-config.ts";

/** The ecosystem that a config describes, with the defaults of what starts it. */
export function ecosystemOptions(config: HyperchainsConfig, use: "spawn" | "test", isMeasured = false): DevnetOptions {
  const { accounts, allowBlocksWithSameTimestamp = use === "spawn", pollIntervalMs, prover, ...same } = config;
  const { url: _ofRunning, page: _beside, data: _keptElsewhere, ...ecosystem } = same;
  return {
    ...ecosystem,
    use,
    isMeasured,
    fundedAccounts: fundedAccounts(accounts.funded, config.relayer),
    fundingWei: accounts.balanceWei,
    unlocked: accounts.unlocked,
    distinctTimestamps: !allowBlocksWithSameTimestamp,
    // Nothing is proven, and a fleet has nothing to do.
    prover: config.proofs === "none" ? {} : prover,
    // In tests every move waits for a request.
    pollIntervalMs: use === "test" ? undefined : pollIntervalMs,
  };
}

function fundedAccounts(count: number, relayer: boolean): readonly number[] {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return !relayer || numbers.includes(ACCOUNT_NUMBERS.relayer) ? numbers : [...numbers, ACCOUNT_NUMBERS.relayer];
}
