import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { installWallet, type MockWallet } from "./support/mock-wallet.ts";
import { violations } from "./support/violations.ts";

/** Label of the field for the recipient, and the outcome of adding a chain. */
const [TO, ADDED] = ["to account (empty: your own)", "the wallet knows it"];
const BOB = "0x00000000000000000000000000000000000b0b00";

describe("C10: the wallet page, with a wallet that announces itself by EIP-6963, and with development accounts", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let wallet: MockWallet;
  let onAlpha: JsonRpcProvider;
  let onBeta: JsonRpcProvider;
  let token: string;
  const complaints: string[] = [];
  const signed = (): number => wallet.asked.filter(({ method }) => method === "eth_sendTransaction").length;
  const settle = async (): Promise<void> => {
    await devnet.settle();
    await devnet.relay();
  };
  const form = (name: string) => tab.getByRole("form", { name });
  /** Presses a form's button, whose name is its title without the layer that the title gets later. */
  const choose = (title: string) => {
    const name = title.replace(/ (from|to) L1$/, "");
    return tab.getByRole("group", { name: "what to do" }).getByRole("button", { name, exact: true }).click();
  };
  const done = (): Promise<void> => tab.getByText("Done. What has to reach another chain").waitFor();
  const doneHere = (): Promise<void> => tab.getByText("Done.", { exact: true }).waitFor();
  const refusal = (text: RegExp): Promise<void> => tab.getByRole("alert").getByText(text).waitFor();
  /** A form is sent as a keyboard sends it. */
  async function fill(name: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await choose(name);
    for (const [label, text] of Object.entries(fields)) await form(name).getByLabel(label, { exact: true }).fill(text);
    await form(name).getByLabel(Object.keys(fields).at(-1)!, { exact: true }).press("Enter");
  }

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta", dataAvailability: "validium", openReads: true },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    [onAlpha, onBeta] = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
    const alice = devnet.accounts.wallet(ALICE);
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const contract = await new ContractFactory(abi, bytecode, alice.connect(onBeta)).deploy(
      "Money",
      "MNY",
      alice.address,
      1_000n,
    );
    token = (await contract.waitForDeployment()).target as string;
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    wallet = await installWallet(tab, alice, { chainId: devnet.l1.chainId, url: devnet.info().l1.url });
    await tab.goto(`${page.url}/#/wallet`);
    await tab.getByRole("button", { name: "Connect Mock" }).click();
    await tab.getByText("; Mock signs").waitFor();
  });
  after(async () => {
    wallet?.close();
    onAlpha?.destroy();
    onBeta?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("a wallet deposits from L1, and the money arrives where it was sent", { skip }, async () => {
    await choose("Deposit from L1");
    await form("Deposit from L1").getByLabel("to chain").selectOption("beta");
    await fill("Deposit from L1", { [TO]: BOB, amount: "1.5" });
    await done();
    await settle();
    assert.equal(await onBeta.getBalance(BOB), (3n * ETHER) / 2n);
    assert.deepEqual(await violations(tab), []);
  });

  test(
    "a wallet that does not know the chain is made to add it, and sends from there; the transfer is shown until it arrives",
    { skip },
    async () => {
      await fill("Send to another chain", { "to account": BOB, amount: "0.25" });
      await done();
      const [alpha] = devnet.info().chains;
      assert.deepEqual(wallet.added, [
        {
          chainId: "0x10f",
          chainName: `${devnet.info().name} alpha`,
          rpcUrls: [alpha!.url],
          nativeCurrency: { name: "ETH", symbol: "ETH", decimals: 18 },
        },
      ]);
      await tab.getByRole("row", { name: /^transfer 0\.25 ETH alpha beta / }).waitFor();
      await settle();
      await tab.getByText("Nothing is on its way.").waitFor();
      assert.equal(await onBeta.getBalance(BOB), (7n * ETHER) / 4n);
    },
  );

  test("a withdrawal is claimed by a button when L1 has executed its batch", { skip }, async () => {
    const carol = "0x00000000000000000000000000000000000ca401";
    await fill("Withdraw to L1", { [TO]: carol, amount: "0.5" });
    await done();
    const row = tab.getByRole("row", { name: /^withdrawal 0\.5 ETH alpha l1 / });
    await row.getByText("the execution of its batch on L1").waitFor();
    assert.equal(await row.getByRole("button").count(), 0);
    await settle();
    await row.getByRole("button", { name: "Claim" }).press("Enter");
    await tab.getByText("claims the withdrawal on l1").waitFor();
    await doneHere();
    await tab.getByText("Nothing is on its way.").waitFor();
    assert.equal(await devnet.l1.provider.getBalance(carol), ETHER / 2n);
  });

  test(
    "a withdrawal that L1 has executed is ready, not red, in all places, and its page's button claims it",
    { skip },
    async () => {
      const dave = "0x00000000000000000000000000000000000da4e1";
      await fill("Withdraw to L1", { [TO]: dave, amount: "0.75" });
      await done();
      await settle();
      await tab.goto(`${page.url}/#/messages`);
      const row = tab.getByRole("row", { name: / withdrawal, 0\.75 ETH alpha l1 ready: claim it$/ });
      await row.locator(".mark.ready").waitFor();
      assert.equal(await row.locator(".bad").count(), 0);
      await tab.getByText(/0 in flight, 1 ready, 0 stuck/).waitFor();
      await tab.goto(`${page.url}/#/`);
      const item = tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li").first();
      await item.locator(".journey .mark.ready", { hasText: "ready: claim it" }).waitFor();
      assert.equal(await item.locator(".bad").count(), 0);
      await item.getByRole("link", { name: "ready: claim it" }).click();
      const command = await tab.getByText(/^npx hardhat hyperchain:claim alpha 0x[0-9a-f]{64}$/).textContent();
      assert.ok(tab.url().endsWith(command!.slice(-64)));
      await tab.getByRole("button", { name: "claim it", exact: true }).click();
      await tab.getByText("claims the withdrawal on l1").waitFor();
      await doneHere();
      assert.equal(await devnet.l1.provider.getBalance(dave), (3n * ETHER) / 4n);
      await tab.locator(".mark.good", { hasText: "all steps done" }).waitFor();
      assert.deepEqual(await violations(tab), []);
      await tab.goto(`${page.url}/#/wallet`);
      await tab.getByText("; Mock signs").waitFor();
    },
  );

  test("messages are filtered by their state, and one button claims all that is ready on L1", { skip }, async () => {
    const [erin, frank] = ["0x0000000000000000000000000000000000e41401", "0x00000000000000000000000000000000f4a2c001"] as const;
    for (const [account, amount] of [
      [erin, "0.125"],
      [frank, "0.0625"],
    ] as const) {
      await fill("Withdraw to L1", { [TO]: account, amount });
      await done();
    }
    await settle();
    await tab.goto(`${page.url}/#/messages`);
    const filter = (name: RegExp) => tab.getByRole("group", { name: "filter by state" }).getByRole("button", { name });
    const rows = tab.locator(".long-table tbody tr[aria-rowindex]");
    await filter(/^Ready 2$/).click();
    await rows.filter({ hasText: "0.0625 ETH" }).waitFor();
    assert.equal(await rows.count(), 2);
    await filter(/^Failed 0$/).click();
    await tab.getByText("No message is in this state.").waitFor();
    await tab.getByRole("button", { name: "Claim all" }).click();
    await tab.getByText("claims the withdrawal on l1").nth(1).waitFor();
    await doneHere();
    await filter(/^Ready 0$/).waitFor();
    const balances = [erin, frank].map((account) => devnet.l1.provider.getBalance(account));
    assert.deepEqual(await Promise.all(balances), [ETHER / 8n, ETHER / 16n]);
    assert.deepEqual(await violations(tab), []);
    await tab.goto(`${page.url}/#/wallet`);
    await tab.getByText("; Mock signs").waitFor();
  });

  test("calls a contract on another chain by its function's name", { skip }, async () => {
    await fill("Call on another chain", {
      contract: token,
      "function of the project's contract, such as set(uint256)": "approve",
      'arguments, as a list: ["5"]': `["${BOB}", "77"]`,
    });
    await done();
    await settle();
    const approvals = await onBeta.getLogs({ address: token, fromBlock: 0 });
    assert.equal(BigInt(approvals.at(-1)!.data), 77n);
  });

  test(
    "a token of the project, which no bridge knows, stands among the assets with its symbol and its contract",
    { skip },
    async () => {
      const row = tab.getByRole("table", { name: /can freeze/ }).getByRole("row", { name: /^beta MNY DevelopmentToken 0\.0*1 / });
      await row.getByRole("link", { name: "DevelopmentToken" }).waitFor();
    },
  );

  test("what can be frozen is said of each asset, and by which party", { skip }, async () => {
    const cells = await tab
      .getByRole("table", { name: /can freeze/ })
      .getByRole("row")
      .allTextContents();
    assert.match(
      cells.find((text) => text.startsWith("alphaETH"))!,
      /no party: if the chain stops, it is paid out on L1$/,
    );
    assert.match(
      cells.find((text) => text.startsWith("l1ETH"))!,
      /no party$/,
    );
    assert.match(
      cells.find((text) => text.startsWith("betaETH"))!,
      /the data committee of beta, by withholding its data$/,
    );
  });

  test("a call that the account or the chain refuses is not sent, and the reason is shown", { skip }, async () => {
    const before = signed();
    await fill("Withdraw to L1", { amount: "1000000" });
    await refusal(/lacks .* ETH on alpha/);
    await fill("Withdraw to L1", { amount: "much" });
    await refusal(/"much" is not an amount/);
    assert.equal(signed(), before);
    wallet.refuses = true;
    await fill("Withdraw to L1", { amount: "0.1" });
    await refusal(/it was refused in the wallet/);
    wallet.refuses = false;
  });

  test(
    "a wallet that remembers another genesis, or transactions of one, signs nothing, and the page says what to do",
    { skip },
    async () => {
      const before = signed();
      wallet.lies.set("eth_getTransactionCount", (count) => `0x${(Number(count) + 3).toString(16)}`);
      await fill("Withdraw to L1", { amount: "0.1" });
      await refusal(/remembers \d+ transactions of this account on .*: the chain was reset since/);
      wallet.lies.clear();
      wallet.lies.set("eth_getBlockByNumber", (block) => ({ ...(block as object), hash: `0x${"0e".repeat(32)}` }));
      await fill("Withdraw to L1", { amount: "0.1" });
      await refusal(/another block 0\): remove that network from the wallet/);
      wallet.lies.clear();
      assert.equal(signed(), before);
      await fill("Withdraw to L1", { amount: "0.1" });
      await done();
      assert.equal(signed(), before + 1);
    },
  );

  test(
    "a contract of the project is read and written on its address page, by function names, by the account of the wallet page",
    { skip },
    async () => {
      await tab.goto(`${page.url}/#/beta/address/${token}`);
      const holds = async (account: string): Promise<void> => {
        await form("balanceOf(address)").getByLabel("holder, address").fill(account);
        await form("balanceOf(address)").getByRole("button", { name: "balanceOf" }).press("Enter");
      };
      await holds(devnet.accounts.wallet(ALICE).address);
      await form("balanceOf(address)").getByText("1000", { exact: true }).waitFor();
      const transfer = form("transfer(address,uint256)");
      await transfer.getByRole("heading", { name: "transfer(address,uint256)" }).waitFor();
      await form("balanceOf(address)").getByRole("heading", { name: "balanceOf(address)" }).waitFor();
      await transfer.getByLabel("to, address").fill(BOB);
      await transfer.getByLabel("amount, uint256").fill("5000");
      await transfer.getByLabel("amount, uint256").press("Enter");
      await refusal(/it would revert with BalanceTooSmall\(0x.*, 1000, 5000\)/);
      const anyway = form("send it anyway");
      await anyway.getByLabel("gas limit").fill("200000");
      await anyway.getByRole("button", { name: "Send anyway" }).press("Enter");
      await refusal(/It failed: .*its transaction is on the chain and failed/);
      const failed = tab.locator("ol.steps .bad").getByRole("link");
      const receipt = await onBeta.getTransactionReceipt((await failed.getAttribute("title"))!);
      assert.deepEqual([receipt?.status, receipt?.to], [0, token]);
      assert.equal((await onBeta.getTransaction(receipt!.hash))?.gasLimit, 200_000n);
      assert.equal(await anyway.count(), 0, "what is on the chain is not sent again");
      assert.deepEqual(await violations(tab), []);
      await transfer.getByLabel("amount, uint256").fill("7");
      await transfer.getByLabel("amount, uint256").press("Enter");
      await tab.getByText("calls the contract on beta").waitFor();
      await doneHere();
      await holds(BOB);
      await form("balanceOf(address)").getByText("7", { exact: true }).waitFor();
      await holds("nonsense");
      await form("balanceOf(address)")
        .getByText(/argument 1 \(holder\) must be address: "nonsense"/)
        .waitFor();
      assert.deepEqual(await violations(tab), []);
      await tab.goto(`${page.url}/#/wallet`);
    },
  );

  test(
    "it can be read in the dark, on a narrow screen and by a screen reader, and chains can be added beforehand",
    { skip },
    async () => {
      await tab.emulateMedia({ colorScheme: "dark" });
      await tab.setViewportSize({ width: 360, height: 640 });
      for (const action of ["Deposit from L1", "Send to another chain", "Call on another chain", "Withdraw to L1"]) {
        await choose(action);
        assert.deepEqual(await violations(tab), [], action);
        assert.equal(await tab.evaluate("document.documentElement.scrollWidth > innerWidth"), false, action);
      }
      await tab.getByRole("button", { name: /^Add .* beta$/ }).click();
      await tab.getByText(ADDED).waitFor();
      assert.equal(wallet.added.at(-1)?.chainId, "0x110");
      await tab.goto(`${page.url}/#/alpha`);
      await tab.getByRole("button", { name: /^Add .* alpha$/ }).click();
      await tab.getByText(ADDED).waitFor();
      assert.equal(wallet.added.at(-1)?.chainId, "0x10f");
      assert.equal(await tab.evaluate("document.documentElement.scrollWidth > innerWidth"), false, "the chain's page");
      await tab.goto(`${page.url}/#/wallet`);
      await tab.getByText("; Mock signs").waitFor();
    },
  );

  test(
    "what can freeze an ERC-20 is said too: of one of L1 its issuer, of one of a chain the validators of both chains",
    { skip },
    async () => {
      const info = devnet.info();
      const alice = devnet.accounts.wallet(ALICE);
      const onL1 = alice.connect(devnet.l1.provider);
      const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
      const coin = await new ContractFactory(abi, bytecode, onL1).deploy("Coin", "CON", alice.address, 1_000n);
      const l1Token = (await coin.waitForDeployment()).target as Hex;
      for (const chain of ["alpha", "beta"]) await deposit(info, { chain, amount: 10n, token: l1Token }, onL1);
      await send(info, { chain: "beta", to: `${alice.address}@alpha`, amount: 7n, token: token as Hex }, alice.connect(onBeta));
      await settle();
      // Where rows are records, each cell is called by its column too.
      await tab.setViewportSize({ width: 1_280, height: 720 });
      await tab.reload();
      // The account that was chosen acts again, and its wallet is not asked to connect.
      const connected = wallet.asked.filter(({ method }) => method === "eth_requestAccounts").length;
      await tab.getByText("; Mock signs").waitFor();
      assert.equal(wallet.asked.filter(({ method }) => method === "eth_requestAccounts").length, connected);
      const table = tab.getByRole("table", { name: /can freeze/ });
      await table.getByRole("row", { name: /^alpha MNY/ }).waitFor();
      const rows = await Promise.all((await table.getByRole("row").all()).map((row) => row.getByRole("cell").allTextContents()));
      const frozenBy = (chain: string, asset: string) =>
        rows.find(([where, what = ""]) => where === chain && what.split(" ")[0] === asset)?.at(-1);
      const issuer = "the token's issuer, as far as its contract on L1 lets it";
      assert.equal(frozenBy("l1", "CON"), issuer);
      assert.equal(frozenBy("alpha", "CON"), issuer);
      assert.equal(frozenBy("beta", "CON"), `the data committee of beta, by withholding its data; ${issuer}`);
      assert.equal(
        frozenBy("alpha", "MNY"),
        "the validators of alpha, by stopping it; the validators of beta, by stopping it; " +
          "the token's issuer, as far as its contract on beta lets it",
      );
      assert.deepEqual(await violations(tab), []);
    },
  );

  test(
    "without a wallet, development accounts sign where the page was opened with the token, which leaves the address",
    { skip },
    async () => {
      const account = devnet.accounts.wallet(ALICE).address.toLowerCase();
      const other = await browser!.newPage();
      other.setDefaultTimeout(MAX_WAIT_MS);
      await other.goto(`${page.url}/#/wallet`);
      await other.getByText("open this page by the whole address").waitFor();
      await other.goto(`${page.url}/#/beta/address/${token}`);
      await other.getByText("Choose the account that signs in the wallet first.").waitFor();
      await other.goto(page.writingUrl);
      await other.getByRole("link", { name: "wallet" }).click();
      assert.equal(other.url(), `${page.url}/#/wallet`);
      await other.getByLabel("a development account:").selectOption(account);
      await other.getByRole("button", { name: "Withdraw", exact: true }).first().click();
      const before = await onAlpha.getTransactionCount(account);
      await other.getByLabel("amount").fill("0.125");
      await other.getByLabel("amount").press("Enter");
      await other.getByText("Done. What has to reach another chain").waitFor();
      assert.equal(await onAlpha.getTransactionCount(account), before + 1);
      await other.getByRole("row", { name: /^withdrawal 0\.125 ETH/ }).waitFor();
      await other.reload();
      await other.getByText("; the ecosystem signs").waitFor();
      assert.equal(await other.getByLabel("a development account:").inputValue(), account);
      assert.deepEqual(await violations(other), []);
      // This Chromium is one process: closing the tab would end it.
      await other.goto("about:blank");
    },
  );

  test("the strict policy lets through all that the page needs", { skip }, () => {
    assert.deepEqual(complaints, []);
  });
});
