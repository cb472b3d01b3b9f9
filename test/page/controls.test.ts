import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider, Wallet } from "ethers";
import type { Browser, Locator, Page } from "playwright-core";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";
const CAROL = "0x0000000000000000000000000000000000ca1010";

describe("I11: each control of the page has its effect, and its row in the feed", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let onAlpha: JsonRpcProvider;
  let alice: Wallet;
  const complaints: string[] = [];
  const controls = (): Locator => tab.getByRole("region", { name: "Controls" });
  /** Opens a menu of the controls, and closes the one that is open. */
  const menu = async (name: string): Promise<void> => {
    // A page that is still loading has no menu to count.
    await controls().locator("summary").filter({ hasText: name }).waitFor();
    const closed = controls().locator("details:not([open]) > summary").filter({ hasText: name });
    if ((await closed.count()) > 0) await closed.click();
  };
  const press = (name: string): Promise<void> => controls().getByRole("button", { name, exact: true }).click();
  const rows = (): Locator => tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li");
  /** Waits for a feed row with this text that is not marked as refused. */
  const told = async (text: string | RegExp): Promise<void> => {
    const row = rows().filter({ hasText: text }).first();
    await row.waitFor();
    assert.doesNotMatch(await row.innerText(), /not done/);
  };
  const newest = async (): Promise<{ readonly number: number; readonly timestamp: number }> =>
    (await onAlpha.getBlock("latest"))!;
  const hasArrived = async (hash: string): Promise<boolean> => {
    const sent = (await devnet.messages()).find(({ messageHash }) => messageHash === hash);
    return sent?.steps.some(({ step }) => step === "executed") === true;
  };
  /** A message to beta that a settle has brought to where the relayer delivers it. */
  const sent = async (amount: bigint): Promise<string> => {
    const to = { chain: 272n, account: BOB } as const;
    const { messageHash } = await send(devnet.info(), { chain: 271n, to, amount }, alice);
    await devnet.settle();
    return messageHash;
  };
  const setFault = async (type: string, words: string): Promise<void> => {
    await menu("Faults");
    await controls().getByLabel("fault", { exact: true }).selectOption(type);
    // A row of before says nothing of this one.
    const answered = tab.waitForResponse((response) => response.request().postData()?.includes("hyperchain_setFault") === true);
    await press("Set");
    await answered;
    await told(`fault: ${words}`);
  };

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { ...UNPROVEN, relayer: true, unlocked: true, fundedAccounts: [ALICE, RELAYER] },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    onAlpha = clientOf(devnet.chains[0]!);
    alice = devnet.accounts.wallet(ALICE).connect(onAlpha) as unknown as Wallet;
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
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

  test("time moves by seconds that are typed, and blocks are mined on one member or on all", { skip }, async () => {
    // The clock moves: the newest block is up to a second ahead of it where the chains have just been made on L1.
    const clockSeconds = Math.floor(Date.now() / 1_000);
    await menu("Time");
    await controls().getByLabel("seconds to move time by").fill("77");
    await press("Move");
    await told("time moved by 77 seconds");
    assert.ok((await newest()).timestamp >= clockSeconds + 77);
    const [mined, l1] = [(await newest()).number, await devnet.l1.provider.getBlockNumber()];
    const minedOn = (member: string): Promise<unknown> =>
      tab.waitForResponse(
        (response) => response.url().endsWith(`/${member}`) && response.request().postData()?.includes("evm_mine") === true,
      );
    await controls().getByLabel("where to mine").selectOption("alpha");
    const onOne = minedOn("271");
    await press("Mine there");
    await onOne;
    await told(/alpha\s*a block mined/);
    assert.equal((await newest()).number, mined + 1);
    const onLast = minedOn("272");
    await press("Mine");
    await onLast;
    await told(/beta\s*a block mined/);
    assert.equal((await newest()).number, mined + 2);
    assert.ok((await devnet.l1.provider.getBlockNumber()) > l1);
  });

  test("what is sent is settled, delivered, and its row says that it arrived", { skip }, async () => {
    const to = { chain: 272n, account: BOB } as const;
    const { messageHash } = await send(devnet.info(), { chain: 271n, to, amount: 11n }, alice);
    await press("Settle");
    await told("settled: 2 batches");
    assert.equal(await hasArrived(messageHash), false);
    await press("Deliver");
    await told("relayed: 1 message came a step further");
    assert.equal(await hasArrived(messageHash), true);
    await rows()
      .filter({ hasText: "11 wei" })
      .getByText(/^arrived/)
      .first()
      .waitFor();
  });

  for (const [type, words] of [
    ["drop", "drop messages"],
    ["delay", "delay messages"],
    ["relayerOff", "relayer off"],
  ] as const)
    test(`${words}: nothing arrives until the fault is ended`, { skip }, async () => {
      await setFault(type, words);
      const hash = await sent(13n);
      await devnet.relay();
      assert.equal(await hasArrived(hash), false);
      if (type === "relayerOff") await setFault("relayerOn", "relayer on");
      await setFault("clear", "end all faults");
      await devnet.relay();
      assert.equal(await hasArrived(hash), true);
    });

  test("messages that are duplicated or reordered arrive once each", { skip }, async () => {
    await setFault("duplicate", "duplicate messages");
    await setFault("reorder", "reorder messages");
    const before = await clientBalance();
    const hashes = [await sent(17n), await sent(19n)];
    await devnet.relay();
    for (const hash of hashes) assert.equal(await hasArrived(hash), true);
    assert.equal(await clientBalance(), before + 36n);
    await setFault("clear", "end all faults");
  });

  test(
    "a censored account's transaction waits until the fault is ended, and a sequencer that is stopped makes no block",
    { skip },
    async () => {
      await menu("Faults");
      await controls().getByLabel("fault", { exact: true }).selectOption("censor");
      await controls().getByLabel("account or operation").fill(alice.address);
      await press("Set");
      await told(/alpha\s*fault: censor/);
      const { hash } = await alice.sendTransaction({ to: CAROL, value: 23n });
      await onAlpha.send("evm_mine", []);
      assert.equal(await onAlpha.getTransactionReceipt(hash), null);
      await setFault("clear", "end all faults");
      await onAlpha.send("evm_mine", []);
      assert.equal((await onAlpha.waitForTransaction(hash))?.status, 1);
      await setFault("sequencerOff", "stop a sequencer");
      const { number } = await newest();
      const held = await alice.sendTransaction({ to: CAROL, value: 29n });
      assert.equal((await newest()).number, number);
      await setFault("sequencerOn", "start a sequencer");
      assert.equal((await onAlpha.waitForTransaction(held.hash))?.status, 1);
    },
  );

  test("a chain is added, and has a lane, a row and a page", { skip }, async () => {
    await menu("Chains");
    await controls().getByLabel("name of the new chain").fill("gamma");
    await press("Add");
    await told("chain gamma added");
    assert.deepEqual(
      devnet.info().chains.map(({ name }) => name),
      ["alpha", "beta", "gamma"],
    );
    const chains = tab.getByRole("navigation", { name: "chains" });
    await chains.getByRole("link", { name: /^gamma/ }).click();
    await tab.getByRole("heading", { name: /gamma/ }).first().waitFor();
    assert.deepEqual(await violations(tab), []);
    await tab.goto(`${page.url}/#/`);
    await tab.locator(".lane .name", { hasText: "gamma" }).first().waitFor();
  });

  test("filters the feed by account, by chain and by failed transactions, and exports the filtered rows", { skip }, async () => {
    const search = tab.getByLabel("filter by account, contract, function, event or hash");
    await search.fill(CAROL);
    await rows().nth(1).waitFor();
    await rows().nth(2).waitFor({ state: "detached" });
    const exported = async (name: string): Promise<string> => {
      const download = tab.waitForEvent("download");
      const closed = tab.locator(".live header details:not([open]) > summary");
      if ((await closed.count()) > 0) await closed.click();
      await tab.getByRole("button", { name, exact: true }).click();
      return readFileSync(await (await download).path(), "utf8");
    };
    const json = JSON.parse(await exported("JSON")) as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      json.map(({ chain, to, value, succeeded }) => ({ chain, to, value: Number(value), succeeded })),
      [29, 23].map((value) => ({ chain: "alpha", to: CAROL, value, succeeded: true })),
    );
    const [columns = "", ...lines] = (await exported("CSV")).trim().split("\r\n");
    assert.equal(lines.length, 2);
    const place = columns.split(",").indexOf("hash");
    assert.deepEqual(
      lines.map((line) => line.split(",")[place]?.replaceAll('"', "")),
      json.map(({ hash }) => hash),
    );
    await tab.getByLabel("chain", { exact: true }).selectOption("beta");
    await tab.getByText("Nothing that is kept matches the filter.").waitFor();
    assert.match(tab.url(), /q=0x0+ca1010.*chain=beta|chain=beta.*q=0x0+ca1010/);
  });

  test("starts and ends tampering, after which settlement continues", { skip }, async () => {
    await tab.goto(`${page.url}/#/`);
    await setFault("tamperNextData", "tamper with the next data");
    await setFault("tamperNextProof", "tamper with the next proof");
    await setFault("clear", "end all faults");
    const hash = await sent(31n);
    await devnet.relay();
    assert.equal(await hasArrived(hash), true, "what was set is ended");
  });

  async function clientBalance(): Promise<bigint> {
    return BigInt(String(await devnet.chains[1]!.provider.request({ method: "eth_getBalance", params: [BOB, "latest"] })));
  }
});
