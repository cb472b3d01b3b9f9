import type { JsonRpcApiProvider } from "ethers";
import { toHex } from "../../ground/protocol/hex.ts";
import { l2LogTreeProof } from "../../ground/protocol/message-proof.ts";
import type { L1View, MessagePlace } from "../../chain/settlement-layer/reader/l1-view.ts";
import type { ImportWay, SourceBatch } from "./import-requests.ts";

interface FactWayDependencies {
  readonly l1View: L1View;
  /** Node of the chain that imports them. Throws RangeError if it speaks no JSON-RPC here. */
  readonly node: () => Pick<JsonRpcApiProvider, "send">;
}

interface ShownBatch extends SourceBatch {
  readonly message: MessagePlace;
}

/** Facts about batches that L1 stores and has not executed: a message of the batch shows which. */
export function factsByProof(from: () => readonly bigint[], { l1View, node }: FactWayDependencies): ImportWay<ShownBatch> {
  return {
    from,
    l1View,
    batchOf({ sourceChainId, sender, messageHash }) {
      const [message] = l1View.messages(sourceChainId, sender, messageHash);
      return Promise.resolve(message && { ...message.batch, message });
    },
    async request({ chainId, batchNumber, message: { index, logLeaves, sender, body } }) {
      const shown = { chainId: Number(chainId), batchNumber: Number(batchNumber), index, sender, data: toHex(body) };
      await node().send("hyperchain_importFact", [{ ...shown, proof: l2LogTreeProof(logLeaves, index) }]);
    },
    isTooEarly: () => false,
  };
}
