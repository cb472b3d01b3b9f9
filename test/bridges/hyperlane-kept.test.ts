import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ContractFactory, type Contract } from "ethers";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { compileDapp, installDapp } from "./support/dapp.ts";
import { HYPERLANE_DAPP } from "./support/warp-routes.ts";
import { word } from "./support/world.ts";

const CHAINS = [271n, 272n];
const known = { projectFolder: HYPERLANE_DAPP };

describe("C14 Hyperlane in an ecosystem that ends and restarts", () => {
  test("messages at every step continue, and each is processed once; a domain that the config has changed is refused", async () => {
    installDapp(HYPERLANE_DAPP);
    const { abi, bytecode } = compileDapp(HYPERLANE_DAPP)("MyGreeter");
    const data = mkdtempSync(join(tmpdir(), "bridged-"));
    const kept = { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER], bridges: { hyperlane: {} }, data };
    const moveOn = async (devnet: FlowDevnet): Promise<readonly string[]> => {
      for (let round = 0; round < 2; round++) {
        await devnet.settle();
        await devnet.relay();
      }
      return (await devnet.bridges!.bridges()).hyperlane!.deliveries.map(({ step }) => step);
    };
    try {
      let devnet = await startFlowDevnet(CHAINS, kept, known);
      let clients = devnet.chains.map(clientOf);
      const { mailbox } = devnet.info().bridges!.hyperlane!.contracts;
      const put = async (i: number): Promise<Contract> => {
        const alice = devnet.accounts.wallet(ALICE).connect(clients[i]!);
        const contract = await new ContractFactory(abi as [], bytecode, alice).deploy(mailbox);
        await contract.waitForDeployment();
        return contract as Contract;
      };
      const [a, b] = [await put(0), await put(1)];
      const metadata = `0x0001${"0".repeat(64)}${(150_000).toString(16).padStart(64, "0")}`;
      const greet = async (text: string): Promise<void> => {
        const given = [272, word(b), text, metadata];
        const value = (await a.getFunction("quote").staticCall(...given)) as bigint;
        await (await a.getFunction("greet").send(...given, { value })).wait();
      };
      await greet("executed");
      assert.deepEqual(await moveOn(devnet), ["executed"]);
      await (await b.getFunction("refuse").send(true)).wait();
      await greet("refused");
      assert.deepEqual(await moveOn(devnet), ["executed", "failed"]);
      await greet("sent");
      for (const client of clients) client.destroy();
      await devnet.close();

      const changed = startFlowDevnet(CHAINS, { ...kept, bridges: { hyperlane: { ids: { l1: 7 } } } }, known);
      await assert.rejects(changed, { code: "IdChanged", message: /l1 has had Hyperlane's id \d+ since .* the config says 7/ });
      devnet = await startFlowDevnet(CHAINS, kept, known);
      clients = devnet.chains.map(clientOf);
      const again = b.connect(devnet.accounts.wallet(ALICE).connect(clients[1]!)) as Contract;
      await (await again.getFunction("refuse").send(false)).wait();
      assert.deepEqual(await moveOn(devnet), ["executed", "executed", "executed"]);
      assert.equal(await again.getFunction("received").staticCall(), 3n);
      for (const client of clients) client.destroy();
      await devnet.close();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});
