import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import type { DeviceReport } from "../../src/proofs/devices/device-report.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { createProver, type StateProver } from "../../src/proofs/prover/prover.ts";
import { fleetService } from "../../src/proofs/proving/fleet-service.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { TestClock } from "../chain/support/clock.ts";
import { startCodeChain } from "../contracts/verifier/support/chain.ts";
import { deployVerifier } from "../contracts/verifier/support/small-verifier.ts";
import { WITH_SOFTWARE_CARD } from "../devices/support/browser-proofs.ts";
import { NO_CARD } from "../kernels/support/swiftshader.ts";
import { openTestFleet, type TestFleet } from "../proving/support/fleet.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";

const LEASE_MS = 30_000;
const system = createStateTransitionSystem();
const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });

/** News of the page's prover: its device, its progress and its end. */
type News =
  | { readonly type: "device"; readonly report: DeviceReport }
  | { readonly type: "event" }
  | { readonly type: "ended"; readonly reason?: string };

/** A tab whose prover works: the page's own script, as the page starts it. */
interface ProvingTab {
  readonly tab: Page;
  /** Resolves with the report of this device state, when the page sends it. */
  proves(on: DeviceReport["state"]): Promise<DeviceReport>;
  /** Reason in the last report of the device. */
  why(): string | undefined;
  /** Resolves with why it has ended. */
  stop(): Promise<string | undefined>;
}

describe("H4: a browser at work for a fleet", { skip: NO_CARD }, async () => {
  const browser: Browser | undefined = NO_CARD === false ? await openBrowser(WITH_SOFTWARE_CARD) : undefined;
  const clock = new TestClock(1_800_000_000_000);
  let local: StateProver;
  let fleet: TestFleet;
  let page: PageServer;

  before(() => void (local = createProver({ workers: 1 })));
  after(async () => {
    await browser?.close();
    await local.close();
  });
  beforeEach(async () => {
    fleet = openTestFleet(LEASE_MS, { local, clock });
    const { queue, blobs } = fleet;
    page = await startPage({ host: "127.0.0.1", port: 0, members: new Map(), workers: fleetService({ queue, blobs, clock }) });
  });
  afterEach(async () => {
    await page.close();
    await fleet.close();
  });

  /** Resolves once the ecosystem knows that the tab asks for a batch. */
  async function started(name: string, software?: { readonly logRows: number; readonly limitMs: number }): Promise<ProvingTab> {
    const tab = await browser!.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    const heard: News[] = [];
    let onNews = (): void => undefined;
    await tab.exposeFunction("tell", (news: News) => (heard.push(news), onNews()));
    await tab.goto(page.url);
    const token = page.writingUrl.split("/").at(-1) ?? "";
    const begin = { type: "begin", name, token, threads: 1, software };
    await tab.evaluate(`{
      globalThis.prover = new Worker("/prove-worker.js", { type: "module" });
      prover.onmessage = ({ data }) => tell(data);
      prover.onerror = ({ message }) => tell({ type: "ended", reason: message });
      prover.postMessage(${JSON.stringify(begin)});
    }`);
    /** The first news in which this is found. */
    const news = async <T>(find: (of: News) => T | undefined): Promise<T> => {
      for (let at = 0; ; at++) {
        if (at === heard.length) await new Promise<void>((resolve) => (onNews = resolve));
        const one = heard[at] ?? assert.fail("it is heard");
        const found = find(one);
        if (found !== undefined) return found;
        if (one.type === "ended") assert.fail(one.reason ?? "it ended");
      }
    };
    while (!fleet.queue.workers().some((worker) => worker.name === name)) await new Promise((resolve) => setImmediate(resolve));
    return {
      tab,
      proves: (state) => news((one) => (one.type === "device" && one.report.state === state ? one.report : undefined)),
      why: () => heard.findLast((one) => one.type === "device")?.report.why,
      async stop() {
        await tab.evaluate(`prover.postMessage({ type: "stop" })`);
        const { reason } = await news((one) => (one.type === "ended" ? one : undefined));
        await tab.close();
        return reason;
      },
    };
  }

  const counts = (name: string) => {
    const { proofs, refused, lost } = fleet.queue.workers().find((worker) => worker.name === name) ?? assert.fail(name);
    return { proofs, refused, lost };
  };

  test("that is closed in the middle of a proof loses nothing: the next tab makes it once the lease has run out", async () => {
    // A proof of seconds.
    const { job: large } = createRandomBatch({ leafCount: 2000, writeCount: 64, seed: 3 });
    const first = await started("first");
    const { promise: atWork, resolve } = Promise.withResolvers<undefined>();
    const proven = fleet.proveBatch(large, {
      onProgress: ({ phase, worker }) => void (worker === "first" && phase === "commit" && resolve(undefined)),
    });
    await atWork;
    await first.tab.close();
    clock.advance(LEASE_MS - 1);
    // The closed tab has left its place to another one of this browser.
    const second = await started("second");
    clock.advance(1);
    const { metrics, proof, statement } = await proven;
    assert.equal(metrics.worker, "second");
    assert.deepEqual(verify(system, statement, proof), { ok: true });
    assert.deepEqual(
      [counts("first"), counts("second")],
      [
        { proofs: 0, refused: 0, lost: 1 },
        { proofs: 1, refused: 0, lost: 0 },
      ],
    );
    assert.equal(await second.stop(), undefined);
  });

  test("does not prove on a card that WebGPU shows it and that is software, and says so", async () => {
    const tab = await started("sceptic");
    const { on, card } = await tab.proves("software");
    assert.equal(on, "wasm");
    assert.match(card ?? "", /swiftshader/);
    await tab.stop();
  });

  test("has the same proof by its WebAssembly and on the card that WebGPU shows it, and proves on the card then", async () => {
    const tab = await started("carded", { logRows: 7, limitMs: 120_000 });
    const { on, card, gain = 0 } = await tab.proves("used");
    assert.equal(on, "gpu");
    assert.match(card ?? "", /swiftshader/);
    assert.ok(gain > 0);
    await tab.stop();
  });

  const byDay = !IS_NIGHTLY && "a card in software searches for the nonce of such a proof for minutes: by night";
  test("makes the proof of a batch on that card: Node's bytes, which L1's verifier accepts", { skip: byDay }, async () => {
    const tab = await started("carded", { logRows: 7, limitMs: 120_000 });
    await tab.proves("used");
    const { metrics, proof, statement } = await fleet.proveBatch(job);
    assert.deepEqual([metrics.worker, metrics.backend], ["carded", "webgpu"], tab.why());
    assert.deepEqual(Uint8Array.from(proof), (await local.proveBatch(job)).proof);
    await tab.stop();
    const chain = await startCodeChain();
    const verifier = await deployVerifier(chain, system);
    assert.equal(await verifier.verify(statement, proof), "accepted");
    proof[proof.length >> 1]! ^= 1;
    assert.notEqual(await verifier.verify(statement, proof), "accepted");
    await chain.close();
  });
});
