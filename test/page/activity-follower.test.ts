import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ActivityFollower, knownBlocks } from "../../page/activity-follower.ts";
import type { ActivityBlock, ActivityTransaction, EcosystemStatus, TransactionsPage } from "../../page/answers.ts";
import type { Activity } from "../../page/happenings.ts";

const hash = `0x${"11".repeat(32)}` as const;
const block = (chainId: number, number: number): ActivityBlock => ({ chainId, number, hash, timestamp: 0, transactions: [] });
const entry = (chainId: number, number: number) => ({ position: `a:${number}`, type: "block", chainId, number }) as const;
const numbersOf = (activity: Activity, chainId: number) => activity.get(chainId)?.map(({ number }) => number);

/** There is nothing older. */
const NO_OLDER = (): Promise<TransactionsPage> => Promise.resolve({ blocks: [] });

/** A follower whose questions are answered with all blocks that they name, as long as nothing refuses them. */
function following(refuses: (asked: unknown) => boolean) {
  const asked: unknown[] = [];
  const pauses: (() => void)[] = [];
  const shown: { activity: Activity } = { activity: new Map() };
  const follower = new ActivityFollower({
    ask: (ranges) => {
      asked.push(ranges);
      if (refuses(ranges)) return Promise.reject(new Error("it does not answer"));
      const told = ranges ?? [{ chain: 272, from: 8, to: 9 }];
      return Promise.resolve(
        told.flatMap(({ chain, from, to }) => Array.from({ length: to - from + 1 }, (_, i) => block(chain, from + i))),
      );
    },
    askOlder: NO_OLDER,
    changed: (activity) => void (shown.activity = activity),
    later: (work) => void pauses.push(work),
  });
  return { follower, asked, pauses, shown };
}

