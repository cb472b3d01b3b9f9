import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { ActivityBlock, ActivityTransaction } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { announce, announced } from "../../src/tool/plugin/discovery/state-file.ts";
import type { ActInfo } from "../../src/ecosystem/devnet/view/feed/act-book.ts";
import { ActFollower } from "../../src/tool/plugin/tasks/following/follow-acts.ts";
import { actLine, activityLines, fateLine, type Told } from "../../src/tool/plugin/tasks/following/activity-lines.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { KnownNames } from "../../src/tool/plugin/tasks/following/terminal-names.ts";
import { FateFollower } from "../../src/tool/plugin/tasks/following/follow-fates.ts";
import { ActivityFollower } from "../../src/tool/plugin/tasks/following/follow-activity.ts";
import type { TransactionsPage } from "../../src/ecosystem/devnet/view/transactions/transactions-page.ts";

const INFO = {
  l1: { name: "l1", chainId: 1 },
  chains: [{ name: "alpha", chainId: 271, baseToken: { symbol: "GOLD" } }],
} as unknown as Parameters<typeof activityLines>[0];
const ACCOUNT = `0x${"aa".repeat(20)}` as const;
const RELAYER = `0x${"cc".repeat(20)}` as const;
const named = (...accounts: readonly string[]): KnownNames =>
  new KnownNames(
    {
      ...{ l1: { name: "l1", contracts: {} }, relayer: { address: RELAYER } },
      ...{ chains: [{ name: "alpha", hyperchain: `0x${"dd".repeat(20)}`, operator: `0x${"ee".repeat(20)}` }] },
      accounts: { funded: [3, 9] },
    } as unknown as ConstructorParameters<typeof KnownNames>[0],
    accounts,
  );
const nameless = named();

function block(chainId: number, number: number, fork = "a"): ActivityBlock {
  return { chainId, number, hash: `0x${fork}${number}`, timestamp: 1_000 + number, transactions: [] };
}

/** Members with these blocks, which answer as `hyperchain_activity` does. */
function members(blocks: ActivityBlock[]) {
  return {
    blocks,
    ask: (ranges?: readonly unknown[]): Promise<readonly ActivityBlock[]> =>
      Promise.resolve(
        ranges === undefined
          ? blocks
          : (ranges as readonly { chain: number; from: number; to: number }[]).flatMap(({ chain, from, to }) =>
              blocks.filter(({ chainId, number }) => chainId === chain && number >= from && number <= to),
            ),
      ),
  };
}

/** A follower of members in which no user has done anything before. */
function following(ask: ConstructorParameters<typeof ActivityFollower>[0]["ask"]): ActivityFollower {
  return new ActivityFollower({ ask, askOlder: () => Promise.resolve({ blocks: [] }) }, 25);
}

