import type { Log, LogDescription } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import type { BridgeTransactionPlace } from "../bridge-member.ts";
import type { ReadContracts } from "../member-logs.ts";
import type { HyperlaneContracts } from "./deploy.ts";
import { mailbox, provenHook } from "./interfaces.ts";
import { decodeMessage, type HyperlaneMessage } from "./message.ts";

/** A message that an application has dispatched. */
export interface DispatchedMessage extends HyperlaneMessage {
  readonly sent: BridgeTransactionPlace;
}

/** Progress of a message. */
interface MessageMarks {
  /** Gas for its recipient's `handle` that the hook was paid for; undefined until the hook has passed it on. */
  readonly gas?: bigint;
  /** True if the destination has the message's id, from the origin in the message. */
  readonly isProven?: true;
  readonly executed?: BridgeTransactionPlace;
}

/** Events of Hyperlane's contracts and the hooks on all members; the bridge uses no other source. */
export class MessageBook {
  readonly #contracts: HyperlaneContracts;
  readonly #messages = new Map<Hex, DispatchedMessage>();
  /** Gas that was paid to the hook, by the member that reported it. */
  readonly #gas = new Map<string, bigint>();
  /** Ids by the member that has them, and the origin that sent them. */
  readonly #proven = new Set<string>();
  /** Transactions that processed a message, by member: events of another member are ignored. */
  readonly #processed = new Map<string, BridgeTransactionPlace>();

  constructor(contracts: HyperlaneContracts) {
    this.#contracts = contracts;
  }

  /** Contracts and topics to read of every member. */
  get reads(): ReadContracts {
    const topics = [
      ...["Dispatch", "ProcessId"].map((name) => topicOf(mailbox, name)),
      ...["MessagePassed", "MessageProven"].map((name) => topicOf(provenHook, name)),
    ];
    return { addresses: [this.#contracts.mailbox, this.#contracts.hook], topics };
  }

  /** In the order in which they were read. */
  messages(): IterableIterator<DispatchedMessage> {
    return this.#messages.values();
  }

  message(id: Hex): DispatchedMessage | undefined {
    return this.#messages.get(id);
  }

  marks({ id, origin, destination }: HyperlaneMessage): MessageMarks {
    const gas = this.#gas.get(`${origin} ${id}`);
    const executed = this.#processed.get(`${destination} ${id}`);
    return {
      ...(gas === undefined ? {} : { gas }),
      ...(this.#proven.has(`${destination} ${origin} ${id}`) ? { isProven: true } : {}),
      ...(executed === undefined ? {} : { executed }),
    };
  }

  forget(): void {
    for (const map of [this.#messages, this.#gas, this.#proven, this.#processed]) map.clear();
  }

  /** Takes a member's logs, in order. `domain` is its number. */
  take(chainId: bigint, domain: number, logs: readonly Log[]): void {
    for (const log of logs) {
      const address = log.address.toLowerCase();
      const at = { chainId, transactionHash: log.transactionHash as Hex };
      if (address === this.#contracts.mailbox) this.#toldByMailbox(mailbox.parseLog(log), at, domain);
      else if (address === this.#contracts.hook) this.#toldByHook(provenHook.parseLog(log), domain);
    }
  }

  #toldByMailbox(event: LogDescription | null, at: BridgeTransactionPlace, domain: number): void {
    if (event?.name === "ProcessId") this.#processed.set(`${domain} ${String(event.args["messageId"])}`, at);
    if (event?.name !== "Dispatch") return;
    const message = decodeMessage(String(event.args["message"]));
    if (message?.origin === domain) this.#messages.set(message.id, { ...message, sent: at });
  }

  #toldByHook(event: LogDescription | null, domain: number): void {
    if (event === null) return;
    const id = String(event.args["messageId"]) as Hex;
    if (event.name === "MessagePassed") this.#gas.set(`${domain} ${id}`, BigInt(event.args["gasLimit"] as bigint));
    if (event.name === "MessageProven") this.#proven.add(`${domain} ${Number(event.args["origin"])} ${id}`);
  }
}
