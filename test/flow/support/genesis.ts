import hre from "hardhat";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { predeployGenesis } from "../../../src/chain/predeploys/genesis.ts";
import type { Hex } from "../../../src/protocol/hex.ts";

/** The protocol's genesis from the compiled contracts. */
export function genesisOf(): Promise<GenesisAccount[]> {
  return predeployGenesis(2, async (name) => (await hre.artifacts.readArtifact(name)).deployedBytecode as Hex);
}
