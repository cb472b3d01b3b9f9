import { mergeAccounts, type GenesisAccount } from "../../../chain/model/genesis.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../../ground/protocol/genesis.ts";
import type { Format } from "../../../ground/protocol/protocol-version.ts";
import { singletonAccounts } from "../../../chain/predeploys/singletons.ts";

/** What an operator chooses of a chain's first state that L1 does not say; its validators are told the same. */
export type FirstState = Omit<ChainPlan["firstState"], "imported" | "superchain"> & {
  /** Contracts of bridges that a chain is born with. */
  readonly bridges: readonly GenesisAccount[];
};

/** What is chosen in a plan. `superchain`: the Superchain's contracts. */
export function chosenFirstState(
  { firstState: { imported: _, superchain: has, ...rest } }: Pick<ChainPlan, "firstState">,
  superchain: readonly GenesisAccount[],
): FirstState {
  return { ...rest, bridges: has ? superchain : [] };
}

/** Parts of a first state that a chain which publishes its inputs names on L1, by bit. */
const FIRST_STATE_PARTS = ["singletons", "allowUnlimitedContractSize"] as const;

/** Number that names a first state without contracts of bridges, as published inputs have it. */
export function firstStateNumber(firstState: Pick<FirstState, (typeof FIRST_STATE_PARTS)[number]>): number {
  return FIRST_STATE_PARTS.reduce((sum, part, bit) => sum + (firstState[part] ? 2 ** bit : 0), 0);
}

/** Inverse of `firstStateNumber`; undefined for a number that names none. */
export function numberedFirstState(number: number): FirstState | undefined {
  const [singletons, allowUnlimitedContractSize] = FIRST_STATE_PARTS.map((_, bit) => Math.floor(number / 2 ** bit) % 2 === 1);
  const firstState = { singletons: singletons === true, allowUnlimitedContractSize: allowUnlimitedContractSize === true };
  return firstStateNumber(firstState) === number ? { ...firstState, bridges: [] } : undefined;
}

/** Accounts that imports bring: on a proven chain also bridges' contracts. Undefined if nothing is imported. */
export function importedAccounts(
  { firstState: { imported, superchain: has }, proving }: Pick<ChainPlan, "firstState" | "proving">,
  superchain: readonly GenesisAccount[],
): readonly GenesisAccount[] | undefined {
  return has && proving.execution === "proven" ? mergeAccounts(imported ?? [], superchain) : imported;
}

/**
 * What a chain has from the start beside its configuration and its version's genesis: that of format 3 has the singletons, and
 * imports bring the bridges' contracts to it.
 */
export function firstStateAccounts(
  { chainId, format }: { readonly chainId: bigint; readonly format: Format },
  { singletons, allowUnlimitedContractSize, bridges }: FirstState,
): GenesisAccount[] {
  const { address, slot, value } = UNLIMITED_CONTRACT_SIZE;
  return [
    ...(singletons && format === 2 ? singletonAccounts(chainId) : []),
    ...(format === 2 ? bridges : []),
    ...(allowUnlimitedContractSize ? [{ address, storage: [{ slot: BigInt(slot), value: BigInt(value) }] }] : []),
  ];
}
