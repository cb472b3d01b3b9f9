import { promiseServiceData } from "../../../ground/protocol/batch-promise.ts";
import type { InstantTerms } from "../../options/fields/instant.ts";
import { ACCOUNT_NUMBERS } from "../accounts/accounts.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { DevnetOptionsError } from "../described/options.ts";
import type { SettlementLayer } from "../l1/settlement-layer.ts";
import { stakeKey } from "../stake/enlist-keys.ts";
import { serviceOf } from "../stake/services.ts";

/** Accounts that deposit for the promises of a pair: a key of the source each. */
const MAX_KEYS = 64;
/** Limit of the chains whose pairs have accounts. */
const MAX_PLACES = 1_000;

/** Two chains: the validators of one promise batches to the other. */
interface PromisePair {
  readonly source: DevnetChain;
  readonly receiver: DevnetChain;
  readonly terms: InstantTerms;
}

/** Pairs of a chain that has just opened with chains that run. */
export function promisePairs(opened: DevnetChain, running: readonly DevnetChain[]): readonly PromisePair[] {
  const between = (source: DevnetChain, receiver: DevnetChain): readonly PromisePair[] => {
    const terms = receiver.plan.settlement.instant?.from[source.name];
    return terms === undefined ? [] : [{ source, receiver, terms }];
  };
  return running.flatMap((other) => [...between(other, opened), ...between(opened, other)]);
}

/**
 * Deposits the least stake of the terms, in equal parts, for the keys of the source, and enlists these for its promises to the
 * receiver. A key that was enlisted before keeps its state: no stake that was slashed comes back. Rejects with
 * DevnetOptionsError if L1 has no judge of promises, and otherwise as `stakeKey`.
 */
export async function enlistPromises(
  { source, receiver, terms }: PromisePair,
  { accounts }: Pick<SettlementLayer, "accounts">,
): Promise<void> {
  const { base, pipeline } = source;
  const { stakeRegistry: registry, brokenPromises: evidence } = base.ecosystem.addresses;
  if (registry === undefined || evidence === undefined)
    throw new DevnetOptionsError(
      "BadOptions",
      `chains.${receiver.name}.instant: the contracts on L1 have no judge of promises; start a new ecosystem with a chain that has instant`,
    );
  const data = promiseServiceData(source.chainId, receiver.chainId);
  const keys = pipeline.signers.stakableKeys.slice(0, MAX_KEYS);
  const first = (receiver.plan.place * MAX_PLACES + source.plan.place) * MAX_KEYS;
  const count = BigInt(keys.length);
  for (const [i, key] of keys.entries()) {
    const operator = accounts.wallet(ACCOUNT_NUMBERS.firstPromiser + first + i).connect(base.sending);
    const depositWei = (terms.minStakeWei + count - 1n) / count;
    const staked = { registry, evidence, data, service: serviceOf(evidence, data), key, operator, depositWei };
    await stakeKey(staked, { l1: base.sending, funder: base.funder });
  }
}
