import type { ReexecutedReceipt } from "../model/block.ts";
import { gasOfUnits, MOST_UNITS, UNITS_PER_GAS } from "../../protocol/native-budget.ts";
import { SequencerError } from "./sequencer-error.ts";

interface PaidBy {
  readonly gasLimit: bigint;
  /** Whether the chain's blocks charge for units. */
  readonly chargesUnits: boolean;
}

/**
 * Why a transaction of format 3 is refused for what it takes to prove; undefined where it is not. The protocol charges for it, or
 * lets it fail; where the execution engine has the EVM's gas alone, what would be charged more is in no block.
 */
export function provingRefusal({ native }: ReexecutedReceipt, { gasLimit, chargesUnits }: PaidBy): SequencerError | undefined {
  if (native === undefined) return undefined;
  const { units, evmGas, spent } = native;
  if (spent === "lone" || (spent === "budget" && !chargesUnits) || units > MOST_UNITS)
    return new SequencerError(
      "ProvingExceedsChunk",
      `the transaction takes more than ${MOST_UNITS} units to prove, the most that one may take; divide its work`,
    );
  if (spent === "callData")
    return new SequencerError("CallDataTooLarge", "the transaction's calls pass on more than 16 MiB of data; divide its work");
  const gasNeeded = gasOfUnits(units);
  // In a block its budget is spent then; an estimate tells how much it would need.
  if (chargesUnits && gasNeeded <= gasLimit) return undefined;
  if (chargesUnits)
    return new SequencerError(
      "ProvingExceedsGas",
      `the transaction takes ${units} units to prove, which are ${gasNeeded} gas at ${UNITS_PER_GAS} units a gas, with a limit of ${gasLimit}; give it more gas, or see docs/native.md for what takes fewer`,
    );
  if (evmGas !== undefined && gasNeeded <= evmGas) return undefined;
  const taken =
    evmGas === undefined
      ? "a precompiled contract in it takes more of them than its own gas pays for"
      : `the EVM takes ${evmGas} gas for it`;
  return new SequencerError(
    "ProvingExceedsGas",
    `the transaction takes ${units} units to prove, which are ${gasNeeded} gas at ${UNITS_PER_GAS} units a gas, with a limit of ${gasLimit}; ${taken}, and this chain's blocks charge no more than that: docs/native.md says what takes fewer`,
  );
}
