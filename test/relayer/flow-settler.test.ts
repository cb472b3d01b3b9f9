import assert from "node:assert/strict";
import { test } from "node:test";
import { hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../src/ground/protocol/atomic-flow.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { FlowBook } from "../../src/ecosystem/relayer/flow-book.ts";
import { FlowSettler, type FlowSettlerDependencies } from "../../src/ecosystem/relayer/flow-settler.ts";

const [HERE, THERE] = [271n, 272n];
const ESCROWS = 600;
/** Legs that are looked up at a look: two of each flow, and 64 flows. */
const MOST_LEGS_LOOKED_UP = 128;
const ACCOUNT: Hex = `0x${"11".repeat(20)}`;
const leg = (chainId: bigint): FlowLeg => ({
  ...{ chainId, isPivot: false, party: ACCOUNT, token: ACCOUNT, amount: 0n, recipient: ACCOUNT },
  callHash: wordToHex(0n),
});
const flowOf = (salt: number): AtomicFlow => ({ salt: wordToHex(BigInt(salt)), deadline: 9n, legs: [leg(HERE), leg(THERE)] });

test("attack: empty escrows by the hundred are looked up some at a time, and again only when L1 has something new", async () => {
  const book = new FlowBook();
  for (let salt = 0; salt < ESCROWS; salt++) {
    const flow = flowOf(salt);
    book.take(HERE, { type: "escrowHeld", id: hashAtomicFlow(flow), leg: 0n, flow });
  }
  const asked: string[] = [];
  const registry = { leafCount: 5 };
  const l1View = {
    registry,
    bringBody: () => undefined,
    messages(_chainId: bigint, _sender: Hex, messageHash: Hex) {
      asked.push(messageHash);
      return [];
    },
    leavesOf: () => [],
  };
  const dependencies = {
    ...{ l1View, book },
    provider: { getBlock: () => Promise.resolve({ timestamp: 1 }) },
    nodeOf: () => assert.fail("no leg is missing yet"),
  } as unknown as FlowSettlerDependencies;
  const round = { send: () => Promise.reject(new Error("nothing is to be sent")) };
  const settler = new FlowSettler({ chainId: HERE, policy: {} }, dependencies);
  const look = async (): Promise<number> => {
    asked.length = 0;
    await settler.settle(1n, round);
    return asked.length;
  };
  const legs: string[] = [];
  for (let looked = await look(); looked > 0; looked = await look()) {
    assert.ok(looked <= MOST_LEGS_LOOKED_UP, `${looked} legs at a look`);
    legs.push(...asked);
  }
  // Each leg of each flow once.
  assert.equal(new Set(legs).size, 2 * ESCROWS);
  assert.equal(legs.length, 2 * ESCROWS);
  // One that comes with a fee is the first to be looked up, and then those that wait longest.
  const paying = flowOf(ESCROWS);
  const id = hashAtomicFlow(paying);
  book.take(HERE, { type: "escrowHeld", id, leg: 0n, flow: paying });
  book.take(HERE, { type: "feeAdded", id, leg: 0n, feeWei: 1n });
  registry.leafCount++;
  await look();
  assert.equal(legs.includes(asked[0]!), false);
  assert.deepEqual(asked.slice(2), legs.slice(0, MOST_LEGS_LOOKED_UP - 2));
});
