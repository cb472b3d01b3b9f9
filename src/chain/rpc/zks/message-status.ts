import type { Chain } from "../../chain.ts";
import type { ChainPlace, DeliveredMessage, IndexedMessage } from "../../index/message-index.ts";
import { AssetMessageKind, decodeAssetMessage, isAssetSender } from "../../../ground/protocol/asset-message.ts";
import { JOURNEY_STEPS, readCrossChainMessage, type JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { decodeL1Call } from "../../../ground/protocol/l1-call.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { hashParameter } from "../request/parameters.ts";
import { quantity } from "../request/quantities.ts";
import type { BatchStages, SettlementPlace, SettlementView } from "./settlement-view.ts";

/** Location of a step; its chain is this one or L1. */
interface StepAnswer {
  readonly step: JourneyStep;
  readonly chainId: Hex;
  readonly blockNumber: Hex;
  readonly transactionHash: Hex;
}

const TYPES = { transfer: "transfer", bundle: "bundle", result: "callback" } as const;

/**
 * `hyperchain_getMessage`: what this chain knows of messages named by their hash or by a transaction's. Parameters: the hash,
 * and on a receiving chain the message's place in the registry, which the sending chain tells (then it can say which of its
 * imports holds the message). Answers with a list: a transaction can send several.
 */
export function messageMethods(
  chain: Chain,
  settlement: SettlementView | undefined,
  revertReason?: RevertReason,
): ReadonlyMap<string, RpcMethod> {
  const answer: RpcMethod = async ([hash, registryLeaf]) =>
    new MessageStatus(chain, settlement, revertReason).of(hashParameter(hash), leafParameter(registryLeaf));
  return new Map([["hyperchain_getMessage", answer]]);
}

/** Text for revert data, as the end of "it reverted …". */
export type RevertReason = (data: Hex) => Promise<string>;

/** Answers one request. */
class MessageStatus {
  readonly #chain: Chain;
  readonly #settlement: SettlementView | undefined;
  readonly #revertReason: RevertReason | undefined;
  /** Thousands of messages may be of one batch. */
  readonly #stages = new Map<bigint, Promise<BatchStages>>();

  constructor(chain: Chain, settlement: SettlementView | undefined, revertReason: RevertReason | undefined) {
    this.#chain = chain;
    this.#settlement = settlement;
    this.#revertReason = revertReason;
  }

  async of(hash: Hex, registryLeaf: bigint | undefined): Promise<readonly object[]> {
    const { messages, index } = this.#chain;
    const engineHash = index.engineHash(hash);
    const [sent, delivered] = [messages.sent(engineHash), messages.delivered(engineHash)];
    const answers: object[] = [];
    for (const message of sent) answers.push(await this.#sent(message));
    for (const message of delivered) {
      const arrival = await this.#arrival(message, registryLeaf);
      answers.push({ messageHash: message.messageHash, sourceChainId: hexQuantity(message.sourceChainId), ...arrival });
    }
    if (answers.length > 0 || registryLeaf === undefined) return answers;
    return [{ messageHash: hash, sourceChainId: null, ...(await this.#arrival(undefined, registryLeaf)) }];
  }

  /** The sending side: the first three steps, and the seventh is the receiver's to tell. */
  async #sent(message: IndexedMessage): Promise<object> {
    const { index } = this.#chain;
    const { messageHash, sender, body, batchNumber, engineHash, position } = message;
    const stages = await this.#stagesOf(batchNumber);
    const first = index.logPosition(engineHash)?.firstIndex ?? 0;
    const content = readCrossChainMessage(sender, body);
    const callback = content?.content.type === "bundle" ? this.#chain.messages.callback(messageHash) : undefined;
    return {
      messageHash,
      type: typeOf(sender, body),
      sender,
      sourceChainId: hexQuantity(BigInt(this.#chain.chainId)),
      destinationChainId: content === undefined ? null : hexQuantity(content.destinationChainId),
      l1BatchNumber: hexQuantity(batchNumber),
      indexInBatch: hexQuantity(BigInt(first + position)),
      committed: stages?.committed === undefined ? null : this.#onL1(stages.committed),
      registryLeafIndex: stages?.registryLeafIndex === undefined ? null : hexQuantity(stages.registryLeafIndex),
      steps: inOrder([
        ["initiated", this.#here(message)],
        ["settled", this.#onL1(stages?.proven)],
        ["inTransactionRoot", this.#onL1(stages?.executed)],
      ]),
      /**
       * Last delivery of a bundle's outcome, and success of the sender's callback: otherwise it is called
       * again.
       */
      callback: callback === undefined ? null : { ...this.#here(callback), told: callback.told },
    };
  }

  /** The receiving side: from the import on. */
  async #arrival(delivered: DeliveredMessage | undefined, registryLeaf: bigint | undefined): Promise<object> {
    const imported = registryLeaf === undefined ? undefined : this.#chain.messages.importCovering(registryLeaf);
    const importBatch = await this.#stagesOf(imported?.batchNumber);
    return {
      destinationChainId: hexQuantity(BigInt(this.#chain.chainId)),
      rootIndex: imported === undefined ? null : hexQuantity(imported.registryIndex),
      steps: inOrder([
        ["imported", this.#here(imported)],
        ["delivered", this.#here(delivered)],
        ["executed", this.#here(delivered)],
        ["importSettled", this.#onL1(importBatch?.executed)],
      ]),
      /** Failure of a bundle that arrived and reverted; its contents are refunded. */
      failure: await this.#failureOf(delivered?.revertData),
    };
  }

  async #failureOf(data: Hex | undefined): Promise<{ readonly data: Hex; readonly reason?: string } | null> {
    if (data === undefined) return null;
    return this.#revertReason === undefined ? { data } : { data, reason: await this.#revertReason(data) };
  }

  #stagesOf(batchNumber: BatchNumber | undefined): Promise<BatchStages> | undefined {
    if (batchNumber === undefined || this.#settlement === undefined) return undefined;
    const stages = this.#stages.get(batchNumber) ?? this.#settlement.stages(batchNumber);
    this.#stages.set(batchNumber, stages);
    return stages;
  }

  #here(place: ChainPlace | undefined): Omit<StepAnswer, "step"> | undefined {
    if (place === undefined) return undefined;
    return {
      chainId: hexQuantity(BigInt(this.#chain.chainId)),
      blockNumber: hexQuantity(place.blockNumber),
      transactionHash: this.#chain.index.publicHash(place.engineHash),
    };
  }

  #onL1(place: SettlementPlace | undefined): Omit<StepAnswer, "step"> | undefined {
    if (place === undefined) return undefined;
    const chainId = hexQuantity(this.#settlement?.chainId ?? 0n);
    return { chainId, blockNumber: hexQuantity(BigInt(place.blockNumber)), transactionHash: place.transactionHash };
  }
}

/** The steps that happened, in the order of the journey. */
function inOrder(steps: readonly (readonly [JourneyStep, Omit<StepAnswer, "step"> | undefined])[]): StepAnswer[] {
  const places = new Map(steps);
  return JOURNEY_STEPS.flatMap((step) => {
    const place = places.get(step);
    return place === undefined ? [] : [{ step, ...place }];
  });
}

/** Type of a message: for another chain, for L1, or unknown to the protocol. */
function typeOf(sender: Hex, body: Uint8Array): string {
  const content = readCrossChainMessage(sender, body);
  if (content !== undefined) return TYPES[content.content.type];
  const transfer = isAssetSender(sender) ? decodeAssetMessage(body) : undefined;
  if (transfer?.kind === AssetMessageKind.withdrawal) return "withdrawal";
  return transfer === undefined && decodeL1Call(body) !== undefined ? "l1Call" : "message";
}

function leafParameter(value: unknown): bigint | undefined {
  return value === undefined || value === null ? undefined : quantity(value);
}
