import { parentId } from "../protocol/chain-ancestry.ts";
import { hasOtherParties } from "./data-facts.ts";
import { externalSequencerOf, isQueueAlone, nodesOf, type PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Problems of chains that receive links, with themselves and with the chains that they name. */
export function linkConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  return chains.flatMap((chain) => {
    const { links = [] } = chain.plan.settlement;
    const path = [...chain.path, "links"];
    const own = links.length === 0 ? undefined : reasonAgainst(chain, chains);
    const problems = own === undefined ? [] : [{ path, message: `are not for ${own}; leave links out` }];
    return [...problems, ...links.flatMap((name) => peerConflicts(name, path, chain, chains))];
  });
}

function peerConflicts(
  name: string,
  path: OptionProblem["path"],
  { plan }: PlannedAt,
  chains: readonly PlannedAt[],
): readonly OptionProblem[] {
  const refused = (reason: string): readonly OptionProblem[] => [{ path, message: `names "${name}", ${reason}; remove it` }];
  const peer = chains.find((other) => other.plan.name === name);
  if (peer === undefined || name === plan.name) return refused("and links come from other chains");
  if (parentId(peer.plan.chainId) !== parentId(plan.chainId)) return refused("which settles on another layer");
  const reason = reasonAgainst(peer, chains);
  return reason === undefined ? [] : refused(`and links are not for ${reason}`);
}

/** Kind of a chain whose batches are not linked; undefined if they may be. */
function reasonAgainst({ plan }: PlannedAt, chains: readonly PlannedAt[]): string | undefined {
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
