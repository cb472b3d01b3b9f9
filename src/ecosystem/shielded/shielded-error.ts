import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/**
 * A request to a shielded wallet that it cannot serve.
 * Remedy: correct the amount, the recipient or the pool that the message names, and refresh the notes.
 */
export class ShieldedError extends HyperchainError<
  | "BadSeed"
  | "BadAddress"
  | "BadAmount"
  | "FeeWithoutRelayer"
  | "BalanceTooLow"
  | "NotesTooSmall"
  | "NoRoomForChange"
  | "TreeFull"
  | "TransferRefused"
  | "NoPool"
  | "OtherPool"
  | "OtherVerifier"
  | "TreeMismatch"
> {
  override readonly name = "ShieldedError";
}
