import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

const CODES = [
  ...["Busy", "Closed", "MalformedAnswer", "MalformedRequest", "NotListed", "NotSigned", "OpeningMismatch", "PostFailed"],
  ...["Refused", "UnknownTree", "Unreachable"],
] as const;
/** Stable code of a collector's refusal. */
export type CollectorErrorCode = (typeof CODES)[number];

/** Code of a collector's answer; Refused for any other text. */
export function collectorCode(text: string | undefined): CollectorErrorCode {
  return CODES.find((code) => code === text) ?? "Refused";
}

/**
 * Refusal of a collector. The message has the owner's remedy.
 * Remedy: follow the end of the message, from the owner's side.
 */
export class CollectorError extends HyperchainError<CollectorErrorCode> {
  override readonly name = "CollectorError";
}
