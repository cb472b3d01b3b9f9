import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import type { BlockReceipt } from "../../../src/chain/model/block.ts";
import { waitingLists } from "../../../src/chain/model/waiting-lists.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";

const OPENED = id("ListOpened(uint256,address,uint256)");
const SENT = id("ListSent(bytes32,uint256,bytes32,uint256)");

const receiptWith = (...logs: readonly (readonly [address: string, topic: string])[]): BlockReceipt =>
  ({ logs: logs.map(([address, topic]) => ({ address, topics: [topic], data: "0x" })) }) as unknown as BlockReceipt;

test("a list counts from its opening until it is sent, by the asset router's word alone", () => {
  const [router, stranger] = [PREDEPLOYS.L2AssetRouter, `0x${"12".repeat(20)}`];
  assert.equal(waitingLists(receiptWith()), 0);
  assert.equal(waitingLists(receiptWith([router, OPENED], [router, OPENED], [router, id("TransferListed")])), 2);
  // One replaced another, which is a separate message by then.
  assert.equal(waitingLists(receiptWith([router, SENT], [router, OPENED])), 0);
  assert.equal(waitingLists(receiptWith([stranger, OPENED], [stranger, SENT], [PREDEPLOYS.L1Messenger, OPENED])), 0);
});
