import type { DataFacts } from "../../ground/protocol/data-choice.ts";
import { isAttestedPart, networksIn, partsOf, type DataPart } from "./fields/data-policy.ts";
import type { ChainPlan } from "./plan.ts";

/** Data policy of a chain. For a chain with a porter it covers the data of both partitions. */
export function policyOfPlan({
  dataAvailability,
  partition,
}: Pick<ChainPlan["availability"], "dataAvailability" | "partition">): ChainPlan["availability"]["dataAvailability"] | DataPart {
  if (partition === undefined) return dataAvailability;
  const { guardians, afterMs } = partition;
  return { allOf: ["rollup", guardians === undefined ? "listed" : { anyOf: [{ guardians }, "listed"], afterMs }] };
}

/** Id for which accounts of the chain's porter sign; undefined without a porter. */
export function porterIdOf({ availability: { partition } }: Pick<ChainPlan, "availability">): bigint | undefined {
  return partition === undefined ? undefined : BigInt(partition.chainId);
}

/** Location of a chain's data, and its readers. For a chain with a porter: data of its rollup. */
export function dataFactsOf({ dataAvailability }: ChainPlan["availability"]): DataFacts {
  if (dataAvailability === "chain") return { publishes: "always", rebuiltFrom: "base", readers: "everybody" };
  if (dataAvailability === "inputs") return { publishes: "never", rebuiltFrom: "inputs", readers: "everybody" };
  if (dataAvailability === "owners") return { publishes: "never", rebuiltFrom: "owners", readers: "sessions" };
  const publishes = publishesOf(dataAvailability);
  return {
    publishes,
    rebuiltFrom: publishes === "always" ? "l1" : "holders",
    // Guardians serve the data to every account.
    readers: publishes === "never" && networksIn(dataAvailability).length === 0 ? "sessions" : "everybody",
  };
}

/** True if accounts without a session read nothing of the chain. */
export function isPrivate(availability: ChainPlan["availability"]): boolean {
  return dataFactsOf(availability).readers === "sessions";
}

/** True if a committee or guardians store the data outside L1. */
export function hasHolders(dataAvailability: ChainPlan["availability"]["dataAvailability"] | DataPart): boolean {
  return isPolicy(dataAvailability) && hasCommittee(dataAvailability);
}

/** Names of the networks of guardians that store the data, or some batches' data. */
export function guardianNetworks(availability: Parameters<typeof policyOfPlan>[0]): readonly string[] {
  const part = policyOfPlan(availability);
  return isPolicy(part) ? networksIn(part) : [];
}

/** True if other parties than the validators run each batch again before they sign for its data. */
export function hasOtherParties(availability: ChainPlan["availability"]): boolean {
  const part = policyOfPlan(availability);
  return hasHolders(part) || isAttested(part) || guardianNetworks(availability).length > 0;
}

/** Whether each batch needs a program's word. */
export function isAttested(dataAvailability: ChainPlan["availability"]["dataAvailability"] | DataPart): boolean {
  return isPolicy(dataAvailability) && hasAttested(dataAvailability);
}

/** Whether each batch has its own choice. */
export function leavesChoice(dataAvailability: ChainPlan["availability"]["dataAvailability"] | DataPart): boolean {
  return isPolicy(dataAvailability) && hasAnyOf(dataAvailability);
}

/** True if commits have the inputs of batches. */
export function publishesInputs({ dataAvailability }: ChainPlan["availability"]): boolean {
  return dataAvailability === "inputs";
}

/** True if only owners of held accounts store data. */
export function isStoredByOwners({ dataAvailability }: ChainPlan["availability"]): boolean {
  return dataAvailability === "owners";
}

/** True if the data are published as changes, or kept by parties that sign for it. */
export function isPolicy(data: ChainPlan["availability"]["dataAvailability"] | DataPart): data is DataPart {
  return data !== "chain" && data !== "inputs" && data !== "owners";
}

function hasCommittee(part: DataPart): boolean {
  return part === "validium" || (typeof part === "object" && "committee" in part) || partsOf(part).some(hasCommittee);
}

function hasAttested(part: DataPart): boolean {
  return isAttestedPart(part) || partsOf(part).some(hasAttested);
}

function hasAnyOf(part: DataPart): boolean {
  return (typeof part === "object" && "anyOf" in part) || partsOf(part).some(hasAnyOf);
}

function publishesOf(part: DataPart): DataFacts["publishes"] {
  const parts = partsOf(part).map(publishesOf);
  if (parts.length === 0) return part === "rollup" ? "always" : "never";
  // One that publishes is enough where all must have the data.
  const isAll = typeof part === "object" && "allOf" in part;
  if (isAll && parts.includes("always")) return "always";
  const [first, ...others] = parts;
  return first !== undefined && others.every((other) => other === first) ? first : "sometimes";
}
