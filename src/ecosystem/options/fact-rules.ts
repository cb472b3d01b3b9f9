import { patienceOf, type FactsOption } from "./fields/facts.ts";
import { parentId } from "../../ground/protocol/chain-ancestry.ts";
import { hasOtherParties } from "./data-facts.ts";
import { HANDS_OUT_PROOFS, handsOutProofs } from "./fields/settlement.ts";
import { externalSequencerOf, isQueueAlone, nodesOf, type PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Problems of chains that import facts, with themselves and with the chains that they name. */
export function factConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  return chains.flatMap((chain) => {
    const { facts } = chain.plan.settlement;
    return facts === undefined ? [] : [...importerConflicts(chain, chains, facts), ...sourceConflicts(chain, chains, facts)];
  });
}

function importerConflicts(
  { path, plan }: PlannedAt,
  chains: readonly PlannedAt[],
  facts: FactsOption,
): readonly OptionProblem[] {
  const { validators, availability, protocol } = plan;
  const [base] = chains.filter((other) => other.plan.chainId === parentId(plan.chainId));
  const [top] = chains.filter((other) => parentId(other.plan.chainId) === plan.chainId);
  const refused: readonly (readonly [isRefused: boolean, reason: string])[] = [
    [
      isQueueAlone(plan),
      "of a chain without a quorum, which imports nothing before L1 executes it; leave facts or sequencing out",
    ],
    [
      nodesOf(plan) > 0 || externalSequencerOf(plan) !== undefined,
      "of a chain that several sequencers or an external one order, whose checks lack facts; leave facts or sequencing out",
    ],
    [base !== undefined, `of a chain on ${base?.plan.name}, whose contracts check no proof of execution; remove facts`],
    [top !== undefined, `of a chain on which ${top?.plan.name} settles, and a rebuilt base would undo its batches; remove facts`],
    [
      validators.quorum !== undefined || hasOtherParties(availability),
      "of a chain whose validators or holders of data run in other processes, which get no evidence for facts; leave one of the two out",
    ],
  ];
  const problems = refused.flatMap(([isRefused, reason]) =>
    isRefused ? [{ path: [...path, "facts"], message: `are imports ${reason}` }] : [],
  );
  const [patience, window] = [patienceOf(facts), protocol.priorityOpWindowSeconds];
  if (2 * patience <= window) return problems;
  const message = `${patience} is more than half of priorityOpWindowSeconds (${window}), so a rebuilt batch could miss an operation; set at most ${Math.floor(window / 2)}`;
  return [...problems, { path: [...path, "facts", "patienceSeconds"], message }];
}

function sourceConflicts(
  { path, plan }: PlannedAt,
  chains: readonly PlannedAt[],
  { from }: FactsOption,
): readonly OptionProblem[] {
  const refused = (message: string): OptionProblem => ({ path: [...path, "facts", "from"], message });
  return from.flatMap((name) => {
    const source = chains.find((other) => other.plan.name === name)?.plan;
    if (source === undefined || name === plan.name)
      return [refused(`names "${name}", and facts come from other chains; name one`)];
    const problems: OptionProblem[] = [];
    if (source.proving.execution === "trusted")
      problems.push(refused(`names "${name}", whose proofs do not prove its execution; set execution: "proven" there`));
    else if (!handsOutProofs(source.settlement))
      problems.push(refused(`names "${name}", which serves no evidence; set ${HANDS_OUT_PROOFS} there`));
    if (parentId(source.chainId) !== parentId(plan.chainId))
      problems.push(refused(`names "${name}", which settles on another layer; remove it`));
    return problems;
  });
}
