import { parentId } from "../../ground/protocol/chain-ancestry.ts";
import { isPrivate } from "./data-facts.ts";
import { patienceFor } from "./fact-patience.ts";
import { longestWaitSeconds } from "./fields/settlement.ts";
import { reasonAgainstPairs } from "./pair-rules.ts";
import type { PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Problems of chains that take promises, with themselves and with the chains that they name. */
export function instantConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  return chains.flatMap((chain) => {
    const { instant } = chain.plan.settlement;
    if (instant === undefined) return [];
    const path = [...chain.path, "instant"];
    const own = reasonAgainst(chain, chains);
    const problems = own === undefined ? [] : [{ path, message: `is not for ${own}; remove instant` }];
    return [...problems, ...Object.keys(instant.from).flatMap((name) => sourceConflicts(name, [...path, "from"], chain, chains))];
  });
}

function sourceConflicts(
  name: string,
  path: OptionProblem["path"],
  { plan }: PlannedAt,
  chains: readonly PlannedAt[],
): readonly OptionProblem[] {
  const refused = (reason: string): readonly OptionProblem[] => [{ path, message: `names "${name}", ${reason}; remove it` }];
  const source = chains.find((other) => other.plan.name === name);
  if (source === undefined || name === plan.name) return refused("and promises come from other chains");
  const reason = reasonAgainst(source, chains);
  if (reason !== undefined) return refused(`and no promises come from ${reason}`);
  if (isPrivate(source.plan.availability)) return refused("whose messages are private, and a promise shows them");
  const [way, patience] = [longestWaySeconds(source), patienceFor(plan)];
  if (way < patience) return [];
  const message = `names "${name}", whose batches may need ${way} s to L1, and this chain waits ${patience} s: honest promises would break; lower batches.maxAgeMs, executionDelaySeconds or the wait of proofs of "${name}", or raise priorityOpWindowSeconds`;
  return [{ path, message }];
}

/** Kind of a chain that neither makes nor takes promises; undefined if it may. */
function reasonAgainst(chain: PlannedAt, chains: readonly PlannedAt[]): string | undefined {
  // The stake is on L1, and judges no chain on a chain.
  if (parentId(chain.plan.chainId) !== undefined) return "a chain that settles on another";
  return reasonAgainstPairs(chain, chains);
}

/** Maximum seconds from a batch's first block to its execution on L1 by the chain's options, without the making of proofs. */
function longestWaySeconds({ plan: { settlement, ordering, protocol } }: PlannedAt): number {
  const age = Math.ceil((ordering.batches.maxAgeMs ?? 0) / 1_000);
  return age + longestWaitSeconds(settlement) + protocol.executionDelaySeconds;
}
