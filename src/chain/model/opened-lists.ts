import type { BlockReceipt } from "./block.ts";
import { hashTag } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";

/** keccak of the event's signature; `hashTag` is keccak of a name. */
const LIST_OPENED = hashTag("ListOpened(uint256,address,uint256)");

/** Lists of transfers that a transaction began: each is one more message of the batch's closing. */
export function openedLists(receipt: BlockReceipt): number {
  return receipt.logs.filter(({ address, topics }) => address === PREDEPLOYS.L2AssetRouter && topics[0] === LIST_OPENED).length;
}
