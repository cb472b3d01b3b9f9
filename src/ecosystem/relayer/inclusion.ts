import type { Provider, TransactionReceipt } from "ethers";

const LOOK_MS = 100;
/** A member that has not answered so often in a row has ended. */
const MAX_FAILURES = 20;
/** Looks for a receipt between two for the transaction itself. */
const LOOKS_PER_SEARCH = 10;
/** Searches in a row that find nothing until it is believed: one of several nodes may not know it yet. */
const MAX_MISSES = 3;

/**
 * Resolves when the transaction is in a block, whether it failed there or not. Rejects with the provider's
 * error if its member stops answering, or no longer has the transaction; ethers' wait would then never end.
 */
export async function inclusionOf(hash: string, provider: Provider, lookMs = LOOK_MS): Promise<TransactionReceipt> {
  let [looks, misses, failures] = [0, 0, 0];
  while (misses < MAX_MISSES) {
    try {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
      if (++looks % LOOKS_PER_SEARCH === 0) misses = (await provider.getTransaction(hash)) === null ? misses + 1 : 0;
      failures = 0;
    } catch (error) {
      if (++failures === MAX_FAILURES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  throw new Error(`transaction ${hash} is lost: another one took its nonce, or it was dropped`);
}
