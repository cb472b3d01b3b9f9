import type { BlockReceipt } from "./block.ts";
import { hashTag } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";

/** keccak of the events' signatures; `hashTag` is keccak of a name. */
const LIST_OPENED = hashTag("ListOpened(uint256,address,uint256)");
const LIST_SENT = hashTag("ListSent(bytes32,uint256,bytes32,uint256)");

/**
 * Number of additional lists of transfers that wait for the batch's closing after a transaction, each for one message of
 * it. Below 0 if it had more sent before the closing than it began.
 */
export function waitingLists({ logs }: BlockReceipt): number {
  const said = (topic: string): number =>
    logs.filter(({ address, topics }) => address === PREDEPLOYS.L2AssetRouter && topics[0] === topic).length;
  return said(LIST_OPENED) - said(LIST_SENT);
}
