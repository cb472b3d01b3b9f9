import type { ReexecutedReceipt } from "../model/block.ts";
import { gasOfUnits, MOST_UNITS, UNITS_PER_GAS } from "../../protocol/native-budget.ts";
import { SequencerError } from "./sequencer-error.ts";

/**
 * Why a transaction of format 3 is refused for what it takes to prove; undefined where it is not. The protocol would charge
 * for it, or let it fail; the execution engine has the EVM's gas alone, and both must come to the same.
 */
export function provingRefusal({ native }: ReexecutedReceipt, gasLimit: bigint): SequencerError | undefined {
  if (native === undefined) return undefined;
  const { units, evmGas, spent } = native;
  if (spent === "budget")
    return new SequencerError(
      "ProvingExceedsChunk",
      `the transaction takes more than ${MOST_UNITS} units to prove, the most that one may take; divide its work`,
    );
  if (spent === "callData")
    return new SequencerError("CallDataTooLarge", "the transaction's calls pass on more than 16 MiB of data; divide its work");
  const gasNeeded = gasOfUnits(units);
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
