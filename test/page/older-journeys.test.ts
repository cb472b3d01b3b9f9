import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { startBusyMember, type BusyMember } from "./support/busy-member.ts";
import { namedMember } from "./support/named-member.ts";

/** Ten are sent in a block, from block 100 of the first chain on; each look of the page has the newest 200. */
const LOAD = { blocks: 1, transactions: 3, messages: 260, sentWithinMs: 10_000, failing: 7 };
const hashOf = (block: number, place: number): string =>
  `0x${[271, block, place]
    .map((part) => part.toString(16).padStart(8, "0"))
    .join("")
    .padStart(64, "0")}`;

describe("I11: transactions whose messages are older than the newest 200", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let busy: BusyMember;
  let page: PageServer;
  let tab: Page;
  const asked: (readonly string[])[] = [];
  const rowOf = (hash: string) =>
    tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li", { has: tab.locator(`a[title="${hash}"]`) });

  before(async () => {
    if (browser === undefined) return;
    const chains = [
      { chainId: 271n, name: "alpha" },
      { chainId: 272n, name: "beta" },
    ];
    devnet = await startFlowDevnet(chains, UNPROVEN);
    busy = await startBusyMember(devnet.chains[0]!.url, LOAD);
    page = await startPage({ host: "127.0.0.1", port: 0, members: namedMember(busy.url) });
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("request", (request) => {
      if (!request.url().includes("/rpc/")) return;
      const { method, params } = request.postDataJSON() as {
        method: string;
        params: readonly { transaction?: readonly string[] }[];
      };
      const [page] = params;
      if (method === "hyperchain_messages" && page?.transaction !== undefined) asked.push(page.transaction);
    });
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await busy?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("have their journeys under them, which one question asks for", { skip }, async () => {
    await tab.goto(`${page.url}/#/?q=${hashOf(100, 3)}`);
    await rowOf(hashOf(100, 3)).locator(".journey").getByRole("link", { name: "transfer to beta" }).waitFor();
    assert.deepEqual(asked, [[hashOf(100, 3)]]);
  });

  test("are found by what failed on the other chain", { skip }, async () => {
    await tab.goto("about:blank");
    await tab.goto(`${page.url}/#/?chain=alpha&failed=1`);
    await rowOf(hashOf(100, 7)).locator(".journey").waitFor();
    assert.equal(await rowOf(hashOf(100, 8)).count(), 0);
    assert.ok(asked.every((hashes) => hashes.length <= 200));
  });
});
