import { knownErrorOf } from "../../client/sending/contract-interfaces.ts";
import { inWords } from "../../client/sending/revert-reason.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Hardhat's words for an error that no contract of the project has. */
const UNNAMED = /reverted with an unrecognized custom error \(return data: (0x[0-9a-f]*)\)/;

/**
 * Tells an error of this package's contracts, or of a bridge's, by its name, in the words that Hardhat has for those of the
 * project's. Any other error is left as it is.
 */
export function nameRevert(error: Error): void {
  const { message, stack } = error;
  const data = UNNAMED.exec(message)?.[1];
  const known = data === undefined ? undefined : knownErrorOf(data as Hex);
  if (known === undefined) return;
  const named = `reverted with custom error '${inWords(known)}'`;
  error.message = message.replace(UNNAMED, () => named);
  // It begins with the message.
  if (stack !== undefined) error.stack = stack.replace(UNNAMED, () => named);
}
