import { NamedError } from "../../errors/named-error.ts";

/**
 * A place cannot be gone on from. OtherFormat: another version wrote it. Damaged: its bytes are no place. Differs: two parts of
 * it, or it and L1, contradict each other.
 */
export class PlaceError extends NamedError<"OtherFormat" | "Damaged" | "Differs"> {
  override readonly name = "PlaceError";
}
