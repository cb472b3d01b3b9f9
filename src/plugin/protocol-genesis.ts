import type { GenesisAccount, GenesisOf } from "../chain/model/genesis.ts";
import { protocolGenesis } from "../chain/predeploys/genesis.ts";
import { superchainAccounts } from "../chain/predeploys/superchain.ts";
import type { Hex } from "../protocol/hex.ts";
import { bundledArtifact } from "./contract-artifacts.ts";

/** The states with which chains of this package's protocol versions begin. */
export function packageGenesis(): Promise<GenesisOf> {
  return protocolGenesis(async (name) => (await bundledArtifact(name)).deployedBytecode as Hex);
}

/** Contracts of bridges with which chains of this package may be born. */
export function packageBridges(): Promise<readonly GenesisAccount[]> {
  return superchainAccounts(bundledArtifact);
}
