import { TRANSFER_TOPIC } from "../../../ground/protocol/erc20-transfer.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { SHOWN_LOGGER, type CallAnswer } from "../../questions/asked/question.ts";

/** Accounts that get base token in a run whose transfers are logged, at any depth. */
export function recipientsOf({ receipt }: Pick<CallAnswer, "receipt">): ReadonlySet<Hex> {
  const transfers = (receipt?.logs ?? []).filter(
    ({ address, topics }) => address === SHOWN_LOGGER && topics[0] === TRANSFER_TOPIC,
  );
  return new Set(transfers.map(({ topics }): Hex => `0x${topics[2]?.slice(-40) ?? ""}`));
}
