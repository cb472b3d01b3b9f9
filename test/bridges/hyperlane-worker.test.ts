import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { concat, keccak256, toBeHex, zeroPadValue } from "ethers";
import { mailbox, provenHook } from "../../src/ecosystem/bridges/hyperlane/interfaces.ts";
import { HyperlaneWorker } from "../../src/ecosystem/bridges/hyperlane/worker.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { FakeMember, type FakeLog } from "./support/fake-member.ts";

const [SENDER, RECIPIENT] = [zeroPadValue("0xaa", 32), zeroPadValue("0xbb", 32)] as const;
/** Duration of a slow refusal, which is tried with the message's gas and with the maximum. */
const SLOW_MS = 50;
/** `Refused()` of any contract. */
const REFUSED = "0x8ac5ff0b";
const refusal = (): Error => Object.assign(new Error("execution reverted"), { code: "CALL_EXCEPTION", data: REFUSED });

describe("Hyperlane's worker with hostile recipients and chains", () => {
  let [a, b, c]: [FakeMember, FakeMember, FakeMember] = [] as never;
  let worker: HyperlaneWorker;
  /** Messages that were asked for or processed on beta, by their nonces. */
  let asked: number[];
  beforeEach(() => {
    [a, b, c] = [new FakeMember("alpha", 1), new FakeMember("beta", 2), new FakeMember("gamma", 3)];
    worker = new HyperlaneWorker({
      // Still, so that a slow machine asks as much at one look as a fast one.
      ...{ members: [a, b, c].map(({ member }) => member), clock: { ...systemClock, nowMs: () => 0 } },
      ...{ isHeld: () => false, answerMs: 2_000 },
    });
    asked = [];
  });

  const logOf = (address: Hex, contract: typeof mailbox, name: string, values: readonly unknown[]): FakeLog => ({
    address,
    ...contract.encodeEventLog(name, [...values]),
  });
  const messageOf = (origin: number, nonce: number, sender: string = SENDER, destination = 2): string =>
    concat(["0x03", toBeHex(nonce, 4), toBeHex(origin, 4), sender, toBeHex(destination, 4), RECIPIENT, "0x00"]);
  const dispatched = (message: string): FakeLog[] => [
    logOf(worker.contracts.mailbox, mailbox, "Dispatch", [`0x${SENDER.slice(-40)}`, 2, RECIPIENT, message]),
    logOf(worker.contracts.hook, provenHook, "MessagePassed", [keccak256(message), 2, 50_000n, 1n]),
  ];
  /** One that takes a tenth of a second of a clock for each refusal. */
  function slowWorker(): HyperlaneWorker {
    let nowMs = 0;
    const members = [a, b, c].map(({ member }) => member);
    const answer = b.onCall;
    b.onCall = (data) => {
      if (data.startsWith(mailbox.getFunction("process")!.selector)) nowMs += SLOW_MS;
      return answer(data, 0n);
    };
    return new HyperlaneWorker({ members, clock: { ...systemClock, nowMs: () => nowMs }, isHeld: () => false });
  }
  const proven = (origin: number, message: string): FakeLog =>
    logOf(worker.contracts.hook, provenHook, "MessageProven", [origin, keccak256(message)]);
  const nonceIn = (data: string): number => Number(`0x${String(mailbox.decodeFunctionData("process", data)[1]).slice(4, 12)}`);
  /** Beta's recipient takes those that it says. */
  function takes(which: (nonce: number) => boolean): void {
    b.onCall = (data) => {
      if (!data.startsWith(mailbox.getFunction("process")!.selector)) return `0x${"00".repeat(32)}`;
      asked.push(nonceIn(data));
      if (which(nonceIn(data))) return "0x";
      throw refusal();
    };
    b.onTransaction = () => {
      const nonce = asked.at(-1) ?? 0;
      return [logOf(worker.contracts.mailbox, mailbox, "ProcessId", [keccak256(messageOf(1, nonce))])];
    };
  }

  test("attack: 1,000 messages to a recipient that always refuses: refusals cost calls only, and a new message is first", async () => {
    takes((nonce) => nonce > 1_000);
    const all = Array.from({ length: 1_000 }, (_, i) => messageOf(1, i + 1));
    for (const message of all) a.emit(...dispatched(message));
    b.emit(...all.map((message) => proven(1, message)));
    for (let isFirst = true; await worker.look({ all: isFirst }); isFirst = false);
    assert.deepEqual([b.sent, new Set(asked).size], [[], 1_000]);
    assert.equal(worker.refusal(keccak256(all[0]!) as Hex)?.data, REFUSED);
    const last = messageOf(1, 1_001);
    a.emit(...dispatched(last));
    b.emit(proven(1, last));
    asked = [];
    await worker.look();
    assert.equal(b.sent.length, 1);
    assert.equal(asked[0], 1_001);
    // Asked again after 2, 4, 8 … blocks, not at each look; 128 of a path at one look.
    for (let look = 0; look < 8; look++) await worker.look();
    const times = asked.length;
    assert.deepEqual(new Set(asked), new Set(Array.from({ length: 1_001 }, (_, i) => i + 1)));
    await worker.look();
    await worker.look();
    assert.equal(asked.length, times);
  });

  test("attack: refusals that take a tenth of a second each delay no look by more than a second, and all are asked in turns", async () => {
    takes(() => false);
    const slow = slowWorker();
    const all = Array.from({ length: 60 }, (_, i) => messageOf(1, i + 1));
    for (const message of all) a.emit(...dispatched(message));
    b.emit(...all.map((message) => proven(1, message)));
    const askedAtALook = async (isAll: boolean): Promise<readonly [goesOn: boolean, nonces: readonly number[]]> => {
      asked = [];
      return [await slow.look({ all: isAll }), [...new Set(asked)]];
    };
    const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    for (const from of [1, 11, 21, 31, 41, 51])
      assert.deepEqual(await askedAtALook(from === 1), [from < 51, range(from, from + 9)]);
    // Then as many as a second has: the oldest, which others may wait for, and those that were asked least.
    assert.deepEqual(await askedAtALook(true), [false, range(1, 10)]);
    for (const from of [11, 20, 29, 38, 47]) assert.deepEqual(await askedAtALook(true), [false, [1, ...range(from, from + 8)]]);
    assert.deepEqual(await askedAtALook(true), [false, [1, ...range(56, 60), ...range(2, 5)]]);
  });

  test("a recipient that takes again what it refused gets all by one relay, in the order in which it was sent, whatever it still refuses among them", async () => {
    let isMended = false;
    takes((nonce) => isMended && nonce % 20 !== 7);
    const slow = slowWorker();
    const all = Array.from({ length: 60 }, (_, i) => messageOf(1, i + 1));
    for (const message of all) a.emit(...dispatched(message));
    b.emit(...all.map((message) => proven(1, message)));
    const relay = async (): Promise<void> => {
      let looks = 0;
      for (let isFirst = true; await slow.look({ all: isFirst }); isFirst = false) assert.ok(looks++ < 10);
    };
    await relay();
    // Not all were tried equally often.
    for (let look = 0; look < 3; look++) await slow.look({ all: true });
    isMended = true;
    const taking = b.onTransaction;
    const taken: number[] = [];
    b.onTransaction = (transaction) => {
      taken.push(asked.at(-1) ?? 0);
      return taking(transaction);
    };
    await relay();
    const takenAgain = all.map((_, i) => i + 1).filter((nonce) => nonce % 20 !== 7);
    assert.deepEqual(taken, takenAgain);
    assert.equal(b.sent.length, 57);
  });

  test("attack: a recipient takes one of what it refused: two more of its path are asked for it, behind what is new", async () => {
    let isMended = false;
    takes((nonce) => isMended && (nonce === 1 || nonce > 60));
    const slow = slowWorker();
    const all = Array.from({ length: 60 }, (_, i) => messageOf(1, i + 1));
    for (const message of all) a.emit(...dispatched(message));
    b.emit(...all.map((message) => proven(1, message)));
    for (let look = 0; look < 8; look++) await slow.look({ all: true });
    isMended = true;
    const other = messageOf(1, 61, toBeHex(0x2000, 32));
    a.emit(...dispatched(other));
    b.emit(proven(1, other));
    asked = [];
    await slow.look({ all: true });
    // Then those that were asked least.
    assert.deepEqual([...new Set(asked)].slice(0, 5), [61, 1, 2, 3, 20]);
  });

  test("attack: a recipient refuses messages of 60 senders, a tenth of a second each: a poll ends after a second, includes other messages, and later polls try the rest", async () => {
    takes((nonce) => nonce > 60);
    c.onTransaction = () => [logOf(worker.contracts.mailbox, mailbox, "ProcessId", [keccak256(elsewhere)])];
    c.onCall = () => "0x";
    const slow = slowWorker();
    const all = Array.from({ length: 60 }, (_, i) => messageOf(1, i + 1, toBeHex(0x1000 + i, 32)));
    const elsewhere = messageOf(1, 70, SENDER, 3);
    for (const message of [...all, elsewhere]) a.emit(...dispatched(message));
    b.emit(...all.map((message) => proven(1, message)));
    c.emit(proven(1, elsewhere));
    assert.equal(await slow.look({ all: true }), true);
    assert.deepEqual([new Set(asked).size, c.sent.length], [10, 1]);
    for (let look = 0; (await slow.look()) && look < 20; look++);
    assert.deepEqual([new Set(asked).size, asked.length], [60, 120]);
    // All have been refused: a new message is before them.
    asked = [];
    const last = messageOf(1, 61, toBeHex(0x2000, 32));
    a.emit(...dispatched(last));
    b.emit(proven(1, last));
    await slow.look({ all: true });
    assert.deepEqual([asked[0], b.sent.length], [61, 1]);
    // An explicit relay continues until one message of each sender was tried.
    for (let look = 0; (await slow.look()) && look < 20; look++);
    assert.equal(new Set(asked).size, 61);
  });

  test("attack: a recipient reverts with a megabyte, and its module burns all gas of calls: 4,096 bytes are stored, and other messages continue", async () => {
    const [bomb, good] = [messageOf(1, 1), messageOf(1, 2)];
    takes((nonce) => nonce === 2);
    const answer = b.onCall;
    b.onCall = (data) => {
      if (data.startsWith(mailbox.getFunction("process")!.selector) && nonceIn(data) === 2) return answer(data, 0n);
      if (!data.startsWith(mailbox.getFunction("process")!.selector)) throw new Error("out of gas");
      throw Object.assign(refusal(), { data: `0x${"ab".repeat(1_000_000)}` });
    };
    a.emit(...[bomb, good].flatMap(dispatched));
    b.emit(proven(1, bomb), proven(1, good));
    await worker.look();
    assert.equal(b.sent.length, 1);
    assert.equal(worker.refusal(keccak256(bomb) as Hex)?.data?.length, 2 + 2 * 4_096);
  });

  for (const [node, text] of [
    ["a chain", "execution failed: intrinsic gas too low: the gas limit is 200000, at least 344900 is taken"], // prose-ok: geth's words
    ["L1", "Transaction requires at least 344900 gas but got 200000"],
  ])
    test(`a message whose bytes need more gas than its sender has paid for is reported with the error of ${node}`, async () => {
      b.onCall = (_data, gas) => {
        if (gas < 344_900n) throw new Error(text);
        return "0x";
      };
      const message = messageOf(1, 1);
      a.emit(...dispatched(message));
      b.emit(proven(1, message));
      await worker.look();
      assert.match(worker.refusal(keccak256(message) as Hex)?.reason ?? "", /needs more gas than the 50000 for handle/);
      assert.deepEqual(b.sent, []);
    });

  test("attack: a chain that attests another chain's message has nothing processed", async () => {
    takes(() => true);
    const message = messageOf(1, 7);
    a.emit(...dispatched(message));
    b.emit(proven(3, message));
    await worker.look({ all: true });
    assert.deepEqual([b.sent, asked], [[], []]);
    b.emit(proven(1, message));
    await worker.look();
    assert.equal(b.sent.length, 1);
  });

  test("attack: a message with another origin than the chain that dispatched it is ignored", async () => {
    takes(() => true);
    const message = messageOf(1, 8);
    c.emit(...dispatched(message));
    b.emit(proven(1, message));
    await worker.look({ all: true });
    assert.deepEqual([...worker.book.messages()], []);
    assert.deepEqual(b.sent, []);
  });
});
