import type { GenesisOf } from "../../chain/model/genesis.ts";
import { protocolGenesis } from "../../chain/predeploys/genesis.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { bundledArtifact } from "./contract-artifacts.ts";

/** The states with which chains of this package's protocol versions begin. */
export function packageGenesis(): Promise<GenesisOf> {
  return protocolGenesis(async (name) => (await bundledArtifact(name)).deployedBytecode as Hex | undefined);
}
