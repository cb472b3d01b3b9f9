import { mergeAccounts, type GenesisAccount } from "../../chain/model/genesis.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../protocol/genesis.ts";
import type { Format } from "../../protocol/protocol-version.ts";
import { singletonAccounts } from "../../chain/predeploys/singletons.ts";

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
