import type { Log, Provider } from "ethers";
import { AssetMessageKind, decodeAssetMessage, isAssetSender } from "../../../../ground/protocol/asset-message.ts";
import type { StepRecord } from "../../../../ground/protocol/cross-chain-message.ts";
import { decodeGatewayMessage, gatewayMessageId } from "../../../../ground/protocol/gateway-message.ts";
import { wordToHex, type Hex } from "../../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../../ground/protocol/ids.ts";
import { chainAccountAddress } from "../../../../ground/protocol/l1-call.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import type { ChainEvent } from "../../../relayer/chain-view.ts";
import type { L1Head } from "../../../relayer/reading.ts";
import type { RelayerFollower } from "../../../relayer/relayer.ts";
import { chainAccountsContract } from "../../../client/calls/chain-accounts.ts";
import { callFor, L1_CALL_ENDS } from "../../../client/calls/l1-calls.ts";
import { GATEWAY_DELIVERED } from "../../../client/messages/gateway-messages.ts";
import { gatewaysOf } from "../../../client/messages/message-gateway.ts";
import { withdrawalClaimed } from "../../../client/messages/withdraw.ts";
import type { L1View, MessagePlace } from "../../../../chain/settlement-layer/reader/l1-view.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import type { Layer } from "../../deployment/layer.ts";
import type { MessageInfo } from "./ecosystem-info.ts";
import { carriedBy } from "./message-info.ts";
import { layerName } from "./layer-name.ts";
import { hasArrived } from "./has-arrived.ts";

interface MessagesToL1Dependencies {
  readonly ecosystem: Layer;
  readonly l1: Provider;
  readonly l1View: Pick<L1View, "messages" | "bringBody">;
}

/** A message whose destination is L1. */
interface MessageToL1 {
  readonly type: "withdrawal" | "l1Call" | "l1Message" | "message";
  readonly sender: Hex;
  readonly messageHash: Hex;
  readonly chainId: bigint;
  readonly at: StepRecord;
  /** Contents of a withdrawal. */
  readonly carries?: NonNullable<MessageInfo["carries"]>;
}

/** End of a message on L1, by an event there. */
interface EndOnL1 {
  readonly transactionHash: Hex;
  readonly isCanceled: boolean;
}

/** Numbers of messages that have ended. */
export interface EndedMessages {
  readonly arrived: number;
  readonly ended: number;
}

/** Readable part of the messages to L1. */
export type MessagesToL1View = Pick<MessagesToL1, "all" | "open" | "ended">;

type CallLayer = Parameters<typeof callFor>[0];

/**
 * Messages of chains to L1 itself: withdrawals, calls, messages of the gateway and plain ones. A book of events of the
 * chains and of L1, which is read for new events and never for a single message.
 */
export class MessagesToL1 implements RelayerFollower {
  readonly #dependencies: MessagesToL1Dependencies;
  readonly #layer: CallLayer;
  /** Contracts there with whose events messages end. */
  readonly #contracts: Readonly<Record<"bridge" | "gateway" | "accounts", Hex>>;
  /** Each with what is said of it; those at their end with their last words. */
  readonly #infos = new Map<MessageToL1, MessageInfo | undefined>();
  readonly #open = new Set<MessageToL1>();
  /** Ends by contract and by the name in its event. */
  readonly #ends = new Map<string, EndOnL1>();
  #head: L1Head;
  #ended: EndedMessages = { arrived: 0, ended: 0 };
  /** Something is new that may bring messages further. */
  #isOutdated = false;

  constructor(dependencies: MessagesToL1Dependencies) {
    const { ecosystem } = dependencies;
    const { bridge, factory } = ecosystem.addresses;
    this.#dependencies = dependencies;
    this.#layer = { chainId: ecosystem.settlementChainId, factory };
    this.#contracts = { bridge, gateway: gatewaysOf(factory).onL1, accounts: chainAccountsContract(factory).address };
    this.#head = { blockNumber: ecosystem.fromBlock - 1, timestamp: 0n };
  }

