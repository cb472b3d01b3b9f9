import { setTimeout as wait } from "node:timers/promises";
import type { Provider, TransactionReceipt } from "ethers";

const LOOK_MS = 100;
/** A member that has not answered so often in a row has ended. */
const MAX_FAILURES = 20;

/**
 * Resolves when the transaction is in a block, whether it failed there or not. Rejects with the provider's error when its
 * member does not answer any more; ethers' own wait would then go on for ever.
 */
export async function inclusionOf(hash: string, provider: Provider): Promise<TransactionReceipt> {
  let failures = 0;
  for (;;) {
    try {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
      failures = 0;
    } catch (error) {
      if (++failures === MAX_FAILURES) throw error;
    }
    await wait(LOOK_MS);
  }
}
