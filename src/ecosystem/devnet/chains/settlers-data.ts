import type { DataChoice } from "../../../ground/protocol/data-choice.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { PostingPolicy } from "../../../chain/settlement/batch/settlement-batch.ts";

/** Policy data of a chain without a quorum: they name the settler, so that no other account can send the same call. */
export function settlersData(settler: Hex): { readonly posting: PostingPolicy; readonly data: DataChoice } {
  const policyData = wordToHex(BigInt(settler));
  return {
    posting: { policyData: () => Promise.resolve(policyData) },
    data: { path: [], publishes: true, bound: keccak(fromHex(policyData)) },
  };
}
