import { chainConfigurationSlots, genesisAccounts, type ChainConfiguration } from "../../ground/protocol/genesis.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { PredeployName } from "../../ground/protocol/predeploys.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import { requireRuntimeCode } from "./runtime-code.ts";
import { singletonAccounts } from "./singletons.ts";

/** Reads an artifact's runtime code; undefined if the artifact has none. */
type ReadCode = (artifact: PredeployName) => Promise<Hex | undefined>;

/**
 * Genesis: every chain's first state tree, with the predeploys and the singletons. Rejects with TypeError for a contract without
 * code, because another root would follow.
 */
export async function protocolGenesis(codeOf: ReadCode): Promise<readonly GenesisAccount[]> {
  const predeploys = await Promise.all(
    genesisAccounts().map(async ({ address, artifact, balanceWei, nonce }) => ({
      address,
      balanceWei,
      nonce,
      code: requireRuntimeCode(artifact, await codeOf(artifact)),
    })),
  );
  return [...predeploys, ...singletonAccounts()];
}

/** A chain's configuration as accounts of its initial state. */
export function configurationAccounts(configuration: ChainConfiguration, sequencingMode = 0): GenesisAccount[] {
  const storage = new Map<Hex, { slot: bigint; value: bigint }[]>();
  for (const { address, slot, value } of chainConfigurationSlots(configuration, sequencingMode)) {
    storage.set(address, [...(storage.get(address) ?? []), { slot: BigInt(slot), value: BigInt(value) }]);
  }
  return [...storage].map(([address, slots]) => ({ address, storage: slots }));
}
