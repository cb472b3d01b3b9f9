import { MIN_INSTRUCTION_LIMIT_OF_BASE } from "../../chain/model/instruction-limits.ts";
import { idOnChain, MAX_LAYERS, parentId } from "../../ground/protocol/chain-ancestry.ts";
import { ETH_BASE_TOKEN } from "../../ground/protocol/base-token.ts";
import { MAX_VALIDATORS_ON_PROVEN_CHAIN } from "../../ground/protocol/way-to-l1.ts";
import { MAX_ID_ON_L1 } from "./fields/identity.ts";
import { dataFactsOf, hasOtherParties } from "./data-facts.ts";
import { isGuardedPart } from "./fields/data-policy.ts";
import { optionOfSharedProofs } from "./fields/settlement.ts";
import { mostSigners } from "./fields/validators.ts";
import { externalSequencerOf, isQueueAlone, nodesOf, type ChainPlan, type PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Conflicts between chains and their settlement layers. */
export function ancestryConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  const plans = chains.map(({ plan }) => plan);
  return chains.flatMap(({ path, plan }) =>
    objectionsTo(plan, plans).map(([option, message]) => ({ path: [...path, option], message })),
  );
}

type Objection = readonly [option: string, message: string];

function objectionsTo(chain: ChainPlan, chains: readonly ChainPlan[]): readonly Objection[] {
  const { chainId, settlesOn } = chain;
  if (settlesOn !== undefined) {
    const message = objectionTo(chain, settlesOn, chains);
    if (message !== undefined) return [["settlesOn", message]];
    const parent = chains.find(({ name }) => name === settlesOn);
    const objections = parent === undefined ? [] : provenConflicts(chain, parent);
    if (objections.length > 0) return objections;
    if (chain.availability.partition !== undefined)
      return [["partition", "is set together with settlesOn, and only L1 reserves a second id; leave one of the two out"]];
    return [...dataConflicts(chain, settlesOn, chains), ...idConflicts(chain, settlesOn, chains)];
  }
  if (chain.availability.dataAvailability === "chain") {
    const message = '"chain" is for a chain that settles on another: name that one in settlesOn, or leave it out';
    return [["dataAvailability", message]];
  }
  if (chainId <= BigInt(MAX_ID_ON_L1)) return [];
  const message = `${chainId} is an id of a chain that settles on chain ${parentId(chainId)}; name that one in settlesOn, or choose an id up to ${MAX_ID_ON_L1}`;
  return [["chainId", message]];
}

/** Why the chain cannot settle there; undefined where it can. */
function objectionTo(chain: ChainPlan, settlesOn: string, chains: readonly ChainPlan[]): string | undefined {
  const parent = chains.find(({ name }) => name === settlesOn);
  if (settlesOn === chain.name) return `"${settlesOn}" is the chain itself; name another chain, or leave it out to settle on L1`;
  if (parent === undefined) {
    const names = chains.flatMap(({ name }) => (name === chain.name ? [] : name)).join(", ");
    return `there is no chain "${settlesOn}"; ${names === "" ? "" : `name one of ${names}, or `}leave it out to settle on L1`;
  }
  const below = chainsBelow(parent, chains);
  if (below === undefined) return `"${settlesOn}" settles in a circle that never reaches L1; leave settlesOn of one of them out`;
  if (below.length + 1 >= MAX_LAYERS)
    return `"${settlesOn}" is ${below.length} chains above L1 itself, and ids name no chain above it; name one of ${below.join(", ")}`;
  if (dataFactsOf(parent.availability).publishes !== "always") return objectionToData(settlesOn, parent);
  if (parent.availability.partition !== undefined)
    return `"${settlesOn}" has a porter, where contracts of a chain on it could be; name a chain without one`;
  if (parent.protocol.baseToken !== ETH_BASE_TOKEN)
    return `fees on "${settlesOn}" are not paid in ETH, and its coin would be called ETH on a chain on it; name a chain with ETH`;
  const { maxInstructions } = parent.execution;
  if (maxInstructions < MIN_INSTRUCTION_LIMIT_OF_BASE)
    return `transactions on "${settlesOn}" run at most ${maxInstructions} instructions (its maxInstructions), and to commit a full batch there takes up to ${MIN_INSTRUCTION_LIMIT_OF_BASE}; give it that many, or leave its maxInstructions out`;
  return undefined;
}

function objectionToData(settlesOn: string, { availability: { dataAvailability } }: ChainPlan): string {
  if (dataAvailability === "inputs")
    return `"${settlesOn}" publishes its inputs alone, and data of a chain on it are not among them; name a rollup`;
  if (dataAvailability === "owners")
    return `"${settlesOn}" has its data at owners of held accounts alone, and data of a chain on it are not among them; name a rollup`;
  return `"${settlesOn}" is ${dataAvailability === "validium" ? "a validium" : "no rollup"}: its committee could withhold what a chain on it publishes; name a rollup`;
}

