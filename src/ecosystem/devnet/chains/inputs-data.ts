import { inputsOfBlocks } from "../../../chain/verification/inputs-of-blocks.ts";
import type { BatchInputs } from "../../../chain/verification/batch-inputs.ts";
import { recordsOfBatch } from "../../../chain/verification/records-of-blocks.ts";
import { WITHHELD } from "../../../ground/protocol/data-choice.ts";
import { keccak, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { encodeRecords, hashRecords } from "../../../ground/protocol/input-records.ts";
import type { BatchOutputs } from "../../../ground/protocol/outputs.ts";
import { encodeInputs } from "../../../ground/protocol/published-inputs.ts";
import type { DataPolicy } from "../../../chain/settlement/data-policy.ts";

/** Policy data of an import, which consists of no inputs: the format alone. */
export const NO_INPUTS: Hex = "0x01";

interface InputsOfChain {
  readonly chainId: ChainId;
  /** Parts of the first state, as `firstStateNumber` gives them. */
  readonly firstState: number;
  /** Blocks of a batch that the chain has made. Rejects with RangeError for a batch that is not remembered. */
  readonly inputs: (batchNumber: BatchNumber) => Promise<BatchInputs>;
}

/** Publishes the inputs of each batch in its commit: `InputsPolicy`. */
export function inputsPolicy({ chainId, firstState, inputs }: InputsOfChain): DataPolicy {
  const encoded = async ({ batchNumber, transactionsHash }: BatchOutputs): Promise<Uint8Array> => {
    const batch = await inputs(batchNumber);
    if (transactionsHash === undefined) return encodeInputs(inputsOfBlocks(batch.blocks, batchNumber === 0n ? firstState : 0));
    const records = recordsOfBatch(batch, chainId);
    // L1 would take no other ones.
    if (hashRecords(records) !== transactionsHash)
      throw new TypeError(`records of batch ${batchNumber} have hash ${hashRecords(records)}, its outputs ${transactionsHash}`);
    return encodeRecords(records);
  };
  return {
    choose: async ({ outputs }) => ({ ...WITHHELD, bound: keccak(await encoded(outputs)) }),
    choiceAt() {
      throw new RangeError("published inputs leave no choice");
    },
    policyData: async ({ outputs }) => toHex(await encoded(outputs)),
  };
}
