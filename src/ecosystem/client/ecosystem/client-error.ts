import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Reasons that prevent a user's request before or during its sending. */
export type ClientErrorCode =
  | "UnknownChain"
  | "UnknownHub"
  | "UnknownGuardians"
  | "UnknownRequest"
  | "NotGuarded"
  | "OtherSettlementLayer"
  | "UnknownToken"
  | "AmbiguousToken"
  | "MalformedAddress"
  | "WrongChecksum"
  | "UnknownName"
  | "AmbiguousName"
  | "MalformedName"
  | "NameTaken"
  | "ZeroAmount"
  | "InsufficientFunds"
  | "WrongChain"
  | "WrongPartition"
  | "NoProvider"
  | "NotForwardable"
  | "NotWithdrawable"
  | "NotOnRoute"
  | "NotDeliverable"
  | "NotListable"
  | "Refused"
  | "Failed"
  | "Unconfirmed"
  | "TimedOut"
  | "NotEncrypted"
  | "NotImported"
  | "ProofNotOfHeader"
  | "NotSigned"
  | "NoContract"
  | "FlowOpen"
  | "LegNotHeld"
  | "PartFailed"
  | "NoVotes"
  | "ValidatorsFixed"
  | "ChainHasLinks"
  | "NoCouncil"
  | "WrongSignature"
  | "UnknownProposal"
  | "UnknownVersion"
  | "VoteLost"
  | "NoAnswer";

/**
 * Request that cannot be executed. The message has the reason and the remedy.
 * Remedy: follow the end of the message, and repeat the request.
 */
export class ClientError extends HyperchainError<ClientErrorCode> {
  override readonly name = "ClientError";
  /** The values behind the message; of `Refused`, the contract's error, or the code of the chain's. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ClientErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(code, message, options);
    this.details = details;
  }
}
