import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { addedLeaves, genesisLeaves, mergeAccounts, overrideLeaves, type GenesisAccount } from "../model/genesis.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import { changeSize, type ChangeSize } from "../witness/change-size.ts";

/** Initial accounts of a chain besides the protocol's genesis. L1 learns them from the chain's first batch. */
export interface InitialState {
  /** The genesis and it together: what the chain's first block finds. */
  readonly accounts: readonly GenesisAccount[];
  /** Size of the part that the first batch publishes. */
  readonly size: ChangeSize;
  /** The first batch in its published form: its changes, on top of the initial state. */
  addTo<Batch extends Pick<SealedBatch, "writes" | "bytecodes">>(first: Batch): Batch;
}

/** Initial state of a chain that begins later: an earlier batch has published everything. */
export function publishedState(accounts: readonly GenesisAccount[]): InitialState {
  return { accounts, size: changeSize({ writes: [], touched: [], bytecodes: [] }), addTo: (first) => first };
}

/** Published changes of a batch: the first one also has those of the initial state. */
export function publishingFirst(initial: InitialState, firstBatch: BatchNumber): (sealed: SealedBatch) => SealedBatch {
  return (sealed) => (sealed.outputs.batchNumber === firstBatch ? initial.addTo(sealed) : sealed);
}

/** Throws GenesisError for accounts that cannot be. */
export function createInitialState(genesis: readonly GenesisAccount[], initial: readonly GenesisAccount[]): InitialState {
  const accounts = mergeAccounts(genesis, initial);
  const leaves = addedLeaves(genesisLeaves(genesis), genesisLeaves(accounts));
  const codes = [...new Set(initial.flatMap(({ code }) => (code === undefined || code === "0x" ? [] : [code])))];
  return {
    accounts,
    size: changeSize({ writes: leaves.map((leaf) => ({ ...leaf, before: 0n })), touched: [], bytecodes: codes }),
    addTo: (first) => ({
      ...first,
      writes: overrideLeaves(leaves, first.writes),
      bytecodes: [...new Set([...codes, ...first.bytecodes])],
    }),
  };
}
