import { HyperchainError } from "../errors/hyperchain-error.ts";

/** Stable code of a collector's refusal. */
type CollectorErrorCode = "Busy" | "Closed" | "NotListed" | "NotSigned" | "OpeningMismatch" | "PostFailed" | "UnknownTree";

/** Refusal of a collector. The message has the owner's remedy. */
export class CollectorError extends HyperchainError<CollectorErrorCode> {
  override readonly name = "CollectorError";
}
