import type { BlockReceipt } from "./block.ts";
import { hashTag } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";

/** keccak of the events' signatures; `hashTag` is keccak of a name. */
const LIST_OPENED = hashTag("ListOpened(uint256,address,uint256)");
const LIST_SENT = hashTag("ListSent(bytes32,uint256,bytes32,uint256)");

/**
 * How many more lists of transfers wait for the batch's closing, each for one message of it, once a transaction has run. Below 0
 * where it had more sent before the closing than it began.
 */
export function waitingLists({ logs }: BlockReceipt): number {
  const said = (topic: string): number =>
    logs.filter(({ address, topics }) => address === PREDEPLOYS.L2AssetRouter && topics[0] === topic).length;
  return said(LIST_OPENED) - said(LIST_SENT);
}
