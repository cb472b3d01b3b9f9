import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { startBusyMember, type BusyMember } from "./support/busy-member.ts";
import { namedMember } from "./support/named-member.ts";
import { violations } from "./support/violations.ts";

/** Pixels of letters on a page: of glyphs, axes, small text, rows, prose, titles and the one h1. */
const SCALE = [10, 11, 12, 13, 14, 16, 20];
const ROUTES = ["", "messages", "batches", "contracts", "wallet", "accounts", "names", "charts", "proven", "alpha", "l1"];
const LOADS = 30;
const BLOCKS = 50;

/** Sizes of the letters that are drawn. */
const SIZES = `[...new Set([...document.querySelectorAll("body *")]
  .filter((each) => each.getClientRects().length > 0 && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""))
  .map((each) => parseFloat(getComputedStyle(each).fontSize)))]`;
const VISIBLE_PRIMARY = `[...document.querySelectorAll(".primary")].filter((each) =>
  each.getClientRects().length > 0 && each.parentElement.closest(".primary") === null && each.closest("details:not([open]) > div") === null).length`;
const ROWS = `[...document.querySelectorAll(".feed > li > .row")].map((row) => row.getBoundingClientRect())
  .map(({ top, bottom, height }) => ({ top, bottom, height }))`;

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
}

