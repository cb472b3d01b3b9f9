import { mergeAccounts, type GenesisAccount } from "../../../chain/model/genesis.ts";
import { publishesInputs } from "../../options/data-facts.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../../ground/protocol/genesis.ts";

/** An operator's choices for a chain's initial state that L1 does not have; validators receive the same ones. */
export type FirstState = Omit<ChainPlan["firstState"], "imported" | "superchain"> & {
  /** Contracts of bridges in a chain's initial state. */
  readonly bridges: readonly GenesisAccount[];
};

/** Parts of a plan that decide a first state. */
type FirstStatePlan = Pick<ChainPlan, "firstState" | "proving" | "availability">;

/** Choices of a plan. `superchain`: the Superchain's contracts. */
export function chosenFirstState(plan: FirstStatePlan, superchain: readonly GenesisAccount[]): FirstState {
  const { superchain: has, allowUnlimitedContractSize } = plan.firstState;
  return { allowUnlimitedContractSize, bridges: has && !importsBridges(plan) ? superchain : [] };
}

/** True if contracts of bridges are imported: neither the first batch of a proven chain nor published inputs contain them. */
function importsBridges({ proving, availability }: FirstStatePlan): boolean {
  return proving.execution === "proven" || publishesInputs(availability);
}

/** Number that names a first state without contracts of bridges, as published inputs have it. */
export function firstStateNumber({ allowUnlimitedContractSize }: Pick<FirstState, "allowUnlimitedContractSize">): number {
  return allowUnlimitedContractSize ? 1 : 0;
}

/** Inverse of `firstStateNumber`; undefined for a number that names none. */
export function numberedFirstState(number: number): FirstState | undefined {
  return number > 1 ? undefined : { allowUnlimitedContractSize: number === 1, bridges: [] };
}

/** Accounts of the imports, for some chains with bridges' contracts. Undefined if nothing is imported. */
export function importedAccounts(
  plan: FirstStatePlan,
  superchain: readonly GenesisAccount[],
): readonly GenesisAccount[] | undefined {
  const { imported, superchain: has } = plan.firstState;
  return has && importsBridges(plan) ? mergeAccounts(imported ?? [], superchain) : imported;
}

/** Initial accounts of a chain's state besides its configuration and the genesis. */
export function firstStateAccounts({ allowUnlimitedContractSize, bridges }: FirstState): GenesisAccount[] {
  const { address, slot, value } = UNLIMITED_CONTRACT_SIZE;
  return [
    ...bridges,
    ...(allowUnlimitedContractSize ? [{ address, storage: [{ slot: BigInt(slot), value: BigInt(value) }] }] : []),
  ];
}