describe("I11: hyperchain:logs", () => {
  test("reports each act once, in order, repeated ones too, and again after a restart of the ecosystem", async () => {
    const act = (id: number, more: Partial<ActInfo> = {}): ActInfo => ({
      ...{ id: `${id}`, method: "evm_mine", text: "a block mined", at: Date.UTC(2026, 0, 2, 3, 4, 5, 6), times: 1 },
      ...more,
    });
    let acts: readonly ActInfo[] = Array.from({ length: 40 }, (_, i) => act(i + 1));
    const follower = new ActFollower(() => Promise.resolve(acts));
    const told = async () => (await follower.look()).map(({ id }) => Number(id));
    const newest = Array.from({ length: 25 }, (_, i) => i + 16);
    assert.deepEqual([await told(), await told()], [newest, []]);
    // A repeated act comes last, with its original values.
    acts = [...acts.slice(1), act(41), act(1, { times: 2 })];
    assert.deepEqual([await told(), await told()], [[41], []]);
    acts = [act(51), act(52)];
    assert.deepEqual(await told(), [51, 52]);
    assert.equal(actLine(INFO, act(3, { chainId: 271, times: 4 })), "03:04:05.006 alpha a block mined (4 times)");
    const refused = act(4, { text: "fault: \u001b[2Jx", refused: "it has stopped" });
    assert.equal(actLine(INFO, refused), "03:04:05.006 ecosystem not done, fault: [2Jx: it has stopped");
  });

  test("reports each block once, in order, over all members", async () => {
    const { blocks, ask } = members([block(1, 0), block(271, 0), block(271, 1)]);
    const follower = following(ask);
    const told = async () => (await follower.look()).blocks.map(({ chainId, number }) => `${chainId}:${number}`);
    assert.deepEqual(await told(), ["1:0", "271:0", "271:1"]);
    assert.deepEqual(await told(), []);
    blocks.push(block(271, 2), block(1, 1), block(271, 3));
    assert.deepEqual(await told(), ["1:1", "271:2", "271:3"]);
    blocks.push(...Array.from({ length: 10 }, (_, i) => block(271, 4 + i)));
    assert.deepEqual([...(await told()), ...(await told()), ...(await told())].length, 10, "none is missed");
  });

  test("begins with as many transactions of users as was said, however old, and says whether these are all", async () => {
    const users = (number: number): ActivityBlock => {
      const transaction = { hash: "0x01", from: ACCOUNT, to: ACCOUNT, value: "0", by: "user", succeeded: true };
      const ran = { ...transaction, gasUsed: 1, fee: "0", events: [] } as const;
      return { ...block(271, number), transactions: [ran as ActivityTransaction] };
    };
    const old = Array.from({ length: 250 }, (_, i) => users(2 * i));
    const newest = [block(1, 900), block(271, 998), users(999), block(271, 1_000)];
    const asked: unknown[] = [];
    const askOlder = (question: object): Promise<TransactionsPage> => {
      asked.push(question);
      const { limit, before } = question as { readonly limit: number; readonly before?: Readonly<Record<string, number>> };
      const left = [...old, users(999)].filter(({ number }) => number < (before?.["271"] ?? 2_000)).toReversed();
      const blocks = left.slice(0, limit);
      return Promise.resolve({ blocks, ...(left.length > limit ? { next: { 271: blocks.at(-1)!.number } } : {}) });
    };
    const look = async (transactions: number) => {
      const ask = (): Promise<readonly ActivityBlock[]> => Promise.resolve(newest);
      const { blocks, first } = await new ActivityFollower({ ask, askOlder }, transactions).look();
      return [blocks.filter(({ chainId }) => chainId === 271).map(({ number }) => number), first];
    };
    assert.deepEqual(await look(3), [[496, 498, 998, 999, 1_000], { transactions: 3, isAll: false }]);
    const [numbers, first] = await look(10_000);
    assert.deepEqual([(numbers as number[]).length, first], [253, { transactions: 251, isAll: true }]);
    assert.deepEqual(asked.slice(1), [
      { limit: 100 },
      { limit: 100, before: { 271: 302 } },
      { limit: 100, before: { 271: 102 } },
    ]);
  });

  test("names a member that returns to an earlier state, and continues from there", async () => {
    const { blocks, ask } = members([block(1, 0), block(271, 0), block(271, 1), block(271, 2)]);
    const follower = following(ask);
    await follower.look();
    blocks.splice(2, 2);
    assert.deepEqual(await follower.look(), { blocks: [], wentBack: [271] });
    blocks.push(block(271, 1, "b"));
    const { blocks: news, wentBack } = await follower.look();
    assert.deepEqual([news.map(({ hash }) => hash), wentBack], [["0xb1"], []]);
    blocks.splice(2, 1, block(271, 1, "c"));
    assert.deepEqual((await follower.look()).wentBack, [271], "another block of the same height");
  });

  test("follows an added member from its newest blocks, and no longer queries a removed one", async () => {
    const { blocks, ask } = members([block(1, 0), block(271, 0)]);
    const asked: unknown[] = [];
    const follower = following((ranges) => {
      asked.push(...((ranges ?? []) as readonly { readonly chain: number }[]).map(({ chain }) => chain));
      return ask(ranges);
    });
    const told = async (now?: readonly number[]) =>
      (await follower.look(now)).blocks.map(({ chainId, number }) => `${chainId}:${number}`);
    await told();
    blocks.push(block(272, 0), block(1, 1));
    assert.deepEqual(await told([1, 271, 272]), ["272:0", "1:1"]);
    blocks.push(block(272, 1));
    assert.deepEqual(await told(), ["272:1"]);
    asked.splice(0);
    assert.deepEqual(await told([1, 272]), []);
    assert.deepEqual(asked, [1, 272]);
  });

  test("the addresses of a chain that comes later have names from then on", () => {
    const names = named(ACCOUNT, RELAYER);
    const hyperchain = `0x${"ab".repeat(20)}` as const;
    assert.equal(names.of(1, hyperchain), hyperchain);
    const gamma = { name: "gamma", hyperchain, operator: ACCOUNT };
    names.learn({ l1: { name: "l1", contracts: {} }, chains: [gamma] } as unknown as Parameters<typeof names.learn>[0]);
    assert.deepEqual([names.of(1, hyperchain), names.of(1, ACCOUNT)], ["gamma on L1", "account 3"]);
  });

  test("data longer than a word is folded, but not what a caller says in quotes", () => {
    const word = `0x${"12".repeat(32)}`;
    const data = `0x01020304${"00".repeat(40)}0a0b0c0d`;
    assert.equal(nameless.within(271, `f(${word}, ${data}, "${data}")`), `f(${word}, 0x01020304…0a0b0c0d, "${data}")`);
  });

  const lineOf = (at: ActivityBlock, transaction: ActivityTransaction, told: Omit<Told, "messages"> = {}): readonly string[] =>
    activityLines(INFO, at, { transaction, messages: [], ...told }, nameless);

  test("amounts are in what the member counts in", () => {
    const sent = { hash: "0x01", from: ACCOUNT, to: ACCOUNT, value: "500000000000000000", by: "user" } as const;
    const transaction: ActivityTransaction = { ...sent, succeeded: true, gasUsed: 21_000, fee: "0", events: [] };
    assert.match(lineOf(block(271, 5), transaction)[0]!, / ✓ sends 0\.5 GOLD · 0xaa.* → 0xaa/);
    assert.match(lineOf(block(1, 5), transaction)[0]!, / ✓ sends 0\.5 ETH · 0xaa/);
  });

  test("shows addresses by their names on the page, each on its member, and others unchanged", () => {
    const names = named(ACCOUNT, RELAYER);
    const shop = `0x${"0B".repeat(20)}` as const;
    const stranger = `0x${"12".repeat(20)}` as const;
    const transaction: ActivityTransaction = {
      ...{ hash: "0x01", from: ACCOUNT, to: shop, value: "0", by: "user", selector: "0x12345678", contract: "Shop" },
      ...{ call: `sell(${ACCOUNT}, ${stranger}, "${ACCOUNT}")`, succeeded: true, gasUsed: 1, fee: "0", events: [] },
    };
    names.take(271, transaction);
    assert.deepEqual(
      activityLines(INFO, block(271, 5), { transaction, messages: [] }, names).map((line) => line.slice(13)),
      // What is in quotes was said by the caller.
      [`alpha ✓ Shop.sell(account 3, ${stranger}, "${ACCOUNT}") · account 3 → Shop · 1 gas · 0x01`],
    );
    assert.deepEqual([names.of(1, shop), names.of(271, shop.toLowerCase())], [shop, "Shop"]);
    assert.deepEqual(
      [RELAYER, `0x${"dd".repeat(20)}`, `0x${"ee".repeat(20)}`, PREDEPLOYS.InteropCenter].map((address) => names.of(1, address)),
      ["relayer", "alpha on L1", "operator of alpha", "InteropCenter"],
    );
    assert.equal(named(ACCOUNT).of(271, ACCOUNT), ACCOUNT, "accounts that are not the listed ones have no numbers");
  });

  test("addresses in a failure's reason have names too, of the chain where it failed", () => {
    const names = named(ACCOUNT, RELAYER);
    const shop = `0x${"0b".repeat(20)}` as const;
    names.name(1, shop, "Shop");
    const error = (...args: readonly string[]): string => `with Denied(${args.join(", ")}, "${ACCOUNT}")`;
    const transaction: ActivityTransaction = {
      ...{ hash: "0x01", from: ACCOUNT, to: RELAYER, value: "0", by: "user", selector: "0x12345678", call: "buy()" },
      ...{ succeeded: false, gasUsed: 1, fee: "0", events: [] },
    };
    const why = `the call arrived on l1 and reverted there ${error(shop, ACCOUNT)}`;
    const failed = { because: "reverted", why, goesBack: false } as const;
    const sent = { messageHash: "0x02", type: "bundle", sender: ACCOUNT, sourceChainId: 271, destinationChainId: 1 } as const;
    const message: MessageInfo = { ...sent, steps: [{ step: "executed", chainId: 1, transactionHash: "0x09" }], failed };
    const told = { transaction, reason: error(shop, ACCOUNT), messages: [message] };
    const [, reason, below] = activityLines(INFO, block(271, 5), told, names);
    // On alpha the shop's address is another contract's, or of none.
    assert.equal(reason, `  It reverted with Denied(${shop}, account 3, "${ACCOUNT}").`);
    const there = `the call arrived on l1 and reverted there with Denied(Shop, account 3, "${ACCOUNT}")`;
    assert.equal(below, `  → bundle to l1: ${there} · 0x02`);
    assert.ok(fateLine(INFO, message, 0, names).includes(there));
  });

  test("a message stands under the transaction that began it, with where it is", () => {
    const transaction: ActivityTransaction = {
      ...{ hash: "0x01", from: ACCOUNT, to: ACCOUNT, value: "0", by: "user", selector: "0x12345678" },
      ...{ contract: "Shop", call: "buy(3)", succeeded: true, gasUsed: 1, fee: "0", events: [] },
    };
    const message = { messageHash: "0x02", type: "transfer", sourceChainId: 271, destinationChainId: 1, steps: [] } as const;
    const waiting = { ...message, sender: ACCOUNT, waitingFor: "a relayer delivers the message" };
    const [line, below] = activityLines(INFO, block(271, 5), { transaction, messages: [waiting] }, nameless);
    assert.match(line!, /alpha ✓ Shop\.buy\(3\) · /);
    assert.equal(below, "  → transfer to l1: waits until a relayer delivers the message · 0x02");
  });

  describe("changes of a message's outcome", () => {
    const steps = [{ step: "initiated", chainId: 271, transactionHash: "0x01" }] as const;
    const arrived = [...steps, { step: "executed", chainId: 272, transactionHash: "0x09" }] as const;
    const waitingFor = "a relayer delivers it";
    const sent = { messageHash: "0x02", type: "bundle", sender: ACCOUNT, sourceChainId: 271, destinationChainId: 1 } as const;
    const underWay: MessageInfo = { ...sent, steps, waitingFor };
    const stuck: MessageInfo = { ...underWay, stuck: { why: "beta is paused", help: "start it" } };
    const failed: MessageInfo = {
      ...{ ...sent, steps: arrived, waitingFor: "the batch is settled" },
      failed: { because: "reverted", why: "the call arrived on l1 and reverted there", goesBack: false },
    };
    /** Reports for a message with these states at the polls, after the first one. */
    const toldOf = (...looks: readonly (readonly MessageInfo[])[]): readonly string[] => {
      const [first = [], ...later] = looks;
      const fates = new FateFollower();
      fates.begin(first);
      return later.flatMap((all) => fates.news(all).map((message) => fateLine(INFO, message, 0, nameless)));
    };
    const line = (where: string): string => `00:00:00.000 alpha → bundle to l1: ${where} · 0x02 · sent by 0x01`;

    test("are reported once each, with the transaction that began the message, and not after its end", () => {
      const onward = { ...underWay, waitingFor: "something else" };
      const told = toldOf([underWay], [underWay], [onward], [stuck], [stuck], [onward], [failed], [failed], [underWay]);
      assert.deepEqual(told, [
        line("stuck: beta is paused"),
        line("waits until something else"),
        line("the call arrived on l1 and reverted there"),
      ]);
    });

    test("an arrival, an expiry and what a user canceled", () => {
      const there: MessageInfo = { ...sent, steps: arrived, waitingFor: "the batch is settled" };
      assert.deepEqual(toldOf([underWay], [there]), [line("arrived; waits until the batch is settled")]);
      const over = { ...sent, steps, refusal: "by second 7" };
      assert.deepEqual(toldOf([underWay], [{ ...over, ended: "expired" }]), [line("expired: by second 7")]);
      assert.deepEqual(toldOf([underWay], [{ ...over, ended: "canceled" }]), [line("canceled")]);
    });

    test("are reported only for known messages, separately for equal ones of several accounts; removed messages are forgotten", () => {
      const other = { ...failed, sender: `0x${"bb".repeat(20)}` } as const;
      assert.deepEqual(toldOf([underWay], [other, underWay]), []);
      assert.deepEqual(toldOf([underWay], [], [failed]), []);
      const fates = new FateFollower();
      fates.begin([failed]);
      assert.equal(fates.isWaiting, false);
      fates.begin([underWay]);
      assert.equal(fates.isWaiting, true);
    });
  });

  test("attack: what a stranger's transaction says does not write over the terminal", () => {
    const transaction: ActivityTransaction = {
      ...{ hash: "0x01", from: ACCOUNT, to: ACCOUNT, value: "1500000000000000000", by: "user" },
      ...{ selector: "0x12345678", call: "say(\u001b[2J\nforged)", succeeded: false, gasUsed: 21_000, fee: "0", events: [] },
    };
    const at = { ...block(271, 5), at: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
    const [line = "", reason = ""] = lineOf(at, transaction, { reason: 'with "\u001b[2Jno"' });
    assert.ok([...line, ...reason].every((letter) => letter >= " "));
    assert.match(line, /^03:04:05\.678 alpha ✗ failed say\(.*forged\) with 1\.5 GOLD · 0xaa\w* → 0xaa\w* · 21,000 gas · 0x01$/);
    assert.equal(reason, '  It reverted with "[2Jno".');
  });
});

test("attack: does not open an announced page that is not an address with a token", () => {
  const state = mkdtempSync(join(tmpdir(), "state-"));
  const environment = { XDG_STATE_HOME: state };
  const page = `http://127.0.0.1:8600/#/token/${"0".repeat(32)}`;
  const common = { pid: process.pid, url: "http://127.0.0.1:1", project: "/p" };
  const pages = [page, `https://evil.example/#/token/${"0".repeat(32)}`, `${page}"><script>`, "javascript:0"];
  const forget = pages.map((each, i) => announce({ ...common, startedAt: i, page: each }, environment));
  const found = announced(environment).filter(({ url }) => url === common.url);
  assert.deepEqual(
    found.toReversed().map((each) => each.page),
    [page, undefined, undefined, undefined],
  );
  forget.forEach((each) => each());
  rmSync(state, { recursive: true });
});
