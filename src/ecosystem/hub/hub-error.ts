import { NamedError } from "../../ground/errors/named-error.ts";

/**
 * Reasons of a hub against a batch or a block. `BlockMismatch`: its number, parent, contents or state is another one.
 * `AlwaysSkipped`: L1 took no proof of the batch from several blocks that have it.
 * `SlotRefused`: a path in the member's state does not lead to the root that L1 stores.
 */
type HubErrorCode =
  | "ChainIdTooLarge"
  | "BatchNumberTooLarge"
  | "FactUnknown"
  | "FactNotOffered"
  | "ImportsMismatch"
  | "BatchNotOffered"
  | "BatchNotOpen"
  | "AlwaysSkipped"
  | "ProofRefused"
  | "SlotsMissing"
  | "SlotRefused"
  | "MaskMismatch"
  | "LastFactMismatch"
  | "BatchesNotInOrder"
  | "BatchCountOutOfRange"
  | "BlockMismatch"
  | "HubFull"
  | "Malformed";

/** A hub cannot take a batch, a block or a state. */
export class HubError extends NamedError<HubErrorCode> {
  override readonly name = "HubError";
}
