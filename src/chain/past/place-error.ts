import { NamedError } from "../../ground/errors/named-error.ts";
import { reasonOf } from "../../ground/errors/reason-of.ts";

/**
 * A chain cannot continue from a checkpoint. OtherFormat: another version wrote it. Damaged: its bytes are malformed.
 * Differs: two of its parts, or the checkpoint and L1, contradict each other.
 */
export class PlaceError extends NamedError<"OtherFormat" | "Damaged" | "Differs"> {
  override readonly name = "PlaceError";
}

/** Throws PlaceError where a part of a place cannot be read. */
export function readPart<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new PlaceError("Damaged", `its ${part} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
