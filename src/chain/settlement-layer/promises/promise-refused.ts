import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Reason of a promise that a signer refuses, or a receiver does not rely on. */
export type PromiseRefusalCode =
  /** Signer: the receiver takes no promises of this chain. */
  | "ReceiverNotListed"
  /** Signer: the chain has not sealed the batch. */
  | "BatchNotSealed"
  /** Signer: an open batch up to this one imports a fact or a link, so other chains decide about it. */
  | "OpenImportBelow"
  /** Signer: the batch began before L1 created the receiver, so L1 could refuse its transfers. */
  | "SentBeforeChain"
  /** Receiver: the option `instant.from` does not name the chain that promises. */
  | "SourceNotListed"
  /** Receiver: the chain is paused. */
  | "ReceiverPaused"
  /** Receiver: L1 has executed the batch, so its messages arrive by a root. */
  | "BatchExecuted"
  /** Receiver: the batch has no message for it. */
  | "NothingForReceiver"
  /** Receiver: the promise is for another chain, payee or version. */
  | "TermsMismatch"
  /** Receiver: the stake's block is not a recent block of L1, or has another time. */
  | "StakedBlockMismatch"
  /** Receiver: the promise ends after the latest accepted second, or has ended. */
  | "EndOutOfRange"
  /** Receiver: the shown logs have another root. */
  | "LogsMismatch"
  /** Receiver: L1 would not accept the signature, or its signer is not a validator. */
  | "SignatureRefused"
  /** The signers have less stake for this pair of chains. */
  | "StakeTooSmall"
  /** Receiver: more coins than the receiver risks are promised and not landed. */
  | "RiskTooGreat"
  /** Receiver: the batch has other content for the receiver than transfers of the coin. */
  | "ContentNotAllowed";

/**
 * A signer or a receiver refuses a promise. The message arrives by a fact or a root.
 * Remedy: wait for a fact or for L1; to import earlier, change the terms of `instant`.
 */
export class PromiseRefused extends HyperchainError<PromiseRefusalCode> {
  override readonly name = "PromiseRefused";

  constructor(code: PromiseRefusalCode, reason: string, options?: ErrorOptions) {
    super(code, `${reason}; the message arrives after L1 has stored or executed its batch`, options);
  }
}
