import { hasOtherParties } from "./data-facts.ts";
import { externalSequencerOf, isQueueAlone, nodesOf, type ChainPlan } from "./plan.ts";

/** Option of the upper chain, and what is wrong with it. */
type Objection = readonly [option: string, message: string];

/**
 * Problems of a chain on another of which one at least is proven. A proven base imports statements about batches of proven chains
 * on it, and one transaction there has too few units for a verifier. A trusted base has no contract that checks proofs of execution.
 */
export function provenLayerObjections(chain: ChainPlan, parent: ChainPlan): readonly Objection[] {
  const [isProven, isOnProven] = [chain, parent].map(({ proving }) => proving.execution === "proven");
  const { name } = parent;
  if (!isProven && !isOnProven) return [];
  if (!isProven)
    return [
      [
        "settlesOn",
        `"${name}" is proven, and one transaction there has too few units for the verifier of a trusted chain; set execution: "proven", or name a trusted chain`,
      ],
    ];
  if (!isOnProven)
    return [
      [
        "execution",
        `is "proven", and contracts on the trusted chain ${name} check no such proof; set "trusted", or let ${name} be proven`,
      ],
    ];
  return [...baseObjections(parent), ...chainObjections(chain, name)];
}

/** Base that imports no statements, or whose other parties would have to verify them. */
function baseObjections({ name, settlesOn, ordering, validators, availability, settlement }: ChainPlan): readonly Objection[] {
  const isOrderedByOthers = nodesOf({ ordering }) > 0 || externalSequencerOf({ ordering }) !== undefined;
  const refused: readonly (readonly [isRefused: boolean, reason: string])[] = [
    [settlesOn !== undefined, `settles on ${settlesOn}, and only L1 records statements`],
    [isQueueAlone({ ordering }), "has its order from L1's queue, so it imports no statements"],
    [isOrderedByOthers, "is ordered by several sequencers or an external one, whose checks lack statements"],
    [
      validators.quorum !== undefined || hasOtherParties(availability),
      "has validators or holders of data in other processes, which get no proofs of statements",
    ],
    [
      settlement.pace.shared === true || settlement.pace.aggregatorSeconds !== undefined,
      "shows its batches with those of other chains, and statements are shown with its own alone; leave shared and aggregatorSeconds out of its pace",
    ],
  ];
  return refused.flatMap(([isRefused, reason]) =>
    isRefused ? ([["settlesOn", `"${name}" ${reason}; name another chain`]] as const) : [],
  );
}

function chainObjections({ ordering, settlement, firstState }: ChainPlan, base: string): readonly Objection[] {
  const refused: readonly (readonly [option: string, isRefused: boolean, reason: string])[] = [
    ["sequencing", isQueueAlone({ ordering }), `and settlers of a queue do not reach the imports of ${base}`],
    ["pace", settlement.pace.shared === true || settlement.pace.aggregatorSeconds !== undefined, `and ${base} shows its proofs`],
    ["execution", firstState.superchain, `and bridges.superchain is imported, which contracts on ${base} do not accept`],
  ];
  return refused.flatMap(([option, isRefused, reason]) =>
    isRefused ? ([[option, `is set on a chain that settles on the proven chain ${base}, ${reason}; leave one of the two out`]] as const) : [],
  );
}
