import { addressWord, bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { AssetMessageKind, decodeAssetMessage, isAssetSender } from "./asset-message.ts";
import { hashTag, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import type { PubdataLog } from "./pubdata.ts";

/** What a batch's asset messages add up to, for one asset and direction. */
export interface AssetFlow {
  readonly kind: AssetMessageKind;
  /** Of a hyperbridge send; 0 for withdrawals and deliveries. */
  readonly destinationChainId: ChainId;
  readonly originChainId: ChainId;
  /** 20 bytes. */
  readonly originToken: Hex;
  readonly amount: bigint;
}

const ASSET_FLOWS_TAG = hashTag("hyperchain.asset-flows.v1");

/**
 * Sums asset messages by kind, destination and asset, in order of first appearance. A withdrawal to another chain than the
 * settlement chain is no flow, like any body that is no asset message.
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

/** Where the list stands in the encoding: behind the tag and this word. */
const LIST_OFFSET = 64n;

/**
 * What a batch's commitment says about its flows: keccak(abi.encode(tag, flows)). Throws WordError or HexError for what does not
 * fit its type.
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
