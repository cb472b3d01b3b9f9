import assert from "node:assert/strict";
import { test } from "node:test";
import { serveLocalL1 } from "../../../src/ecosystem/devnet/l1/local-l1.ts";
import { dependencies } from "../../flow/support/devnet.ts";
import { createHardhat } from "./support/open.ts";

test("I8: tests have an ecosystem on a copy of another L1, by the network's own forking", async () => {
  const original = await serveLocalL1({ host: "127.0.0.1", port: 0 }, await dependencies.connectL1({}));
  try {
    const rich = "0x00000000000000000000000000000000000a11ce";
    const [payer] = (await original.request("eth_accounts")) as readonly string[];
    await original.request("eth_sendTransaction", [{ from: payer, to: rich, value: "0x7" }]);
    const hre = await createHardhat({ proofs: "none" });
    const forking = { url: original.url, blockNumber: 1 };
    const connection = await hre.network.create({ network: "hyperchains", override: { forking } });
    const { hyperchains } = connection;
    const balance = await hyperchains.l1.provider.request({ method: "eth_getBalance", params: [rich, "latest"] });
    assert.equal(balance, "0x7");
    const alpha = hyperchains.chain("alpha");
    const [signer] = await alpha.ethers.getSigners();
    await (await signer!.sendTransaction({ to: rich, value: 1n })).wait();
    assert.equal(await alpha.ethers.provider.getBalance(rich), 1n, "chains are not copies");
    await hyperchains.settle();
    assert.equal(await original.provider.getBlockNumber(), 1);
    await connection.close();
  } finally {
    await original.close();
  }
});
