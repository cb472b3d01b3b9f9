import type { Hex } from "../../ground/protocol/hex.ts";
import type { GenesisLeaf } from "../model/genesis.ts";

/** A changed leaf. */
export interface NetWrite extends GenesisLeaf {
  /** Value at the mark. */
  readonly before: bigint;
}

/** Net changes since a mark. */
export interface NetChanges {
  /** New values, of changed leaves only; each leaf once, in no particular order. */
  readonly writes: readonly NetWrite[];
  /** Leaves that were written to, changed or not, with their present values. */
  readonly touched: readonly GenesisLeaf[];
  /** Code that accounts have now and did not have at the mark. */
  readonly bytecodes: readonly Hex[];
}
