import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { startRpcServer } from "../../../src/chain/rpc/transport/server.ts";
import hyperchain from "../../../src/index.ts";
import { ALICE, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";

const ANSWER = "HARDHAT_IGNITION_CONFIRM_DEPLOYMENT";

describe("Hardhat's tools next to a running chain", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([271n], UNPROVEN);
  });
  after(() => devnet.close());

  /** Hardhat as `npx hardhat --network running` has it. */
  const hardhatAt = (url: string, network = "running") =>
    createHardhatRuntimeEnvironment(
      { plugins: [hyperchain], networks: { running: { type: "http", url }, other: { type: "http", url } } },
      { network },
    );

  test("Hardhat's own network forks a chain, and answers calls in its past", async () => {
    const [chain] = devnet.chains;
    const hre = await createHardhatRuntimeEnvironment({
      plugins: [hyperchain],
      networks: { copy: { type: "edr-simulated", forking: { url: chain!.url } } },
    });
    const { provider, close } = await hre.network.create("copy");
    try {
      const to = devnet.accounts.wallet(ALICE).address;
      assert.equal(await provider.request({ method: "eth_call", params: [{ to, data: "0x" }, "0x1"] }), "0x");
      const balance = await provider.request({ method: "eth_getBalance", params: [to, "latest"] });
      assert.ok(BigInt(balance as string) > 0n);
    } finally {
      await close();
    }
  });

  test("what a config says of a chain itself stands", async () => {
    const own = { name: "mine", chainType: "generic", hardforkHistory: { prague: { blockNumber: 0 } } } as const;
    const { config } = await createHardhatRuntimeEnvironment({ plugins: [hyperchain], chainDescriptors: { 271: own } });
    assert.deepEqual([config.chainDescriptors.get(271n)?.name, config.chainDescriptors.get(272n)?.name], ["mine", "beta"]);
  });

  test("Ignition's question is answered for the selected network where it is a development chain, and for no other", async (t) => {
    const before = process.env[ANSWER];
    t.after(() => {
      if (before === undefined) delete process.env["HARDHAT_IGNITION_CONFIRM_DEPLOYMENT"];
      else process.env[ANSWER] = before;
    });
    const engine = { request: () => Promise.resolve(null), onNotification: () => () => undefined };
    const methods = new Map([["eth_chainId", () => Promise.resolve("0x1")]]);
    const stranger = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine, methods, routes: [] });
    t.after(() => stranger.close());
    const chain = devnet.chains[0]!.url;
    for (const [url, selected, answered] of [
      [chain, "running", true],
      [chain, "other", false],
      [`http://127.0.0.1:${stranger.port}`, "running", false],
    ] as const) {
      delete process.env["HARDHAT_IGNITION_CONFIRM_DEPLOYMENT"];
      const hre = await hardhatAt(url, selected);
      await (await hre.network.create("running")).close();
      assert.equal(process.env[ANSWER] !== undefined, answered, `${url}, ${selected}`);
    }
    process.env[ANSWER] = "mine";
    await (await (await hardhatAt(chain)).network.create("running")).close();
    assert.equal(process.env[ANSWER], "mine");
  });
});
