import assert from "node:assert/strict";
import { test } from "node:test";
import type { Provider } from "ethers";
import { Reading } from "../../src/ecosystem/relayer/reading.ts";
import { MemberSilentError } from "../../src/ecosystem/relayer/member-silence.ts";
import type { L1View } from "../../src/chain/settlement-layer/reader/l1-view.ts";

const nodeThatSays = (getBlock: () => Promise<null>): Provider => ({ getBlock }) as unknown as Provider;

test("facts since a reading began are reported of the chains that it has read, after it has read them", async () => {
  const told: (readonly [bigint, number])[] = [];
  let isRead: (value: null) => void = () => undefined;
  let readings = 0;
  const reading = new Reading(
    [
      { chainId: 1n, provider: nodeThatSays(() => new Promise((resolve) => (isRead = resolve))), news: undefined },
      { chainId: 2n, provider: nodeThatSays(() => Promise.reject(new Error("silent"))), news: undefined },
      { chainId: 3n, provider: nodeThatSays(() => Promise.resolve(null)), news: undefined },
    ],
    {
      l1: nodeThatSays(() => Promise.resolve(null)),
      isL1Here: true,
      l1View: { hasUnread: false, readUpTo: undefined, poll: () => Promise.resolve(false) } as unknown as L1View,
      begin: () => ++readings,
      onChainRead: (chainId, begun) => told.push([chainId, begun]),
      take: () => assert.fail(),
      readL1: () => assert.fail(),
      onRead: () => undefined,
      forget: () => undefined,
      nowMs: () => 0,
    },
  );
  const first = reading.all();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told, [[3n, 1]]);
  isRead(null);
  assert.deepEqual(await first, [new Error("silent")]);
  assert.deepEqual(told, [
    [3n, 1],
    [1n, 1],
  ]);
});

test("L1 is read again where it has returned to a block from before the newest that was read", async () => {
  let polls = 0;
  // It has made block 2 between both questions of the first reading, and taken it back since.
  const l1View = {
    hasUnread: false,
    get readUpTo() {
      return polls === 1 ? "0x02" : "0x01";
    },
    poll: () => Promise.resolve(++polls === 2),
  } as unknown as L1View;
  let timesForgotten = 0;
  const reading = new Reading([], {
    isL1Here: true,
    l1: { getBlock: () => Promise.resolve({ number: 1, hash: "0x01", timestamp: 1 }) } as unknown as Provider,
    l1View,
    begin: () => undefined,
    onChainRead: () => assert.fail(),
    take: () => assert.fail(),
    readL1: () => Promise.resolve(),
    onRead: () => undefined,
    forget: () => timesForgotten++,
    nowMs: () => 0,
  });
  for (let time = 0; time < 3; time++) assert.deepEqual(await reading.all(), []);
  assert.equal(timesForgotten, 1);
  assert.equal(polls, 2);
});

for (const isL1Here of [true, false]) {
  test(`L1 ${isL1Here ? "of this process is waited for" : "that runs elsewhere is left out"} if its answer comes after the limit`, async () => {
    let answer: (value: null) => void = () => undefined;
    const reading = new Reading([], {
      isL1Here,
      l1: nodeThatSays(() => new Promise((resolve) => (answer = resolve))),
      l1View: { hasUnread: false, readUpTo: undefined, poll: () => Promise.resolve(false) } as unknown as L1View,
      begin: () => undefined,
      onChainRead: () => assert.fail(),
      take: () => assert.fail(),
      readL1: () => assert.fail(),
      onRead: () => undefined,
      forget: () => assert.fail(),
      nowMs: () => 0,
    });
    const read = reading.all(1);
    const first = await Promise.race([read, new Promise((resolve) => setTimeout(resolve, 50))]);
    if (isL1Here) assert.equal(first, undefined);
    answer(null);
    const [failure] = await read;
    if (isL1Here) assert.equal(failure, undefined);
    else assert.ok(failure instanceof MemberSilentError);
  });
}
