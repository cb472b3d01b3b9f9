import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { ActivityBlock, EcosystemInfo } from "../../page/answers.ts";
import { landings, landingWords, lanesOf } from "../../page/picture/lanes.ts";
import { AggregatorKeys } from "../../src/ecosystem/devnet/hubs/aggregator-keys.ts";
import type { HubGroup } from "../../src/ecosystem/devnet/hubs/hub-group.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { WaitingClock } from "../flow/support/waiting-clock.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const WAIT_SECONDS = 2_000;

describe("lanes of hubs", () => {
  const [hub, other, alpha, stranger] = [1, 2, 3, 4].map((digit) => `0x${String(digit).repeat(40)}` as const);
  const info = {
    l1: { name: "L1", chainId: 1 },
    hubs: [
      { name: "main", members: ["alpha"], address: hub },
      { name: "side", members: [], address: other },
    ],
    chains: [{ name: "alpha", chainId: 271, hyperchain: alpha }],
  } as unknown as EcosystemInfo;

  test("are between L1 and the chains, with ids that no member has", () => {
    assert.deepEqual(
      lanesOf(info).map(({ name, chainId }) => [name, chainId]),
      [
        ["L1", 1],
        ["main", -1],
        ["side", -2],
        ["alpha", 271],
      ],
    );
  });

  test("have the landed blocks with the batches that chains believe since; a stranger's event with the same name is ignored", () => {
    const event = (address: string | undefined, text: string) => ({ address, event: text });
    const block = {
      ...{ chainId: 1, number: 7, hash: "0x07", timestamp: 60 },
      transactions: [
        {
          hash: "0xaa",
          events: [
            event(other, "BlockLanded(4, 0x01, 0x02)"),
            event(alpha, "ExecutionProven(9, 0x03, 0x04)"),
            event(stranger, "ExecutionProven(10, 0x03, 0x04)"),
          ],
        },
        { hash: "0xbb", events: [event(stranger, "BlockLanded(5, 0x01, 0x02)")] },
      ],
    } as unknown as ActivityBlock;
    const [landing, ...more] = landings(new Map([[1, [block]]]), info);
    assert.deepEqual(more, []);
    assert.deepEqual(landing, {
      ...{ on: -2, hub: "side", block: 4, at: 60_000, hash: "0xaa" },
      batches: [{ chainId: 271, batch: 9 }],
    });
    assert.equal(
      landingWords(landing, () => "alpha"),
      "side, block 4: L1 has accepted one proof of batch 9 of alpha",
    );
  });
});

describe("I3: a hub in a real browser", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let hub: HubGroup;
  let page: PageServer;
  let tab: Page;
  const complaints: string[] = [];

  before(async () => {
    if (browser === undefined) return;
    const chain = { execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } } as const;
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: 271n, name: "alpha" },
        { ...chain, chainId: 272n, name: "beta" },
      ],
      { ...UNPROVEN, hubs: { main: { members: ["alpha", "beta"], aggregators: 4, landing: { maxAgeSeconds: 3_600 } } } },
      { clock: new WaitingClock(WAIT_SECONDS) },
    );
    hub = devnet.hub("main")!;
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    await offer(0);
    await offer(1);
    await hub.land();
    await offer(0);
    await hub.silence(2);
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  /** Makes a chain offer a batch with a payment. */
  async function offer(place: number): Promise<void> {
    const chain = devnet.chains[place]!;
    const client = clientOf(chain);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: alice.address, value: 1n })).wait();
    const { batchNumber } = (await chain.pipeline.seal())!.outputs;
    for (let offered: readonly { batchNumber: string }[] = []; !offered.some((each) => each.batchNumber === `${batchNumber}`);)
      offered = (await client.send("hyperchain_getOfferedBatches", [])) as typeof offered;
    client.destroy();
  }

  test("its lane has the landed block, which leads to the page of the hub", { skip }, async () => {
    await tab.goto(`${page.url}/#/`);
    const lanes = tab.locator("section.picture");
    await lanes.locator(".name", { hasText: "main" }).waitFor();
    const mark = lanes.locator('a[href="#/hubs/main"] title');
    await mark.waitFor({ state: "attached" });
    assert.match((await mark.textContent())!, /^main, block 1: L1 has accepted one proof of batch 0 of alpha, batch 0 of beta$/);
    await lanes.getByRole("button", { name: "List" }).click();
    await lanes.getByRole("link", { name: /^main, block 1/ }).click();
    await tab.getByRole("heading", { name: "Hub main" }).waitFor();
  });

  test(
    "its page shows members that wait, aggregators that are silent, landed batches and the digest on L1",
    { skip },
    async () => {
      await tab.getByRole("row", { name: /^alpha 1 1 batch$/ }).waitFor();
      await tab.getByRole("row", { name: /^beta 1 none$/ }).waitFor();
      const silent = new AggregatorKeys(0, devnet.accounts).indexOf(hub.aggregators[2]!.address);
      await tab.getByRole("row", { name: new RegExp(`^${silent} .* 1 silent$`) }).waitFor();
      assert.equal(await tab.getByRole("row", { name: /^[0-3] .* 1 runs$/ }).count(), 3);
      await tab.getByRole("row", { name: /^1 alpha batch 0 beta batch 0 .* landed$/ }).waitFor();
      const digest = hub.block!.header.state;
      assert.equal(await tab.getByText(digest, { exact: true }).count(), 2, "after the newest block, and on L1");
      assert.deepEqual(await violations(tab), []);
    },
  );
});