  /** All of them as they stand, oldest first. */
  all(): readonly MessageInfo[] {
    this.#look();
    return [...this.#infos.values()].filter((info) => info !== undefined);
  }

  /** Messages that can still change. */
  open(): readonly MessageInfo[] {
    this.#look();
    return [...this.#open].flatMap((sent) => this.#infos.get(sent) ?? []);
  }

  /** Numbers of the others. */
  get ended(): EndedMessages {
    this.#look();
    return this.#ended;
  }

  take(chainId: ChainId, event: ChainEvent): void {
    const type = typeOf(event, this.#layer);
    if (type === undefined || event.type !== "messageSent") return;
    this.#dependencies.l1View.bringBody(event.body);
    const transfer = type === "withdrawal" ? decodeAssetMessage(event.body) : undefined;
    const carried = transfer === undefined ? {} : { carries: carriedBy(transfer) };
    const message = { type, sender: event.sender, messageHash: event.messageHash, chainId, at: event.at, ...carried };
    this.#infos.set(message, undefined);
    this.#open.add(message);
    this.#isOutdated = true;
  }

  async readL1(head: L1Head): Promise<void> {
    if (head.blockNumber > this.#head.blockNumber) {
      const { bridge, gateway, accounts } = this.#contracts;
      const topics = [[withdrawalClaimed(), GATEWAY_DELIVERED, L1_CALL_ENDS.executed, L1_CALL_ENDS.canceled]];
      const blocks = { fromBlock: this.#head.blockNumber + 1, toBlock: head.blockNumber };
      const question = { address: [bridge, gateway, accounts], topics, ...blocks };
      for (const log of await readLogs(this.#dependencies.l1, question, DEFAULT_BLOCKS_PER_PAGE)) this.#takeEnd(log);
    }
    this.#head = head;
    this.#isOutdated = true;
  }

  forget(): void {
    for (const each of [this.#infos, this.#open, this.#ends]) each.clear();
    this.#head = { blockNumber: this.#dependencies.ecosystem.fromBlock - 1, timestamp: 0n };
    this.#ended = { arrived: 0, ended: 0 };
  }

  #takeEnd({ address, topics: [event, ...names], transactionHash }: Log): void {
    const key = endKey(address, event === GATEWAY_DELIVERED ? names.slice(0, 1) : names);
    this.#ends.set(key, { transactionHash: transactionHash as Hex, isCanceled: event === L1_CALL_ENDS.canceled });
  }

  /** Updates the descriptions of messages that can still change. An end holds as long as its blocks do. */
  #look(): void {
    if (!this.#isOutdated) return;
    this.#isOutdated = false;
    let { arrived, ended } = this.#ended;
    for (const sent of this.#open) {
      const info = this.#infoOf(sent);
      this.#infos.set(sent, info);
      if (!hasArrived(info) && info.ended === undefined) continue;
      this.#open.delete(sent);
      if (info.ended === undefined) arrived++;
      else ended++;
    }
    this.#ended = { arrived, ended };
  }

  /** Position of a message, which can be sent several times: the first that L1 has executed, proven or committed. */
  #placeOf({ chainId, sender, messageHash }: MessageToL1): MessagePlace | undefined {
    const places = this.#dependencies.l1View.messages(chainId, sender, messageHash);
    return (
      places.find(({ batch }) => batch.executed !== undefined) ??
      places.find(({ batch }) => batch.proven !== undefined) ??
      places[0]
    );
  }

  /** End of a message whose batch is executed, by L1's events. */
  #endOf({ type, chainId, sender }: MessageToL1, { batch, index, body }: MessagePlace): EndOnL1 | undefined {
    const { bridge, gateway, accounts } = this.#contracts;
    const [number, place] = [wordToHex(batch.batchNumber), wordToHex(BigInt(index))];
    switch (type) {
      case "withdrawal":
        return this.#ends.get(endKey(bridge, [wordToHex(chainId), number, place]));
      case "l1Message":
        return this.#ends.get(endKey(gateway, [gatewayMessageId(chainId, body)]));
      case "l1Call": {
        const account = wordToHex(BigInt(chainAccountAddress(accounts, chainId, sender)));
        return this.#ends.get(endKey(accounts, [account, number, place]));
      }
      case "message":
        return undefined;
    }
  }

  #infoOf(sent: MessageToL1): MessageInfo {
    const { type, sender, messageHash, chainId, at, carries } = sent;
    const l1Id = Number(this.#layer.chainId);
    const place = this.#placeOf(sent);
    const steps = [{ step: "initiated", chainId: Number(chainId), transactionHash: at.transactionHash }];
    const onL1 = (step: string, transactionHash: Hex): void => void steps.push({ step, chainId: l1Id, transactionHash });
    if (place?.batch.proven !== undefined) onL1("settled", place.batch.proven.transactionHash);
    if (place?.batch.executed !== undefined) onL1("inTransactionRoot", place.batch.executed.transactionHash);
    const carried = carries === undefined ? {} : { carries };
    const message = { messageHash, sender, type, sourceChainId: Number(chainId), destinationChainId: l1Id, steps, ...carried };
    const where = layerName(chainId);
    if (place?.batch.executed === undefined)
      return { ...message, waitingFor: `the sender's batch is sealed, proven and executed on ${where}` };
    if (type === "message") return message;
    const end = this.#endOf(sent, place);
    if (end?.isCanceled === true) return { ...message, ended: "canceled", refusal: "its sender has canceled it" };
    if (end !== undefined) {
      for (const step of ["delivered", "executed"]) onL1(step, end.transactionHash);
      return message;
    }
    if (type === "l1Call") return openCall(message, callFor(this.#layer, place.body), this.#head.timestamp);
    const claimed = `an account has the bridge on ${where} pay it`;
    return { ...message, waitingFor: type === "withdrawal" ? claimed : `an account delivers it on ${where}` };
  }
}

function endKey(contract: string, names: readonly string[]): string {
  return [contract, ...names].join(" ").toLowerCase();
}

/** A call on L1 that is neither made nor canceled. */
function openCall(message: MessageInfo, call: ReturnType<typeof callFor>, now: bigint): MessageInfo {
  if (call === undefined) return message;
  const where = layerName(message.sourceChainId);
  if (now <= call.lastSecond) return { ...message, waitingFor: `an account has the call made on ${where}` };
  return {
    ...message,
    ended: "expired",
    refusal: `it was to be made by second ${call.lastSecond} of ${where}'s clock`,
  };
}

/** Type of an event's message to L1; `undefined` for other events, or a message to another chain. */
function typeOf(event: ChainEvent, layer: CallLayer): MessageToL1["type"] | undefined {
  if (event.type !== "messageSent") return undefined;
  const { sender, body } = event;
  if (sender === PREDEPLOYS.InteropCenter || sender === PREDEPLOYS.InteropHandler) return undefined;
  if (!isAssetSender(sender)) return toContract(sender, body, layer) ?? "message";
  return decodeAssetMessage(body)?.kind === AssetMessageKind.withdrawal ? "withdrawal" : undefined;
}

/** Words for another gateway than this layer's are a plain message, as those for another L1 are. */
function toContract(sender: Hex, body: Uint8Array, layer: CallLayer): "l1Call" | "l1Message" | undefined {
  if (callFor(layer, body) !== undefined) return "l1Call";
  const message = decodeGatewayMessage(body);
  if (message?.chainId !== layer.chainId) return undefined;
  const { onL1, onChain } = gatewaysOf(layer.factory);
  return message.gateway === onL1 && sender === onChain ? "l1Message" : undefined;
}
