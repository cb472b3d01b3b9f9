import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ContractFactory, id, Interface, type JsonRpcProvider, type Wallet } from "ethers";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";
const CAROL = "0x00000000000000000000000000000000000ca401";
const MARKUP = `<img src=x onerror="document.title='taken'"><button>Mine</button>`;
/** Characters that are invisible or change the direction of writing. */
const UNSEEN = "\u202e\u2066\u200b";
const OTHER = 2;

/** Part of an element that the tests measure. */
interface Placed {
  getBoundingClientRect(): { readonly y: number };
  querySelector(selector: string): Placed;
}

describe("I11: find, own names and forms, in a real browser", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let onAlpha: JsonRpcProvider;
  let alice: Wallet;
  let money: string;
  const complaints: string[] = [];
  const open = async (route: string): Promise<void> => void (await tab.goto(`${page.url}/#/${route}`));
  const search = async (text: string): Promise<void> => {
    await tab.getByRole("banner").getByRole("searchbox").fill(text);
    await tab.keyboard.press("Enter");
  };
  const groups = (): Promise<readonly string[]> => tab.locator("main section h2").allInnerTexts();
  const named = (title: string | RegExp) => tab.locator("main section", { has: tab.getByRole("heading", { name: title }) });
  const deployToken = async (name: string, symbol: string): Promise<string> => {
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const contract = await new ContractFactory(abi, bytecode, alice).deploy(name, symbol, alice.address, 1_000n);
    return ((await contract.waitForDeployment()).target as string).toLowerCase();
  };

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [{ chainId: 271n, name: "alpha" }],
      { proofs: "none", relayer: true, unlocked: true, fundedAccounts: [ALICE, OTHER, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    onAlpha = clientOf(devnet.chains[0]!);
    alice = devnet.accounts.wallet(ALICE).connect(onAlpha) as unknown as Wallet;
    // A stranger calls a token as the reader will call an account.
    money = await deployToken(MARKUP, `${UNSEEN}Bank`);
    await (await alice.sendTransaction({ to: BOB, value: 5n })).wait();
    await devnet.settle();
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    await tab.goto(page.writingUrl);
  });
  after(async () => {
    onAlpha?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  test("attack: a token with the name of an account does not open automatically", { skip }, async () => {
    await search("bank");
    await named(/^Tokens/)
      .getByRole("link", { name: `at ${money} on alpha` })
      .waitFor();
    assert.deepEqual(await groups(), ["Tokens, by what their contracts say of themselves"]);
    assert.equal(
      await named(/^Tokens/)
        .locator("bdi")
        .first()
        .innerText(),
      "Bank",
    );
    assert.match(tab.url(), /#\/search\/bank$/);
    assert.deepEqual(await violations(tab), []);
  });

  test("an address that the reader names has that name and its tags wherever it stands", { skip }, async () => {
    await open(`alpha/address/${BOB}`);
    await tab.getByText("Give it a name").click();
    const form = tab.getByRole("form", { name: `your name for ${BOB}` });
    await form.getByLabel("name").fill("Bank");
    await form.getByLabel("tags").fill("partner, cold");
    await form.getByRole("button", { name: "Keep" }).click();
    await tab.getByText("You call it Bank").waitFor();
    assert.deepEqual(await violations(tab), []);
    await open("");
    const row = tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li").filter({ hasText: "5 wei" });
    for (const time of [1, 2]) {
      await row.getByRole("button", { name: "details" }).click();
      await row.getByText("account 1 → Bank partner cold").waitFor();
      if (time === 1) await tab.reload();
    }
  });

  test("own names are found first, then others', with what each is", { skip }, async () => {
    await search("bank");
    await named(/^Tokens/).waitFor();
    assert.deepEqual(await groups(), ["Your address book", "Tokens, by what their contracts say of themselves"]);
    await named("Your address book")
      .getByRole("link", { name: `Bank, ${BOB}` })
      .waitFor();
    await search("cold");
    await tab.waitForURL(new RegExp(`#/alpha/address/${BOB}$`));
    await search(BOB);
    await tab.waitForURL(new RegExp(`#/alpha/address/${BOB}$`));
  });

  test(
    "an account is found by its number, a batch by its chain, an event by its topic, a contract by its name",
    { skip },
    async () => {
      await search("1");
      await named("Accounts")
        .getByRole("link", { name: `account 1, ${alice.address.toLowerCase()}` })
        .waitFor();
      await named("Blocks").getByRole("link", { name: "block 1 of alpha" }).waitFor();
      await search("271/0");
      await named("Batches").getByRole("link", { name: "batch 0 of alpha" }).waitFor();
      assert.deepEqual(await groups(), ["Batches", "Blocks"]);
      await search("alpha/batch/0");
      await tab.waitForURL(/#\/alpha\/batch\/0$/);
      await search(id("Transfer(address,address,uint256)"));
      await tab.waitForURL(/\?q=Transfer\($/);
      await search("developmenttok");
      await named("The project's contracts")
        .getByRole("link", { name: `DevelopmentToken on alpha, ${money}` })
        .waitFor();
      await search("InteropCent");
      await tab.waitForURL(new RegExp(`#/alpha/address/${PREDEPLOYS.InteropCenter}$`));
    },
  );

  test("the address book adds, renames and forgets, and is saved and taken as a file", { skip }, async () => {
    await tab.getByRole("link", { name: "Names", exact: true }).click();
    const add = tab.getByRole("form", { name: "name an address" });
    await add.getByLabel("address to name").fill(CAROL);
    await add.getByLabel("its name").fill("carol");
    await add.getByRole("button", { name: "Add" }).click();
    const listed = tab.getByRole("table", { name: "Your names" }).locator("tbody tr");
    await listed.nth(1).waitFor();
    const row = listed.filter({ hasText: CAROL });
    await row.getByText("You call it carol").click();
    const form = row.getByRole("form");
    await form.getByLabel("name").fill("Carol's vault");
    await form.getByRole("button", { name: "Keep" }).click();
    await row.getByText("You call it Carol's vault").waitFor();
    const saving = tab.waitForEvent("download");
    await tab.getByRole("button", { name: "Save as JSON" }).click();
    const file = await saving;
    assert.deepEqual(JSON.parse(readFileSync(await file.path(), "utf8")), {
      [BOB]: { name: "Bank", tags: ["partner", "cold"] },
      [CAROL]: { name: "Carol's vault", tags: [] },
    });
    const theirs = { [CAROL]: "theirs", [money]: { name: `${UNSEEN}${MARKUP.slice(0, 20)}`, tags: [`${UNSEEN}<b>`] } };
    await tab
      .getByLabel("Take names of a file")
      .setInputFiles({ name: "names.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(theirs)) });
    await tab.getByText("1 name taken; 1 address had one already").waitFor();
    const hostile = listed.filter({ hasText: money });
    await hostile.getByRole("link", { name: MARKUP.slice(0, 20) }).waitFor();
    assert.equal(await tab.locator("main img, main b").count(), 0);
    assert.doesNotMatch((await tab.locator("main").textContent())!, new RegExp(`[${UNSEEN}]`));
    assert.deepEqual(await violations(tab), []);
    await hostile.getByText(/^You call it/).click();
    await hostile.getByRole("button", { name: "Forget" }).click();
    await listed.nth(2).waitFor({ state: "detached" });
  });

  test("forms take a name or an account's number where they want an address, and say whose it is", { skip }, async () => {
    await open("wallet");
    await tab.getByLabel("a development account:").selectOption({ index: 1 });
    await tab.getByRole("group", { name: "what to do" }).getByRole("button", { name: "Deposit" }).click();
    const field = tab.getByLabel("to account (empty: your own)");
    await field.fill("bank");
    await tab.getByText(`Bank: ${BOB.slice(0, 8)}…${BOB.slice(-6)}`, { exact: true }).waitFor();
    await field.blur();
    assert.equal(await field.inputValue(), BOB);
    await field.fill(String(OTHER));
    await field.blur();
    assert.equal((await field.inputValue()).toLowerCase(), devnet.accounts.wallet(OTHER).address.toLowerCase());
    await tab.getByRole("status").getByText("account 2", { exact: true }).waitFor();
    const offered = await tab.locator(`datalist option[value="${BOB}"]`).allTextContents();
    assert.deepEqual(offered, ["Bank"]);
    await open(`alpha/address/${money}`);
    const transfer = tab.getByRole("form", { name: "transfer(address,uint256)" });
    const receiver = transfer.getByLabel(/^to, address|^argument, address|, address$/);
    // A press on the button takes the field's text first: what moves under the pointer would lose it.
    const places: number[] = [];
    // In one question: what stands above the form can come between two.
    const look = async (): Promise<unknown> =>
      places.push(
        await transfer.evaluate(
          (form: Placed) => form.querySelector(":scope > button").getBoundingClientRect().y - form.getBoundingClientRect().y,
        ),
      );
    await receiver.fill("account 2");
    await tab.getByText(/^account 2: 0x/).waitFor();
    await look();
    await receiver.blur();
    await look();
    await receiver.fill("");
    await look();
    assert.deepEqual(places.slice(1), [places[0], places[0]]);
    await receiver.fill("Carol's vault");
    await transfer.getByLabel(/uint256$/).fill("7");
    await transfer.getByRole("button", { name: "transfer" }).click();
    await tab.getByText("Done.").waitFor();
    const data = new Interface(["function balanceOf(address) view returns (uint256)"]).encodeFunctionData("balanceOf", [CAROL]);
    assert.equal(BigInt(await onAlpha.call({ to: money, data })), 7n);
    assert.deepEqual(await violations(tab), []);
  });

  test("a field for bytes takes an account of a chain by name, and sends its interoperable address", { skip }, async () => {
    await open(`alpha/address/${PREDEPLOYS.L1Messenger}`);
    const form = tab.getByRole("form", { name: "sendToL1(bytes)" });
    const field = form.getByLabel(/bytes$/);
    await field.fill(`beta:${BOB}`);
    await form.getByRole("status").getByText(/./).waitFor({ state: "detached" });
    await field.fill(`alpha:${BOB}`);
    await form.getByText(/ on alpha$/).waitFor();
    await field.blur();
    // ERC-7930: version 1, chain type 0 (EIP-155), the chain id 271 in two bytes, an address of twenty.
    const bytes = `0x00010000${"02010f"}${"14"}${BOB.slice(2)}`;
    assert.equal(await field.inputValue(), bytes);
    const before = await onAlpha.getBlockNumber();
    await form.getByRole("button", { name: "sendToL1" }).click();
    await tab.getByText("Done.").waitFor();
    const sent: string[] = [];
    for (let number = before + 1; number <= (await onAlpha.getBlockNumber()); number++)
      for (const { data } of (await onAlpha.getBlock(number, true))!.prefetchedTransactions) sent.push(data);
    const data = new Interface(["function sendToL1(bytes)"]).encodeFunctionData("sendToL1", [bytes]);
    assert.ok(sent.includes(data), sent.join("\n"));
    assert.deepEqual(await violations(tab), []);
  });

  test("structs and lists within each other have a field for each part and item", { skip }, async () => {
    const deployed = async (name: string) => {
      const { abi, bytecode } = await hre.artifacts.readArtifact(name);
      const contract = await new ContractFactory(abi, bytecode, alice).deploy();
      await contract.waitForDeployment();
      await tab.goto(`${page.url}/#/alpha/address/${String(contract.target)}`);
      return contract;
    };
    const flows = await deployed("AtomicFlows");
    const leg = {
      chainId: 7n,
      isPivot: true,
      party: BOB,
      token: money,
      amount: 9n,
      recipient: BOB,
      callHash: `0x${"ab".repeat(32)}`,
    };
    const form = tab.getByRole("form", { name: /^flowId\(/ });
    await form.getByLabel("salt, bytes32").fill(`0x${"cd".repeat(32)}`);
    await form.getByLabel("deadline, uint64").fill("5");
    const add = form.getByRole("button", { name: /^Add an item to legs, / });
    for (let i = 0; i < 3; i++) await add.click();
    await form.getByRole("button", { name: /^Remove the last item of legs, / }).click();
    for (const [place, amount] of [9n, 10n].entries()) {
      const item = form.getByRole("group", { name: `item ${place + 1}, (` });
      for (const [name, value] of Object.entries({ ...leg, amount })) await item.getByLabel(`${name}, `).fill(String(value));
    }
    await form.getByRole("button", { name: "flowId", exact: true }).click();
    const flow = { salt: `0x${"cd".repeat(32)}`, deadline: 5n, legs: [leg, { ...leg, amount: 10n }] };
    await form.getByText(String(await flows.getFunction("flowId").staticCall(flow)), { exact: true }).waitFor();
    assert.deepEqual(await violations(tab), []);

    const stark = await deployed("PlainStark");
    const rows = tab.getByRole("form", { name: "evaluate(uint256[5][],uint256)" });
    await rows.getByRole("button", { name: /^Add an item/ }).click();
    await rows.getByRole("button", { name: /^Add an item/ }).click();
    const cells = rows.getByLabel(/^item \d, uint256$/);
    for (let i = 0; i < 10; i++) await cells.nth(i).fill(String(i + 1));
    await rows.getByLabel("x, uint256").fill("3");
    await rows.getByRole("button", { name: "evaluate", exact: true }).click();
    const list = [
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ];
    const [value] = (await stark.getFunction("evaluate").staticCall(list, 3n)) as readonly [readonly bigint[]];
    await rows.getByText(JSON.stringify(value.map(String)), { exact: true }).waitFor();
    await tab.goto(`${page.url}/#/`);
  });
});
