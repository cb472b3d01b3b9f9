import { protocolGenesis } from "../../chain/predeploys/genesis.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import { bundledArtifact } from "./contract-artifacts.ts";

/** State with which the chains of this package begin. */
export function packageGenesis(): Promise<readonly GenesisAccount[]> {
  return protocolGenesis(async (name) => (await bundledArtifact(name)).deployedBytecode as Hex | undefined);
}
