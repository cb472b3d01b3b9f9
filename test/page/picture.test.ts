import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { ActivityBlock, MessageInfo } from "../../page/answers.ts";
import { bundlesOf } from "../../page/picture/bundles.ts";
import { unreadSpans, type Line } from "../../page/picture/lanes.ts";
import { fittingSpan } from "../../page/picture/scale.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { startBusyMember, type BusyMember } from "./support/busy-member.ts";
import { namedMember } from "./support/named-member.ts";
import { violations } from "./support/violations.ts";

const MESSAGES = 200;

test("until a reader chooses, the picture shows the shortest time, up to ten minutes, that has all that happened", () => {
  const at = (secondsAgo: number): string => fittingSpan(1_000_000, 1_000_000 + secondsAgo * 1_000);
  assert.deepEqual([0, 59, 60, 179, 180, 599, 600, 86_400].map(at), ["60", "60", "180", "180", "600", "600", "600", "600"]);
  assert.equal(fittingSpan(Infinity, 0), "60", "nothing has happened");
});

test("a lane is unread up to the oldest block behind which none is missing; before it users' blocks may be known", () => {
  const block = (chainId: number, number: number): ActivityBlock => {
    return { chainId, number, hash: "0x01", timestamp: 1_000 + number, transactions: [] };
  };
  const chain = (chainId: number, ...numbers: readonly number[]) =>
    [chainId, numbers.map((number) => block(chainId, number))] as const;
  const activity = new Map([chain(1, 901, 902), chain(271, 3, 40, 41, 42), chain(272, 0, 1)]);
  const members = (l1: object) => {
    const chains = [{ chainId: 271 }, { chainId: 272 }, { chainId: 273 }];
    return { l1: { chainId: 1, ...l1 }, chains } as unknown as Parameters<typeof unreadSpans>[1];
  };
  const ofAlpha = { chainId: 271, to: 1_040_000, before: 40 };
  assert.deepEqual(unreadSpans(activity, members({})), [{ chainId: 1, to: 1_901_000, before: 901 }, ofAlpha]);
  // Blocks before a copy of another L1 are not its own.
  assert.deepEqual(unreadSpans(activity, members({ fork: { chainId: 1, blockNumber: 900 } })), [ofAlpha]);
});

