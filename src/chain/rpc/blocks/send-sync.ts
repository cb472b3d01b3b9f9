import type { Chain } from "../../chain.ts";
import { quantity } from "../request/quantities.ts";
import type { RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Milliseconds to wait for a transaction's block: by default, and at most. */
const DEFAULT_WAIT_MS = 20_000n;
const MOST_WAIT_MS = 60_000n;
/** Error code of a transaction that still waits (EIP-7966). */
const STILL_WAITING = 4;

/**
 * `eth_sendRawTransactionSync` (EIP-7966): takes a transaction in and answers with its receipt. `others` answers what it is
 * made of.
 */
export function sendSyncMethod(chain: Chain, others: RpcMethods): RpcMethod {
  return async ([raw, wait], client) => {
    const waitMs = (wait ?? undefined) === undefined ? DEFAULT_WAIT_MS : waitOf(wait);
    const [send, receiptOf] = [others.get("eth_sendRawTransaction"), others.get("eth_getTransactionReceipt")];
    if (send === undefined || receiptOf === undefined) throw new RpcError(RpcCode.internal, "the chain takes no transactions");
    const hash = await send([raw], client);
    const receipt = await receiptOf([hash], client);
    if (receipt !== null) return receipt;
    return await new Promise<unknown>((resolve, reject) => {
      const end = (settle: () => void): void => {
        stopListening();
        clearTimeout(timer);
        client?.gone.removeEventListener("abort", onGone);
        settle();
      };
      const timer = setTimeout(
        () =>
          end(() =>
            reject(
              new RpcError(
                STILL_WAITING,
                `the transaction ${String(hash)} is in no block after ${waitMs} ms; it still waits`,
                hash,
              ),
            ),
          ),
        Number(waitMs),
      );
      timer.unref();
      const look = (): void => {
        receiptOf([hash], client).then(
          (receipt) => {
            if (receipt !== null) end(() => resolve(receipt));
          },
          (error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      };
      // Nothing is kept for a client that gets no answer.
      const onGone = (): void => end(() => reject(new RpcError(RpcCode.rejected, "the connection has ended")));
      const stopListening = chain.index.onBlock(look);
      client?.gone.addEventListener("abort", onGone, { once: true });
      // Its block may have arrived in between.
      look();
    });
  };
}

function waitOf(value: unknown): bigint {
  const waitMs = quantity(value);
  return waitMs < MOST_WAIT_MS ? waitMs : MOST_WAIT_MS;
}
