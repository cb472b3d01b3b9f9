import { addressWord, bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { AssetMessageKind, decodeAssetMessage, isAssetSender } from "./asset-message.ts";
import { hashTag, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import type { PubdataLog } from "./pubdata.ts";

/** Sum of a batch's asset messages, for one asset and direction. */
export interface AssetFlow {
  readonly kind: AssetMessageKind;
  /** Destination of a hyperbridge send; 0 for withdrawals and deliveries. */
  readonly destinationChainId: ChainId;
  readonly originChainId: ChainId;
  /** 20 bytes. */
  readonly originToken: Hex;
  readonly amount: bigint;
}

const ASSET_FLOWS_TAG = hashTag("hyperchain.asset-flows.v1");

/**
 * Sums asset messages by kind, destination and asset, in order of first appearance. Withdrawals to another chain than the
 * settlement chain do not count, like bodies of other messages.
 */
export function sumAssetFlows(logs: readonly PubdataLog[], settlementChainId: ChainId): AssetFlow[] {
  const flows = new Map<string, AssetFlow>();
  for (const log of logs) {
    if (log.type !== "message" || !isAssetSender(log.sender)) continue;
    const transfer = decodeAssetMessage(log.body);
    if (transfer === undefined) continue;
    const { kind, originChainId, originToken, amount } = transfer;
    if (kind === AssetMessageKind.withdrawal && transfer.destinationChainId !== settlementChainId) continue;
    const destinationChainId = kind === AssetMessageKind.hyperbridgeSend ? transfer.destinationChainId : 0n;
    const key = [kind, destinationChainId, originChainId, originToken].join();
    const sum = (flows.get(key)?.amount ?? 0n) + amount;
    flows.set(key, { kind, destinationChainId, originChainId, originToken, amount: sum });
  }
  return [...flows.values()];
}

/** Offset of the list in the encoding: after the tag and this word. */
const LIST_OFFSET = 64n;

/**
 * Hash of the flows in a batch's commitment: keccak(abi.encode(tag, flows)). Throws WordError or HexError for a value that
 * does not fit its type.
 */
export function hashAssetFlows(flows: readonly AssetFlow[]): Hex {
  const words = flows.flatMap(({ kind, destinationChainId, originChainId, originToken, amount }) => [
    uintWord(BigInt(kind), 8),
    uintWord(destinationChainId),
    uintWord(originChainId),
    addressWord(originToken),
    uintWord(amount),
  ]);
  return keccakOfWords([bytesWord(ASSET_FLOWS_TAG), uintWord(LIST_OFFSET), uintWord(BigInt(flows.length)), ...words]);
}
