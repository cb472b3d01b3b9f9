import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { installWallet, type MockWallet } from "./support/mock-wallet.ts";

/** Time by which a busy browser runs late what a page does after it is painted. */
const LATE_MS = 3_000;

describe("a page that was just loaded", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let wallet: MockWallet | undefined;

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], { ...UNPROVEN, fundedAccounts: [ALICE] });
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
  });
  after(async () => {
    wallet?.close();
    await browser?.close();
    await page?.close();
    await devnet?.close();
  });
  const openTab = async (): Promise<Page> => {
    const tab = await browser!.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    return tab;
  };

  test("follows the first click, also where the browser is busy", { skip }, async () => {
    const tab = await openTab();
    await tab.addInitScript(`
      const [timer, frame] = [setTimeout, requestAnimationFrame];
      window.setTimeout = (work, ms = 0, ...given) => timer(work, ms + ${LATE_MS}, ...given);
      window.requestAnimationFrame = (work) => timer(() => frame(work), ${LATE_MS});
    `);
    await tab.goto(`${page.url}/#/accounts`);
    await tab.getByRole("link", { name: "hyperchains", exact: true }).first().click();
    await tab.getByRole("heading", { name: "What happens" }).waitFor();
    assert.equal(new URL(tab.url()).hash, "#/");
    await tab.close();
  });

  test("has its links where they stay, so that a click meets the one that it was for", { skip }, async () => {
    const tab = await openTab();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await tab.route("**/rpc/**", async (route) => {
      await held;
      await route.continue();
    });
    await tab.goto(`${page.url}/#/`);
    const links = () => tab.getByRole("navigation").getByRole("link").allTextContents();
    await tab.getByText("asking the ecosystem").waitFor();
    const early = await links();
    letGo();
    await tab
      .getByRole("link", { name: /^alpha/ })
      .first()
      .waitFor();
    const all = await links();
    const pages = ["Activity", "Messages", "Batches", "Contracts", "Wallet", "Accounts", "Names", "Charts", "Prover"];
    assert.deepEqual(all, [...pages, "l1", "alpha"]);
    assert.deepEqual(early, pages, "the earlier links have not moved");
    await tab.close();
  });

  test(
    "has the account of before, also of a wallet that writes it otherwise, and of one that is unlocked later",
    { skip },
    async () => {
      const tab = await openTab();
      wallet = await installWallet(tab, devnet.accounts.wallet(ALICE), {
        chainId: devnet.l1.chainId,
        url: devnet.info().l1.url,
      });
      await tab.goto(`${page.url}/#/wallet`);
      await tab.getByRole("button", { name: "Connect Mock" }).click();
      await tab.getByText("; Mock signs").waitFor();
      // EIP-55 is for readers: many wallets answer without it.
      wallet.lies.set("eth_accounts", (accounts) => (accounts as string[]).map((each) => each.toLowerCase()));
      await tab.reload();
      await tab.getByText("; Mock signs").waitFor();
      wallet.lies.set("eth_accounts", () => []);
      const asked = (): number => wallet!.asked.filter(({ method }) => method === "eth_accounts").length;
      const before = asked();
      await tab.reload();
      await tab.getByRole("button", { name: "Connect Mock" }).waitFor();
      while (asked() === before) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(await tab.getByText("; Mock signs").count(), 0);
      wallet.lies.clear();
      await tab.evaluate('dispatchEvent(new Event("mock-unlocked"))');
      await tab.getByText("; Mock signs").waitFor();
      assert.equal(wallet.asked.filter(({ method }) => method === "eth_requestAccounts").length, 1);
      await tab.close();
    },
  );
});
