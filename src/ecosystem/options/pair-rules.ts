import { parentId } from "../../ground/protocol/chain-ancestry.ts";
import { hasOtherParties } from "./data-facts.ts";
import { externalSequencerOf, isQueueAlone, nodesOf, type PlannedAt } from "./plan.ts";

/** Kind of a chain that makes neither links nor promises with others; undefined if it may. */
export function reasonAgainstPairs({ plan }: PlannedAt, chains: readonly PlannedAt[]): string | undefined {
  const { validators, availability, chainId } = plan;
  const isBase = chains.some((other) => parentId(other.plan.chainId) === chainId);
  const kinds: readonly (readonly [is: boolean, kind: string])[] = [
    [isQueueAlone(plan), "a chain without a quorum"],
    [nodesOf(plan) > 0 || externalSequencerOf(plan) !== undefined, "a chain that several sequencers or an external one order"],
    [isBase, "a chain on which others settle"],
    [
      validators.quorum !== undefined || hasOtherParties(availability),
      "a chain whose validators or holders of data run in other processes",
    ],
  ];
  return kinds.find(([is]) => is)?.[1];
}
