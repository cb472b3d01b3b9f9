import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AbiCoder, Contract, ContractFactory, hexlify, toUtf8Bytes, ZeroAddress } from "ethers";
import hre from "hardhat";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAINS = [271n, 272n];
const REQUEST = "tuple(bytes, bytes, tuple(address, uint256)[], address, bytes)";
const ROUTER = [
  `function getFee(uint64, ${REQUEST}) view returns (uint256)`,
  `function ccipSend(uint64, ${REQUEST}) payable returns (bytes32)`,
];

describe("C14 CCIP in an ecosystem that ends and restarts", () => {
  test("messages at every step continue, and each is executed once; a selector that the config has changed is refused", async () => {
    const data = mkdtempSync(join(tmpdir(), "bridged-"));
    const kept = { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER], bridges: { ccip: {} }, data };
    const { abi, bytecode } = await hre.artifacts.readArtifact("BridgeTestCcipReceiver");
    let devnet: FlowDevnet | undefined = await startFlowDevnet(CHAINS, kept);
    const end = async (): Promise<void> => {
      const ending = devnet;
      devnet = undefined;
      await ending?.close();
    };
    const { router } = devnet.info().bridges!.ccip!.contracts;
    /** Does something with clients of both chains, as ALICE. */
    const withChains = async <Result>(
      work: (a: Contract, on: (of: Contract) => Contract) => Promise<Result>,
    ): Promise<Result> => {
      const clients = devnet!.chains.map(clientOf);
      const [a, b] = clients.map((client) => devnet!.accounts.wallet(ALICE).connect(client));
      try {
        return await work(new Contract(router, ROUTER, a), (of) => of.connect(b!) as Contract);
      } finally {
        for (const client of clients) client.destroy();
      }
    };
    const steps = async (): Promise<readonly string[]> =>
      (await devnet!.bridges!.bridges()).ccip!.deliveries.map(({ step }) => step);
    const moveOn = async (): Promise<readonly string[]> => {
      for (let round = 0; round < 2; round++) {
        await devnet!.settle();
        await devnet!.relay();
      }
      return steps();
    };
    const hold = (running: boolean): Promise<unknown> =>
      devnet!.chains[0]!.provider.request({
        method: "hyperchain_setFault",
        params: [{ type: "bridges", chainId: 272, running }],
      });
    let receiver: Contract | undefined;
    const send = (text: string): Promise<void> =>
      withChains(async (a) => {
        const to = AbiCoder.defaultAbiCoder().encode(["address"], [receiver!.target]);
        const given = [272n, [to, hexlify(toUtf8Bytes(text)), [], ZeroAddress, "0x"]];
        const value = (await a.getFunction("getFee").staticCall(...given)) as bigint;
        await (await a.getFunction("ccipSend").send(...given, { value })).wait();
      });
    try {
      receiver = await withChains(async (_a, on) => {
        const { runner } = on(new Contract(router, ROUTER));
        const created = await new ContractFactory(abi, bytecode, runner as never).deploy();
        await created.waitForDeployment();
        return created as Contract;
      });
      await send("executed");
      await send("refuse");
      assert.deepEqual(await moveOn(), ["executed", "failed"]);
      await hold(false);
      await send("recorded");
      assert.deepEqual(await moveOn(), ["executed", "failed", "verified"]);
      await send("sent");
      await end();

      const changed = startFlowDevnet(CHAINS, { ...kept, bridges: { ccip: { ids: { l1: "7" } } } });
      await assert.rejects(changed, { code: "IdChanged", message: /l1 has had CCIP's id \d+ since .* the config says 7/ });
      devnet = await startFlowDevnet(CHAINS, kept);
      assert.deepEqual(await moveOn(), ["executed", "failed", "executed", "executed"]);
      const received = await withChains((_a, on) => on(receiver!).getFunction("received").staticCall());
      assert.equal(received, 3n);
    } finally {
      await end();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
