import { chainConfigurationSlots, genesisAccounts } from "../../protocol/genesis.ts";
import type { ChainConfiguration } from "../../protocol/genesis.ts";
import type { PredeployName } from "../../protocol/predeploys.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { GenesisAccount } from "../model/genesis.ts";

/** The protocol's genesis: every chain's first state tree. `codeOf` gives an artifact's runtime code. */
export async function predeployGenesis(codeOf: (artifact: PredeployName) => Promise<Hex>): Promise<GenesisAccount[]> {
  return Promise.all(
    genesisAccounts().map(async ({ address, artifact, balanceWei, nonce }) => ({
      address,
      balanceWei,
      nonce,
      code: await codeOf(artifact),
    })),
  );
}

/** A chain's configuration as accounts of its own initial state. */
export function configurationAccounts(configuration: ChainConfiguration): GenesisAccount[] {
  const storage = new Map<Hex, { slot: bigint; value: bigint }[]>();
  for (const { address, slot, value } of chainConfigurationSlots(configuration)) {
    storage.set(address, [...(storage.get(address) ?? []), { slot: BigInt(slot), value: BigInt(value) }]);
  }
  return [...storage].map(([address, slots]) => ({ address, storage: slots }));
}
