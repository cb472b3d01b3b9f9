import type { GenesisAccount } from "../../chain/model/genesis.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../protocol/genesis.ts";
import { singletonAccounts } from "../../chain/predeploys/singletons.ts";

/** What an operator chooses of a chain's first state; its validators are told the same. */
export type FirstState = ChainPlan["firstState"];

/** What a chain has from the start beside the protocol's genesis and its configuration. */
export function firstStateAccounts(chainId: bigint, { singletons, allowUnlimitedContractSize }: FirstState): GenesisAccount[] {
  const { address, slot, value } = UNLIMITED_CONTRACT_SIZE;
  return [
    ...(singletons ? singletonAccounts(chainId) : []),
    ...(allowUnlimitedContractSize ? [{ address, storage: [{ slot: BigInt(slot), value: BigInt(value) }] }] : []),
  ];
}
