import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChangeSize } from "./change-size.ts";

/** What the witness says of a block that it has repeated. */
export interface RepeatedBlock {
  /** Of the batch's changes so far. */
  readonly size: ChangeSize;
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
}
