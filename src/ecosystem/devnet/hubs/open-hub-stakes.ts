import type { Hex } from "../../../ground/protocol/hex.ts";
import { depositOf, type StakeTerms } from "../../options/fields/stake.ts";
import type { DevelopmentAccounts } from "../accounts/accounts.ts";
import { fundOperator } from "../chains/funding.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { stakableKey, stakeKey } from "../stake/enlist-keys.ts";
import { hubData, serviceOf } from "../stake/services.ts";
import type { HubGroup } from "./hub-group.ts";
import { HubStakes } from "./hub-stakes.ts";
import { AggregatorKeys } from "./aggregator-keys.ts";

/** Among the thousand numbers of a hub's accounts. */
const [FIRST_DEPOSITOR, REPORTER] = [100, 200];

interface HubStakesOpening {
  /** Index of the hub among those of the ecosystem. */
  readonly index: number;
  readonly group: Pick<HubGroup, "evidence" | "aggregators" | "epoch"> & { readonly address: Hex };
  /** Undefined without stake. */
  readonly terms: StakeTerms | undefined;
  readonly onL1: SettlementBase;
  readonly accounts: DevelopmentAccounts;
  /** Wei for the account that pays for reports. */
  readonly fundingWei: bigint;
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Deposits and enlists the keys of a hub's aggregators, and keys of a later epoch by `enlist`. A key that was enlisted before
 * retains its state, also if it was slashed. Undefined for one aggregator, whose votes contradict no other's decision, and if the
 * ecosystem was deployed without stake or without this judge. Rejects as `stakeKey`.
 */
export async function openHubStakes({
  index,
  group,
  terms,
  onL1,
  accounts,
  fundingWei,
  undisturbed,
}: HubStakesOpening): Promise<HubStakes | undefined> {
  const { stakeRegistry: registry, hubEquivocation: evidence } = onL1.ecosystem.addresses;
  if (terms === undefined || registry === undefined || evidence === undefined || group.aggregators.length === 1) return undefined;
  const data = hubData(group.address);
  const service = serviceOf(evidence, data);
  const keys = new AggregatorKeys(index, accounts);
  const wallet = (number: number) => keys.wallet(number).connect(onL1.sending);
  const enlist = async (): Promise<void> => {
    for (const { address } of group.aggregators) {
      const number = keys.indexOf(address);
      if (number === undefined) continue;
      const key = await stakableKey(wallet(number), onL1.chainId);
      const operator = wallet(FIRST_DEPOSITOR + number);
      const staked = { registry, evidence, data, service, key, operator, depositWei: depositOf(terms) };
      await stakeKey(staked, { l1: onL1.sending, funder: onL1.funder });
    }
  };
  await enlist();
  const sender = wallet(REPORTER);
  await fundOperator(sender, onL1, fundingWei);
  return new HubStakes(
    { hub: group.address, place: { registry, evidence } },
    { l1: onL1.sending, sender, group, enlist, undisturbed },
  );
}
