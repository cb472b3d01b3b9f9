import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MessageInfo, PagedMessages } from "../../page/answers.ts";
import { Journeys } from "../../page/journeys.ts";

const message = (transaction: string, step = "initiated"): MessageInfo => ({
  messageHash: `0x${transaction}${step}`,
  sender: "0x01",
  type: "transfer",
  sourceChainId: 271,
  destinationChainId: 272,
  steps: [{ step: "initiated", chainId: 271, transactionHash: transaction as `0x${string}` }],
  waitingFor: step,
});
const page = (messages: readonly MessageInfo[], total: number): PagedMessages => ({
  messages,
  total,
  counts: { inFlight: total, ready: 0, failed: 0 },
});

/** Journeys with what they asked, and what is answered; `wait` ends the pause behind a question. */
function following() {
  const asked: (readonly string[])[] = [];
  const paused: (() => void)[] = [];
  let answer: (hashes: readonly string[]) => PagedMessages = () => page([], 0);
  const journeys = new Journeys({
    ask(hashes) {
      asked.push(hashes);
      return Promise.resolve().then(() => answer(hashes));
    },
    changed: () => undefined,
    later: (work) => void paused.push(work),
  });
  const answered = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    ...{ journeys, asked, answered },
    answers: (next: typeof answer) => (answer = next),
    async wait() {
      for (const work of paused.splice(0)) work();
      await answered();
    },
  };
}

const words = (found: ReadonlyMap<string, readonly MessageInfo[]>, hash: string) =>
  found.get(hash)?.map(({ waitingFor }) => waitingFor);

describe("I11: journeys of transactions whose messages are not among the newest ones", () => {
  test("nothing is asked while each look has all messages", async () => {
    const { journeys, asked, answered } = following();
    const begun = journeys.begun(page([message("a")], 1));
    journeys.shows(["a", "b"], 1);
    await answered();
    assert.deepEqual([asked, words(begun, "a")], [[], ["initiated"]]);
  });

  test("requests shown journeys that the last view lacks in one request, and adds them to the view", async () => {
    const { journeys, asked, answers, answered } = following();
    journeys.begun(page([message("new")], 900));
    answers(() => page([message("old")], 1));
    journeys.shows(["new", "old", "plain"], 1);
    await answered();
    const begun = journeys.begun(page([message("new")], 900));
    assert.deepEqual(asked, [["old", "plain"]]);
    assert.deepEqual([words(begun, "old"), words(begun, "plain"), words(begun, "new")], [["initiated"], [], ["initiated"]]);
  });

  test("has one pending request, whatever arrives, and starts the next after a pause if something has changed", async () => {
    const { journeys, asked, answers, answered, wait } = following();
    journeys.begun(page([message("new")], 900));
    answers(() => page([message("old")], 1));
    for (let version = 1; version <= 100; version++) journeys.shows(["old"], version);
    await answered();
    for (let version = 101; version <= 200; version++) journeys.shows(["old"], version);
    await answered();
    assert.equal(asked.length, 1);
    answers(() => page([message("old", "delivered")], 1));
    await wait();
    assert.equal(asked.length, 2);
    assert.deepEqual(words(journeys.begun(page([message("new")], 900)), "old"), ["delivered"]);
    await wait();
    await wait();
    assert.equal(asked.length, 2);
  });

  test("keeps a journey that newer ones push out of the view, and requests it again", async () => {
    const { journeys, asked, answers, answered } = following();
    journeys.begun(page([message("first")], 900));
    const after = journeys.begun(page([message("second")], 901));
    assert.deepEqual(words(after, "first"), ["initiated"]);
    answers(() => page([message("first", "delivered")], 1));
    journeys.shows(["second", "first"], 2);
    await answered();
    assert.deepEqual(asked, [["first"]]);
    assert.deepEqual(words(journeys.begun(page([message("second")], 901)), "first"), ["delivered"]);
  });

  test("no question has more than 200 transactions, those first that were never asked for, and what found no room is asked again", async () => {
    const { journeys, asked, answers, answered, wait } = following();
    journeys.begun(page([message("new")], 900));
    const shown = Array.from({ length: 250 }, (_, i) => `t${i}`);
    answers(() => ({ ...page([message("t0")], 300), next: 100 }));
    journeys.shows(shown, 1);
    await answered();
    answers((hashes) =>
      page(
        hashes.map((hash) => message(hash)),
        hashes.length,
      ),
    );
    await wait();
    await wait();
    assert.deepEqual(asked, [shown.slice(0, 200), shown.slice(1, 201), shown.slice(201)]);
    const begun = journeys.begun(page([message("new")], 900));
    assert.ok(shown.every((hash) => words(begun, hash)?.length === 1));
  });

  test("a question that fails is put again", async () => {
    const { journeys, asked, answers, answered, wait } = following();
    journeys.begun(page([message("new")], 900));
    answers(() => {
      throw new Error("away");
    });
    journeys.shows(["old"], 1);
    await answered();
    answers(() => page([message("old")], 1));
    await wait();
    assert.deepEqual(asked, [["old"], ["old"]]);
    assert.deepEqual(words(journeys.begun(page([message("new")], 900)), "old"), ["initiated"]);
  });
});
