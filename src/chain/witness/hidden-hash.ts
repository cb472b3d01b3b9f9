import { EVMError, type EVM } from "@ethereumjs/evm";
import { beforeInstructions, type RunState } from "./instruction-table.ts";

const BLOCKHASH = 0x40;

/**
 * Makes a frame halt that requests the hash of a block which does not exist yet, until the returned function is called:
 * the payout of an operation is not mined when the operation is judged. A UnitMeter has the same rule.
 */
export function hideHash(evm: EVM, block: bigint): () => void {
  const halt = ({ stack }: RunState): void => {
    if (stack.length > 0 && stack.peek(1)[0] === block) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS);
  };
  return beforeInstructions(evm, new Map([[BLOCKHASH, halt]]));
}
