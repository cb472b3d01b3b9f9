import { ASSET_ROUTER_ADDRESS, assetId, AssetMessageKind, decodeAssetMessage } from "../../../ground/protocol/asset-message.ts";
import { readCrossChainMessage } from "../../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { PubdataLog } from "../../../ground/protocol/pubdata.ts";
import { isTransferList } from "../../../ground/protocol/transfer-list.ts";

interface Receiver {
  readonly toChain: ChainId;
  /** Asset of the coin that is counted. */
  readonly coin: Hex;
}

/** Content of a batch for one chain. */
interface ContentForChain {
  /** Sum of the coin, also of parts of bundles and of lists. */
  readonly coinsWei: bigint;
  /**
   * True if the batch has a bundle, result or list for the chain, a transfer of another asset, or a message without an addressee,
   * which any contract of the chain could verify.
   */
  readonly otherContent: boolean;
}

/** Predeploys whose messages name the chain that takes them; the base token's go to L1. */
const ADDRESSING: ReadonlySet<Hex> = new Set([
  PREDEPLOYS.L2AssetRouter,
  PREDEPLOYS.L2BaseToken,
  PREDEPLOYS.InteropCenter,
  PREDEPLOYS.InteropHandler,
]);

/** All messages of a batch that one chain could verify against its log root. */
export function contentFor(logs: readonly PubdataLog[], { toChain, coin }: Receiver): ContentForChain {
  let coinsWei = 0n;
  let otherContent = false;
  for (const log of logs) {
    if (log.type !== "message") continue;
    const message = readCrossChainMessage(log.sender, log.body);
    const transfer = log.sender === ASSET_ROUTER_ADDRESS ? decodeAssetMessage(log.body) : undefined;
    const isTransferHere = transfer?.kind === AssetMessageKind.hyperbridgeSend && transfer.destinationChainId === toChain;
    const isCoin = isTransferHere && assetId(transfer.originChainId, transfer.originToken) === coin;
    if (isCoin) coinsWei += transfer.amount;
    const isHere = isTransferHere || message?.destinationChainId === toChain || !ADDRESSING.has(log.sender);
    if (!isHere) continue;
    const isPlain = isCoin && message?.content.type === "transfer" && !isTransferList(message.content.transfer);
    if (!isPlain) otherContent = true;
  }
  return { coinsWei, otherContent };
}
