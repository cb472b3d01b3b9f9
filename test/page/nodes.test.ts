import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";

describe("nodes of a chain, in the page", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  const complaints: string[] = [];
  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [{ chainId: 271n, name: "alpha", sequencing: { by: "bft", nodes: 4 }, transactionOrder: "encrypted" }],
      { ...UNPROVEN, unlocked: true, fundedAccounts: [ALICE] },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    await tab.goto(page.writingUrl);
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual([devnet?.faults ?? [], complaints], [[], []]);
  });

  const conditionOf = (index: number): string | undefined => devnet.chains[0]?.pipeline.nodes?.status.members[index]?.condition;

  test(
    "controls set and end faults, and the chain's page shows leader, view, faults and the key of the mempool",
    { skip },
    async () => {
      const controls = tab.getByRole("region", { name: "Controls" });
      await controls.getByText("Nodes", { exact: true }).click();
      const set = async (fault: string): Promise<void> => {
        await controls.getByLabel("node", { exact: true }).selectOption("2");
        await controls.getByLabel("fault of nodes", { exact: true }).selectOption(fault);
        const answered = tab.waitForResponse(
          (response) => response.request().postData()?.includes("hyperchain_setFault") === true,
        );
        await controls.getByRole("form", { name: "cause a fault of nodes" }).getByRole("button").click();
        await answered;
      };
      await set("silence");
      await tab.goto(`${page.url}/#/alpha`);
      await tab.getByText(/node \d leads view \d+; node 2 is silent/).waitFor();
      assert.equal(conditionOf(2), "silent");
      await tab.getByText(/2 of 4 nodes open envelopes; no envelope waits for its key/).waitFor();
    },
  );
});
