import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import type { FleetService } from "../../src/proofs/proving/fleet-service.ts";
import { PATHS } from "../../src/proofs/proving/wire.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const PROVE = { name: "Prove with this browser", exact: true } as const;

describe("H4: a reader's browser that proves", async () => {
  // With a user's flags: pages share memory between threads only where origins are kept apart.
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let reader: BrowserContext;
  let tab: Page;
  /** Hears which worker asks for a batch. */
  let onTake: (worker: string) => void = () => undefined;
  /** Complaints of the browser: scripts that the policy refuses, and errors. */
  const complaints: string[] = [];

  async function opened(url: string): Promise<Page> {
    const made = await reader.newPage();
    // A loaded machine is slow; what is awaited comes.
    made.setDefaultTimeout(MAX_WAIT_MS);
    made.on("pageerror", ({ message }) => complaints.push(message));
    made.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    await made.goto(url);
    return made;
  }

  /** Fact about the prover that the page shows. */
  const fact = (of: Page, name: string): Promise<string | null> =>
    of.locator(`xpath=//dt[.="${name}"]/following-sibling::dd[1]`).textContent();
  const says = (of: Page, text: RegExp | string): Promise<void> => of.getByText(text).first().waitFor();

  /** Starts a tab's prover, and resolves once it asks for a batch. */
  async function started(of: Page): Promise<void> {
    const asked = new Promise<string>((resolve) => (onTake = resolve));
    await of.getByRole("button", PROVE).click();
    assert.match(await asked, /^browser-[0-9a-f]{8}$/);
    await says(of, /waits for a batch/);
  }

  async function moved(): Promise<void> {
    const client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    client.destroy();
  }

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], { fundedAccounts: [ALICE] });
    const workers: FleetService = {
      answer(path, body, gone) {
        // The queue has the request once this call has returned.
        const answer = devnet.workers!.answer(path, body, gone);
        if (path === PATHS.take) onTake((body as { readonly worker: string }).worker);
        return answer;
      },
    };
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [], workers });
    reader = await browser.newContext();
    tab = await opened(page.writingUrl);
  });
  after(async () => {
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  /** Waits for this number of proofs on the page, which learns of a proof after the fleet. */
  const counted = (proofs: number): Promise<void> =>
    tab.locator(`xpath=//dt[.="Proofs that count"]/following-sibling::dd[1][.="${proofs}"]`).waitFor();

  test("asks a reader without the token to open the whole address", { skip }, async () => {
    const context = await browser!.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`${page.url}/#/prover`);
    await says(stranger, /Open this page by the whole address/);
    assert.equal(await stranger.getByRole("button", PROVE).count(), 0);
    await context.close();
  });

  test("loads nothing of the prover before its reader starts it", { skip }, async () => {
    const asked: string[] = [];
    tab.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await tab.getByRole("link", { name: "Prover" }).click();
    await tab.getByRole("button", PROVE).waitFor();
    assert.deepEqual(await violations(tab), []);
    assert.deepEqual(
      asked.filter((path) => /worker|kernel|fleet/.test(path)),
      [],
    );
  });

  test("makes the proof with which L1 takes a batch, and says what it is made on", { skip }, async () => {
    await tab.getByLabel("threads").fill("1");
    await started(tab);
    await moved();
    const again = new Promise<string>((resolve) => (onTake = resolve));
    const [batch] = await devnet.settle();
    const name = await fact(tab, "Name");
    assert.match(name ?? "", /^browser-[0-9a-f]{8}$/);
    assert.equal(batch?.proof?.worker, name);
    assert.equal(await again, name, "it asks for the next one");
    await counted(1);
    assert.equal(await fact(tab, "Proofs are made"), "by WebAssembly: no graphics card was found");
    assert.deepEqual(await violations(tab), []);
  });

  test("continues while its reader visits other pages", { skip }, async () => {
    await tab.goto(`${page.url}/#/charts`);
    await moved();
    const [batch] = await devnet.settle();
    await tab.goto(`${page.url}/#/prover`);
    assert.equal(batch?.proof?.worker, await fact(tab, "Name"));
    await counted(2);
  });

  test("does not begin in a second tab, which would share its cores, until the first stops", { skip }, async () => {
    const second = await opened(page.writingUrl);
    await second.getByRole("link", { name: "Prover" }).click();
    await second.getByRole("button", PROVE).click();
    await says(second, "another tab of this browser proves already");
    await tab.getByRole("button", { name: "Stop" }).click();
    await says(tab, "stopped");
    await started(second);
    await moved();
    const [batch] = await devnet.settle();
    assert.equal(batch?.proof?.worker, await fact(second, "Name"));
    await second.getByRole("button", { name: "Stop" }).click();
    await says(second, "stopped");
  });

  test("leaves a batch to the ecosystem once it has stopped", { skip }, async () => {
    await moved();
    const [batch] = await devnet.settle();
    assert.equal(batch?.proof?.worker, undefined);
    assert.deepEqual(complaints, []);
  });
});
