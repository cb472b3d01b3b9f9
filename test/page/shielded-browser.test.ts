import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import type { JsonRpcProvider } from "ethers";
import type { Browser, Page } from "playwright-core";
import { deployShieldedPool, ShieldedWallet } from "../../src/shielded.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { openBrowser } from "./support/browser.ts";
import { cpuSecondsOfChildren } from "./support/cpu-seconds.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DAPP = `${ROOT}fixtures/shielded-dapp`;
const FRESH = `0x${"f9".repeat(20)}`;
/** Limit of a payment on an idle core. */
const MOST_SECONDS = 3;
/** The least of several has the least of the browser's other work. */
const PROOFS = 3;

/** The dapp for browsers, a file of the page and one of its worker. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: DAPP, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    alias: { "hardhat-hyperchain/shielded": `${ROOT}src/shielded.ts` },
  });
  return outputFiles[0]?.text ?? "";
}

describe("G5: a dapp's user pays in private, with proofs made in a browser", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined;
  /** Separates origins, so that the worker may share memory with WebAssembly. */
  const server = createServer((request, response) => {
    response.setHeader("cross-origin-opener-policy", "same-origin").setHeader("cross-origin-embedder-policy", "require-corp");
    const file = files.get(request.url ?? "");
    response.setHeader("content-type", file === undefined ? "text/html" : "text/javascript").end(file ?? "<!doctype html>");
  });
  const files = new Map<string, string>();
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let page: Page;

  before(async () => {
    files.set("/worker.js", await bundled(`import "./wallet-worker.ts";`));
    const ofPage = `
      import { JsonRpcProvider, Wallet } from "ethers";
      import { Payments } from "./payments.ts";
      globalThis.start = (url: string, key: string) => {
        const worker = new Worker("/worker.js", { type: "module" });
        globalThis.payments = new Payments(worker, new Wallet(key, new JsonRpcProvider(url)));
      };
    `;
    files.set("/page.js", await bundled(ofPage));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    devnet = await startFlowDevnet([271n], { ...UNPROVEN, singletons: true, fundedAccounts: [ALICE, BOB] });
    client = clientOf(devnet.chains[0]!);
    await deployShieldedPool(devnet.accounts.wallet(BOB).connect(client));
    if (browser === undefined) return;
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ url: "/page.js", type: "module" });
    await page.waitForFunction("typeof globalThis.start === 'function'");
    const key = devnet.accounts.wallet(ALICE).privateKey;
    await page.evaluate(`start(${JSON.stringify(devnet.chains[0]?.url)}, ${JSON.stringify(key)})`);
  });
  after(async () => {
    await browser?.close();
    server.close();
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Request of the page, in the words of a program. Resolves with the wallet's address and balance in wei. */
  const request = (text: string): Promise<{ readonly address: string; readonly balance: string }> =>
    page.evaluate(`payments.request(${text}).then(({ address, balance }) => ({ address, balance: String(balance) }))`);
  const open = (): string => `{ type: "open", url: ${JSON.stringify(devnet.chains[0]?.url)}, seed: new Uint8Array(32).fill(9) }`;

  test("a deposit, a payment and a withdrawal", { skip }, async () => {
    assert.equal(await page.evaluate("crossOriginIsolated"), true);
    const { address, balance } = await request(open());
    assert.equal(balance, "0");
    assert.equal((await request(`{ type: "deposit", amount: ${3n * ETHER}n }`)).balance, String(3n * ETHER));
    const bob = await ShieldedWallet.create(new Uint8Array(32).fill(8), { provider: client });
    assert.notEqual(bob.address, address);
    const paid = await request(`{ type: "send", to: ${JSON.stringify(bob.address)}, amount: ${ETHER}n }`);
    assert.equal(paid.balance, String(2n * ETHER));
    await bob.sync();
    assert.equal(bob.balance, ETHER);
    await bob.close();
    const left = await request(`{ type: "withdraw", to: "${FRESH}", amount: ${ETHER}n }`);
    assert.deepEqual([left.balance, await client.getBalance(FRESH)], [String(ETHER), ETHER]);
  });

  test(`a payment takes at most ${MOST_SECONDS} CPU seconds of the browser`, { skip }, async (context) => {
    const seconds: number[] = [];
    for (let i = 0; i < PROOFS; i++) {
      const before = cpuSecondsOfChildren();
      await request(
        `{ type: "send", to: ${JSON.stringify((await request('{ type: "look" }')).address)}, amount: ${ETHER / 2n}n }`,
      );
      const afterwards = cpuSecondsOfChildren();
      if (before === undefined || afterwards === undefined) return context.skip("the system has no CPU time of processes");
      seconds.push(afterwards - before);
    }
    context.diagnostic(`CPU seconds: ${seconds.map((each) => each.toFixed(2)).join(", ")}`);
    assert.ok(Math.min(...seconds) <= MOST_SECONDS, `${seconds.join(", ")} s`);
    assert.ok(Math.min(...seconds) > 0.05, "a proof was made in the browser");
  });

  test("the page shows a refusal of the wallet in its words", { skip }, async () => {
    await assert.rejects(request(`{ type: "send", to: "0x1234", amount: ${ETHER}n }`), /0x1234 is not the address/);
    await assert.rejects(request(`{ type: "withdraw", to: "${FRESH}", amount: ${9n * ETHER}n }`), /deposit more first/);
  });

  test("its types hold under strict rules, with the package's exports alone", () => {
    const { status, stdout } = spawnSync(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, "-p", DAPP], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout);
  });
});
