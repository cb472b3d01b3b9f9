import type { ChainPlan } from "../../../options/plan.ts";

/** Says who can withhold the data of a chain's porter, and whom that stops. */
export function sentenceOfPorter({ guardians }: NonNullable<ChainPlan["availability"]["partition"]>): string {
  const rollup = "the rollup's accounts withdraw and leave by L1's data alone";
  const trusted = "validators sign for both partitions, and no proof covers the porter";
  if (guardians === undefined) return `L1 has the porter's data, which no account can withhold; ${rollup}; ${trusted}`;
  return (
    `guardians "${guardians}" have the porter's data, or L1 while they are silent; guardians that signed can withhold them, ` +
    `which freezes the porter's accounts alone: ${rollup}; no stake answers for the porter's data, because L1 takes no request for them; ${trusted}`
  );
}
