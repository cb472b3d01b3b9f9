import { addedLeaves, genesisLeaves, mergeAccounts, overrideLeaves } from "./genesis.ts";
import type { GenesisAccount } from "./genesis.ts";
import type { SealedBatch } from "./sealed-batch.ts";

/** What a chain has from the start beside the protocol's genesis. L1 learns it from the chain's first batch. */
export interface InitialState {
  /** The genesis and it together: what the chain's first block finds. */
  readonly accounts: readonly GenesisAccount[];
  /** The first batch as it is published: what it did, on top of the initial state. */
  addTo<Batch extends Pick<SealedBatch, "writes" | "bytecodes">>(first: Batch): Batch;
}

/** Of a chain that begins at a later state: a batch before has published everything. */
export function publishedState(accounts: readonly GenesisAccount[]): InitialState {
  return { accounts, addTo: (first) => first };
}

/** Throws GenesisError for accounts that cannot be. */
export function createInitialState(genesis: readonly GenesisAccount[], initial: readonly GenesisAccount[]): InitialState {
  const accounts = mergeAccounts(genesis, initial);
  const leaves = addedLeaves(genesisLeaves(genesis), genesisLeaves(accounts));
  const codes = initial.flatMap(({ code }) => (code === undefined || code === "0x" ? [] : [code]));
  return {
    accounts,
    addTo: (first) => ({ ...first, writes: overrideLeaves(leaves, first.writes), bytecodes: [...codes, ...first.bytecodes] }),
  };
}
