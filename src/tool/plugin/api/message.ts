import type { MessageAnswer } from "../../../ecosystem/client/messages/bundle-answer.ts";
import type { SentMessage } from "../../../ecosystem/client/messages/sent-messages.ts";
import type { JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** A step that a message has done, and the transaction that did it. */
export interface MessageStep {
  readonly step: JourneyStep;
  readonly chainId: number;
  readonly transactionHash: Hex;
}

/**
 * Type of a message, as in `hyperchain_message`, or "deposit" for messages from L1, or "payment" inside one
 * member.
 */
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
   * Hash of a deposit's transaction on the chain, of a payment's transaction, or of the message; for a listed
   * transfer the name of its list on its chain.
   */
  readonly hash: Hex;
  readonly type: CrossingType;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  /** The transaction that sent it. */
  readonly transactionHash: Hex;
  /** Steps done, as of the last look: `refresh` and all that moves the message look. */
  readonly steps: readonly MessageStep[];
  /** Pending condition, as of the last refresh. */
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

/**
 * A message did not get where it was to go.
 * Remedy: settle and relay until `message.waitingFor` is empty; correct the receiver if its call failed.
 */
export class MessageError extends HyperchainError<MessageErrorCode> {
  override readonly name = "MessageError";
  /** Revert data of the call, for CallFailed. */
  readonly data: Hex | undefined;
  /**
   * Revert reason as text, for CallFailed, by the names in the project's contracts: `with TooMuch(101, 100)`.
   */
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
