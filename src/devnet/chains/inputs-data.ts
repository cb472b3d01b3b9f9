import { inputsOfBlocks } from "../../chain/verification/inputs-of-blocks.ts";
import type { InputBlock } from "../../chain/verification/batch-inputs.ts";
import { WITHHELD } from "../../protocol/data-choice.ts";
import { keccak, toHex } from "../../protocol/hex.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import { encodeInputs } from "../../protocol/published-inputs.ts";
import type { DataPolicy } from "../../settlement/data-policy.ts";

/** Blocks of a batch that the chain has made. Throws RangeError for a batch that is not remembered. */
type BlocksOf = (batchNumber: BatchNumber) => readonly InputBlock[];

/** Publishes the inputs of each batch in its commit: `InputsPolicy`. `firstState` as `firstStateNumber` gives it. */
export function inputsPolicy(blocksOf: BlocksOf, firstState: number): DataPolicy {
  const encoded = (batchNumber: BatchNumber): Uint8Array =>
    encodeInputs(inputsOfBlocks(blocksOf(batchNumber), batchNumber === 0n ? firstState : 0));
  return {
    choose: ({ outputs }) => ({ ...WITHHELD, bound: keccak(encoded(outputs.batchNumber)) }),
    choiceAt() {
      throw new RangeError("published inputs leave no choice");
    },
    policyData: async ({ outputs }) => toHex(encoded(outputs.batchNumber)),
  };
}
