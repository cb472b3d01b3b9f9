import type { Head } from "../model/block.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { StateTree } from "./state-tree.ts";

/** A first state that L1 has before a chain's first batch: the genesis with what imports have brought. */
export interface FirstTreeState {
  readonly accounts: readonly GenesisAccount[];
  /** Which the chain takes over. */
  readonly tree: StateTree;
}

/** State of a chain at the end of a batch: every account that is not empty. */
export interface ChainOrigin extends FirstTreeState {
  /** Last block of the batch. */
  readonly head: Head;
}
