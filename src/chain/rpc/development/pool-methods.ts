import { getAddress } from "ethers";
import type { Chain } from "../../chain.ts";
import type { SignedTransaction } from "../../../ground/transaction/transaction.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { address } from "../request/call-request.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { hashParameter } from "../request/parameters.ts";
import { pendingTransaction, type ShownFields } from "../../../ground/transaction/shown-transaction.ts";

/** Transactions in an answer: one can have 128 KiB. */
const MAX_SHOWN = 1_000;

/** Waiting transactions of the pool in geth's form, and methods that remove them. */
export function poolMethods({ mempool, sequencer, blocks, index, chainId }: Chain): ReadonlyMap<string, RpcMethod> {
  const whole = (transaction: SignedTransaction): ShownFields => pendingTransaction(transaction, chainId);
  const shown = (show: (transaction: SignedTransaction) => unknown, from?: Hex) => {
    const waiting = mempool.waiting().filter((sender) => from === undefined || sender.from === from);
    const count = waiting.reduce((sum, { ready, queued }) => sum + ready.length + queued.length, 0);
    if (count > MAX_SHOWN)
      throw new RpcError(
        RpcCode.limitExceeded,
        `${count} transactions wait, and an answer has at most ${MAX_SHOWN}; ask for those of one sender with txpool_contentFrom`,
      );
    const byNonce = (transactions: readonly SignedTransaction[]) =>
      Object.fromEntries(transactions.map((transaction) => [String(transaction.nonce), show(transaction)]));
    return { waiting, byNonce };
  };
  const bySender = (show: (transaction: SignedTransaction) => unknown) => {
    const { waiting, byNonce } = shown(show);
    const part = (kind: "ready" | "queued") =>
      Object.fromEntries(
        waiting.filter((sender) => sender[kind].length > 0).map((sender) => [getAddress(sender.from), byNonce(sender[kind])]),
      );
    return { pending: part("ready"), queued: part("queued") };
  };
  return new Map<string, RpcMethod>([
    [
      "eth_pendingTransactions",
      async () => [...mempool.line, ...mempool.waiting().flatMap(({ queued }) => queued)].slice(0, MAX_SHOWN).map(whole),
    ],
    ["txpool_content", async () => bySender(whole)],
    [
      "txpool_contentFrom",
      async ([account]) => {
        const {
          waiting: [sender],
          byNonce,
        } = shown(whole, address(account));
        return { pending: byNonce(sender?.ready ?? []), queued: byNonce(sender?.queued ?? []) };
      },
    ],
    ["txpool_inspect", async () => bySender(summary)],
    [
      "txpool_status",
      async () => {
        const queued = mempool.waiting().reduce((sum, sender) => sum + sender.queued.length, 0);
        return { pending: hexQuantity(BigInt(mempool.size - queued)), queued: hexQuantity(BigInt(queued)) };
      },
    ],
    [
      "hardhat_dropTransaction",
      async ([value]) => {
        const hash = hashParameter(value);
        if (sequencer.drop(hash)) return true;
        if (blocks.place(index.engineHash(hash)) === undefined) return false;
        throw new RpcError(RpcCode.rejected, `the transaction ${hash} cannot be dropped: it is in a block already`);
      },
    ],
  ]);
}

/** In geth's words. */
function summary(transaction: SignedTransaction): string {
  const { to, valueWei, gasLimit, maxFeePerGasWei } = transaction;
  return `${to === undefined ? "contract creation" : getAddress(to)}: ${valueWei} wei + ${gasLimit} gas × ${maxFeePerGasWei} wei`;
}
