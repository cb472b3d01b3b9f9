import {
  chainConfigurationSlots,
  genesisAccounts,
  type ChainConfiguration,
  type GenesisArtifact,
} from "../../ground/protocol/genesis.ts";
import type { Format } from "../../ground/protocol/protocol-version.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { GenesisAccount, GenesisOf } from "../model/genesis.ts";
import { requireRuntimeCode } from "./runtime-code.ts";
import { singletonAccounts } from "./singletons.ts";

/** Reads an artifact's runtime code; undefined if the artifact has none. */
type ReadCode = (artifact: GenesisArtifact) => Promise<Hex | undefined>;

/**
 * Genesis of a format: every chain's first state tree. In format 3 it has the singletons that all chains have, and digests of
 * codes as that format writes them. Rejects with TypeError for a contract without code, because another root would follow.
 */
export async function predeployGenesis(format: Format, codeOf: ReadCode): Promise<GenesisAccount[]> {
  const predeploys = await Promise.all(
    genesisAccounts(format).map(async ({ address, artifact, balanceWei, nonce }) => ({
      address,
      balanceWei,
      nonce,
      code: requireRuntimeCode(artifact, await codeOf(artifact)),
    })),
  );
  if (format === 2) return predeploys;
  return [...predeploys, ...singletonAccounts()].map((account) => ({ ...account, digestFormat: format }));
}

/** The genesis of all formats; `codeOf` as above. */
export async function protocolGenesis(codeOf: ReadCode): Promise<GenesisOf> {
  const [genesis2, genesis3] = await Promise.all([predeployGenesis(2, codeOf), predeployGenesis(3, codeOf)]);
  return (format) => ({ 2: genesis2, 3: genesis3 })[format];
}

/** A chain's configuration as accounts of its own initial state. */
export function configurationAccounts(configuration: ChainConfiguration, sequencingMode = 0): GenesisAccount[] {
  const storage = new Map<Hex, { slot: bigint; value: bigint }[]>();
  for (const { address, slot, value } of chainConfigurationSlots(configuration, sequencingMode)) {
    storage.set(address, [...(storage.get(address) ?? []), { slot: BigInt(slot), value: BigInt(value) }]);
  }
  return [...storage].map(([address, slots]) => ({ address, storage: slots }));
}
