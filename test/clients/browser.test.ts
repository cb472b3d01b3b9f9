import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "../page/support/browser.ts";

/**
 * Every name leads to this machine, as one would whose owner says so. Newer browsers ask the user before a page may reach this
 * machine; here the chain's own refusal is looked at.
 */
const browser = await openBrowser(["--host-resolver-rules=MAP * 127.0.0.1", "--disable-features=LocalNetworkAccessChecks"]);
const skip = browser === undefined && "there is no browser: install Chrome, Edge or Chromium";
/** Asks the chain as a page can without anyone's leave, by a plain POST and a WebSocket, and tells its own server what came of it. */
const page = (url: string): string => `<!doctype html><body><script type="module">
const mine = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "evm_mine", params: [] });
const post = await fetch("${url}", { method: "POST", headers: { "content-type": "text/plain" }, body: mine }).then((answer) => answer.text(), () => "refused");
const heard = await new Promise((resolve) => {
  const socket = new WebSocket("${url.replace("http", "ws")}");
  socket.onopen = () => socket.send(mine);
  socket.onmessage = ({ data }) => resolve(data);
  socket.onerror = () => resolve("refused");
});
const show = (text) => (JSON.parse(text === "refused" ? "{}" : text).result === "0" ? "mined" : "refused");
await fetch("/shown", { method: "POST", body: "post " + show(post) + ", socket " + show(heard) });
</script></body>`;

describe("A11: pages in a browser", { skip }, () => {
  let devnet: FlowDevnet;
  let tell: (shown: string) => void = () => undefined;
  const pages = createServer((request, response) => {
    if (request.method === "POST") void text(request).then((shown) => tell(shown));
    response.setHeader("content-type", "text/html").end(request.method === "POST" ? "" : page(devnet.chains[0]!.url));
  });
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none" });
    await once(pages.listen(0, "127.0.0.1"), "listening");
  });
  after(async () => {
    pages.close();
    pages.closeAllConnections();
    await devnet.close();
    await browser?.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Opens the page under a name that points to this machine; returns its text and the number of mined blocks. */
  async function open(name: string): Promise<{ readonly shown: string; readonly mined: bigint }> {
    const { sequencer } = devnet.chains[0]!.pipeline.chain;
    const before = sequencer.head.number;
    const { port } = pages.address() as AddressInfo;
    const told = new Promise<string>((resolve) => (tell = resolve));
    const opened = await browser?.newPage();
    opened?.setDefaultTimeout(MAX_WAIT_MS);
    await opened?.goto(`http://${name}:${port}/`);
    const shown = await told;
    await opened?.close();
    return { shown, mined: sequencer.head.number - before };
  }

  test("a page of this machine drives the chain", async () => {
    assert.deepEqual(await open("localhost"), { shown: "post mined, socket mined", mined: 2n });
  });

  test("a page of another origin moves nothing, neither by a plain POST nor by a WebSocket", async () => {
    assert.deepEqual(await open("evil.example"), { shown: "post refused, socket refused", mined: 0n });
  });
});
