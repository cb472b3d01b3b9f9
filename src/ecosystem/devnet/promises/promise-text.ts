import { formatEther } from "ethers";
import type { ChainPlan } from "../../options/plan.ts";
import type { PromisesStatus, TakenPromisesInfo } from "./promise-info.ts";

/** Promises that a chain takes, by the chains that make them; undefined without the option `instant`. */
export function takenPromises({ instant }: ChainPlan["settlement"]): readonly TakenPromisesInfo[] | undefined {
  if (instant === undefined) return undefined;
  return Object.entries(instant.from).map(([chain, { minStakeWei, maxAtRiskWei, anyMessage }]) => ({
    chain,
    minStakeWei: String(minStakeWei),
    maxAtRiskWei: String(maxAtRiskWei),
    anyMessage,
    sentence: sentenceOf(chain, minStakeWei, maxAtRiskWei, anyMessage),
  }));
}

function sentenceOf(chain: string, minStakeWei: bigint, maxAtRiskWei: bigint, anyMessage: boolean): string {
  const calls = anyMessage ? ", and the effect of calls without a limit" : "";
  return (
    `messages of ${chain} arrive by a promise, before L1 has their batch. If the promise is broken, the chain loses up to ` +
    `${formatEther(maxAtRiskWei)} ETH${calls}, and at least ${formatEther(minStakeWei)} ETH of stake is slashed`
  );
}

/** Promises that a chain has taken and L1 has not executed, with a sentence about them and about chains that are shut out. */
export function promisesStatus(open: number, atRiskWei: bigint, shutOut: PromisesStatus["shutOut"]): PromisesStatus {
  const promised = open === 1 ? "1 promised batch is" : `${open} promised batches are`;
  const refused = shutOut.map(
    ({ chain, until }) => `promises of ${chain} are refused until ${new Date(1_000 * until).toISOString()}, after a void one`,
  );
  const sentence = [`${promised} not executed on L1, with ${formatEther(atRiskWei)} ETH`, ...refused].join("; ");
  return { open, atRiskWei: String(atRiskWei), shutOut, sentence };
}
