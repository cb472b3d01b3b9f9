import { AbiCoder, concat, keccak256, type Log } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../../ground/protocol/superchain.ts";
import { topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import type { BridgeTransactionPlace } from "../bridge-member.ts";
import type { ReadContracts } from "../member-logs.ts";
import { superchainContracts } from "./interfaces.ts";

/** A log of the messenger. */
export interface SuperchainTelling {
  readonly blockNumber: number;
  readonly logIndex: number;
}

/** A message that the messenger of a chain has told. */
export interface SuperchainMessage {
  /** Hash of the message in the messengers of both chains. */
  readonly hash: Hex;
  readonly source: bigint;
  readonly destination: bigint;
  readonly nonce: bigint;
  readonly sender: Hex;
  readonly target: Hex;
  /** Topics and data of the event, which a relay takes. */
  readonly payload: Hex;
  readonly payloadHash: Hex;
  /** Transactions that emitted the message: its sender's, and repetitions by any account. */
  readonly tellings: SuperchainTelling[];
  readonly sent: BridgeTransactionPlace;
}

const EVENTS = ["SentMessage", "RelayedMessage", "MessageProven"];

/** Events of inboxes and messengers on all members; the bridge uses no other source. */
export class SuperchainBook {
  readonly #messages = new Map<Hex, SuperchainMessage>();
  /** Proven messages by destination and source: events of another member are ignored. */
  readonly #proven = new Set<string>();
  readonly #relayed = new Map<string, BridgeTransactionPlace>();

  /** Contracts and topics to read of every member. */
  get reads(): ReadContracts {
    return {
      addresses: [SUPERCHAIN.CrossL2Inbox, SUPERCHAIN.L2ToL2CrossDomainMessenger],
      topics: EVENTS.map((name) => topicOf(superchainContracts, name)),
    };
  }

  /** In the order in which they were read. */
  messages(): IterableIterator<SuperchainMessage> {
    return this.#messages.values();
  }

  message(hash: Hex): SuperchainMessage | undefined {
    return this.#messages.get(hash);
  }

  isProven({ source, destination }: SuperchainMessage, record: Hex): boolean {
    return this.#proven.has(`${destination} ${source} ${record}`);
  }

  relayed({ source, destination, hash }: SuperchainMessage): BridgeTransactionPlace | undefined {
    return this.#relayed.get(`${destination} ${source} ${hash}`);
  }

  forget(): void {
    for (const known of [this.#messages, this.#proven, this.#relayed]) known.clear();
  }

  /** Takes a member's logs, in order. */
  take(chainId: bigint, logs: readonly Log[]): void {
    for (const log of logs) {
      const address = log.address.toLowerCase();
      const at = { chainId, transactionHash: log.transactionHash as Hex };
      if (address === SUPERCHAIN.L2ToL2CrossDomainMessenger) this.#toldByMessenger(log, at);
      else if (address === SUPERCHAIN.CrossL2Inbox) this.#toldByInbox(log, chainId);
    }
  }

  #toldByMessenger(log: Log, at: BridgeTransactionPlace): void {
    const event = superchainContracts.parseLog(log);
    if (event?.name === "RelayedMessage") {
      const [source, , hash] = event.args.toArray() as [bigint, bigint, string];
      this.#relayed.set(`${at.chainId} ${source} ${hash}`, at);
    }
    if (event?.name !== "SentMessage") return;
    const [destination, target, nonce, sender, message] = event.args.toArray() as [bigint, string, bigint, string, string];
    const types = ["uint256", "uint256", "uint256", "address", "address", "bytes"];
    const named = [destination, at.chainId, nonce, sender, target, message];
    const hash = keccak256(AbiCoder.defaultAbiCoder().encode(types, named)) as Hex;
    const telling = { blockNumber: log.blockNumber, logIndex: log.index };
    const known = this.#messages.get(hash);
    if (known !== undefined) {
      // The same message: whichever of its records comes counts. Records of one block are one.
      if (known.tellings.every(({ blockNumber }) => blockNumber !== telling.blockNumber)) known.tellings.push(telling);
      return;
    }
    const payload = concat([...log.topics, log.data]) as Hex;
    this.#messages.set(hash, {
      hash,
      source: at.chainId,
      destination,
      nonce,
      sent: at,
      sender: sender.toLowerCase() as Hex,
      target: target.toLowerCase() as Hex,
      payload,
      payloadHash: keccak256(payload) as Hex,
      tellings: [telling],
    });
  }

  #toldByInbox(log: Log, chainId: bigint): void {
    const event = superchainContracts.parseLog(log);
    if (event?.name === "MessageProven")
      this.#proven.add(`${chainId} ${String(event.args["sourceChainId"])} ${String(event.args["record"])}`);
  }
}
