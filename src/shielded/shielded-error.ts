import { HyperchainError } from "../errors/hyperchain-error.ts";

/** A request to a shielded wallet that it cannot serve. */
export class ShieldedError extends HyperchainError<
  "BadSeed" | "BadAddress" | "BadAmount" | "BalanceTooLow" | "NotesTooSmall" | "TreeMismatch"
> {
  override readonly name = "ShieldedError";
}
