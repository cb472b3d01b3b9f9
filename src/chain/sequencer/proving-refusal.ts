import type { ReexecutedReceipt } from "../model/block.ts";
import { gasOfUnits, MAX_UNITS, UNITS_PER_GAS } from "../../ground/protocol/native-budget.ts";
import { SequencerError } from "./sequencer-error.ts";

/**
 * Refusal of a transaction on a proven chain because of its units; undefined if there is none. A block charges for them, or
 * the transaction fails; an estimate, which is counted to its end, gets the number that it would need.
 */
export function provingRefusal({ native }: ReexecutedReceipt, gasLimit: bigint): SequencerError | undefined {
  if (native === undefined) return undefined;
  const { units, spent } = native;
  if (spent === "lone" || units > MAX_UNITS)
    return new SequencerError(
      "ProvingExceedsChunk",
      `the transaction takes more than ${MAX_UNITS} units to prove, the most that one may take; divide its work`,
    );
  const gasNeeded = gasOfUnits(units);
  if (gasNeeded <= gasLimit) return undefined;
  return new SequencerError(
    "ProvingExceedsGas",
    `the transaction takes ${units} units to prove, which are ${gasNeeded} gas at ${UNITS_PER_GAS} units a gas, with a limit of ${gasLimit}; give it more gas, or see docs/native.md for what takes fewer`,
  );
}
