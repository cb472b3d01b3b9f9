import type { Block, Provider } from "ethers";
import { fromHex, keccak, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { topicOf } from "../../chain/settlement-layer/reader/contract-interfaces.ts";
import { readLogs } from "../../chain/settlement-layer/reader/log-pages.ts";
import { ATOMIC_FLOWS_ADDRESS } from "./atomic-flows-address.ts";
import type { ChainNews, ReadLog, BlockNews } from "./chain-news.ts";
import { assetRouter, atomicFlows, importedRoots, interopCenter, interopHandler, messenger } from "./contract-interfaces.ts";
import type { FlowEvent } from "./flow-book.ts";
import { flowEventOf } from "./flow-event.ts";
import { listedEventOf, type ListedEvent } from "./list-book.ts";
import type { StepRecord } from "../../ground/protocol/cross-chain-message.ts";

/** Something on a chain that a relayer must know. */
export type ChainEvent =
  | {
      readonly type: "messageSent";
      readonly at: StepRecord;
      readonly sender: Hex;
      readonly messageHash: MessageHash;
      readonly body: Uint8Array;
    }
  | { readonly type: "rootImported"; readonly at: StepRecord; readonly registryIndex: bigint; readonly root: Hex }
  /** Any account executed a message of another chain here, or refunded a transfer of this chain. */
  | {
      readonly type: "executed";
      readonly at: StepRecord;
      readonly sourceChainId: ChainId | undefined;
      readonly messageHash: MessageHash;
      /** Revert data of the calls of a bundle that failed; absent if they succeeded, and in other events. */
      readonly failedWith?: Hex | undefined;
    }
  /** The outcome of a bundle that was sent here was brought, and its listener reverted: it can be told again. */
  | { readonly type: "listenerFailed"; readonly at: StepRecord; readonly bundleHash: MessageHash; readonly listener: Hex }
  /** The reward for the outcome of a bundle from this chain was paid, or reclaimed. */
  | { readonly type: "callbackRewardSpent"; readonly bundleHash: MessageHash }
  | { readonly type: "flow"; readonly event: FlowEvent }
  | { readonly type: "listed"; readonly event: ListedEvent };

const TOPICS = [
  topicOf(messenger, "L1MessageSent"),
  topicOf(importedRoots, "RootImported"),
  topicOf(assetRouter, "TransferDelivered"),
  topicOf(assetRouter, "TransferRefunded"),
  topicOf(assetRouter, "TransferListed"),
  topicOf(interopHandler, "BundleExecuted"),
  topicOf(interopHandler, "CallbackExecuted"),
  topicOf(interopCenter, "CallbackSettled"),
  topicOf(interopCenter, "CallbackRewardReclaimed"),
  ...["EscrowHeld", "FeeAdded", "EscrowReleased", "EscrowRefunded", "PivotExecuted"].map((name) => topicOf(atomicFlows, name)),
];
const ADDRESSES = [
  PREDEPLOYS.L1Messenger,
  PREDEPLOYS.ImportedRoots,
  PREDEPLOYS.L2AssetRouter,
  PREDEPLOYS.InteropHandler,
  PREDEPLOYS.InteropCenter,
  ATOMIC_FLOWS_ADDRESS,
];

/** Result of a poll of a chain. */
interface ChainPoll {
  /** In order. */
  readonly events: readonly ChainEvent[];
  /**
   * True if the chain has rewound: all earlier events are void, and `events` begins with the first block
   * again.
   */
  readonly isAnew: boolean;
}

const NOTHING_NEW: ChainPoll = { events: [], isAnew: false };

type HeadBlock = Pick<Block, "number" | "hash" | "parentHash">;

/** Up to where everything was read. */
interface ReadUpTo {
  readonly blockNumber: number;
  readonly hash: string;
  readonly tip: unknown;
  /** Number of rewinds of the chain when this reading began. */
  readonly timesReturned: number;
}

interface ToldAt {
  readonly block: BlockNews;
  readonly tip: unknown;
}

/** Maximum number of notified blocks during a reading; the next poll reads further ones. */
const MOST_TOLD_MEANWHILE = 256;

/** Reads a chain's cross-chain events through its public RPC, and where the chain tells its blocks itself, without a question. */
export class ChainView {
  readonly chainId: ChainId;
  readonly #provider: Provider;
  readonly #news: ChainNews | undefined;
  #read: ReadUpTo | undefined;
  /** Number of times that all events were dropped. */
  #timesForgotten = 0;
  #timesReturned = 0;
  /** Notifications during a poll; `undefined` between polls. */
  #toldMeanwhile: ToldAt[] | undefined;

  constructor(
    { chainId }: { readonly chainId: ChainId },
    { provider, news }: { readonly provider: Provider; readonly news?: ChainNews | undefined },
  ) {
    this.chainId = chainId;
    this.#provider = provider;
    this.#news = news;
  }

  /** Whether all that the chain has was read, as far as that is known without a question. */
  get isCurrent(): boolean {
    return this.#read !== undefined && this.#news !== undefined && this.#read.tip === this.#news.tip();
  }

  /** Begins with the first block at the next poll. */
  forget(): void {
    this.#read = undefined;
    this.#timesForgotten++;
  }

  /** New events. Rejects with the provider's error, and has then read nothing. Calls must not overlap. */
  async poll(): Promise<ChainPoll> {
    if (this.isCurrent) return NOTHING_NEW;
    this.#toldMeanwhile = [];
    try {
      return await this.#poll(this.#toldMeanwhile);
    } finally {
      this.#toldMeanwhile = undefined;
    }
  }

  /** The chain has made this block. The events in it, where all before it was read. */
  tell(block: BlockNews): readonly ChainEvent[] {
    const told = { block, tip: this.#news?.tip() };
    if (this.#toldMeanwhile === undefined) return this.#takeTold(told);
    if (this.#toldMeanwhile.length < MOST_TOLD_MEANWHILE) this.#toldMeanwhile.push(told);
    return [];
  }

  /** The chain has returned to an earlier block: the next poll finds which, and what it makes until then is not read before. */
  returned(): void {
    this.#timesReturned++;
    if (this.#toldMeanwhile !== undefined) this.#toldMeanwhile.length = 0;
  }

  async #poll(toldMeanwhile: readonly ToldAt[]): Promise<ChainPoll> {
    const before = this.#read;
    const [tip, timesReturned, timesForgotten] = [this.#news?.tip(), this.#timesReturned, this.#timesForgotten];
    const head = await this.#provider.getBlock("latest");
    if (head === null || head.hash === null) return NOTHING_NEW;
    const stands = before === undefined || (await this.#has(before, head));
    const fromBlock = before === undefined || !stands ? 0 : before.blockNumber + 1;
    const question = { address: ADDRESSES, topics: [TOPICS], fromBlock, toBlock: head.number };
    const logs = head.number < fromBlock ? [] : await readLogs(this.#provider, question);
    // What was asked for behind a block that is forgotten would be taken for all.
    if (this.#timesForgotten !== timesForgotten) return NOTHING_NEW;
    const events = logs.flatMap((log) => this.#decode(log) ?? []);
    if (head.number >= fromBlock || before === undefined)
      this.#read = { blockNumber: head.number, hash: head.hash, tip, timesReturned };
    else this.#read = { ...before, tip, timesReturned };
    for (const told of toldMeanwhile) events.push(...this.#takeTold(told));
    return { events, isAnew: !stands };
  }

  #takeTold({ block: { number, hash, logs }, tip }: ToldAt): readonly ChainEvent[] {
    const before = this.#read;
    if (before === undefined || number !== before.blockNumber + 1 || before.timesReturned !== this.#timesReturned) return [];
    const events = logs.filter(isCrossChain).flatMap((log) => this.#decode(log) ?? []);
    this.#read = { ...before, blockNumber: number, hash, tip };
    return events;
  }

  /** True if the chain still has the last block whose events were read. */
  async #has({ blockNumber, hash }: { readonly blockNumber: number; readonly hash: string }, head: HeadBlock): Promise<boolean> {
    if (head.number === blockNumber) return head.hash === hash;
    if (head.parentHash === hash) return true;
    return (await this.#provider.getBlock(blockNumber))?.hash === hash;
  }

  #decode(log: ReadLog): ChainEvent | undefined {
    const at = { chainId: this.chainId, blockNumber: log.blockNumber, transactionHash: log.transactionHash as Hex };
    switch (log.address.toLowerCase()) {
      case PREDEPLOYS.L1Messenger: {
        const args = messenger.parseLog(log)?.args;
        if (args === undefined) return undefined;
        const body = fromHex(String(args["message"]));
        return { type: "messageSent", at, sender: String(args["sender"]).toLowerCase() as Hex, messageHash: keccak(body), body };
      }
      case PREDEPLOYS.ImportedRoots: {
        const args = importedRoots.parseLog(log)?.args;
        return args === undefined
          ? undefined
          : { type: "rootImported", at, registryIndex: args["registryIndex"] as bigint, root: args["root"] as Hex };
      }
      case PREDEPLOYS.InteropCenter: {
        const event = interopCenter.parseLog(log);
        return event === null ? undefined : { type: "callbackRewardSpent", bundleHash: event.args["bundleHash"] as Hex };
      }
      case ATOMIC_FLOWS_ADDRESS: {
        const event = flowEventOf(log);
        return event && { type: "flow", event };
      }
      default: {
        const event = assetRouter.parseLog(log) ?? interopHandler.parseLog(log);
        if (event === null) return undefined;
        if (event.name === "TransferListed") return { type: "listed", event: listedEventOf(event) };
        if (event.name === "TransferRefunded")
          return { type: "executed", at, sourceChainId: this.chainId, messageHash: event.args["messageHash"] as Hex };
        const named = toHex(fromHex(String(event.args[event.name === "TransferDelivered" ? "messageHash" : "bundleHash"])));
        if (event.name === "CallbackExecuted" && event.args["callbackSuccess"] !== true) {
          return {
            type: "listenerFailed",
            at,
            bundleHash: named,
            listener: String(event.args["recipient"]).toLowerCase() as Hex,
          };
        }
        // A callback is known by the bundle whose outcome it tells; where that was executed, this event does not say.
        const sourceChainId = event.name === "CallbackExecuted" ? undefined : (event.args["sourceChainId"] as bigint);
        const hasFailed = event.name === "BundleExecuted" && event.args["success"] !== true;
        const failedWith = hasFailed ? (String(event.args["result"]) as Hex) : undefined;
        return { type: "executed", at, sourceChainId, messageHash: named, failedWith };
      }
    }
  }
}

const [CROSS_CHAIN_ADDRESSES, CROSS_CHAIN_TOPICS] = [new Set<string>(ADDRESSES), new Set<string>(TOPICS)];

/** True for an event of the contracts that requests to a node name. */
function isCrossChain({ address, topics: [topic = ""] }: ReadLog): boolean {
  return CROSS_CHAIN_ADDRESSES.has(address.toLowerCase()) && CROSS_CHAIN_TOPICS.has(topic);
}
