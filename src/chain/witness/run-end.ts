import { EthereumJSError } from "@ethereumjs/util";
import { NamedError } from "../../ground/errors/named-error.ts";

/** Refusal of a transaction before its first message: its form, sender, nonce, gas or balance is wrong in this state. */
export class InvalidTransaction extends NamedError<"InvalidTransaction"> {
  override readonly name = "InvalidTransaction";

  constructor(cause: Error) {
    super("InvalidTransaction", cause.message, { cause });
  }
}

/** Limit that ended a run. */
type RunLimit = "budget" | "lone" | "callData" | "instructions" | "work" | "time";

/** End of a run that a meter or a watch broke off at a limit. */
export class RunBrokenOff extends NamedError<RunLimit> {
  override readonly name = "RunBrokenOff";
}

/** Names the library's own refusal as InvalidTransaction. Any other error is returned unchanged: it is a fault. */
export function refusalOr(error: unknown): unknown {
  return error instanceof EthereumJSError ? new InvalidTransaction(error) : error;
}

/**
 * True if an error decides about a transaction, by its name. Any other error is a fault of this software or of its machine, from
 * which no verdict follows: it stops what runs.
 */
export function decidesRun(error: unknown): error is InvalidTransaction | RunBrokenOff {
  return error instanceof InvalidTransaction || error instanceof RunBrokenOff;
}
