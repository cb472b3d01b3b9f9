import { genesisState } from "../chain/state/genesis-state.ts";
import type { GenesisAccount } from "../chain/model/genesis.ts";
import { predeployGenesis } from "../chain/predeploys/genesis.ts";
import type { FirstVersion } from "../devnet/l1/deploy-ecosystem.ts";
import type { Hex } from "../protocol/hex.ts";
import { TRUSTED_VERSION } from "../protocol/protocol-version.ts";
import { bundledArtifact } from "./contract-artifacts.ts";

/** The state with which every chain of this package's protocol version begins, and the version as L1 registers it. */
export async function protocolGenesis(): Promise<{
  readonly genesis: readonly GenesisAccount[];
  readonly version: FirstVersion;
}> {
  const genesis = await predeployGenesis(2, async (name) => (await bundledArtifact(name)).deployedBytecode as Hex);
  const { stateRoot, leafCount } = genesisState(genesis);
  return { genesis, version: { protocolVersion: TRUSTED_VERSION, genesisStateRoot: stateRoot, genesisLeafCount: leafCount } };
}
