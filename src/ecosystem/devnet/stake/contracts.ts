import type { Layer } from "../deployment/layer.ts";
import type { StakeContracts } from "./enlist-keys.ts";

/** Contracts of an ecosystem's stake; undefined if it was deployed without. */
export function contractsOfStake({ addresses }: Layer): StakeContracts | undefined {
  const { stakeRegistry: registry, equivocation: evidence } = addresses;
  return registry === undefined || evidence === undefined ? undefined : { registry, evidence };
}
