import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import type { Browser, Locator, Page } from "playwright-core";
import { serveEcosystem } from "../../src/page/ecosystem-page.ts";
import type { PageServer } from "../../src/page/page-server.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const [BOB, CAROL] = ["0x00000000000000000000000000000000000b0b00", "0x0000000000000000000000000000000000ca1010"];

describe("a page that is opened later", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let onAlpha: JsonRpcProvider;
  const rows = (): Locator => tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li");
  const pay = async (to: string): Promise<void> => {
    const { hash } = await devnet.accounts.wallet(ALICE).connect(onAlpha).sendTransaction({ to, value: 1n });
    await onAlpha.waitForTransaction(hash);
  };

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], { ...UNPROVEN, fundedAccounts: [ALICE] });
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    onAlpha = clientOf(devnet.chains[0]!);
    await pay(CAROL);
    for (let i = 0; i < 40; i++) await pay(BOB);
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
  });
  after(async () => {
    onAlpha?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
  });

  test("says how many blocks it has looked through, and finds what is older by the keyboard", { skip }, async () => {
    const route = `#/?q=${CAROL}&chain=alpha`;
    await tab.goto(`${page.url}/${route}`);
    const all = (await onAlpha.getBlockNumber()) + 1;
    await tab.getByText(`From the last 25 of ${all} blocks of alpha.`).waitFor();
    assert.equal(await rows().count(), 0);
    assert.deepEqual(await violations(tab), []);
    await tab.getByRole("button", { name: "Look through older blocks" }).focus();
    await tab.keyboard.press("Enter");
    await rows().first().waitFor();
    assert.equal(await rows().count(), 1);
    await tab.getByText(`From all ${all} blocks of alpha.`).waitFor();
    assert.equal(await tab.getByRole("button", { name: "Look through older blocks" }).count(), 0);
    assert.deepEqual(await violations(tab), []);
    assert.equal(new URL(tab.url()).hash, route);
  });

  test("shows what is older while it is paused, too, and nothing that came since", { skip }, async () => {
    await tab.goto("about:blank");
    await tab.goto(`${page.url}/#/?chain=alpha`);
    await rows().nth(24).waitFor();
    await tab.getByRole("button", { name: "Pause" }).click();
    await pay(BOB);
    await tab.getByRole("button", { name: "Resume (1 new)" }).waitFor();
    await tab.getByRole("button", { name: "Look through older blocks" }).click();
    // The newest 25, and 16 older ones.
    await rows().nth(40).waitFor();
    await tab.getByRole("button", { name: "Resume (1 new)" }).click();
    await rows().nth(41).waitFor();
  });
});
