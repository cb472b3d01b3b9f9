import { externalSequencerOf, nodesOf, type ChainPlan, type PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Problems of chains with a porter: options for one tree, and ids that are taken. */
export function partitionConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  return chains.flatMap((chain) => [...treeConflicts(chain), ...idConflicts(chain, chains)]);
}

/** An option that does not go with a porter. */
type Refused = readonly [field: string, isRefused: boolean, reason: string];

function treeConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  if (plan.availability.partition === undefined) return [];
  return refusedOptions(plan)
    .filter(([, isRefused]) => isRefused)
    .map(([field, , reason]) => ({
      path: [...path, field],
      message: `is set together with partition, ${reason}; leave one of the two out`,
    }));
}

function refusedOptions(plan: ChainPlan): readonly Refused[] {
  const { availability, proving, validators, firstState, ordering, settlement } = plan;
  const { sequencing } = ordering;
  return [
    ["execution", proving.execution === "proven", "and no proof covers a second tree"],
    ["dataAvailability", availability.dataAvailability !== "rollup", "whose rollup is on L1"],
    ["import", firstState.imported !== undefined, "and an imported state has one tree"],
    ["quorum", validators.quorum !== undefined, "and validators in other processes have one tree"],
    ["sequencing", sequencing === "queue" || nodesOf(plan) > 0, "and nodes and queues have one tree"],
    ["sequencing", externalSequencerOf(plan) !== undefined, "and an external sequencer orders one id"],
    ["facts", settlement.facts !== undefined, "and facts are about chains with one tree"],
  ];
}

/** A porter's id is as a chain's. */
function idConflicts({ path, plan }: PlannedAt, chains: readonly PlannedAt[]): readonly OptionProblem[] {
  const { partition } = plan.availability;
  if (partition === undefined) return [];
  const id = BigInt(partition.chainId);
  const refused = (owner: string): readonly OptionProblem[] => [
    { path: [...path, "partition", "chainId"], message: `${id} is the chain id of ${owner} already; choose another` },
  ];
  if (id === LOCAL_L1_CHAIN_ID) return refused("the L1");
  const taken = chains.find((other) => other.plan.chainId === id);
  if (taken !== undefined) return refused(`"${taken.plan.name}"`);
  const earlier = chains
    .slice(
      0,
      chains.findIndex((other) => other.plan === plan),
    )
    .find((other) => other.plan.availability.partition?.chainId === partition.chainId);
  return earlier === undefined ? [] : refused(`the porter of "${earlier.plan.name}"`);
}

/** Chain id of Hardhat's in-process networks. */
const LOCAL_L1_CHAIN_ID = 31_337n;
