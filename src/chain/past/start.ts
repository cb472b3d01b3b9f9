import type { GenesisAccount } from "../model/genesis.ts";
import type { Head } from "../model/block.ts";
import type { ChainOrigin, FirstTreeState } from "../state/first-tree-state.ts";
import type { Place } from "./place.ts";

/** Start state of a chain. */
export type Start =
  /** Genesis of the protocol, or the state after the imports. */
  | { readonly from: "genesis"; readonly imported?: FirstTreeState | undefined }
  /** Checkpoint of an earlier process, which executed the blocks before it. */
  | { readonly from: "place"; readonly place: Place; readonly imported?: FirstTreeState | undefined }
  /** State after batches of other processes. `isProven`: whether the last batch has a proven version. */
  | { readonly from: "state"; readonly origin: ChainOrigin; readonly isProven: boolean };

/** Newest block before the first one of the process. */
export function headOf(start: Start, genesisTimestamp: bigint): Head {
  if (start.from === "place") return start.place.head;
  return start.from === "state" ? start.origin.head : { number: 0n, timestamp: genesisTimestamp };
}

/** Accounts of block 0, without those that the first batch publishes; undefined if the chain starts after later batches. */
export function firstAccounts(start: Start, genesis: readonly GenesisAccount[]): readonly GenesisAccount[] | undefined {
  return start.from === "state" ? undefined : (start.imported?.accounts ?? genesis);
}

/** Checkpoint of a start; undefined for the other kinds. */
export function placeOf(start: Start): Place | undefined {
  return start.from === "place" ? start.place : undefined;
}
