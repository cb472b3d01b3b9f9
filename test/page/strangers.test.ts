import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, concat, ContractFactory, id, type JsonRpcProvider, type Wallet } from "ethers";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { ALICE, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { logging, revertingWith, revertingWithData } from "./support/strangers.ts";
import { violations } from "./support/violations.ts";

/** Markup that an attacker wants a page to run, link to, or press. */
const MARKUP = `<img src=x onerror="document.title='taken'"><a href="https://evil.example">press</a><button>Mine</button>`;
/** U+202E turns the direction of what follows, U+2066 isolates it, U+200B is not seen, U+3164 is drawn as a blank. */
const UNSEEN = "\u202e\u2066\u200b\u3164";
/** "shalom", which is read from the right. */
const HEBREW = "\u05e9\u05dc\u05d5\u05dd";

describe("attack: what strangers' contracts say is text on every page, and hides nothing", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let client: JsonRpcProvider;
  let stranger: Wallet;
  let token: string;
  /** An address in a stranger's text; it is that of a listed account, whose name a link would have. */
  let victim: string;
  let logged: string;
  let refused: string;
  const complaints: string[] = [];
  const deploy = async (data: string): Promise<string> =>
    (await (await stranger.sendTransaction({ data })).wait())!.contractAddress!;
  const call = async (to: string): Promise<string> => {
    const { hash } = await stranger.sendTransaction({ to, data: "0x12345678", gasLimit: 200_000n });
    await client.waitForTransaction(hash);
    return hash;
  };
  const open = async (route: string): Promise<void> => void (await tab.goto(`${page.url}/#/${route}`));

  /** Nothing of it is an element, a link or a control, and what is not seen is not there. */
  async function staysText(): Promise<void> {
    const main = tab.locator("main");
    assert.equal(await main.locator("img").count(), 0);
    assert.equal(await main.locator('a[href*="evil"]').count(), 0);
    assert.equal(await main.locator("button", { hasText: /^Mine$/ }).count(), 0);
    assert.equal(await main.locator("bdi a, bdi button").count(), 0, "an address in a text has no link");
    assert.doesNotMatch((await main.textContent())!, new RegExp(`[${UNSEEN}]`));
    assert.notEqual(await tab.title(), "taken");
  }

  /** Also for readers of other kinds. */
  async function staysReadable(): Promise<void> {
    await staysText();
    assert.deepEqual(await violations(tab), []);
  }

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [{ chainId: 271n, name: "alpha" }],
      { proofs: "none", fundedAccounts: [ALICE] },
      { names: projectNames(hre.artifacts) },
    );
    // What a chain's fees are paid in may be any token of L1.
    const onL1 = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider) as unknown as Wallet;
    const deployer = devnet.accounts.wallet(ACCOUNT_NUMBERS.deployer).address;
    const artifact = await hre.artifacts.readArtifact("DevelopmentToken");
    const coin = new ContractFactory(artifact.abi, artifact.bytecode, onL1);
    const named = await coin.deploy(MARKUP, `${UNSEEN}\n${HEBREW}${MARKUP}${"a".repeat(5_000)}`, deployer, 10n ** 36n);
    const baseToken = ((await named.waitForDeployment()).target as string).toLowerCase() as Hex;
    await devnet.addChain({ name: "beta", chainId: 272, baseToken });
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    client = clientOf(devnet.chains[0]!);
    stranger = devnet.accounts.wallet(ALICE).connect(client) as unknown as Wallet;
    victim = stranger.address;
    const said = `${UNSEEN}${victim}${MARKUP}`;
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const contract = await new ContractFactory(abi, bytecode, stranger).deploy(said, `${UNSEEN}${HEBREW}`, victim, 1_000n);
    token = (await contract.waitForDeployment()).target as string;
    // Of BridgedToken: the project knows its words.
    const event = ["string", "string", "uint8", "uint88"];
    const data = AbiCoder.defaultAbiCoder().encode(event, [said, HEBREW, 18, 7]);
    logged = await call(await deploy(logging(id(`Described(${event.join(",")})`), data)));
    refused = await call(await deploy(revertingWith(said)));
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  });
  after(async () => {
    client?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  test("in the feed: an event and a revert text", { skip }, async () => {
    await open("");
    const feed = tab.getByRole("list", { name: "transactions, the newest first" });
    await feed.getByText(`It reverted with "${victim}${MARKUP}"`).waitFor();
    const row = feed.locator("> li", { has: tab.locator(`a[title="${logged}"]`) });
    await row.getByRole("button", { name: "details" }).click();
    await row
      .locator(".events")
      .getByText(`"${victim}${MARKUP.replaceAll('"', '\\"')}"`, { exact: true })
      .waitFor();
    await row.getByRole("button", { name: "details" }).click();
    await tab.mouse.move(0, 0);
    await staysReadable();
  });

  test("in the feed: texts that are not UTF-8 are shown, and hide no other row", { skip }, async () => {
    const coder = AbiCoder.defaultAbiCoder();
    const event = "Described(string,string,uint8,uint88)";
    const data = coder.encode(["bytes", "bytes", "uint8", "uint88"], ["0x61ff62", "0x", 18, 7]);
    const said = await call(await deploy(logging(id(event), data)));
    const broken = await call(await deploy(revertingWithData(concat(["0x08c379a0", coder.encode(["bytes"], ["0x61ff62"])]))));
    const feed = tab.getByRole("list", { name: "transactions, the newest first" });
    const rowOf = (hash: string) => feed.locator("> li", { has: tab.locator(`a[title="${hash}"]`) });
    await rowOf(broken).getByText('It reverted with "a\ufffdb"').waitFor();
    await rowOf(said).getByRole("button", { name: "details" }).click();
    await rowOf(said).locator(".events").getByText('"a\ufffdb"', { exact: true }).waitFor();
    await staysReadable();
  });

  test("in the trace over chains", { skip }, async () => {
    const row = tab.getByRole("list", { name: "transactions" }).locator("> li", { has: tab.locator(`a[title="${refused}"]`) });
    await row.getByRole("button", { name: "Trace" }).click();
    await row.locator(".calls bdi", { hasText: "onerror" }).waitFor();
    await staysReadable();
  });

  test("on a transaction's page; and a text from the right turns nothing behind it", { skip }, async () => {
    await open(`alpha/tx/${refused}`);
    await tab.getByRole("alert").locator("bdi", { hasText: "onerror" }).waitFor();
    await staysReadable();
    await open(`alpha/tx/${logged}`);
    const event = tab
      .getByRole("cell")
      .locator("code", { hasText: /^Described\(/ })
      .first();
    await event.waitFor();
    await staysReadable();
    await tab.setViewportSize({ width: 4_000, height: 800 });
    const places = await tab.evaluate<{ readonly text: string; readonly said: number; readonly behind: number }>(`{
      const code = [...document.querySelectorAll("td code")].find((each) => each.textContent.startsWith("Described("));
      const rectangle = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getBoundingClientRect();
      };
      const [said, behind] = [code.querySelectorAll("bdi")[1], code.lastChild];
      ({ text: behind.textContent, said: rectangle(said).right, behind: rectangle(behind).left });
    }`);
    assert.equal(places.text, ", 18, 7)");
    assert.ok(places.said <= places.behind + 1, JSON.stringify(places));
    await tab.setViewportSize({ width: 1_280, height: 800 });
  });

  test(
    "as the name of a file, which is shown verbatim: where a call failed, and where contracts are deployed",
    { skip },
    async () => {
      const file = `contracts/${UNSEEN.slice(0, 3)}${MARKUP.replaceAll("/", "")}.sol`;
      const seen = `contracts/⟨U+202E⟩⟨U+2066⟩⟨U+200B⟩${MARKUP.replaceAll("/", "")}.sol`;
      const place = `at Counter.increase (${file}:7)`;
      const lies: Readonly<Record<string, unknown>> = {
        hyperchain_failure: {
          reason: "with Limit()",
          stackTrace: [place],
          source: { source: file, line: 7, firstLine: 7, lines: [UNSEEN] },
        },
        hyperchain_contracts: ["first", file].map((source) => ({
          ...{ name: "Counter", fullName: `${source}:Counter`, inputs: [], isPayable: false },
        })),
      };
      const lying = await browser!.newPage();
      lying.setDefaultTimeout(MAX_WAIT_MS);
      await lying.route("**/rpc/*", async (route) => {
        const { id: number, method } = route.request().postDataJSON() as { readonly id: number; readonly method: string };
        const lie = lies[method];
        if (lie === undefined) await route.continue();
        else await route.fulfill({ json: { jsonrpc: "2.0", id: number, result: lie } });
      });
      await lying.goto(`${page.writingUrl}`);
      await lying.goto(`${page.url}/#/alpha/tx/${refused}`);
      await lying.locator("figcaption", { hasText: `${seen}:7` }).waitFor();
      await lying.locator("pre", { hasText: place.replace(file, seen) }).waitFor();
      await lying.goto(`${page.url}/#/wallet`);
      await lying.getByLabel("a development account").selectOption({ index: 1 });
      await lying.goto(`${page.url}/#/contracts`);
      await lying.locator("option", { hasText: `Counter (${seen})` }).waitFor({ state: "attached" });
      assert.doesNotMatch((await lying.locator("main").textContent())!, new RegExp(`[${UNSEEN}]`));
      assert.equal(await lying.locator("main img").count(), 0);
      await lying.close();
    },
  );

  test("on the page of a contract that is a token: its name and its symbol", { skip }, async () => {
    await open(`alpha/address/${token}`);
    const answers = tab.getByRole("table", { name: "What the contract answers now" });
    await answers.locator("tr", { hasText: "name" }).locator("bdi", { hasText: "onerror" }).waitFor();
    await answers.locator("bdi", { hasText: HEBREW }).waitFor();
    await tab.getByRole("table", { name: /^Holders of the token/ }).waitFor();
    await tab.getByText(", created on alpha").locator("bdi", { hasText: HEBREW }).waitFor();
    await staysReadable();
  });

  test("on the pages of a chain whose fees are paid in a stranger's token: its symbol, in few letters", { skip }, async () => {
    const { symbol } = devnet.info().chains[1]!.baseToken;
    assert.equal(symbol, `${HEBREW}${MARKUP}`.slice(0, 32));
    const pages = ["beta", "accounts", `beta/address/${victim.toLowerCase()}`, "beta/block/1", "wallet", "charts"];
    for (const route of pages) {
      await open(route);
      await tab.locator('main:not(:has-text("asking"))').waitFor();
      await staysReadable();
    }
    await open(`beta/address/${victim.toLowerCase()}`);
    // An amount in the symbol does not turn the text around it.
    await tab.getByText(`\u2068${symbol}\u2069`).first().waitFor();
    await open(`search/${encodeURIComponent(symbol)}`);
    await tab.locator("main bdi", { hasText: HEBREW }).first().waitFor();
    await staysReadable();
  });

  test("where it is searched for", { skip }, async () => {
    await open(`search/${encodeURIComponent(`${UNSEEN}${MARKUP}`)}`);
    await tab.getByText("No chain knows").waitFor();
    await staysReadable();
  });

  const nowhere = /^The link is wrong: /;
  const hash = `0x${"ab".repeat(32)}`;
  const said = encodeURIComponent(`${UNSEEN}${MARKUP}`);
  /** Links with the same answer lead to the same page, which axe looks at once. */
  const answers = new Set<string | RegExp>();
  for (const [link, shows] of [
    ["?span=constructor", "What happens"],
    [`?q=${said}&chain=${said}&span=NaN`, "Nothing that is kept matches"],
    ["charts?minutes=constructor", "Users' transactions"],
    ["charts?minutes=toString&gwei=1e400&coin=-1", "Users' transactions"],
    [`alpha/tx/${said}`, nowhere],
    ["alpha/tx/__proto__", nowhere],
    [`alpha/tx/${hash}`, "alpha knows no transaction with this hash"],
    ["alpha/block/1e999", nowhere],
    ["alpha/block/-1", nowhere],
    ["alpha/block/999999999999999", "There is no such block yet"],
    ["alpha/batch/99999999999999999999999", nowhere],
    [`alpha/address/${said}`, nowhere],
    ["alpha/%E0%A4%A", "Newest blocks"],
    [`__proto__/tx/${hash}`, nowhere],
    [said, nowhere],
    [`message/271/${said}`, nowhere],
    [`message/NaN/${hash}`, nowhere],
    [`message/271/${hash}`, "No chain of this ecosystem has sent this message"],
    [`search/${"%F0%9F%98%80".repeat(500)}`, "No chain knows"],
    [`token/${"f".repeat(31)}"`, nowhere],
  ] as const) {
    const isFirst = !answers.has(shows);
    answers.add(shows);
    test(`by a link that a stranger wrote: ${link.slice(0, 60)}`, { skip }, async () => {
      await tab.goto("about:blank");
      await open(link);
      await tab.locator("main").getByText(shows).first().waitFor();
      await (isFirst ? staysReadable() : staysText());
    });
  }
});
