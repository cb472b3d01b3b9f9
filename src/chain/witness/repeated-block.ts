import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChangeSize } from "./change-size.ts";

/** Answer of the witness about a block that it has replayed. */
export interface RepeatedBlock {
  /** Size of the batch's changes so far. */
  readonly size: ChangeSize;
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
}
