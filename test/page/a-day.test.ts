import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { ContractFactory, Interface, type JsonRpcProvider, type Wallet } from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Browser, Locator, Page } from "playwright-core";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { loadWorld } from "../../src/ecosystem/devnet/keeping/dump.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { EXAMPLE_PROJECT, installPlugin, runInExample } from "../plugin/connection/support/example-project.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const STRANGER = "0x00000000000000000000000000000000000cafe0";
const BOB = "0x00000000000000000000000000000000000b0b00";
const CHAINS = [
  { chainId: 271n, name: "alpha" },
  { chainId: 272n, name: "beta" },
];
const OPTIONS = { proofs: "none", relayer: true, unlocked: true, fundedAccounts: [ALICE, RELAYER] } as const;
const HARDHAT = "hardhat/dist/src/cli.js";
/** Path outside the project's tests, which other test files run. */
const COPIED = "cache/copied-from-the-page.ts";

describe("I11: a day at the workbench, in a real browser", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let onAlpha: JsonRpcProvider;
  let alice: Wallet;
  let money: string;
  let onBeta: JsonRpcProvider;
  let project: HardhatRuntimeEnvironment;
  const token = async () => project.artifacts.readArtifact("Token");
  const complaints: string[] = [];
  const kept = mkdtempSync(join(tmpdir(), "a-day-"));
  let copied = "";
  const rows = (): Locator => tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li");
  const row = (text: string | RegExp): Locator => rows().filter({ hasText: text }).first();
  const unfold = (shown: Locator): Promise<void> => shown.getByRole("button", { name: "details" }).click();
  /** Folds a row, and takes the pointer away: while it is in the feed, new rows wait. */
  const fold = async (shown: Locator): Promise<void> => {
    await unfold(shown);
    await tab.mouse.move(0, 0);
  };
  async function pay(amount: bigint): Promise<string> {
    const data = new Interface((await token()).abi).encodeFunctionData("transfer", [BOB, amount]);
    const { hash } = await alice.sendTransaction({ to: money, data, gasLimit: 200_000n });
    await onAlpha.waitForTransaction(hash);
    return hash;
  }
  const deploy = async (name: string, on: JsonRpcProvider, ...args: readonly unknown[]) => {
    const { abi, bytecode } = await project.artifacts.readArtifact(name);
    const signer = devnet.accounts.wallet(ALICE).connect(on);
    return (await new ContractFactory(abi, bytecode, signer).deploy(...args)).waitForDeployment();
  };
  const settle = async (): Promise<void> => {
    await devnet.settle();
    await devnet.relay();
  };
  /** Runs a test that starts from the file and finds its accounts, contracts and number of blocks. */
  const loads = async (file: string, balance: bigint): Promise<void> => {
    const data = join(kept, "again");
    await loadWorld(readFileSync(file), { folder: data, name: "ecosystem.dump" });
    const again = await startFlowDevnet(CHAINS, { ...OPTIONS, data });
    const client = clientOf(again.chains[0]!);
    try {
      assert.equal(await client.getBalance(BOB), balance);
      assert.equal(await client.getCode(money), await onAlpha.getCode(money));
      const { hash } = (await onAlpha.getBlock(1))!;
      assert.equal((await client.getBlock(1))!.hash, hash);
      // The ecosystem is independent of the exported one.
      await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ to: BOB, value: 5n })).wait();
      assert.equal(await client.getBalance(BOB), balance + 5n);
      assert.equal(await onAlpha.getBalance(BOB), balance);
    } finally {
      client.destroy();
      await again.close();
    }
    assert.deepEqual(again.faults, []);
  };

  before(async () => {
    if (browser === undefined) return;
    project = await openExample();
    devnet = await startFlowDevnet(
      CHAINS,
      { ...OPTIONS, data: kept },
      // The project's own network: it names lines of its contracts.
      {
        names: projectNames(project.artifacts),
        connectChain: (override) => project.network.create({ network: "local", override }),
      },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    [onAlpha, onBeta] = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
    alice = devnet.accounts.wallet(ALICE).connect(onAlpha) as unknown as Wallet;
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    // A browser without a window has no clipboard.
    await tab.exposeFunction("takeCopied", (text: string) => void (copied = text));
    await tab.addInitScript(`Object.defineProperty(navigator, "clipboard", { value: { writeText: takeCopied } })`);
    await tab.goto(page.writingUrl);
  });
  after(async () => {
    onAlpha?.destroy();
    onBeta?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    rmSync(kept, { recursive: true });
    rmSync(join(EXAMPLE_PROJECT, COPIED), { force: true });
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  test("what is deployed and called appears in the feed as text", { skip }, async () => {
    await tab.getByText("No user has sent a transaction yet").waitFor();
    money = (await deploy("Token", onAlpha, "Money", "MNY", 1_000n)).target as string;
    await row("creates Token").waitFor();
    await pay(7n);
    await row(/Token\.transfer\(.*, 7\)/).waitFor();
    const shown = row(/transfer\(.*, 7\)/);
    await unfold(shown);
    assert.match(await shown.innerText(), /account 1 → Token/);
    await shown
      .locator(".events")
      .getByText(/^Transfer\(/)
      .waitFor();
    await fold(shown);
  });

  test("shows the reason of a failed transaction, and stores the filter in the link", { skip }, async () => {
    const hash = await pay(5_000n);
    await row(/It reverted with ERC20InsufficientBalance\(.*, 993, 5000\)/).waitFor();
    await tab.getByRole("button", { name: /^Failed/ }).click();
    await tab.getByRole("list", { name: "transactions" }).locator("> li:only-child").waitFor();
    assert.match(await rows().innerText(), /5000/);
    await tab.getByRole("button", { name: /^Failed/ }).click();
    await tab.getByLabel("filter by account").fill(hash.slice(0, 20));
    await tab.getByRole("list", { name: "transactions" }).locator("> li:only-child").waitFor();
    const link = tab.url();
    await tab.goto("about:blank");
    await tab.goto(link);
    await tab.getByRole("list", { name: "transactions" }).locator("> li:only-child > .failed").waitFor();
    await tab.getByLabel("filter by account").fill("");
    await tab.goto(`${page.url}/#/alpha/tx/${hash}`);
    const line = tab.locator(".source li[aria-current]");
    await line.waitFor();
    assert.match(await line.innerText(), /revert ERC20InsufficientBalance\(/);
    await tab.getByText(/^at Token\./).waitFor();
    await tab.getByText("It changed nothing in storage.").waitFor();
    await tab.getByRole("navigation", { name: "sections of this page" }).getByRole("button", { name: "Steps" }).click();
    assert.equal(await tab.evaluate("document.activeElement.textContent"), "Steps");
    await tab.getByRole("button", { name: "Step through it" }).click();
    const stepper = tab.getByRole("group", { name: "step through the source" });
    const here = tab.locator(".stepper li[aria-current]");
    await stepper.getByRole("button", { name: "Next line" }).click();
    await tab.getByText(/stop 2 of \d+, instruction \d+$/).waitFor();
    await stepper.getByRole("button", { name: "Last line" }).click();
    assert.match(await here.innerText(), /revert ERC20InsufficientBalance\(/);
    assert.match(await tab.locator(".stepper figcaption").innerText(), /^contracts\/Token\.sol:\d+ in Token\.move/);
    await tab.getByRole("heading", { name: /^Before step \d+, / }).waitFor();
    await stepper.getByRole("button", { name: "First line" }).click();
    await stepper.getByRole("button", { name: "Over calls" }).click();
    assert.match(await here.innerText(), /move\(/);
    // What this line calls does not come back to it.
    assert.ok(await stepper.getByRole("button", { name: "Over calls" }).isDisabled());
    // Solidity begins by writing the free memory's place.
    await tab.getByRole("button", { name: "look at step 2", exact: true }).click();
    await tab.getByRole("heading", { name: "Before step 2, MSTORE" }).waitFor();
    assert.deepEqual(await tab.locator(".looked li code").allInnerTexts(), ["0x40", "0x80"]);
    assert.deepEqual(await violations(tab), []);
    await tab.goto(link);
    await tab.getByLabel("filter by account").fill("");
  });

  test("the failing transaction is copied as a test, which passes in the project, as cast and as curl", { skip }, async () => {
    const failed = row(/It reverted with ERC20InsufficientBalance/);
    await unfold(failed);
    await failed.getByText("Copy as", { exact: true }).click();
    const copy = async (name: string): Promise<string> => {
      await failed.getByRole("button", { name, exact: true }).click();
      const told = failed.getByRole("status").filter({ hasText: /./ });
      assert.equal(await told.innerText(), "copied");
      return copied;
    };
    const asTest = await copy("test");
    writeFileSync(join(EXAMPLE_PROJECT, COPIED), asTest);
    assert.match(asTest, /alpha\.ethers\.deployContract\("Token", \["Money", "MNY", 1000n\]/);
    assert.match(asTest, /to\.be\.revertedWithCustomError\(token, "ERC20InsufficientBalance"\)\.withArgs\(alice, 993n, 5000n\)/);
    const url = devnet.chains[0]!.url;
    const start = `cast send --unlocked --rpc-url '${url}' --from ${alice.address.toLowerCase()} --gas-limit 200000 ${money.toLowerCase()} 0xa9059cbb`;
    assert.ok((await copy("cast")).startsWith(start));
    const body = /^curl -s '[^']+' -d '(.*)'$/.exec(await copy("curl"))?.[1] ?? "";
    const again = (await (await fetch(url, { method: "POST", body })).json()) as { readonly result?: string };
    assert.match(again.result ?? "", /^0x[0-9a-f]{64}$/, "the chain takes it");
    await fold(failed);
    const { code, output } = await runInExample(HARDHAT, ["test", "mocha", COPIED]);
    assert.equal(code, 0, output);
    assert.match(output, /1 passing/);
  });

  test(
    "a message stands under the transaction that began it, and one click shows the calls on both chains",
    { skip },
    async () => {
      await send(devnet.info(), { chain: 271n, to: { chain: 272n, account: BOB }, amount: 2n * ETHER }, alice);
      const sent = row("with 2 ETH");
      await sent.getByRole("link", { name: "transfer to beta" }).waitFor();
      await settle();
      await sent.getByText(/^arrived/).waitFor();
      await sent.getByRole("button", { name: "Trace" }).click();
      await sent.locator(".arrival .trace").waitFor();
      const traces = await sent.locator(".trace > p").allInnerTexts();
      assert.deepEqual(
        traces.map((text) => /^On (\w+) [^]*?(succeeded|failed)/.exec(text)?.slice(1)),
        [
          ["alpha", "succeeded"],
          ["beta", "succeeded"],
        ],
      );
      await sent.getByText("it burns this gas: what L1 takes for the data").first().waitFor();
      assert.equal(await sent.locator(".calls .bad").count(), 0, "nothing failed, so nothing is red");
      await sent.getByRole("button", { name: "Trace" }).click();
      await tab.mouse.move(0, 0);
    },
  );

  test(
    "shows a call that fails on the other chain in the feed, its line on the message's page, and a trace up to the callback",
    { skip },
    async () => {
      const counter = await deploy("Counter", onBeta);
      const remote = await deploy("RemoteCounter", onAlpha);
      await (await remote.getFunction("increase").send(272n, await counter.getAddress(), 101n)).wait();
      await settle();
      const asked = row(/RemoteCounter\.increase\(/);
      await asked.getByRole("link", { name: /to beta$/ }).click();
      const failure = tab.getByRole("alert");
      await failure.getByText("Its call failed. On beta").waitFor();
      assert.match(await failure.innerText(), /increase\(101\) of Counter reverted with TooMuch\(101, 100\)/);
      assert.match(await failure.locator(".source li[aria-current]").first().innerText(), /revert TooMuch\(amount, LIMIT\)/);
      const captions = await failure.locator("figcaption").allInnerTexts();
      assert.match(captions.join("\n"), /^contracts\/Counter\.sol:\d+\ncontracts\/RemoteCounter\.sol:\d+$/);
      await failure.getByText("It was sent from alpha:").waitFor();
      assert.match(await failure.locator(".source li[aria-current]").nth(1).innerText(), /made\.send\(msg\.value\)/);
      await tab.goto(`${page.url}/#/`);
      await settle();
      await asked.getByRole("button", { name: "Trace" }).click();
      await asked.locator(".arrival .arrival .trace").getByText("onInteropResult(").waitFor();
      const traces = await asked.locator(".trace > p").allInnerTexts();
      assert.deepEqual(
        traces.map((text) => /^On (\w+) /.exec(text)?.[1]),
        ["alpha", "beta", "alpha"],
      );
      await asked.getByRole("button", { name: "Trace" }).click();
      await tab.mouse.move(0, 0);
    },
  );

  test("a message of ERC-7786 that its receiver refuses has the line of its sending too", { skip }, async () => {
    const [onA, onB] = [await deploy("Postcards", onAlpha), await deploy("Postcards", onBeta)];
    await (await onA.getFunction("setPeer").send(272n, await onB.getAddress())).wait();
    await (await onA.getFunction("send").send(272n, "hello")).wait();
    await settle();
    await row(/Postcards\.send\(272, "hello"\)/)
      .getByRole("link", { name: /to beta$/ })
      .click();
    const failure = tab.getByRole("alert");
    await failure.getByText("It was sent from alpha:").waitFor();
    const lines = await failure.locator(".source li[aria-current]").allInnerTexts();
    assert.match(lines.join("\n"), /revert NotThePeer\(chainId, from\)[^]*_toPeer\(chainId, bytes\(text\)\)\.send\(0\)/);
    await tab.goto(`${page.url}/#/`);
  });

  test("a message is copied as a test from its own page", { skip }, async () => {
    const [{ sourceChainId, messageHash } = { sourceChainId: 0, messageHash: "0x" }] = await devnet.messages();
    await tab.goto(`${page.url}/#/message/${sourceChainId}/${messageHash}`);
    await tab.getByText("Copy as", { exact: true }).click();
    copied = "";
    await tab.getByRole("button", { name: "test", exact: true }).click();
    await tab.getByText("copied", { exact: true }).waitFor();
    assert.match(
      copied,
      /hyperchains\.send\(\{ chain: "alpha", to: "0x\w+@beta", amount: 2000000000000000000n, from: alice \}\)/,
    );
    assert.match(copied, /await expect\(sent\)\.to\.be\.deliveredTo\(beta\);/);
    await tab.goto(`${page.url}/#/`);
  });

  test("the picture has a lane for each member, the batches by stage and the message, also as a list", { skip }, async () => {
    const picture = tab.getByRole("region", { name: "What happens" });
    const [l1, ...chains] = await picture.locator(".lane .name").allTextContents();
    assert.deepEqual([l1, ...chains], [devnet.info().l1.name, "alpha", "beta"]);
    await picture.locator("a.message.good path").first().waitFor({ state: "attached" });
    await picture.locator(".batch.stage-executed").first().waitFor({ state: "attached" });
    await picture.getByRole("button", { name: "List" }).click();
    await picture.getByRole("listitem").filter({ hasText: "alpha to beta" }).first().waitFor();
    await picture.getByRole("link", { name: "alpha, batch 0: executed" }).waitFor();
    await picture.getByRole("button", { name: "1 h", exact: true }).click();
    assert.match(tab.url(), /span=3600/);
    assert.deepEqual(await violations(tab), []);
  });

  test("pauses the feed and shows the number of new rows", { skip }, async () => {
    await tab.getByRole("button", { name: "Hold", exact: true }).click();
    await pay(11n);
    await tab.getByRole("button", { name: "Resume (1 new)" }).click();
    await row(/transfer\(.*, 11\)/).waitFor();
  });

  test("controls move time past an expiry, pause a chain and return to a snapshot, and the feed has it", { skip }, async () => {
    const controls = tab.getByRole("region", { name: "Controls" });
    const newest = async (): Promise<bigint> => BigInt((await onAlpha.getBlock("latest"))!.timestamp);
    const before = await newest();
    const to = { chain: devnet.info().l1.chainId, account: BOB } as const;
    const deadline = before + 3_600n;
    const { messageHash } = await call(devnet.info(), { chain: 271n, to, data: "0x12345678", deadline }, alice);
    await devnet.settle();
    const onL1 = async (): Promise<bigint> => BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);
    const beforeOnL1 = await onL1();
    await controls.getByText("Time", { exact: true }).click();
    await controls.getByRole("button", { name: "+1 day" }).click();
    await row("time moved by 1 day").waitFor();
    assert.ok((await newest()) >= before + 86_400n);
    assert.ok((await onL1()) >= beforeOnL1 + 86_400n, "contracts on L1 see it too");
    await tab.goto(`${page.url}/#/message/271/${messageHash}`);
    await tab.getByText(`it was to be made by second ${deadline} of`).first().waitFor();
    await tab.goto(`${page.url}/#/`);

    await controls.getByText("Snapshots").click();
    await controls.getByLabel("name of the snapshot").fill("before");
    await controls.getByRole("button", { name: "Take" }).click();
    await row('snapshot "before" taken').waitFor();
    const balance = await onAlpha.getBalance(BOB);
    await (await alice.sendTransaction({ to: BOB, value: 5n })).wait();
    await row("sends 5 wei").waitFor();
    await controls.getByRole("button", { name: "Return to before" }).click();
    await row('returned to snapshot "before"').waitFor();
    await row("sends 5 wei").waitFor({ state: "detached" });
    assert.equal(await onAlpha.getBalance(BOB), balance);
    // It can be returned to again.
    await controls.getByRole("button", { name: "Return to before" }).click();
    // Within seconds it is the same act.
    const returns = rows().filter({ hasText: 'returned to snapshot "before"' });
    await returns.filter({ hasText: "(2 times)" }).or(returns.nth(1)).first().waitFor();

    const saved = tab.waitForEvent("download");
    await controls.getByRole("button", { name: "Save the state as a file" }).click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), "ecosystem.dump");
    await row("the state saved as a file").waitFor();
    await loads(await file.path(), balance);

    await controls.getByText("Chains", { exact: true }).click();
    await controls.getByRole("button", { name: "Pause beta" }).click();
    await row("beta paused").waitFor();
    await controls.getByRole("button", { name: "Start beta" }).click();
    await row("beta started").waitFor();
    assert.equal((await devnet.status()).chains[1]!.stopped, undefined);

    await controls.getByText("Faults", { exact: true }).click();
    await controls.getByLabel("fault", { exact: true }).selectOption("sequencerOff");
    await controls.getByRole("button", { name: "Set", exact: true }).click();
    await row("fault: stop a sequencer").waitFor();
    await controls.getByLabel("fault", { exact: true }).selectOption("clear");
    await controls.getByRole("button", { name: "Set", exact: true }).click();
    await row("fault: end all faults").waitFor();
    assert.deepEqual(await violations(tab), []);
  });

  test("any account gets money, and acts without a key", { skip }, async () => {
    const controls = tab.getByRole("region", { name: "Controls" });
    await controls.getByText("Accounts", { exact: true }).click();
    await controls.getByLabel("address of the account").fill(STRANGER);
    await controls.getByLabel("amount to give").fill("1.5");
    await controls.getByRole("button", { name: "Give money" }).click();
    await row("sends 1.5 ETH").waitFor();
    assert.equal(await onAlpha.getBalance(STRANGER), (3n * ETHER) / 2n);
    await controls.getByRole("button", { name: "Act as it" }).click();
    await row(`acts as ${STRANGER}`).waitFor();
    await tab.goto(`${page.url}/#/wallet`);
    await tab.getByText("You act as").waitFor();
    assert.ok((await tab.locator("main").innerHTML()).includes(STRANGER));
    await tab.goto(`${page.url}/#/`);
  });

  test("a contract of the project is deployed from the page by the account that acts, and read there", { skip }, async () => {
    await tab.getByRole("link", { name: "Contracts", exact: true }).click();
    const form = tab.getByRole("form", { name: "deploy a contract" });
    const { inputSourceName, sourceName, contractName } = await token();
    await form.getByRole("combobox", { name: "contract" }).selectOption(`${inputSourceName ?? sourceName}:${contractName}`);
    await form.locator("select[name=chain]").selectOption("alpha");
    const typed = { "name_, string": "Silver", "symbol_, string": "SLV", "supply, uint256": "much" };
    for (const [label, text] of Object.entries(typed)) await form.getByLabel(label).fill(text);
    await form.getByRole("button", { name: "Deploy" }).click();
    await tab.getByRole("alert").filter({ hasText: 'argument 3 (supply) must be uint256: "much"' }).waitFor();
    await form.getByLabel("supply, uint256").fill("77");
    await form.getByRole("button", { name: "Deploy" }).click();
    await tab.getByText("creates the contract on alpha").waitFor();
    const created = tab.locator("ol.steps a[href*='/address/']");
    await created.waitFor();
    const data = new Interface((await token()).abi).encodeFunctionData("balanceOf", [STRANGER]);
    assert.equal(BigInt(await onAlpha.call({ to: await created.innerText(), data })), 77n);
    assert.deepEqual(await violations(tab), []);
    await created.click();
    const answers = tab.getByRole("table", { name: "What the contract answers now" });
    await answers.getByRole("row", { name: "symbol SLV string" }).waitFor();
    await answers.getByRole("row", { name: "totalSupply 77 uint256" }).waitFor();
    await tab.goto(`${page.url}/#/`);
  });

  test("L1 has a page: its contracts, what each batch took of its gas, and what was done there", { skip }, async () => {
    const { l1, chains } = devnet.info();
    await tab
      .getByRole("navigation", { name: "chains" })
      .getByRole("link", { name: `${l1.name} runs` })
      .click();
    const costs = tab.getByRole("table", { name: /Gas on .* of the newest executed batches/ }).locator("tbody tr");
    const own = costs.filter({ hasText: "batch 0" }).filter({ hasText: "alpha" });
    await own.waitFor();
    const commit = own.locator('a[href*="/tx/"]').first();
    const hash = (await commit.getAttribute("href"))!.split("/").at(-1)!;
    const receipt = await devnet.l1.provider.getTransactionReceipt(hash);
    assert.equal(Number((await commit.innerText()).replaceAll(",", "")), Number(receipt!.gasUsed));
    for (const address of [l1.contracts.factory, chains[0]!.hyperchain])
      await tab.locator(`a[href$="${address}"]`).first().waitFor();
    const done = tab.getByRole("table", { name: /The newest transactions on/ }).locator("tbody tr");
    await done.filter({ hasText: "executeBatches" }).first().waitFor();
    assert.deepEqual(await violations(tab), []);
    await tab.goto(`${page.url}/#/${l1.name}/block/${receipt!.blockNumber}`);
    const inBlock = tab.getByRole("table", { name: "Transactions of the block" }).locator("tbody tr");
    await inBlock
      .filter({ hasText: "operator of alpha" })
      .filter({ hasText: /commitBatches\(/ })
      .waitFor();
  });

  test("lists the project's contracts on a page, and finds them, a function by its selector, and a batch", { skip }, async () => {
    const find = async (text: string): Promise<void> => {
      await tab.getByRole("search").first().getByRole("searchbox").fill(text);
      await tab.keyboard.press("Enter");
    };
    await tab.getByRole("link", { name: "Contracts", exact: true }).click();
    const listed = tab.getByRole("table", { name: "The project's contracts on L1 and all chains" }).locator("tbody tr");
    const own = listed.filter({ hasText: money.toLowerCase() }).filter({ hasText: "alpha" });
    await own.waitFor();
    assert.match(await own.innerText(), new RegExp(`Token\\s+alpha\\s+${money.toLowerCase()}\\s.*bytes`, "s"));
    await find("0xa9059cbb");
    // The feed alone has it, so the search goes there.
    await tab.waitForURL(/\?q=0xa9059cbb$/);
    await row(/transfer\(.*, 11\)/).waitFor();
    await find("token");
    await tab
      .getByRole("link", { name: /Token on alpha/ })
      .first()
      .click();
    await tab
      .getByRole("heading", { name: "Write to the contract" })
      .or(tab.getByRole("heading", { name: "Read" }))
      .first()
      .waitFor();
    await find("0");
    await tab.getByRole("link", { name: "batch 0 of alpha" }).click();
    await tab.getByRole("heading", { name: /[Bb]atch 0/ }).waitFor();
    assert.deepEqual(await violations(tab), []);
    await tab.goto(`${page.url}/#/`);
  });

  test("charts draw what the chains did, and state what an act costs on L1 at the reader's price", { skip }, async () => {
    await tab.getByRole("link", { name: "Charts", exact: true }).click();
    const chart = tab.getByRole("figure", { name: "Users' transactions" });
    await chart.locator(".curve path").first().waitFor({ state: "attached" });
    await chart.getByText("As a table").click();
    const cells = await chart.locator("tbody td:nth-child(3)").allInnerTexts();
    assert.ok(
      cells.some((text) => Number(text) > 0),
      `alpha's users: ${cells.join()}`,
    );
    const costs = tab.getByRole("table", { name: /Average gas on/ }).locator("tbody tr");
    const own = costs.filter({ hasText: "a transaction on alpha, its share of its batch" });
    const cents = async (): Promise<number> => Number((await own.locator("td").nth(2).innerText()).replace(/[,¢ ]/g, ""));
    await own.waitFor();
    const before = await cents();
    await tab.getByLabel("US dollars per ETH").fill("6000");
    await tab.waitForURL(/coin=6000/);
    assert.ok(Math.abs((await cents()) - 2 * before) <= 0.02, "twice the price costs twice as much");
    assert.deepEqual(await violations(tab), []);
    await tab.goto(`${page.url}/#/`);
  });
});

/** The project of the documentation, with the plugin as users install it, compiled. */
async function openExample(): Promise<HardhatRuntimeEnvironment> {
  installPlugin();
  const built = await runInExample(HARDHAT, ["build"]);
  assert.equal(built.code, 0, built.output);
  const path = createRequire(import.meta.url).resolve("solc/soljson.js");
  return createHardhatRuntimeEnvironment(
    {
      plugins: [hardhatEthers],
      solidity: { version: "0.8.37", path },
      networks: { local: { type: "edr-simulated", chainType: "l1" } },
    },
    {},
    EXAMPLE_PROJECT,
  );
}