describe("I11: a picture of much that happens at a time", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let busy: BusyMember;
  let page: PageServer;
  let tab: Page;
  const complaints: string[] = [];
  const picture = () => tab.getByRole("region", { name: "What happens" });

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
    await devnet.settle();
    busy = await startBusyMember(devnet.chains[0]!.url, {
      blocks: 20,
      transactions: 1,
      messages: MESSAGES,
      sentWithinMs: 10_000,
    });
    page = await startPage({ host: "127.0.0.1", port: 0, members: namedMember(busy.url) });
    tab = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    await tab.goto(`${page.url}/#/`);
    await picture().locator(".count").first().waitFor({ state: "attached" });
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await busy?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  /** Messages on all lines of the picture, each line's own or its count. */
  const drawn = async (): Promise<readonly number[]> =>
    picture()
      .locator("a.message")
      .evaluateAll((lines) => lines.map((line) => Number(line.querySelector(".count text")?.textContent ?? 1)));

  for (const [span, least, most] of [
    ["1 m", 10, 40],
    ["3 m", 4, 20],
    ["10 m", 1, 8],
    ["30 m", 1, 6],
    ["1 h", 1, 6],
  ] as const)
    test(
      `200 messages within ten seconds, at ${span}: lines with counts, that hide no more than they must`,
      { skip },
      async () => {
        await picture().getByRole("button", { name: span, exact: true }).click();
        await picture().locator(`button[aria-pressed=true]:text-is("${span}")`).waitFor();
        const counts = await drawn();
        assert.equal(
          counts.reduce((sum, each) => sum + each, 0),
          MESSAGES,
          "each message is on one line",
        );
        assert.ok(counts.length >= least && counts.length <= most, `${counts.length} lines`);
        const widths = await tab.evaluate<number[]>(
          `[...document.querySelectorAll("a.message path")].map((path) => parseFloat(getComputedStyle(path).strokeWidth))`,
        );
        assert.ok(Math.max(...widths) < 10, `a line is ${Math.max(...widths)} px wide`);
      },
    );

  test("drawn elements keep their time as the picture moves, and new ones appear at the right end", { skip }, async () => {
    await picture().getByRole("button", { name: "1 m", exact: true }).click();
    const first = picture().locator("a.message").first();
    const placed = async () => ({
      at: await first.locator("path").getAttribute("d"),
      seen: (await first.boundingBox())?.x ?? 0,
      now: await tab.evaluate<number>("Date.now()"),
    });
    const before = await placed();
    const number = busy.addBlock(3);
    const block = picture().locator(`a[href="#/alpha/block/${number}"] rect`);
    await block.waitFor({ state: "attached" });
    const box = (await picture().locator(".canvas > svg").boundingBox())!;
    const right = async (): Promise<number> => box.x + box.width - ((await block.boundingBox())?.x ?? 0);
    // The lanes have a minute on the pixels next to their names: a second and a half are about 30 of them.
    assert.ok((await right()) < 60, `it is ${await right()} px from the right end`);
    while ((await placed()).seen === before.seen) await tab.evaluate("new Promise(requestAnimationFrame)");
    const later = await placed();
    assert.equal(later.at, before.at);
    assert.ok(later.seen < before.seen, "it moves to the left");
  });

  test("all drawn elements are in lists also, each with its link, and the keyboard reaches them", { skip }, async () => {
    await picture().getByRole("button", { name: "10 m", exact: true }).click();
    await tab.getByRole("button", { name: "Hold", exact: true }).click();
    const summary = picture().getByRole("button", { name: "List" });
    await summary.focus();
    await tab.keyboard.press("Enter");
    await picture().getByRole("heading", { name: "Messages" }).waitFor();
    for (const name of [/^More of .* messages/, /^More of .* blocks/])
      for (const more = picture().getByRole("button", { name }); (await more.count()) > 0;) await more.click();
    const hrefs = (selector: string): Promise<readonly (string | null)[]> =>
      picture()
        .locator(selector)
        .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const listed = new Set(await hrefs(".lists a"));
    assert.equal([...listed].filter((href) => href?.startsWith("#/message/")).length, MESSAGES);
    const marks = await hrefs("svg a:has(path.mark)");
    assert.ok(marks.length >= 4, "both chains' batches are committed and executed");
    // A mark leads to its batch, its entry to the transaction on L1.
    assert.ok([...listed].some((href) => href?.startsWith("#/l1/tx/")));
    assert.equal(
      await picture()
        .getByRole("link", { name: /^l1 has (committed|accepted the proof of|executed) batch 0 of (alpha|beta)$/ })
        .count(),
      marks.length,
    );
    for (const href of await hrefs("svg a:not(.message):not(:has(path.mark))")) assert.ok(listed.has(href), `${href} is listed`);
    await picture().getByRole("heading", { name: "Blocks", exact: true }).waitFor();
    await summary.focus();
    await tab.keyboard.press("Tab");
    assert.equal(await tab.evaluate("document.activeElement.matches('.lists a')"), true);
    assert.deepEqual(await violations(tab), []);
    await tab.getByRole("button", { name: /^Resume/ }).click();
  });

  test("messages that begin and end together are one, where they are four; other ways and other fates stay apart", () => {
    const line = (id: number, from: number, to: number, more: Partial<MessageInfo> = {}): Line => ({
      message: {
        ...{ type: "transfer", messageHash: `0x${id}`, sourceChainId: 1, destinationChainId: 2 },
        steps: [{ step: "executed" }],
        ...more,
      } as unknown as MessageInfo,
      stops: [
        { chainId: 1, at: from, step: "initiated" },
        { chainId: 2, at: to, step: "executed" },
      ],
    });
    const together = [line(1, 0, 100), line(2, 4, 104), line(3, 8, 108), line(4, 8, 108)];
    const late = [5, 6, 7].map((id) => line(id, 0, 200));
    const stuck = line(8, 0, 100, { stuck: { why: "it stands", help: "start it" } } as Partial<MessageInfo>);
    const why = "the call arrived on beta and reverted there";
    const failed = line(9, 0, 100, { failed: { because: "reverted", why, goesBack: false } });
    const bundles = bundlesOf([...together, ...late, stuck, failed], 10);
    assert.deepEqual(
      bundles.map(({ fate, messages, stops }) => [fate, messages.length, stops.map(({ at }) => at)]),
      [["good", 4, [5, 105]], ...late.map(() => ["good", 1, [0, 200]]), ["bad", 1, [0, 100]], ["bad", 1, [0, 100]]],
    );
    assert.equal(bundlesOf(together, 5).length, 4, "at another zoom they are apart");
  });
});
