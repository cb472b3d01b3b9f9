import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { secondCheckGas } from "../../../ground/protocol/way-to-l1.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import { encodeConfirm } from "./batch-calls.ts";
import { readContract } from "./chain-reader.ts";
import { carryOut, type SenderContext } from "./sender-context.ts";

/** True if L1 does not execute a batch because the second verifier has not confirmed it. */
export function isSecondCheckMissing(error: unknown): boolean {
  return error instanceof SettlementError && error.contractError?.name === "SecondCheckMissing";
}

/**
 * Shows the second verifier the proof of a batch; undefined if L1 has confirmed or executed it. Rejects with the
 * transactor's errors; a proof that the verifier refuses is Reverted with the verifier's error.
 */
export async function confirmBatch(
  context: SenderContext,
  stored: StoredBatch,
  proof: Uint8Array,
): Promise<TransactionReceipt | undefined> {
  const { batchNumber } = stored;
  const batchHash = hashStoredBatch(stored);
  const done = await carryOut(context, {
    stage: "secondCheck",
    batchNumber,
    // The hash, not the number: another batch of the number may have been confirmed, and reverted. An executed batch needs no
    // confirmation: its chain's terms may have ended the second check.
    find: async (at) => {
      const confirmed = await readContract<Hex>(at, "confirmedBatchHash", batchNumber);
      if (confirmed === batchHash) return true;
      const executed = await readContract<bigint>(at, "getTotalBatchesExecuted");
      return executed > batchNumber ? true : undefined;
    },
    encode: () => Promise.resolve(encodeConfirm(stored, proof)),
    gasLimit: BigInt(secondCheckGas(proof.length)),
  });
  return "receipt" in done ? done.receipt : undefined;
}
