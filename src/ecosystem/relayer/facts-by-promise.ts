import { refusalCodeOf } from "../../chain/settlement-layer/errors/refusal-code.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import type { ImportWay, SourceBatch } from "./import-requests.ts";
import type { PromisedMessages } from "./promised-messages.ts";
import type { AskedNode } from "./state-proof.ts";

interface PromiseWayDependencies {
  readonly chainId: bigint;
  readonly l1View: L1View;
  readonly promised: PromisedMessages;
  /** Node of a chain. Throws RangeError if it speaks no JSON-RPC here. */
  readonly nodeOf: (chainId: number) => AskedNode;
}

/** Facts about batches that validators of the source promise: its node signs, and the chain imports. */
export function factsByPromise(
  from: () => readonly bigint[],
  { chainId: toChain, l1View, promised, nodeOf }: PromiseWayDependencies,
): ImportWay<SourceBatch> {
  return {
    from,
    l1View,
    // By the transaction that sent the message: also an open batch.
    async batchOf({ sourceChainId: chainId, steps }) {
      const hash = steps.get("initiated")?.transactionHash;
      if (hash === undefined) return undefined;
      const answer = await nodeOf(Number(chainId)).send("eth_getTransactionReceipt", [hash]);
      const number = (answer as { readonly l1BatchNumber?: string | null } | null)?.l1BatchNumber;
      return number === undefined || number === null ? undefined : { chainId, batchNumber: BigInt(number) };
    },
    async request({ chainId, batchNumber }) {
      const request = { toChain: Number(toChain), batchNumber: Number(batchNumber) };
      const answer = await nodeOf(Number(chainId)).send("hyperchain_getPromise", [request]);
      await nodeOf(Number(toChain)).send("hyperchain_importPromise", [answer]);
      promised.add(chainId, batchNumber, answer);
    },
    // The batch ends soon.
    isTooEarly: (error) => refusalCodeOf(error) === "BatchNotSealed",
  };
}
