import { LEAST_MAX_INSTRUCTIONS_OF_BASE } from "../../chain/model/instruction-limits.ts";
import { idOnChain, MOST_LAYERS, parentId } from "../../ground/protocol/chain-ancestry.ts";
import { ETH_BASE_TOKEN } from "../../ground/protocol/base-token.ts";
import { MAX_ID_ON_L1 } from "./fields/identity.ts";
import { dataFactsOf } from "./data-facts.ts";
import { isGuardedPart } from "./fields/data-policy.ts";
import type { ChainPlan, PlannedAt } from "./plan.ts";
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
  if (below.length + 1 >= MOST_LAYERS)
    return `"${settlesOn}" is ${below.length} chains above L1 itself, and ids name no chain above it; name one of ${below.join(", ")}`;
  if (dataFactsOf(parent.availability).publishes !== "always") return objectionToData(settlesOn, parent);
  if (parent.availability.partition !== undefined)
    return `"${settlesOn}" has a porter, where contracts of a chain on it could be; name a chain without one`;
  if (parent.protocol.baseToken !== ETH_BASE_TOKEN)
    return `fees on "${settlesOn}" are not paid in ETH, and its coin would be called ETH on a chain on it; name a chain with ETH`;
  if (parent.proving.execution === "proven")
    return `"${settlesOn}" is proven, and one transaction there has too few units for the verifier of a chain on it; name a trusted chain`;
  const { maxInstructions } = parent.execution;
  if (maxInstructions < LEAST_MAX_INSTRUCTIONS_OF_BASE)
    return `transactions on "${settlesOn}" run at most ${maxInstructions} instructions (its maxInstructions), and to commit a full batch there takes up to ${LEAST_MAX_INSTRUCTIONS_OF_BASE}; give it that many, or leave its maxInstructions out`;
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
