import assert from "node:assert/strict";
import { test } from "node:test";
import { hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../src/ground/protocol/atomic-flow.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { FlowBook } from "../../src/ecosystem/relayer/flow-book.ts";

const ACCOUNT: Hex = `0x${"11".repeat(20)}`;
const leg = (chainId: bigint): FlowLeg => ({
  ...{ chainId, isPivot: false, party: ACCOUNT, token: ACCOUNT, amount: 1n, recipient: ACCOUNT },
  callHash: wordToHex(0n),
});
const flow: AtomicFlow = { salt: wordToHex(7n), deadline: 9n, legs: [leg(271n), leg(272n), leg(271n)] };
const id = hashAtomicFlow(flow);

test("a leg is in escrow from the word of its chain until it is paid out or back there", () => {
  const book = new FlowBook();
  for (const each of [0n, 2n]) book.take(271n, { type: "escrowHeld", id, leg: each, flow });
  assert.deepEqual(book.held(271n), [
    { id, flow, leg: 0, feeWei: 0n },
    { id, flow, leg: 2, feeWei: 0n },
  ]);
  assert.deepEqual(book.held(272n), []);
  // The same words of another chain end nothing here.
  book.take(272n, { type: "escrowEnded", id, leg: 0n });
  book.take(271n, { type: "escrowEnded", id, leg: 0n });
  assert.deepEqual(book.held(271n), [{ id, flow, leg: 2, feeWei: 0n }]);
  book.take(271n, { type: "pivotExecuted", id, leg: 2n });
  assert.deepEqual([book.held(271n), book.hasRun(271n, id), book.hasRun(272n, id)], [[], true, false]);
  book.forget();
  assert.equal(book.hasRun(271n, id), false);
});

test("a leg's fee is the sum of the fees that were added during its escrow, as its chain reports", () => {
  const book = new FlowBook();
  const add = (chainId: bigint, of: bigint, feeWei: bigint): void =>
    book.take(chainId, { type: "feeAdded", id, leg: of, feeWei });
  add(271n, 0n, 5n);
  book.take(271n, { type: "escrowHeld", id, leg: 0n, flow });
  add(271n, 0n, 7n);
  add(271n, 0n, 8n);
  add(272n, 0n, 100n);
  add(271n, 2n, 100n);
  assert.deepEqual(book.held(271n), [{ id, flow, leg: 0, feeWei: 15n }]);
});

test("attack: a chain's word of a leg that is another chain's, of no leg, or under another flow's name is passed over", () => {
  const book = new FlowBook();
  book.take(271n, { type: "escrowHeld", id, leg: 1n, flow });
  book.take(271n, { type: "escrowHeld", id, leg: 3n, flow });
  book.take(271n, { type: "escrowHeld", id, leg: 2n ** 255n, flow });
  book.take(271n, { type: "escrowHeld", id: wordToHex(5n), leg: 0n, flow });
  book.take(271n, { type: "escrowHeld", id, leg: 0n, flow: { ...flow, deadline: 10n } });
  assert.deepEqual(book.held(271n), []);
});
