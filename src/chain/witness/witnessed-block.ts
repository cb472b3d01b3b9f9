import type { MinedBlock } from "../model/block.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";

/** A block as the execution engine mined it, with what it holds. */
export interface WitnessedBlock extends MinedBlock {
  readonly transactions: readonly EngineTransaction[];
}