describe("the page's form", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let busy: BusyMember;
  let page: PageServer;
  let tab: Page;
  const complaints: string[] = [];
  const rows = () => tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li");
  const open = async (route: string): Promise<void> => {
    await tab.goto("about:blank");
    await tab.goto(`${page.url}/#/${route}`);
    await tab.locator("main h1").first().waitFor();
    await tab.locator('main:not(:has-text("asking"))').waitFor();
    if (route.replace(/\?.*/, "") === "") await rows().nth(19).waitFor();
  };
  /** Script that the page runs. */
  const seen = <T>(script: string): Promise<T> => tab.evaluate<T>(script);

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
        { chainId: 273n, name: "gold" },
        { chainId: 274n, name: "vault" },
      ],
      { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
    busy = await startBusyMember(devnet.chains[0]!.url, { blocks: 10, transactions: 1, messages: 20, sentWithinMs: 10_000 });
    const others = devnet.chains.map(({ chainId, url }) => [String(chainId), url] as const);
    const members = new Map([...others, ["l1", devnet.info().l1.url], ...namedMember(busy.url)] as const);
    page = await startPage({ host: "127.0.0.1", port: 0, members });
    tab = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await busy?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  test("16 rows of 32 pixels are in view, the first at 320 or less, with five members above them", { skip }, async () => {
    await open("");
    const boxes = await seen<readonly Box[]>(ROWS);
    assert.ok(boxes[0]!.top <= 320, `the first row is at ${boxes[0]!.top}`);
    assert.deepEqual([...new Set(boxes.map(({ height }) => height))], [32]);
    const inView = boxes.filter(({ bottom }) => bottom <= 900).length;
    assert.ok(inView >= 16, `${inView} rows`);
    await tab.setViewportSize({ width: 400, height: 860 });
    assert.ok((await seen<readonly Box[]>(ROWS))[0]!.top <= 320, "also on a narrow screen");
    assert.equal(await seen("document.documentElement.scrollWidth > innerWidth"), false);
    await tab.setViewportSize({ width: 1_440, height: 900 });
  });

  test(
    "each page has sizes of one scale, one primary act at most and a different title; axe finds nothing",
    { skip },
    async () => {
      const titles = new Set<string>();
      for (const route of ROUTES) {
        await open(route);
        const sizes = await seen<readonly number[]>(SIZES);
        assert.deepEqual(
          sizes.filter((size) => !SCALE.includes(size)),
          [],
          route,
        );
        const primary = await seen<number>(VISIBLE_PRIMARY);
        assert.ok(primary <= 1, `${route}: ${primary} primary acts`);
        if (route === "") assert.equal(primary, 1);
        titles.add(await tab.title());
        for (const colorScheme of ["light", "dark"] as const) {
          await tab.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          assert.deepEqual(await violations(tab), [], `${route}, ${colorScheme}`);
        }
      }
      assert.equal(titles.size, ROUTES.length);
    },
  );

  test(`nothing moves under the pointer while ${BLOCKS} blocks come, and "." shows them`, { skip }, async () => {
    await open("");
    const first = rows().first();
    await first.hover({ position: { x: 400, y: 10 } });
    await seen(`{
      window.shifts = 0;
      new PerformanceObserver((list) => { for (const { value } of list.getEntries()) window.shifts += value; })
        .observe({ type: "layout-shift" });
    }`);
    const [hash, { top }] = [await first.locator(".age").getAttribute("title"), (await seen<readonly Box[]>(ROWS))[0]!];
    for (let block = 0; block < BLOCKS; block++) busy.addBlock(1);
    await tab.getByRole("button", { name: `${BLOCKS} new`, exact: true }).waitFor();
    assert.equal(await seen("window.shifts"), 0);
    assert.equal((await seen<readonly Box[]>(ROWS))[0]!.top, top);
    assert.equal(await first.locator(".age").getAttribute("title"), hash);
    await tab.keyboard.press(".");
    await tab.getByRole("button", { name: `${BLOCKS} new`, exact: true }).waitFor({ state: "detached" });
    assert.notEqual(await first.locator(".age").getAttribute("title"), hash);
    await tab.mouse.move(700, 5);
    busy.addBlock(1);
    await rows().filter({ hasText: "transfer" }).first().waitFor();
    assert.equal(await tab.getByRole("button", { name: "1 new", exact: true }).count(), 0, "without the pointer rows are added");
  });

  test("keys search, move, unfold, open, filter, fold, hold and go; a switch turns them off", { skip }, async () => {
    await open("");
    const focused = (): Promise<string> =>
      seen<string>("document.activeElement.closest('li')?.querySelector('a.age')?.title ?? ''");
    await tab.keyboard.press("/");
    assert.equal(await seen("document.activeElement.name"), "text");
    await tab.keyboard.press("j");
    assert.equal(await tab.getByRole("searchbox", { name: /^hash, address/ }).inputValue(), "j", "in a field it is a letter");
    await tab.getByRole("searchbox", { name: /^hash, address/ }).fill("");
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("j");
    const first = await focused();
    await tab.keyboard.press("j");
    const second = await focused();
    assert.ok(first !== "" && second !== "" && first !== second);
    await tab.keyboard.press("k");
    assert.equal(await focused(), first);
    await tab.keyboard.press("Enter");
    await rows().locator(".unfolded").first().waitFor();
    await tab.keyboard.press("Enter");
    await tab.keyboard.press("f");
    await tab.waitForURL(/failed=1/);
    await tab.keyboard.press("f");
    await tab.keyboard.press("p");
    await tab.locator(".picture.folded").waitFor();
    await tab.keyboard.press("p");
    await tab.keyboard.press("h");
    await tab.getByRole("button", { name: /^Resume/ }).waitFor();
    await tab.keyboard.press("h");
    await tab.keyboard.press("j");
    const opened = await focused();
    await tab.keyboard.press("o");
    await tab.waitForURL(new RegExp(`/tx/${opened}$`));
    await tab.keyboard.press("g");
    await tab.keyboard.press("m");
    await tab.waitForURL(/#\/messages$/);
    await tab.keyboard.press("g");
    await tab.keyboard.press("1");
    await tab.waitForURL(/#\/alpha$/);
    await tab.keyboard.press("?");
    const list = tab.getByRole("dialog", { name: "Shortcuts" });
    await list.getByText("unfold the row").waitFor();
    assert.deepEqual(await violations(tab), []);
    await list.getByLabel("Single keys work").uncheck();
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("g");
    await tab.keyboard.press("m");
    await tab.getByRole("heading", { name: "alpha" }).first().waitFor();
    assert.match(tab.url(), /#\/alpha$/);
    await seen("localStorage.clear()");
  });

  test("on paper nothing is folded, and there is neither rail nor button", { skip }, async () => {
    await open("alpha");
    await tab.emulateMedia({ media: "print" });
    await seen(`dispatchEvent(new Event("beforeprint"))`);
    assert.equal(await seen(`[...document.querySelectorAll("main details:not(.menu)")].every((each) => each.open)`), true);
    assert.equal(
      await seen(`[...document.querySelectorAll(".rail, button")].every((each) => each.getClientRects().length === 0)`),
      true,
    );
    await tab.getByText("Newest blocks").waitFor();
    await tab.emulateMedia({ media: "screen" });
  });

  test(`${LOADS} loads leave nothing to complain about in the browser's console`, { skip }, async (context) => {
    const began = performance.now();
    for (let load = 0; load < LOADS; load++) await open(ROUTES[load % ROUTES.length] ?? "");
    context.diagnostic(
      `${LOADS} loads in ${((performance.now() - began) / 1_000).toFixed(1)} s, ${complaints.length} complaints`,
    );
    assert.deepEqual(complaints, []);
  });
});
