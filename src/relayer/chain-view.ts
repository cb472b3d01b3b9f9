import type { Log, Provider } from "ethers";
import { fromHex, keccak, toHex } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { assetRouter, importedRoots, interopHandler, messenger, topicOf } from "./contract-interfaces.ts";
import type { StepRecord } from "./journey.ts";

/** Something on a chain that a relayer must know. */
export type ChainEvent =
  | { readonly type: "messageSent"; readonly at: StepRecord; readonly sender: Hex; readonly messageHash: Hex; readonly body: Uint8Array }
  | { readonly type: "rootImported"; readonly at: StepRecord; readonly registryIndex: bigint }
  /** A message of another chain was carried out here, by whomever. */
  | { readonly type: "executed"; readonly at: StepRecord; readonly sourceChainId: bigint | undefined; readonly messageHash: Hex };

const TOPICS = [
  topicOf(messenger, "L1MessageSent"),
  topicOf(importedRoots, "RootImported"),
  topicOf(assetRouter, "TransferDelivered"),
  topicOf(interopHandler, "BundleExecuted"),
  topicOf(interopHandler, "CallbackExecuted"),
];
const ADDRESSES = [PREDEPLOYS.L1Messenger, PREDEPLOYS.ImportedRoots, PREDEPLOYS.L2AssetRouter, PREDEPLOYS.InteropHandler];

/** Reads a chain's cross-chain events through its public RPC. */
export class ChainView {
  readonly chainId: bigint;
  readonly #provider: Provider;
  #nextBlock = 0;

  constructor({ chainId }: { readonly chainId: bigint }, { provider }: { readonly provider: Provider }) {
    this.chainId = chainId;
    this.#provider = provider;
  }

  /** What is new, in order. Rejects with the provider's error, and has then read nothing. */
  async poll(): Promise<readonly ChainEvent[]> {
    const toBlock = await this.#provider.getBlockNumber();
    if (toBlock < this.#nextBlock) return [];
    const logs = await this.#provider.getLogs({ address: [...ADDRESSES], topics: [TOPICS], fromBlock: this.#nextBlock, toBlock });
    this.#nextBlock = toBlock + 1;
    return logs.flatMap((log) => this.#read(log) ?? []);
  }

  #read(log: Log): ChainEvent | undefined {
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
        return args === undefined ? undefined : { type: "rootImported", at, registryIndex: args["registryIndex"] as bigint };
      }
      default: {
        const event = assetRouter.parseLog(log) ?? interopHandler.parseLog(log);
        if (event === null) return undefined;
        const named = toHex(fromHex(String(event.args[event.name === "TransferDelivered" ? "messageHash" : "bundleHash"])));
        // A callback is known by the bundle whose outcome it tells; where that was executed, this event does not say.
        const sourceChainId = event.name === "CallbackExecuted" ? undefined : (event.args["sourceChainId"] as bigint);
        return { type: "executed", at, sourceChainId, messageHash: named };
      }
    }
  }
}
