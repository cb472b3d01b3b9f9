import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { descriptionPosition } from "../../ground/protocol/token-description.ts";
import type { L1View, MessagePlace } from "../../chain/settlement-layer/reader/l1-view.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";

/**
 * A message that describes a token, with its position: chains that import several descriptions use the
 * highest.
 */
interface AnnouncedPlace {
  readonly place: MessagePlace;
  readonly position: bigint;
}

/**
 * Positions at which a chain has announced a token with the same description, the newest first; any account
 * may repeat the announcement.
 */
export function announcedPlaces(view: L1View, chainId: ChainId, messageHash: MessageHash): readonly AnnouncedPlace[] {
  return view
    .messages(chainId, PREDEPLOYS.L2NativeTokenVault, messageHash)
    .map((place) => ({ place, position: descriptionPosition(place.batch.batchNumber, place.index) }))
    .sort((one, other) => (one.position < other.position ? 1 : -1));
}
