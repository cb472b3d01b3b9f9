import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { ContractFactory, type Contract } from "ethers";
import type { BridgeDelivery } from "../../src/ecosystem/devnet/view/books/bridge-info.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { compileDapp, DAPP, installDapp } from "./support/dapp.ts";
import { options, sendWord, word } from "./support/world.ts";

const CHAINS = [271n, 272n];
const PLAIN = options.all(options.receive(200_000));
const bridged = { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER], bridges: { layerzero: {} } };

describe("C14 LayerZero in an ecosystem that ends, restarts and changes", () => {
  let artifact: ReturnType<typeof compileDapp>;
  before(() => {
    installDapp();
    artifact = compileDapp();
  });

  /** MyOApp on both chains, each the other's peer. */
  async function oapps(devnet: FlowDevnet, chainIds: readonly bigint[]) {
    const clients = chainIds.map((id) => clientOf(devnet.chains.find(({ chainId }) => chainId === id)!));
    const { endpoint } = devnet.info().bridges!.layerzero!.contracts;
    const put = async (client: (typeof clients)[number]): Promise<Contract> => {
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      const { abi, bytecode } = artifact("MyOApp");
      const contract = await new ContractFactory(abi as [], bytecode, alice).deploy(endpoint, alice.address);
      await contract.waitForDeployment();
      return contract as Contract;
    };
    const [a, b] = [await put(clients[0]!), await put(clients[1]!)];
    await (await a.getFunction("setPeer").send(chainIds[1], word(b))).wait();
    await (await b.getFunction("setPeer").send(chainIds[0], word(a))).wait();
    return { a, b, clients };
  }

  async function moveOn(devnet: FlowDevnet): Promise<readonly BridgeDelivery[]> {
    await devnet.settle();
    await devnet.relay();
    return (await devnet.bridges!.bridges()).layerzero!.deliveries;
  }

  test("a stored ecosystem continues with messages at every step, and executes each once", async () => {
    const data = mkdtempSync(join(tmpdir(), "bridged-"));
    const kept = { ...bridged, data };
    const known = { projectFolder: DAPP };
    try {
      let devnet = await startFlowDevnet(CHAINS, kept, known);
      const first = await oapps(devnet, CHAINS);
      const [aAt, bAt] = [String(first.a.target), String(first.b.target)];
      await sendWord(first.a, 272, "executed", { options: PLAIN });
      await moveOn(devnet);
      await moveOn(devnet);
      await (await first.b.getFunction("refuse").send(true)).wait();
      await sendWord(first.a, 272, "failed", { options: PLAIN });
      await moveOn(devnet);
      await moveOn(devnet);
      await sendWord(first.a, 272, "sent", { options: PLAIN });
      for (const client of first.clients) client.destroy();
      await devnet.close();

      devnet = await startFlowDevnet(CHAINS, kept, known);
      const before = (await devnet.bridges!.bridges()).layerzero!.deliveries;
      assert.deepEqual(
        before.map(({ step }) => step),
        ["executed", "failed", "sent"],
      );
      const clients = devnet.chains.map(clientOf);
      const b = first.b.attach(bAt).connect(devnet.accounts.wallet(ALICE).connect(clients[1]!)) as Contract;
      assert.equal(before[0]!.sender, word(aAt).toLowerCase());
      await (await b.getFunction("refuse").send(false)).wait();
      await moveOn(devnet);
      const after = await moveOn(devnet);
      assert.deepEqual(
        after.map(({ step }) => step),
        ["executed", "executed", "executed"],
      );
      assert.equal(await b.getFunction("received").staticCall(), 3n);
      for (const client of clients) client.destroy();
      await devnet.close();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });

  test("ids that the config has changed since are refused by name, and earlier messages continue", async () => {
    const data = mkdtempSync(join(tmpdir(), "bridged-"));
    const known = { projectFolder: DAPP };
    const withIds = (ids: Record<string, number>) => ({ ...bridged, data, bridges: { layerzero: { ids } } });
    try {
      await (await startFlowDevnet([CHAINS[0]!], withIds({ l1: 40161 }), known)).close();
      const changed = startFlowDevnet([CHAINS[0]!], withIds({ l1: 40999 }), known);
      const advice = /l1 has had LayerZero's id 40161 since .* the config says 40999: write ids: \{ "l1": 40161 \}/;
      await assert.rejects(changed, { code: "IdChanged", message: advice });
      await (await startFlowDevnet([CHAINS[0]!], withIds({ l1: 40161 }), known)).close();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });

  test("an added chain is included, and a stopped one delays no other and continues later", async () => {
    const devnet = await startFlowDevnet(CHAINS, bridged, { projectFolder: DAPP });
    let gamma: Awaited<ReturnType<typeof oapps>> | undefined;
    let beta: Awaited<ReturnType<typeof oapps>> | undefined;
    try {
      beta = await oapps(devnet, CHAINS);
      const { chainId } = await devnet.addChain({ name: "gamma" });
      gamma = await oapps(devnet, [CHAINS[0]!, chainId]);
      await devnet.stopChain(CHAINS[1]!);
      await sendWord(beta.a, Number(CHAINS[1]), "to one that is paused", { options: PLAIN });
      await sendWord(gamma.a, Number(chainId), "to a new one", { options: PLAIN });
      await moveOn(devnet);
      const during = await moveOn(devnet);
      assert.deepEqual(
        during.map(({ step }) => step),
        ["sent", "executed"],
      );
      assert.equal(await gamma.b.getFunction("data").staticCall(), "to a new one");
      await devnet.startChain(CHAINS[1]!);
      await moveOn(devnet);
      const after = await moveOn(devnet);
      assert.deepEqual(
        after.map(({ step }) => step),
        ["executed", "executed"],
      );
    } finally {
      for (const client of [...(beta?.clients ?? []), ...(gamma?.clients ?? [])]) client.destroy();
      await devnet.close();
    }
  });
});
