import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { namedMember } from "./support/named-member.ts";
import { longestTask } from "./support/long-tasks.ts";
import { startScaledMember, type ScaledMember } from "./support/scaled-member.ts";
import { violations } from "./support/violations.ts";

const [BLOCKS, MESSAGES] = [10_000, 1_000];
/** Delay that a reader begins to notice. */
const MOST_TASK_MS = 50;
/** Rows that may be in the document, whatever the list has. */
const MOST_ROWS = 100;

describe("I3: 10,000 blocks and 1,000 messages, a real chain's over and over, stay fluent", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let scaled: ScaledMember;
  let page: PageServer;
  let tab: Page;
  const complaints: string[] = [];

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
    const client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    for (const amount of [1n, 2n])
      await send(devnet.info(), { chain: 271n, to: { chain: 272n, account: alice.address }, amount: amount * ETHER }, alice);
    client.destroy();
    await devnet.settle();
    await devnet.relay();
    scaled = await startScaledMember(devnet.chains[0]!.url, BLOCKS, MESSAGES);
    // Nothing tells it what happens, so it looks every second, and finds a block more each time.
    page = await startPage({ host: "127.0.0.1", port: 0, members: namedMember(scaled.url) });
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await scaled?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  /** Scrolls from one end to the other by more than a screen each frame; returns the maximum number of rows in the document. */
  const scrollThrough = (): Promise<number> =>
    tab.evaluate<number>(`(async () => {
      const list = document.querySelector(".long-table");
      let most = 0;
      list.scrollTop = 0;
      for (let before = -1; list.scrollTop !== before; ) {
        before = list.scrollTop;
        list.scrollTop += Math.max(700, list.scrollHeight / 150);
        await new Promise((drawn) => requestAnimationFrame(drawn));
        most = Math.max(most, document.querySelectorAll("tr").length);
      }
      return most;
    })()`);
  const lastRow = () => tab.locator("tr[aria-rowindex]").last();

  test("the measure sees a task that lasts too long", { skip }, async () => {
    await tab.goto(`${page.url}/#/messages`);
    await lastRow().waitFor();
    // So much work, not so much time: other processes may have the core for most of it.
    const busy = `new Promise((done) => setTimeout(() => {
      let sum = 0;
      for (let i = 0; i < 300_000_000; i++) sum = (sum * 31 + i) | 0;
      // In a separate task, because the trace must not end before it records the busy one.
      setTimeout(done, 100, sum);
    }))`;
    const longest = await longestTask(browser!, tab, () => tab.evaluate(busy));
    assert.ok(longest > MOST_TASK_MS, `${longest} ms`);
  });

  for (const [route, rows, last] of [
    ["messages", MESSAGES, /^0x000000…000000 transfer, .* alpha beta /],
    ["alpha/blocks", BLOCKS, /^0 .* 0 0$/],
  ] as const) {
    test(
      `scrolling through ${rows} rows of ${route}: no task over ${MOST_TASK_MS} ms, few rows in the document`,
      { skip },
      async () => {
        await tab.goto(`${page.url}/#/${route}`);
        await tab
          .getByRole("row", { name: /ago|20\d\d|0x/ })
          .first()
          .waitFor();
        assert.deepEqual(await violations(tab), []);
        let most = 0;
        const longest = await longestTask(browser!, tab, async () => {
          most = await scrollThrough();
          await tab.getByRole("row", { name: last }).waitFor();
        });
        assert.ok(longest < MOST_TASK_MS, `a task took ${longest} ms`);
        assert.ok(most < MOST_ROWS, `${most} rows were in the document`);
        assert.ok(Number(await lastRow().getAttribute("aria-rowindex")) >= rows + 1);
        assert.deepEqual(await violations(tab), []);
      },
    );
  }

  test("the first page leads to all messages", { skip }, async () => {
    await tab.goto(`${page.url}/#/`);
    await tab.getByRole("link", { name: "Messages" }).click();
    await tab.getByRole("heading", { name: "Messages" }).waitFor();
  });
});
