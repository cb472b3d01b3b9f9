import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Browser, Page } from "playwright-core";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import type { Hyperchains } from "../../src/tool/plugin/api/hyperchains.ts";
import { openUnproven } from "../plugin/connection/support/open.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";

const BOB = `0x${"b0".repeat(20)}`;

describe("guardians, on L1's page", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let page: PageServer;
  let tab: Page;
  const complaints: string[] = [];
  before(async () => {
    if (browser === undefined) return;
    connection = await openUnproven({
      stake: { unbondingSeconds: 100_000 },
      guardians: { main: { members: 2, shareBps: 5_000 } },
      chains: { porter: { dataAvailability: { guardians: "main" } } },
    });
    ({ hyperchains } = connection);
    page = await serveEcosystem(() => hyperchains.info, { host: "127.0.0.1", port: 0, origins: [] });
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    await tab.goto(`${page.url}/#/l1`);
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await connection?.close();
    assert.deepEqual(complaints, []);
  });

  test("show stake, processes, who can withhold data, and requests with the next action", { skip }, async () => {
    const section = tab.locator("section").filter({ has: tab.getByRole("heading", { name: "Guardians of main" }) });
    await section.getByText(/Guardians of main with 50 % of the stake can withhold the data/).waitFor();
    const rows = section.getByRole("table").locator("tbody tr");
    await rows.nth(1).getByText("runs").waitFor();
    const guardians = hyperchains.guardians("main");
    await guardians.stop(0);
    await tab.reload();
    await rows.first().getByText("has ended").waitFor();
    await rows.nth(1).getByText("runs").waitFor();
    const [alice] = await hyperchains.chain("porter").ethers.getSigners();
    await (await alice!.sendTransaction({ to: BOB, value: 5n })).wait();
    await hyperchains.settle("porter");
    await guardians.stop(1);
    await guardians.requestLeaf({ chain: "porter", account: BOB });
    await section.getByText(/Request 1 to guardians of main for nonce and balance of .*: guardians can answer until/).waitFor();
    await guardians.start(1);
    await section.getByText(/Request 1 .*: answered; hyperchain:guardians close 1 returns/).waitFor();
  });
});
