import { parentId } from "../../ground/protocol/chain-ancestry.ts";
import { reasonAgainstPairs } from "./pair-rules.ts";
import type { PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Problems of chains that receive links, with themselves and with the chains that they name. */
export function linkConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  return chains.flatMap((chain) => {
    const { links = [] } = chain.plan.settlement;
    const path = [...chain.path, "links"];
    const own = links.length === 0 ? undefined : reasonAgainstLinks(chain, chains);
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
  const reason = reasonAgainstLinks(peer, chains);
  return reason === undefined ? [] : refused(`and links are not for ${reason}`);
}

/** Kind of a chain that makes no links; undefined if it may. L1 executes a link without a confirmation before it. */
function reasonAgainstLinks(chain: PlannedAt, chains: readonly PlannedAt[]): string | undefined {
  return reasonAgainstPairs(chain, chains) ?? (chain.plan.protocol.secondCheck ? "a chain with a second check" : undefined);
}