/** Data that stay on the chain below are on L1 by no chain above. */
function dataConflicts(chain: ChainPlan, settlesOn: string, chains: readonly ChainPlan[]): readonly Objection[] {
  const { dataAvailability } = chain.availability;
  if (isGuardedPart(dataAvailability)) return [];
  if (typeof dataAvailability !== "string")
    return [
      [
        "dataAvailability",
        `is composed, and what a chain on "${settlesOn}" publishes goes by one way alone; name one, or { guardians }`,
      ],
    ];
  const parent = chains.find(({ name }) => name === settlesOn);
  if (dataAvailability !== "rollup" || parent?.availability.dataAvailability !== "chain") return [];
  const message = `"rollup" has its data carried to L1, and those of "${settlesOn}" stay on "${parent.settlesOn}"; say "chain", or "rollup" for "${settlesOn}" too`;
  return [["dataAvailability", message]];
}

/** Names of the chains through which a chain's settlement goes, the nearest first; undefined where it never reaches L1. */
function chainsBelow({ settlesOn }: ChainPlan, chains: readonly ChainPlan[]): readonly string[] | undefined {
  const names: string[] = [];
  for (let below = settlesOn; below !== undefined; below = chains.find(({ name }) => name === below)?.settlesOn) {
    if (names.includes(below)) return undefined;
    names.push(below);
  }
  return names;
}

/** An id whose lowest bits are another chain's would be refused by the factory on the parent. */
function idConflicts(chain: ChainPlan, settlesOn: string, chains: readonly ChainPlan[]): readonly Objection[] {
  const parent = chains.find(({ name }) => name === settlesOn);
  if (parent === undefined || parentId(chain.chainId) === parent.chainId) return [];
  const message = `${chain.chainId} is not an id of a chain on "${settlesOn}": its lowest bits must be ${parent.chainId}, such as ${idOnChain(parent.chainId, 1n)}`;
  return [["chainId", message]];
}

/**
 * Problems of a chain on another, if one at least is proven. A proven base imports statements about batches of proven chains on
 * it, because a verifier exceeds the units of a transaction there. No contract on a trusted base checks proofs of execution.
 */
function provenConflicts(chain: ChainPlan, base: ChainPlan): readonly Objection[] {
  const [isProven, isOnProven] = [chain, base].map(({ proving }) => proving.execution === "proven");
  const { name } = base;
  if (isProven && isOnProven) return [...provenBaseConflicts(base), ...onProvenConflicts(chain, name)];
  if (isProven)
    return [
      [
        "execution",
        `is "proven", and contracts on the trusted chain ${name} check no proof of execution; set "trusted", or let ${name} be proven`,
      ],
    ];
  if (!isOnProven) return [];
  const message = `"${name}" is proven, and the verifier of a trusted chain exceeds the units of a transaction there; set execution: "proven", or name a trusted chain`;
  return [["settlesOn", message]];
}

/** A base that imports no statements, or whose other parties would have to verify them. */
function provenBaseConflicts({
  name,
  settlesOn,
  ordering,
  validators,
  availability,
  settlement,
}: ChainPlan): readonly Objection[] {
  const isOrderedByOthers = nodesOf({ ordering }) > 0 || externalSequencerOf({ ordering }) !== undefined;
  const isJudgedByOthers = validators.quorum !== undefined || hasOtherParties(availability);
  const reasons: readonly (readonly [isRefused: boolean, reason: string])[] = [
    [settlesOn !== undefined, `settles on ${settlesOn}, and only L1 records statements`],
    [isQueueAlone({ ordering }), "has its order from L1's queue, so it imports no statements"],
    [isOrderedByOthers, "is ordered by several sequencers or an external one, whose checks lack statements"],
    [isJudgedByOthers, "has validators or holders of data in other processes, which get no proofs of statements"],
    [
      optionOfSharedProofs(settlement) !== undefined,
      "shows its batches with those of other chains, and statements are shown with its batches alone; leave shared and aggregatorSeconds out",
    ],
  ];
  return reasons.flatMap(([isRefused, reason]) =>
    isRefused ? [["settlesOn", `"${name}" ${reason}; name another chain`] as const] : [],
  );
}

/** Options of a chain on a proven chain. */
function onProvenConflicts(
  { ordering, settlement, firstState, validators, availability }: ChainPlan,
  base: string,
): readonly Objection[] {
  const { dataAvailability: data } = availability;
  const [shared, signers] = [optionOfSharedProofs(settlement), mostSigners(validators)];
  const remedies: readonly (readonly [option: string, isRefused: boolean, message: string])[] = [
    [
      "sequencing",
      isQueueAlone({ ordering }),
      `is "queue", and settlers of a queue do not reach the imports of ${base}; leave it out`,
    ],
    [
      shared ?? "",
      shared !== undefined,
      `has shared proofs, and ${base} shows the chain's proofs; leave shared and aggregatorSeconds out`,
    ],
    [
      "execution",
      firstState.superchain,
      `is "proven", and contracts on ${base} accept no first state; leave bridges.superchain out`,
    ],
    [
      "dataAvailability",
      data !== "rollup" && data !== "chain",
      `needs signatures for the data, which exceed the units of a transaction of ${base}; set "rollup" or "chain"`,
    ],
    [
      "quorum",
      signers > MAX_VALIDATORS_ON_PROVEN_CHAIN,
      `has ${signers} signers, and a commit on the proven chain ${base} has units for ${MAX_VALIDATORS_ON_PROVEN_CHAIN} signatures; name fewer`,
    ],
  ];
  return remedies.flatMap(([option, isRefused, message]) => (isRefused ? [[option, message] as const] : []));
}