describe("I11: the page follows what happens, also where a question fails", () => {
  test("repeats a failed request together with the reports that arrived since", async () => {
    let isAway = false;
    const { follower, asked, pauses, shown } = following(() => isAway);
    follower.tell(entry(271, 3));
    await nextTurn();
    assert.deepEqual(numbersOf(shown.activity, 271), [3]);
    isAway = true;
    follower.tell(entry(271, 4));
    await nextTurn();
    follower.tell(entry(271, 5));
    follower.tell(entry(272, 1));
    await nextTurn();
    assert.deepEqual(numbersOf(shown.activity, 271), [3]);
    assert.deepEqual(asked.slice(1), [[{ chain: 271, from: 4, to: 4 }], [{ chain: 272, from: 1, to: 1 }]]);
    isAway = false;
    assert.equal(pauses.length, 2, "it pauses before it repeats a request, whatever arrives");
    for (const end of pauses.splice(0)) end();
    await nextTurn();
    assert.deepEqual(asked.slice(3), [[{ chain: 271, from: 4, to: 5 }], [{ chain: 272, from: 1, to: 1 }]]);
    assert.deepEqual([numbersOf(shown.activity, 271), numbersOf(shown.activity, 272)], [[3, 4, 5], [1]]);
    assert.equal(pauses.length, 0);
  });

  test("the question for the newest blocks of all members is asked until it is answered", async () => {
    let left = 5;
    const { follower, asked, pauses, shown } = following(() => left-- > 0);
    follower.tell();
    for (let failure = 0; failure < 5; failure++) {
      await nextTurn();
      pauses.pop()?.();
    }
    await nextTurn();
    assert.deepEqual(asked, Array(6).fill(undefined));
    assert.deepEqual(numbersOf(shown.activity, 272), [8, 9]);
  });

  test("what a member refuses for good does not keep the other members' blocks away", async () => {
    const { follower, asked, pauses, shown } = following((ranges) => ranges !== undefined);
    follower.tell(entry(273, 1));
    for (let failure = 0; failure < 3; failure++) {
      await nextTurn();
      pauses.pop()?.();
    }
    await nextTurn();
    assert.equal(asked.at(-1), undefined);
    assert.equal(asked.length, 4);
    assert.deepEqual(numbersOf(shown.activity, 272), [8, 9]);
    assert.equal(pauses.length, 0, "no request is left");
  });

  test("accepts a reported block with its contents without a request, if the block follows the last one", async () => {
    const { follower, asked, shown } = following(() => false);
    const told = (chainId: number, number: number) => ({ ...entry(chainId, number), block: block(chainId, number) });
    follower.tell(told(271, 3));
    await nextTurn();
    assert.deepEqual(asked, [[{ chain: 271, from: 3, to: 3 }]], "nothing is known before it, which may be missed");
    follower.tell(told(271, 4));
    assert.deepEqual(numbersOf(shown.activity, 271), [3, 4]);
    follower.tell(told(271, 6));
    await nextTurn();
    assert.deepEqual(asked.slice(1), [[{ chain: 271, from: 5, to: 6 }]], "one is missing");
    follower.tell(told(271, 5));
    await nextTurn();
    assert.deepEqual(asked.slice(2), [[{ chain: 271, from: 5, to: 6 }]], "it comes again, after a return to an earlier state");
    follower.tell();
    follower.tell(told(272, 10));
    assert.deepEqual(numbersOf(shown.activity, 272), undefined);
    await nextTurn();
    assert.deepEqual(asked.slice(3), [undefined]);
    assert.deepEqual(
      numbersOf(shown.activity, 272),
      [8, 9, 10],
      "reports that arrived during the request for all members follow the answer",
    );
  });

  const users = (chainId: number, number: number): ActivityBlock => {
    const transaction = { hash, from: hash, to: hash, value: "0", by: "user", succeeded: true, gasUsed: 1, fee: "0", events: [] };
    return { ...block(chainId, number), transactions: [transaction as unknown as ActivityTransaction] };
  };
  /** Pages of users' blocks at these numbers, three at a time, as `hyperchain_transactions` answers for one member. */
  const pagesOf = (numbers: readonly number[]) => {
    const asked: unknown[] = [];
    const askOlder = (before: Readonly<Record<string, number>>): Promise<TransactionsPage> => {
      asked.push(before);
      const older = numbers.filter((number) => number < (before["271"] ?? 0)).toSorted((a, b) => b - a);
      const [page, rest] = [older.slice(0, 3), older.slice(3)];
      const next = rest.length === 0 ? {} : { next: { 271: page.at(-1)! } };
      return Promise.resolve({ blocks: page.map((number) => users(271, number)), ...next });
    };
    return { asked, askOlder };
  };

  test("the newest blocks come with the newest older transactions of users, and a press asks for more until it finds some", async () => {
    const { asked, askOlder } = pagesOf([0, 5, 90, 100, 200, 300, 400]);
    let shown: Activity = new Map();
    const follower = new ActivityFollower({
      ask: () => Promise.resolve([998, 999].map((number) => block(271, number))),
      askOlder,
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    follower.tell();
    await nextTurn();
    assert.deepEqual(numbersOf(shown, 271), [200, 300, 400, 998, 999]);
    assert.deepEqual(asked, [{ 271: 998 }]);
    assert.equal(follower.reach([271]), "some");
    // What is in a row has no gap: of the others, users' blocks are known.
    assert.deepEqual(knownBlocks(shown, [271]), [{ chainId: 271, oldest: 998, newest: 999 }]);
    await follower.older([271], (activity) => numbersOf(activity, 271)?.[0] === 0);
    assert.deepEqual(asked.slice(1), [{ 271: 200 }, { 271: 5 }]);
    assert.deepEqual(numbersOf(shown, 271), [0, 5, 90, 100, 200, 300, 400, 998, 999]);
    assert.equal(follower.reach([271]), "all");
    await follower.older([271], () => false);
    assert.equal(asked.length, 3, "there are no older ones");
  });

  test("stores users' blocks and as many new blocks, 2,000 at most", async () => {
    const { askOlder } = pagesOf(Array.from({ length: 6 }, (_, i) => i));
    let shown: Activity = new Map();
    const follower = new ActivityFollower({
      ask: () => Promise.resolve([block(271, 10)]),
      askOlder,
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    follower.tell();
    await nextTurn();
    await follower.older([271], () => false);
    for (let number = 11; number <= 700; number++) follower.tell({ ...entry(271, number), block: block(271, number) });
    assert.deepEqual(numbersOf(shown, 271)?.slice(0, 7), [0, 1, 2, 3, 4, 5, 101]);
    assert.equal(numbersOf(shown, 271)?.length, 606);
    for (let number = 701; number <= 4_000; number++) follower.tell({ ...entry(271, number), block: users(271, number) });
    assert.equal(numbersOf(shown, 271)?.length, 2_600);
    assert.equal(follower.reach([271]), "most");
  });

  test("older ones are not taken where their member has gone back behind them meanwhile, and a gap is filled", async () => {
    const answers: (() => void)[] = [];
    let shown: Activity = new Map();
    const asked: unknown[] = [];
    const follower = new ActivityFollower({
      ask: (ranges = []) =>
        Promise.resolve(
          ranges.flatMap(({ chain, from, to }) => Array.from({ length: to - from + 1 }, (_, i) => block(chain, from + i))),
        ),
      askOlder: (before) => {
        asked.push(before);
        return new Promise((resolve) => answers.push(() => resolve({ blocks: [users(271, 7)] })));
      },
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    follower.tell(entry(271, 30));
    await nextTurn();
    const older = follower.older([271], () => true);
    follower.tell(entry(271, 10));
    await nextTurn();
    answers[0]?.();
    await older;
    assert.equal(numbersOf(shown, 271)?.includes(7), false);
    const again = follower.older([271], () => true);
    answers[1]?.();
    await again;
    assert.deepEqual([numbersOf(shown, 271)?.[0], follower.reach([271])], [7, "all"]);
    // Some of these blocks were not reported, so the follower requests the gap.
    follower.tell(entry(271, 900));
    await nextTurn();
    assert.equal(follower.reach([271]), "some");
    void follower.older([271], () => true);
    assert.deepEqual(asked.at(-1), { 271: 701 });
  });

  test("places a block without a reported time after its predecessor, in the same second or later", async () => {
    const blocks = [
      { ...block(271, 3), timestamp: 1, at: 1_700 },
      { ...block(271, 4), timestamp: 1 },
      { ...block(271, 5), timestamp: 2 },
      { ...block(271, 6), timestamp: 9, at: 2_300 },
    ];
    let activity: Activity = new Map();
    const follower = new ActivityFollower({
      ask: () => Promise.resolve(blocks),
      askOlder: NO_OLDER,
      changed: (all) => void (activity = all),
      later: () => undefined,
    });
    follower.tell();
    await nextTurn();
    assert.deepEqual(
      activity.get(271)?.map(({ number, at }) => [number, at]),
      [
        [3, 1_700],
        [4, 1_700],
        [5, undefined],
        [6, 2_300],
      ],
    );
  });

  test("appends blocks that are reported during a request for their member to its answer, in order", async () => {
    const answers: (() => void)[] = [];
    let shown: Activity = new Map();
    const follower = new ActivityFollower({
      ask: (ranges = []) =>
        new Promise((resolve) => answers.push(() => resolve(ranges.map(({ chain, from }) => block(chain, from))))),
      askOlder: NO_OLDER,
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    follower.tell(entry(271, 3));
    for (const number of [4, 5]) follower.tell({ ...entry(271, number), block: block(271, number) });
    assert.deepEqual(numbersOf(shown, 271), undefined);
    answers[0]?.();
    await nextTurn();
    assert.deepEqual(numbersOf(shown, 271), [3, 4, 5]);
    assert.equal(answers.length, 1, "they needed no question");
  });

  test("a member whose blocks come slowly does not hold up the others', and its own come in order", async () => {
    const answers: (() => void)[] = [];
    const asked: string[] = [];
    let shown: Activity = new Map();
    const follower = new ActivityFollower({
      ask: (ranges = []) =>
        new Promise((resolve) => {
          asked.push(ranges.map(({ chain, from, to }) => `${chain}:${from}-${to}`).join(" "));
          answers.push(() => resolve(ranges.map(({ chain, from }) => block(chain, from))));
        }),
      askOlder: NO_OLDER,
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    const answer = async (place: number): Promise<void> => {
      answers[place]?.();
      await nextTurn();
    };
    follower.tell(entry(271, 3));
    follower.tell(entry(272, 7));
    follower.tell(entry(271, 4));
    follower.tell(entry(273, 1));
    assert.deepEqual(asked, ["271:3-3", "272:7-7"], "two questions at a time, one for each member");
    await answer(1);
    assert.deepEqual(numbersOf(shown, 272), [7]);
    assert.deepEqual(asked.slice(2), ["273:1-1"]);
    await answer(0);
    assert.deepEqual(asked.slice(3), ["271:4-4"]);
    await answer(3);
    await answer(2);
    assert.deepEqual([numbersOf(shown, 271), numbersOf(shown, 273)], [[3, 4], [1]]);
  });

  test("sends the request for all members after pending ones, and no other at the same time", async () => {
    const answers: (() => void)[] = [];
    const asked: unknown[] = [];
    const follower = new ActivityFollower({
      ask: (ranges) =>
        new Promise((resolve) => {
          asked.push(ranges);
          answers.push(() => resolve([]));
        }),
      askOlder: NO_OLDER,
      changed: () => undefined,
      later: () => assert.fail("nothing fails"),
    });
    follower.tell(entry(271, 3));
    follower.tell();
    follower.tell(entry(272, 1));
    assert.equal(asked.length, 1);
    answers[0]?.();
    await nextTurn();
    assert.equal(asked.length, 2);
    assert.equal(asked[1], undefined);
    follower.tell(entry(272, 2));
    assert.equal(asked.length, 2, "an older answer could take the place of a newer one's blocks");
    answers[1]?.();
    await nextTurn();
    assert.deepEqual(asked.slice(2), [[{ chain: 272, from: 2, to: 2 }]]);
  });

  const statusOf = (chainId: number, blockNumber: number) =>
    ({ chains: [{ chainId, blockNumber }] }) as unknown as EcosystemStatus;

  test("blocks that were told while the status was asked for are kept, and nothing is asked about them", async () => {
    let shown: Activity = new Map();
    const asked: unknown[] = [];
    const follower = new ActivityFollower({
      ask: (ranges = []) => {
        asked.push(ranges);
        return Promise.resolve(ranges.map(({ chain, from }) => block(chain, from)));
      },
      askOlder: NO_OLDER,
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    follower.tell(entry(271, 3));
    await nextTurn();
    follower.looks();
    follower.tell({ ...entry(271, 4), block: block(271, 4) });
    follower.prune(statusOf(271, 3));
    follower.tell({ ...entry(271, 5), block: block(271, 5) });
    assert.deepEqual(numbersOf(shown, 271), [3, 4, 5], "at once");
    assert.equal(asked.length, 1);
  });

  test("drops later blocks after a return to an earlier state", async () => {
    let shown: Activity = new Map();
    const asked: unknown[] = [];
    const follower = new ActivityFollower({
      ask: (ranges = []) => {
        asked.push(ranges);
        return Promise.resolve(asked.length === 1 ? [3, 4, 5].map((number) => block(271, number)) : []);
      },
      askOlder: NO_OLDER,
      changed: (activity) => void (shown = activity),
      later: () => assert.fail("nothing fails"),
    });
    follower.tell(entry(271, 3));
    await nextTurn();
    follower.looks();
    follower.prune(statusOf(271, 3));
    await nextTurn();
    assert.deepEqual(asked[1], [{ chain: 271, from: 4, to: 5 }]);
    assert.deepEqual(numbersOf(shown, 271), [3]);
  });
});
