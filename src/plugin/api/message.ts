import type { MessageAnswer } from "../../client/messages/bundle-answer.ts";
import type { SentMessage } from "../../client/messages/sent-messages.ts";
import type { JourneyStep } from "../../protocol/cross-chain-message.ts";
import type { Hex } from "../../protocol/hex.ts";
import { HyperchainError } from "../../errors/hyperchain-error.ts";

/** A step that a message has done, and the transaction that did it. */
export interface MessageStep {
  readonly step: JourneyStep;
  readonly chainId: number;
  readonly transactionHash: Hex;
}

/** What a message carries: as in `hyperchain_message`; deposits, which L1 sends; payments, which stay on their member. */
export type CrossingType = SentMessage["type"] | "deposit" | "payment";

export const CROSSING_TYPES = [
  "transfer",
  "bundle",
  "callback",
  "refund",
  "withdrawal",
  "l1Call",
  "l1Message",
  "message",
  "deposit",
  "payment",
] as const satisfies readonly CrossingType[];

/** Something on its way between two members of the ecosystem, or from one account of a member to another. */
export interface Message {
  /**
   * Of a deposit the hash of its transaction on the chain, of a payment its transaction's, of a listed transfer the list's name
   * on its chain, else keccak of the message.
   */
  readonly hash: Hex;
  readonly type: CrossingType;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  /** The transaction that sent it. */
  readonly transactionHash: Hex;
  /** Steps done, as of the last look: `refresh` and all that moves the message look. */
  readonly steps: readonly MessageStep[];
  /** What it waits for, as of the last look. */
  readonly waitingFor: string | undefined;
  /** Why a delivery of it was refused last, as of the last look. */
  readonly refusal: string | undefined;
  refresh(): Promise<Message>;
  /** Whether a step is done, as of the last look. */
  has(step: JourneyStep): boolean;
  /** Moves the ecosystem until L1 has accepted the batch that sent it. Throws MessageError. */
  settled(): Promise<MessageStep>;
  /**
   * Moves the ecosystem until it has arrived: a transfer is paid out, a call is made, a withdrawal is paid on L1, a plain
   * message can be proven to contracts on L1. Throws MessageError NotDelivered with the reason where it does not get there,
   * CallFailed where the call reverted.
   */
  delivered(): Promise<MessageStep>;
  /** Moves the ecosystem until this step. Throws MessageError. */
  reach(step: JourneyStep): Promise<MessageStep>;
  /**
   * Moves the ecosystem until the sender of a bundle has received the outcome of its calls, also if they failed. Throws
   * MessageError: NoAnswer if it requested none or is not a bundle, NotDelivered.
   */
  answered(): Promise<MessageAnswer>;
  /**
   * Moves the ecosystem until everything that a failed bundle returned has arrived. Throws MessageError: NothingToRefund,
   * NotDelivered.
   */
  refunded(): Promise<readonly Message[]>;
}

type MessageErrorCode = "NotDelivered" | "CallFailed" | "UnknownMessage" | "NoAnswer" | "NothingToRefund" | "TooManyMessages";

/** A message did not get where it was to go. */
export class MessageError extends HyperchainError<MessageErrorCode> {
  override readonly name = "MessageError";
  /** Of CallFailed: what the call reverted with. */
  readonly data: Hex | undefined;
  /** Of CallFailed: the same in words, by the names in the project's contracts: `with TooMuch(101, 100)`. */
  readonly reason: string | undefined;

  constructor(
    code: MessageError["code"],
    message: string,
    { data, reason, ...options }: ErrorOptions & { readonly data?: Hex; readonly reason?: string } = {},
  ) {
    super(code, message, options);
    this.data = data;
    this.reason = reason;
  }
}
