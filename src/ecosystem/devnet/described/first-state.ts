import { mergeAccounts, type GenesisAccount } from "../../../chain/model/genesis.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../../ground/protocol/genesis.ts";

/** An operator's choices for a chain's initial state that L1 does not have; validators receive the same ones. */
export type FirstState = Omit<ChainPlan["firstState"], "imported" | "superchain" | "singletons"> & {
  /** Contracts of bridges in a chain's initial state. */
  readonly bridges: readonly GenesisAccount[];
};

/** Choices of a plan. `superchain`: the Superchain's contracts. */
export function chosenFirstState(
  { firstState: { superchain: has, allowUnlimitedContractSize }, proving }: Pick<ChainPlan, "firstState" | "proving">,
  superchain: readonly GenesisAccount[],
): FirstState {
  return { allowUnlimitedContractSize, bridges: has && proving.execution === "trusted" ? superchain : [] };
}

/** Number that names a first state without contracts of bridges, as published inputs have it. */
export function firstStateNumber({ allowUnlimitedContractSize }: Pick<FirstState, "allowUnlimitedContractSize">): number {
  return allowUnlimitedContractSize ? 1 : 0;
}

/** Inverse of `firstStateNumber`; undefined for a number that names none. */
export function numberedFirstState(number: number): FirstState | undefined {
  return number > 1 ? undefined : { allowUnlimitedContractSize: number === 1, bridges: [] };
}

/** Accounts that imports bring: on a proven chain also bridges' contracts. Undefined if nothing is imported. */
export function importedAccounts(
  { firstState: { imported, superchain: has }, proving }: Pick<ChainPlan, "firstState" | "proving">,
  superchain: readonly GenesisAccount[],
): readonly GenesisAccount[] | undefined {
  return has && proving.execution === "proven" ? mergeAccounts(imported ?? [], superchain) : imported;
}

/** Initial accounts of a chain's state besides its configuration and the genesis. */
export function firstStateAccounts({ allowUnlimitedContractSize, bridges }: FirstState): GenesisAccount[] {
  const { address, slot, value } = UNLIMITED_CONTRACT_SIZE;
  return [
    ...bridges,
    ...(allowUnlimitedContractSize ? [{ address, storage: [{ slot: BigInt(slot), value: BigInt(value) }] }] : []),
  ];
}
