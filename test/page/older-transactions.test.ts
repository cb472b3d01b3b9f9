import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import type { Browser, Locator, Page } from "playwright-core";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const [BOB, CAROL] = ["0x00000000000000000000000000000000000b0b00", "0x0000000000000000000000000000000000ca1010"];
/** More than one page of older transactions has. */
const PAYMENTS = 60;
const IDLE_BLOCKS = 64;

describe("a page that is opened long after users did something", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let onAlpha: JsonRpcProvider;
  const tokens: string[] = [];
  const rows = (): Locator => tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li");
  const pay = async (to: string): Promise<void> => {
    const { hash } = await devnet.accounts.wallet(ALICE).connect(onAlpha).sendTransaction({ to, value: 1n });
    await onAlpha.waitForTransaction(hash);
  };

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [{ chainId: 271n, name: "alpha" }],
      { ...UNPROVEN, fundedAccounts: [ALICE] },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    onAlpha = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE);
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    for (const provider of [onAlpha, onAlpha, devnet.l1.provider]) {
      const factory = new ContractFactory(abi, bytecode, alice.connect(provider));
      const contract = await factory.deploy("Money", "MNY", alice.address, 1n);
      await contract.waitForDeployment();
      tokens.push(String(contract.target).toLowerCase());
    }
    await pay(CAROL);
    for (let i = 0; i < PAYMENTS; i++) await pay(BOB);
    await onAlpha.send("hardhat_mine", [`0x${IDLE_BLOCKS.toString(16)}`]);
    for (let i = 0; i < IDLE_BLOCKS; i++) await devnet.l1.request("evm_mine");
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
  });
  after(async () => {
    onAlpha?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("shows the newest transactions at once, and what the picture has not read is hatched and named", { skip }, async () => {
    await tab.goto(`${page.url}/#/?chain=alpha`);
    await rows().nth(29).waitFor();
    assert.ok((await rows().filter({ hasText: "sends " }).count()) >= 29);
    const newest = await onAlpha.getBlockNumber();
    // The newest 25 blocks of each member are read.
    await tab.locator(".unread title", { hasText: `blocks of alpha before ${newest - 24}` }).waitFor({ state: "attached" });
    await tab.locator(".picture rect.unread").nth(1).waitFor({ state: "attached" });
    assert.deepEqual(await violations(tab), []);
  });

  test("names, contracts and the search have all of the project's contracts", { skip }, async () => {
    await tab.goto(`${page.url}/#/contracts`);
    const table = tab.getByRole("table", { name: "The project's contracts on L1 and all chains" });
    for (const token of tokens) await table.getByRole("row", { name: token }).first().waitFor();
    assert.equal(await table.getByRole("row").count(), 1 + tokens.length);
    await tab.goto(`${page.url}/#/search/DevelopmentToken`);
    const found = tab.getByRole("listitem").filter({ hasText: "DevelopmentToken on" });
    await found.nth(2).waitFor();
    assert.equal(await found.count(), tokens.length);
    assert.deepEqual(await violations(tab), []);
  });

  test("finds what is older by the keyboard, and says when it has looked through all", { skip }, async () => {
    const route = `#/?q=${CAROL}&chain=alpha`;
    await tab.goto("about:blank");
    await tab.goto(`${page.url}/${route}`);
    const button = tab.getByRole("button", { name: "Look for older transactions" });
    await button.waitFor();
    assert.equal(await rows().count(), 0);
    await button.focus();
    await tab.keyboard.press("Enter");
    await rows().first().waitFor();
    assert.equal(await rows().count(), 1);
    await tab.getByText("From all transactions of users on alpha.").waitFor();
    assert.equal(await button.count(), 0);
    assert.deepEqual(await violations(tab), []);
    assert.equal(new URL(tab.url()).hash, route);
  });

  test("shows what is older while it is paused, too, and nothing that came since", { skip }, async () => {
    await tab.goto("about:blank");
    await tab.goto(`${page.url}/#/?chain=alpha`);
    await rows().nth(29).waitFor();
    await tab.getByRole("button", { name: "Hold" }).click();
    await pay(BOB);
    await tab.getByRole("button", { name: "Resume (1 new)" }).waitFor();
    await tab.getByRole("button", { name: /^Show more of/ }).click();
    await rows().nth(49).waitFor();
    await tab.getByRole("button", { name: "Look for older transactions" }).click();
    // Payments, one of them to another account, and two contracts on alpha.
    await rows()
      .nth(PAYMENTS + 2)
      .waitFor();
    await tab.getByRole("button", { name: "Resume (1 new)" }).click();
    await rows()
      .nth(PAYMENTS + 3)
      .waitFor();
  });
});
