import type { Log, Provider } from "ethers";
import { fromHex, keccak, toHex } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ChainId, MessageHash } from "../protocol/ids.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { topicOf } from "../settlement-layer/reader/contract-interfaces.ts";
import { readLogs } from "../settlement-layer/reader/log-pages.ts";
import { ATOMIC_FLOWS_ADDRESS } from "./atomic-flows-address.ts";
import { assetRouter, atomicFlows, importedRoots, interopCenter, interopHandler, messenger } from "./contract-interfaces.ts";
import type { FlowEvent } from "./flow-book.ts";
import { flowEventOf } from "./flow-event.ts";
import { listedEventOf } from "./list-book.ts";
import type { ListedEvent } from "./list-book.ts";
import type { StepRecord } from "../protocol/cross-chain-message.ts";

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
  /** A message of another chain was carried out here, or a transfer of this chain given back, by whomever. */
  | {
      readonly type: "executed";
      readonly at: StepRecord;
      readonly sourceChainId: ChainId | undefined;
      readonly messageHash: MessageHash;
    }
  /** The outcome of a bundle that was sent here was brought, and its listener reverted: it can be told again. */
  | { readonly type: "listenerFailed"; readonly at: StepRecord; readonly bundleHash: MessageHash; readonly listener: Hex }
  /** The reward for the outcome of a bundle that was sent here was paid, or taken back. */
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

/** What a poll of a chain found. */
export interface ChainPoll {
  /** In order. */
  readonly events: readonly ChainEvent[];
  /** The chain has taken back blocks: all that was read before is void, and `events` begins with the first block again. */
  readonly isAnew: boolean;
}

/** Reads a chain's cross-chain events through its public RPC. */
export class ChainView {
  readonly chainId: ChainId;
  readonly #provider: Provider;
  /** Up to this block everything was read. */
  #read: { readonly blockNumber: number; readonly hash: string } | undefined;

  constructor({ chainId }: { readonly chainId: ChainId }, { provider }: { readonly provider: Provider }) {
    this.chainId = chainId;
    this.#provider = provider;
  }

  /** Begins with the first block at the next poll. */
  forget(): void {
    this.#read = undefined;
  }

  /** What is new. Rejects with the provider's error, and has then read nothing. */
  async poll(): Promise<ChainPoll> {
    const before = this.#read;
    const stands = before === undefined || (await this.#provider.getBlock(before.blockNumber))?.hash === before.hash;
    const head = await this.#provider.getBlock("latest");
    const fromBlock = before === undefined || !stands ? 0 : before.blockNumber + 1;
    if (head === null || head.hash === null || head.number < fromBlock) return { events: [], isAnew: !stands };
    const logs = await readLogs(this.#provider, { address: ADDRESSES, topics: [TOPICS], fromBlock, toBlock: head.number });
    this.#read = { blockNumber: head.number, hash: head.hash };
    return { events: logs.flatMap((log) => this.#decode(log) ?? []), isAnew: !stands };
  }

  #decode(log: Log): ChainEvent | undefined {
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
        return { type: "executed", at, sourceChainId, messageHash: named };
      }
    }
  }
}
