import assert from "node:assert/strict";
import { test } from "node:test";
import { Contract, ContractFactory, Interface } from "ethers";
import hre from "hardhat";
import { interopCenterAbi } from "../../src/ground/abi/interop-center.ts";
import { interopHandlerAbi } from "../../src/ground/abi/interop-handler.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { attribute, interoperable } from "../contracts/l2/support/bundles.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet } from "./support/devnet.ts";
import { moveOn, relayerOf } from "./support/interop.ts";

test("B1: a relayer over HTTP delivers calls that run out of gas, whatever gas they were given", async () => {
  const devnet = await startFlowDevnet([271n, 272n], { proofs: "none", fundedAccounts: [ALICE, RELAYER] });
  const clients = devnet.chains.map(clientOf);
  try {
    const relayer = relayerOf(devnet, clients);
    const [onA, onB] = clients.map((client) => devnet.accounts.wallet(ALICE).connect(client));
    const { abi, bytecode } = await hre.artifacts.readArtifact("InteropRecipient");
    const recipient = await new ContractFactory(abi, bytecode, onB).deploy();
    await recipient.waitForDeployment();
    const center = new Contract(PREDEPLOYS.InteropCenter, interopCenterAbi, onA);
    // An estimate repeats the loop some twenty times, and has ten seconds.
    const gasLimits = [40_000n, 1_000_000n, 2_500_000n];
    for (const gas of gasLimits) {
      // The recipient loops for as long as it has gas.
      const to = interoperable(272n, await recipient.getAddress());
      await (await center.getFunction("sendMessage").send(to, "0xfd", [attribute("gasLimit", gas)])).wait();
    }
    await moveOn(devnet, relayer);
    await relayer.poll();
    assert.deepEqual(
      relayer.journeys().map(({ refusal }) => refusal),
      [undefined, undefined, undefined],
    );
    const logs = await clients[1]!.getLogs({ address: PREDEPLOYS.InteropHandler, fromBlock: 0 });
    const handler = new Interface(interopHandlerAbi);
    assert.deepEqual(
      logs.map((log) => handler.parseLog(log)?.args["success"] as boolean),
      gasLimits.map(() => false),
    );
  } finally {
    for (const client of clients) client.destroy();
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
