import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { bundlePage } from "../scripts/bundle-page.ts";
import { send } from "../src/ecosystem/client/transfers/send.ts";
import { serveEcosystem } from "../src/tool/page-server/ecosystem-page.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { openBrowser } from "../test/page/support/browser.ts";
import { longestTask } from "../test/page/support/long-tasks.ts";
import { serveBarePage, type BarePage } from "./bare-page.ts";
import { busyTask, feedLateness, latenessFigures, LIMIT_MS } from "./page-busy.ts";
import { median, quantile } from "./statistics.ts";

export interface PageBenchOptions {
  readonly json: boolean;
  /** Loads that count, after one for warming up. */
  readonly samples: number;
}

/** Blocks that come while the first page is watched. */
const UPDATES = 20;
const ASSETS = new URL("../src/tool/page-server/assets/", import.meta.url);
/** Script that records the first table of a document, in milliseconds since its address was opened. */
const WATCH = `
  window.drawn = new Promise((tell) => {
    new MutationObserver((_changes, observer) => {
      if (document.querySelector("table") === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => tell(performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });
`;

/** Measures a reader's waits in a real browser, with an ecosystem of two chains, and the size of the page. */
export async function benchPage({ json, samples }: PageBenchOptions): Promise<void> {
  await bundlePage(fileURLToPath(ASSETS));
  const browser = await openBrowser();
  if (browser === undefined) throw new Error("no browser is installed");
  const devnet = await startFlowDevnet(
    [
      { chainId: 271n, name: "alpha" },
      { chainId: 272n, name: "beta" },
    ],
    // Like `hyperchain:spawn`: automatic, with answers from indexes.
    { ...UNPROVEN, relayer: true, pollIntervalMs: 100, fundedAccounts: [ALICE, BOB, RELAYER] },
  );
  const page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
  const bare = await serveBarePage();
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(LIMIT_MS);
    await tab.addInitScript(WATCH);
    const loads = await loaded(tab, { url: page.url, bare }, samples);
    const quantiles = (name: string, figures: readonly number[]) => ({
      [`${name}Ms`]: median(figures),
      [`${name}MsP90`]: quantile(figures, 0.9),
    });
    const result = {
      samples,
      ...quantiles(
        "bareFirstPaint",
        loads.map((load) => load.bare),
      ),
      ...quantiles(
        "firstPaint",
        loads.map(({ paint }) => paint),
      ),
      ...quantiles(
        "content",
        loads.map(({ content }) => content),
      ),
      updateTaskMs: await updated(browser, tab, devnet),
      busyTaskMs: await busyTask(browser, tab, devnet),
      ...latenessFigures(await feedLateness(browser, tab, { url: page.url, bare, devnet })),
      ...weights(),
      node: process.version,
    };
    if (json) console.log(JSON.stringify(result));
    else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${value}`);
  } finally {
    await browser.close();
    await page.close();
    await bare.close();
    await devnet.close();
  }
}

/** Opens the first page again and again, with nothing of it in the browser's cache, and a bare page each time before it. */
async function loaded(tab: Page, { url, bare }: { readonly url: string; readonly bare: BarePage }, samples: number) {
  const session = await tab.context().newCDPSession(tab);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const painted = (): Promise<number> =>
    tab.evaluate<number>(`new Promise((tell) => new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") tell(startTime);
    }).observe({ type: "paint", buffered: true }))`);
  const loads: { readonly bare: number; readonly paint: number; readonly content: number }[] = [];
  for (let i = 0; i <= samples; i++) {
    await tab.goto("about:blank");
    await tab.goto(bare.url);
    const bareMs = await painted();
    await tab.goto("about:blank");
    await tab.goto(url);
    const content = await tab.evaluate<number>("drawn");
    const paint = await painted();
    if (i > 0) loads.push({ bare: bareMs, paint, content });
  }
  return loads;
}

/** Longest task in milliseconds of processor time while the first page receives blocks and a message. */
async function updated(browser: Browser, tab: Page, devnet: FlowDevnet): Promise<number> {
  const [chain] = devnet.chains;
  if (chain === undefined) throw new Error("the ecosystem has no chain");
  const client = clientOf(chain);
  try {
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const to = devnet.accounts.wallet(BOB).address;
    return await longestTask(browser, tab, async () => {
      for (let i = 1; i < UPDATES; i++) await (await alice.sendTransaction({ to, value: 1n })).wait();
      await send(devnet.info(), { chain: 271n, to: { chain: 272n, account: to }, amount: ETHER }, alice);
      await tab.getByRole("row", { name: / transfer\b.* alpha beta / }).waitFor();
    });
  } finally {
    client.destroy();
  }
}

/** Scripts that another one loads at once. */
const AT_ONCE = /\bfrom\s*"\.\/([^"]+\.js)"/g;

/** In kB as browsers get them; the verifier is asked for when it is used. */
function weights() {
  const gzipKb = (file: string): number => Math.round(gzipSync(readFileSync(new URL(file, ASSETS))).length / 100) / 10;
  const others = [...readFileSync(new URL("page.js", ASSETS), "utf8").matchAll(AT_ONCE)].map(([, file = ""]) => gzipKb(file));
  const script = others.reduce((sum, each) => sum + each, gzipKb("page.js"));
  return { scriptGzipKb: script, styleGzipKb: gzipKb("page.css"), verifierGzipKb: gzipKb("verify-worker.js") };
}
