import type { Log, LogDescription, Result } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import type { BridgeTransactionPlace } from "../bridge-member.ts";
import type { ReadContracts } from "../member-logs.ts";
import { ccipRamps } from "./interfaces.ts";
import { messageIdOf, readMessage, type CcipMessage } from "./message.ts";

/** A message that an application has sent. */
export interface SentCcipMessage extends CcipMessage {
  readonly sent: BridgeTransactionPlace;
}

/** A run that has failed. */
interface CcipFailure extends BridgeTransactionPlace {
  readonly data: Hex;
}

/** Progress of a message on its destination. */
interface CcipMarks {
  isRecorded: boolean;
  executed?: BridgeTransactionPlace;
  failed?: CcipFailure;
}

const EVENTS = ["CCIPMessageSent", "MessageRecorded", "ExecutionStateChanged"];
/** CCIP's numbers of states. */
const [SUCCESS, FAILURE] = [2n, 3n];

/** Events of the ramps on all members; the bridge uses no other source. */
export class CcipBook {
  readonly #ramps: Hex;
  readonly #messages = new Map<Hex, SentCcipMessage>();
  /** Progress by source, number and id, on the destination: events of another member are ignored. */
  readonly #marks = new Map<string, CcipMarks>();

  constructor(ramps: Hex) {
    this.#ramps = ramps;
  }

  /** Contracts and topics to read of every member. */
  get reads(): ReadContracts {
    return { addresses: [this.#ramps], topics: EVENTS.map((name) => topicOf(ccipRamps, name)) };
  }

  /** In the order in which they were read. */
  messages(): IterableIterator<SentCcipMessage> {
    return this.#messages.values();
  }

  message(id: Hex): SentCcipMessage | undefined {
    return this.#messages.get(id);
  }

  marks({ source, destination, sequenceNumber, id }: CcipMessage): CcipMarks {
    return this.#marksOf(destination, source, sequenceNumber, id);
  }

  forget(): void {
    this.#messages.clear();
    this.#marks.clear();
  }

  /** Takes a member's logs, in order. `selector` is its number. */
  take(chainId: bigint, selector: bigint, logs: readonly Log[]): void {
    for (const log of logs) {
      if (log.address.toLowerCase() !== this.#ramps) continue;
      const event = ccipRamps.parseLog(log);
      if (event !== null) this.#record(event, { chainId, transactionHash: log.transactionHash as Hex }, selector);
    }
  }

  #record({ name, args }: LogDescription, at: BridgeTransactionPlace, selector: bigint): void {
    if (name === "CCIPMessageSent") {
      const message = readMessage(args["message"] as Result);
      // Otherwise a lying chain could emit another message with this id, and the real one would be lost.
      const isItsOwn = message?.source === selector && messageIdOf(message.raw) === message.id;
      if (isItsOwn) this.#messages.set(message.id, { ...message, sent: at });
      return;
    }
    const [source, sequenceNumber] = [args["sourceChainSelector"] as bigint, args["sequenceNumber"] as bigint];
    const marks = this.#marksOf(selector, source, sequenceNumber, String(args["messageId"]));
    if (name === "MessageRecorded") marks.isRecorded = true;
    if (name !== "ExecutionStateChanged") return;
    if (args["state"] === SUCCESS) marks.executed = at;
    if (args["state"] === FAILURE) marks.failed = { ...at, data: String(args["returnData"]) as Hex };
  }

  #marksOf(here: bigint, source: bigint, sequenceNumber: bigint, id: string): CcipMarks {
    const key = [here, source, sequenceNumber, id].join(" ");
    const known = this.#marks.get(key) ?? { isRecorded: false };
    this.#marks.set(key, known);
    return known;
  }
}
