import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { keepPictures } from "./support/pictures.ts";
import { violations } from "./support/violations.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";

/** Script that reports the elements wider than their box: the page, elements that scroll sideways, and cut elements. */
const TOO_WIDE = `(async () => {
  for (const folded of document.querySelectorAll("main details")) folded.open = true;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const wide = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
  for (const element of document.querySelectorAll("main, main *, header, header *")) {
    if (element.closest("svg, thead") !== null || element.matches("select, input, .mark") || element.clientWidth === 0) continue;
    const { overflowX, display } = getComputedStyle(element);
    if (display === "inline" || overflowX === "visible") continue;
    if (element.matches("caption, .canvas, .sr, .row > *, .cut, .chain > :last-child, .mark > span, .journey")) continue;
    if (element.scrollWidth > element.clientWidth + 1) wide.push(element.outerHTML.slice(0, 120));
  }
  for (const input of document.querySelectorAll("input[placeholder]")) {
    if (input.clientWidth === 0) continue;
    const { font, paddingLeft, paddingRight } = getComputedStyle(input);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    if (pen.measureText(input.placeholder).width > room) wide.push("placeholder " + input.placeholder);
  }
  return wide;
})()`;

/** Script that reports fields and buttons in one row of a form at different heights. */
const UNEVEN = `[...document.querySelectorAll("main form.fields, main form.actions")].flatMap((form) => {
  const boxes = [...form.querySelectorAll("input:not([type=checkbox]), select, button")]
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.height > 0);
  return boxes.flatMap(({ element, box }, place) => {
    const middle = (of) => (of.top + of.bottom) / 2;
    const neighbor = boxes.slice(place + 1).find((other) => other.box.top < box.bottom && box.top < other.box.bottom);
    const isEven = neighbor === undefined || Math.abs(middle(neighbor.box) - middle(box)) <= 1;
    return isEven ? [] : [form.ariaLabel + ": " + element.outerHTML.slice(0, 80)];
  });
})`;

/** Headings of forms that are wider than their form, or cut: signatures of functions have no spaces. */
const BEYOND = `[...document.querySelectorAll("main form h3 code")]
  .filter((text) => {
    const [{ right, width }, form] = [text.getBoundingClientRect(), text.closest("form").getBoundingClientRect()];
    return width === 0 || right > form.right + 1 || right > innerWidth;
  })
  .map((text) => text.textContent)`;

/** Names of columns without a value behind them. */
const BARE = `[...document.querySelectorAll(".scroll td > span")]
  .filter((value) => value.textContent === "" && value.children.length === 0 && value.parentElement.getClientRects().length > 0)
  .map((value) => value.parentElement.dataset.column)`;

/** Texts of long lists' cells that are higher or wider than their place. */
const CUT = `[...document.querySelectorAll(".long-table td > span")]
  .filter((text) => {
    const [{ height, right }, cell] = [text.getBoundingClientRect(), text.parentElement];
    return height > cell.clientHeight + 1 || right > cell.getBoundingClientRect().right + 1;
  })
  .map((text) => text.innerText)`;

