import hre from "hardhat";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { protocolGenesis } from "../../../src/chain/predeploys/genesis.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

/** The protocol's genesis from the compiled contracts. */
export function genesisOf(): Promise<readonly GenesisAccount[]> {
  return protocolGenesis(async (name) => (await hre.artifacts.readArtifact(name)).deployedBytecode as Hex);
}
