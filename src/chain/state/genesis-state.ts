import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { genesisLeaves, type GenesisAccount } from "../model/genesis.ts";
import { StateTree } from "./state-tree.ts";

/** Root of an initial state and the number of its leaves, for L1. Throws GenesisError. */
export function genesisState(accounts: readonly GenesisAccount[]): { readonly stateRoot: Hex; readonly leafCount: bigint } {
  const tree = StateTree.genesis(genesisLeaves(accounts), { compressor: createCompressor() });
  return { stateRoot: digestToHex(tree.root), leafCount: BigInt(tree.leafCount) };
}