describe("I11: each page of the page on a narrow screen", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let client: JsonRpcProvider;
  const routes: string[] = [];
  const complaints: string[] = [];

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { ...UNPROVEN, relayer: true, unlocked: true, fundedAccounts: [ALICE, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const token = await new ContractFactory(abi, bytecode, alice).deploy("Money", "MNY", alice.address, 1_000n);
    const money = ((await token.waitForDeployment()).target as string).toLowerCase();
    const data = new Interface(abi).encodeFunctionData("transfer", [BOB, 5_000n]);
    const refused = await alice.sendTransaction({ to: money, data, gasLimit: 200_000n });
    await client.waitForTransaction(refused.hash);
    const to = { chain: 272n, account: BOB } as const;
    const { messageHash } = await send(devnet.info(), { chain: 271n, to, amount: 2n * ETHER }, alice);
    await devnet.settle();
    await devnet.relay();
    // One that waits, with all that is said of it.
    await send(devnet.info(), { chain: 271n, to, amount: ETHER }, alice);
    const onL1 = (await devnet.messages()).find((each) => each.messageHash === messageHash)!.steps[1]!.transactionHash;
    routes.push(
      ...[
        "",
        "batches",
        "proven",
        "l1",
        "l1/blocks",
        `l1/tx/${onL1}`,
        "alpha",
        "alpha/blocks",
        "alpha/batches",
        "alpha/block/1",
        "alpha/batch/0",
      ],
      ...[`alpha/tx/${refused.hash}`, `alpha/address/${alice.address.toLowerCase()}`],
      ...["messages", `message/271/${messageHash}`, "charts", "search/token", "search/7777777", "accounts", "names", "prover"],
      // Forms of contracts come once an account acts.
      ...["wallet", "contracts", `alpha/address/${money}`],
    );
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
  });
  after(async () => {
    client?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  /** Opens the parts of a page that only a click shows. */
  const unfold = async (route: string): Promise<void> => {
    if (route === "wallet") {
      // What acts here acts on the pages behind it too.
      await tab.getByLabel("a development account").selectOption({ index: 1 });
      await tab.getByRole("heading", { name: "What it can do" }).waitFor();
    }
    if (!route.startsWith("alpha/tx/")) return;
    await tab.getByRole("button", { name: "Step through it" }).click();
    await tab.getByRole("button", { name: "Last line" }).click();
    await tab.locator(".looked").waitFor();
  };

  test("on a narrow screen nothing scrolls sideways or is cut, and axe finds nothing", { skip }, async () => {
    await tab.setViewportSize({ width: 360, height: 800 });
    await tab.emulateMedia({ colorScheme: "dark" });
    await tab.goto(page.writingUrl);
    for (const route of routes) {
      await tab.goto(`${page.url}/#/${route}`);
      await tab.locator("h1").first().waitFor();
      await tab.locator('main:not(:has-text("asking"))').waitFor();
      await unfold(route);
      await keepPictures(tab, route.split("/").slice(0, 2).join("-") || "first");
      assert.deepEqual(await tab.evaluate<string[]>(TOO_WIDE), [], route);
      assert.deepEqual(await tab.evaluate<string[]>(CUT), [], route);
      assert.deepEqual(await tab.evaluate<string[]>(BARE), [], route);
      assert.deepEqual(await tab.evaluate<string[]>(UNEVEN), [], route);
      assert.deepEqual(await tab.evaluate<string[]>(BEYOND), [], route);
      assert.deepEqual(await violations(tab), [], route);
    }
  });

  test(
    "on a wide screen fields and buttons of a row are at one height, also next to a field for an address",
    { skip },
    async () => {
      await tab.setViewportSize({ width: 1_280, height: 800 });
      for (const route of ["", "wallet", routes.at(-1)!]) {
        await tab.goto(`${page.url}/#/${route}`);
        await tab.locator(".address-field").first().waitFor({ state: "attached" });
        await tab.evaluate(`for (const folded of document.querySelectorAll("main details")) folded.open = true`);
        await tab.locator(".address-field").first().waitFor();
        assert.deepEqual(await tab.evaluate<string[]>(UNEVEN), [], route);
        assert.deepEqual(await tab.evaluate<string[]>(BEYOND), [], route);
      }
    },
  );

  test("on a wide screen no cell of a long list is cut", { skip }, async () => {
    await tab.setViewportSize({ width: 1_280, height: 800 });
    for (const route of ["messages", "alpha/batches", "alpha/blocks"]) {
      await tab.goto(`${page.url}/#/${route}`);
      await tab.locator(".long-table td a").first().waitFor();
      assert.deepEqual(await tab.evaluate<string[]>(CUT), [], route);
    }
  });

  test("on a narrow screen each cell follows its column's name, one below the other", { skip }, async () => {
    await tab.setViewportSize({ width: 360, height: 800 });
    await tab.goto(`${page.url}/#/batches`);
    await tab.locator("tr", { hasText: "alpha271" }).waitFor();
    const cells = await tab.evaluate<{ readonly name: string; readonly x: number; readonly y: number }[]>(`
      [...document.querySelectorAll("tr")].find((row) => row.cells[0].textContent === "alpha").querySelectorAll("td").values()
        .map((cell) => ({
          name: getComputedStyle(cell, "::before").content,
          ...(({ x, y }) => ({ x, y }))(cell.querySelector("span").getBoundingClientRect()),
        })).toArray()`);
    assert.deepEqual(
      cells.map(({ name }) => name),
      ["Chain", "ID", "Data", "Block", "Tx/s", "Waiting", "Sealed", "Committed", "Proven", "Executed", "State"].map(
        (name) => `"${name}"`,
      ),
    );
    assert.equal(new Set(cells.map(({ x }) => x)).size, 1);
    assert.deepEqual(
      cells.map(({ y }) => y),
      cells.map(({ y }) => y).toSorted((a, b) => a - b),
    );
    assert.equal(new Set(cells.map(({ y }) => y)).size, cells.length);
  });
});
