import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { startClientEcosystem, type ClientEcosystem } from "../client/support.ts";
import { ALICE } from "../flow/support/devnet.ts";
import { openBrowser } from "./support/browser.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FRONT_END = fileURLToPath(new URL("../../fixtures/client/viem.ts", import.meta.url));
const BOB = "0x00000000000000000000000000000000000b0b00";

describe("a front-end with viem alone", async () => {
  const browser: Browser | undefined = await openBrowser();
  /** Serves an empty page: Chromium lets only pages of this machine call its servers. */
  const server = createServer((_, response) => void response.setHeader("content-type", "text/html").end("<!doctype html>"));
  let ecosystem: ClientEcosystem;
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ecosystem = await startClientEcosystem();
  });
  after(async () => {
    await browser?.close();
    server.close();
    await ecosystem.close();
  });

  test("imports no ethers, and sends between chains from a browser", { skip: browser === undefined }, async () => {
    assert.doesNotMatch(readFileSync(FRONT_END, "utf8"), /from "ethers/);
    const { outputFiles } = await build({
      entryPoints: [FRONT_END],
      bundle: true,
      format: "iife",
      globalName: "frontEnd",
      platform: "browser",
      target: "es2022",
      write: false,
      alias: { "hardhat-hyperchain/client": `${ROOT}src/client.ts`, "hardhat-hyperchain/viem": `${ROOT}src/viem.ts` },
    });
    assert.ok(browser);
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
    const url = ecosystem.devnet.chains[0]?.url ?? "";
    const key = ecosystem.devnet.accounts.wallet(ALICE).privateKey;
    const request = JSON.stringify({ chain: "a", to: `${BOB}@b` });
    const sent = page.evaluate(`frontEnd.sendAcross(${JSON.stringify(url)}, ${JSON.stringify(key)}, ${request})`);
    sent.catch(() => undefined);
    let isSent = false;
    const ended = sent.finally(() => (isSent = true)).catch(() => undefined);
    for (let round = 0; round < 20 && !isSent; round++) await Promise.race([ended, ecosystem.moveOn()]);
    assert.deepEqual(await sent, { type: "transfer", destinationChainId: 272 });
    assert.equal(await ecosystem.provider(272).getBalance(BOB), 5n);
  });
});
