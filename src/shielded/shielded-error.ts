import { HyperchainError } from "../errors/hyperchain-error.ts";

/** A request to a shielded wallet that it cannot serve. */
export class ShieldedError extends HyperchainError<
  | "BadSeed"
  | "BadAddress"
  | "BadAmount"
  | "FeeWithoutRelayer"
  | "BalanceTooLow"
  | "NotesTooSmall"
  | "NoPool"
  | "OtherVerifier"
  | "TreeMismatch"
> {
  override readonly name = "ShieldedError";
}
