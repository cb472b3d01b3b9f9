import type { Browser, Page } from "playwright-core";
import { send } from "../src/ecosystem/client/transfers/send.ts";
import { startPage } from "../src/tool/page-server/page-server.ts";
import { ALICE, BOB, clientOf, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { startBusyMember } from "../test/page/support/busy-member.ts";
import { longestTask } from "../test/page/support/long-tasks.ts";
import { namedMember } from "../test/page/support/named-member.ts";
import type { BarePage } from "./bare-page.ts";
import { median, quantile } from "./statistics.ts";

const MESSAGES = 200;
/** Between two transactions whose way to the screen is measured. */
const PAUSE_MS = 100;
/** Interval between checks for a drawn row: long, so that the checks do not load the page. */
const POLL_MS = 50;
/** Blocks of each of two chains, and transactions of each block: 10,000 transactions in total. */
const [BLOCKS, TRANSACTIONS] = [100, 50];
/** Blocks that come while they are shown, and users' transactions in each. */
const [UPDATES, MORE] = [20, 10];
/** A loaded machine is slow; a row that does not come at all must end the benchmark. */
export const LIMIT_MS = 180_000;
/** Keeps when a transaction's row was drawn first. */
const WATCH = `
  window.drawnAt = {};
  new MutationObserver(() => requestAnimationFrame(() => {
    for (const link of document.querySelectorAll(".row a[title^='0x']")) drawnAt[link.title] ??= Date.now();
  })).observe(document, { childList: true, subtree: true });
`;

/** Milliseconds from a transaction's receipt until its row is on the screen, and those that a bare page takes at the same times. */
interface Lateness {
  readonly late: readonly number[];
  readonly bare: readonly number[];
}

/** While messages move from chain to chain. The bare page tells how much of it is the machine's load. */
export async function feedLateness(
  browser: Browser,
  tab: Page,
  { url, bare, devnet }: { readonly url: string; readonly bare: BarePage; readonly devnet: FlowDevnet },
): Promise<Lateness> {
  const [alpha, beta] = devnet.chains;
  if (alpha === undefined || beta === undefined) throw new Error("the ecosystem has too few chains");
  const [onAlpha, onBeta] = [clientOf(alpha), clientOf(beta)];
  const alice = devnet.accounts.wallet(ALICE).connect(onAlpha);
  const bob = devnet.accounts.wallet(BOB).connect(onBeta);
  await tab.goto("about:blank");
  await tab.goto(`${url}/#/?q=${bob.address.toLowerCase()}`);
  await tab.locator(".canvas").waitFor();
  await tab.evaluate(WATCH);
  const bareTab = await browser.newPage();
  bareTab.setDefaultTimeout(LIMIT_MS);
  await bareTab.goto(bare.url);
  let isMoving = true;
  const move = async (): Promise<void> => {
    const to = { chain: beta.chainId, account: alice.address } as const;
    for (let i = 0; i < MESSAGES; i++) await send(devnet.info(), { chain: alpha.chainId, to, amount: 1n }, alice);
    await devnet.settle();
    await devnet.relay();
  };
  try {
    const moved = move().finally(() => (isMoving = false));
    // Its rejection is reported by the later await.
    moved.catch(() => undefined);
    const drawn = (page: Page, hash: string): Promise<number> =>
      page.evaluate<number>(`new Promise((tell, fail) => {
        const end = setTimeout(() => fail(new Error("no row of ${hash} came")), ${LIMIT_MS});
        const look = setInterval(() => {
          if (drawnAt["${hash}"] === undefined) return;
          clearInterval(look);
          clearTimeout(end);
          tell(drawnAt["${hash}"]);
        }, ${POLL_MS});
      })`);
    const lateness: { readonly late: number; readonly bare: number }[] = [];
    while (isMoving) {
      const { hash } = await bob.sendTransaction({ to: bob.address, value: 1n });
      // The chain answers when the block and its receipt exist.
      const at = Date.now();
      bare.tell(hash);
      // Sequential, because the feed shows thirty rows: some of many concurrent ones would never be drawn.
      lateness.push({ late: (await drawn(tab, hash)) - at, bare: (await drawn(bareTab, hash)) - at });
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    await moved;
    return { late: lateness.map(({ late }) => late), bare: lateness.map((each) => each.bare) };
  } finally {
    onAlpha.destroy();
    onBeta.destroy();
    await bareTab.close();
  }
}

/** Summarizes the lateness. */
export function latenessFigures({ late, bare }: Lateness) {
  return {
    bareFeedMs: median(bare),
    bareFeedMsP90: quantile(bare, 0.9),
    bareFeedMsMost: Math.max(...bare),
    feedSamples: late.length,
    feedMs: median(late),
    feedMsP90: quantile(late, 0.9),
    feedMsMost: Math.max(...late),
  };
}

/**
 * Longest task in milliseconds of processor time while a first page with 10,000 transactions and 200 messages receives
 * blocks.
 */
export async function busyTask(browser: Browser, tab: Page, devnet: FlowDevnet): Promise<number> {
  const load = { blocks: BLOCKS, transactions: TRANSACTIONS, messages: MESSAGES, sentWithinMs: 10_000 };
  const busy = await startBusyMember(devnet.chains[0]?.url ?? "", load);
  const page = await startPage({ host: "127.0.0.1", port: 0, members: namedMember(busy.url) });
  try {
    await tab.goto(`${page.url}/#/`);
    await tab.getByText("Show more of").waitFor();
    return await longestTask(browser, tab, async () => {
      for (let i = 0; i < UPDATES; i++) {
        const number = busy.addBlock(MORE);
        await tab.locator(`.canvas a[href="#/alpha/block/${number}"]`).waitFor({ state: "attached" });
      }
    });
  } finally {
    await tab.goto("about:blank");
    await page.close();
    await busy.close();
  }
}
