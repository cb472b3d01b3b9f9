import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { genesisLeaves, type GenesisAccount } from "../model/genesis.ts";
import { StateTree } from "./state-tree.ts";

/** What L1 must know of a first state: its root and how many leaves it has. Throws GenesisError. */
export function genesisState(accounts: readonly GenesisAccount[]): { readonly stateRoot: Hex; readonly leafCount: bigint } {
  const tree = StateTree.genesis(genesisLeaves(accounts), { compressor: createCompressor() });
  return { stateRoot: digestToHex(tree.root), leafCount: BigInt(tree.leafCount) };
}
