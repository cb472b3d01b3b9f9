import hre from "hardhat";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { predeployGenesis } from "../../../src/chain/predeploys/genesis.ts";
import type { Format } from "../../../src/protocol/protocol-version.ts";
import type { Hex } from "../../../src/protocol/hex.ts";

/** The protocol's genesis from the compiled contracts. */
export function genesisOf(format: Format = 2): Promise<GenesisAccount[]> {
  return predeployGenesis(format, async (name) => (await hre.artifacts.readArtifact(name)).deployedBytecode as Hex);
}
