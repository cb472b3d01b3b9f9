import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { servedPage } from "../../src/tool/demo/served-page.ts";
import { startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

describe("the demonstration's page", () => {
  let devnet: FlowDevnet;
  const closing: (() => unknown)[] = [];

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], { proofs: "none" });
  });
  after(async () => {
    for (const close of closing) await close();
    await devnet?.close();
  });

  test("shows a chain that was added after the start, like its third one", async () => {
    const url = await servedPage(devnet, closing);
    const { chainId } = await devnet.addChain({ name: "beta" });
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const response = await fetch(new URL(`/rpc/${chainId}`, url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    // 272: the next id behind alpha's.
    assert.deepEqual(await response.json(), { jsonrpc: "2.0", id: 1, result: "0x110" });
  });
});
