import { addedLeaves, genesisLeaves, mergeAccounts, type GenesisAccount } from "../../chain/model/genesis.ts";
import type { BatchCompressor } from "../../chain/state/batch-compressor.ts";
import { StateTree } from "../../chain/state/state-tree.ts";
import { digestToHex } from "../../protocol/digest.ts";
import type { Hex } from "../../protocol/hex.ts";

/**
 * The state that a chain's first transaction finds: the protocol's genesis, and behind it what the chain has beside it from the
 * start. No record of L1 has its root, since the first batch brings it (decision 27).
 */
export function firstStateTree(
  genesis: readonly GenesisAccount[],
  initial: readonly GenesisAccount[],
  dependencies: { readonly compressor: BatchCompressor },
): StateTree {
  const before = genesisLeaves(genesis);
  const tree = StateTree.genesis(before, dependencies);
  const added = addedLeaves(before, genesisLeaves(mergeAccounts(genesis, initial)));
  // A list always gives the outputs' leaf another value; no batch has written to it yet.
  tree.apply(added, 1n);
  tree.apply([], 0n);
  return tree;
}

/** The root of that state. */
export function firstStateRoot(
  genesis: readonly GenesisAccount[],
  initial: readonly GenesisAccount[],
  dependencies: { readonly compressor: BatchCompressor },
): Hex {
  return digestToHex(firstStateTree(genesis, initial, dependencies).root);
}
