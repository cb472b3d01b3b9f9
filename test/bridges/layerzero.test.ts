import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, zeroPadValue, type Contract } from "ethers";
import { connectLayerZero, deployLayerZero, layerZeroCode } from "../../src/ecosystem/bridges/layerzero/deploy.ts";
import { LayerZeroWorker } from "../../src/ecosystem/bridges/layerzero/worker.ts";
import type { BridgeMember } from "../../src/ecosystem/bridges/bridge-member.ts";
import { transmit } from "../../src/ecosystem/devnet/deployment/transmit.ts";
import { bundledArtifact } from "../../src/tool/plugin/contract-artifacts.ts";
import { ETH_BASE_TOKEN } from "../../src/ground/protocol/base-token.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, BOB, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { moveOn, relayerOf } from "../flow/support/interop.ts";
import { compileDapp, DAPP, installDapp } from "./support/dapp.ts";

const BRIDGE_KEY = 7;
const CHAINS = [271n, 272n];
const EIDS = [40231, 40245];

describe("C14 LayerZero V2 between two chains, with an OFT as its npm package has it", () => {
  let devnet: FlowDevnet;
  let clients: ReturnType<typeof clientOf>[];
  let relayer: Relayer;
  let members: BridgeMember[];
  let worker: LayerZeroWorker;
  let artifact: ReturnType<typeof compileDapp>;
  before(async () => {
    installDapp();
    artifact = compileDapp();
    devnet = await startFlowDevnet(CHAINS, { ...UNPROVEN, fundedAccounts: [ALICE, RELAYER, BRIDGE_KEY] });
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    members = clients.map((provider, i) => ({
      name: devnet.chains[i]!.name,
      chainId: CHAINS[i]!,
      id: BigInt(EIDS[i]!),
      isL1: false,
      provider,
      wallet: devnet.accounts.wallet(BRIDGE_KEY).connect(provider),
      coin: ETH_BASE_TOKEN,
      fromBlock: 0,
    }));
    const code = await layerZeroCode(DAPP, bundledArtifact);
    await Promise.all(members.map((member) => deployLayerZero(member, code, transmit)));
    await connectLayerZero(members, () => PREDEPLOYS.InteropCenter, transmit);
    worker = new LayerZeroWorker({ members, clock: systemClock, isHeld: () => false });
  });
  after(async () => {
    for (const client of clients ?? []) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults, []);
  });

  test("tokens go from one chain to the other", async () => {
    const alice = members.map(({ provider }) => devnet.accounts.wallet(ALICE).connect(provider));
    const bob = devnet.accounts.wallet(BOB).address;
    const ofts: Contract[] = [];
    for (const [i] of members.entries()) {
      const { abi, bytecode } = artifact("MyOFT");
      const factory = new ContractFactory(abi as [], bytecode, alice[i]);
      const oft = await factory.deploy("My", "MY", worker.contracts.endpoint, alice[i]!.address, i === 0 ? 10n ** 21n : 0n);
      await oft.waitForDeployment();
      ofts.push(oft as Contract);
    }
    const [a, b] = ofts as [Contract, Contract];
    await (await a.getFunction("setPeer")(EIDS[1], zeroPadValue(await b.getAddress(), 32))).wait();
    await (await b.getFunction("setPeer")(EIDS[0], zeroPadValue(await a.getAddress(), 32))).wait();
    const options = "0x0003010011010000000000000000000000000001d4c0";
    const param = [EIDS[1], zeroPadValue(bob, 32), 7n * 10n ** 18n, 0n, options, "0x", "0x"];
    const [fee] = await a.getFunction("quoteSend").staticCall(param, false);
    await (await a.getFunction("send")(param, [fee, 0n], alice[0]!.address, { value: fee })).wait();
    for (let i = 0; i < 3; i++) {
      await moveOn(devnet, relayer);
      await worker.look();
    }
    assert.equal(await b.getFunction("balanceOf").staticCall(bob), 7n * 10n ** 18n);
  });
});
