import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { type Hex, wordToHex } from "../../src/ground/protocol/hex.ts";
import { bridge, interopHandler } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { JOURNEY_STEPS } from "../../src/ground/protocol/cross-chain-message.ts";
import type { Journey } from "../../src/ecosystem/relayer/journey.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "./support/devnet.ts";
import { callOf, journeyStatus, relayerOf, transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const callTarget = new Interface(["function double(uint256)", "event Called(address caller, uint256 argument, uint256 value)"]);
const REWARD = ETHER / 100n;

describe("C1 the seven steps of a hyperbridge, visible one by one", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let target: Hex;
  let bob: Hex;

  before(async () => {
    devnet = await startFlowDevnet([A, B]);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const { abi, bytecode } = await hre.artifacts.readArtifact("CallTarget");
    const deployed = await new ContractFactory(abi, bytecode, devnet.accounts.wallet(ALICE).connect(clients[1]!)).deploy();
    target = lowerCaseAddress(await deployed.getAddress());
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const bridgeSays = async (method: string, chainId: bigint): Promise<bigint> => {
    const data = bridge.encodeFunctionData(method, [chainId, assetId(devnet.l1.chainId, ETH)]);
    const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data });
    return bridge.decodeFunctionResult(method, answer)[0] as bigint;
  };
  const journeys = (): readonly [transfer: Journey, call: Journey] => {
    const [transfer, call, ...others] = relayer.journeys();
    assert.ok(transfer?.content.type === "transfer" && call?.content.type === "bundle" && others.length === 0);
    return [transfer, call];
  };
  const statuses = () => journeys().map(journeyStatus);

  test("1 initiated: a transfer and a call with value leave chain A", async () => {
    const signer = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await signer.sendTransaction(transferOf(B, 2n * ETHER, bob))).wait();
    const data = callTarget.encodeFunctionData("double", [22n]);
    await (await signer.sendTransaction(callOf(B, { to: target, data, value: ETHER, reward: REWARD }))).wait();
    await relayer.poll();
    assert.deepEqual(statuses(), ["initiated", "initiated"]);
    assert.equal(await bridgeSays("transit", B), 0n);
  });

  test("2 and 3 settled, and in the Transaction Root: L1 verifies A's proof, executes the batch and moves the ETH to transit", async () => {
    const balance = await bridgeSays("chainBalance", A);
    await settleNow(devnet.chains[0]!);
    await relayer.poll();
    assert.deepEqual(statuses(), ["inTransactionRoot", "inTransactionRoot"]);
    const amount = 3n * ETHER + REWARD;
    assert.equal(await bridgeSays("transit", B), amount);
    assert.equal(await bridgeSays("chainBalance", A), balance - amount);
    assert.deepEqual(
      journeys().map(({ imported }) => imported),
      [undefined, undefined],
    );
  });

  test("4, 5 and 6 imported, delivered, executed: B takes the root, the relayer brings messages with proofs and is rewarded", async () => {
    assert.deepEqual(await takenBy(devnet.chains[1]!.pipeline), { operations: 0, roots: 1 });
    const relayerAddress = devnet.accounts.wallet(RELAYER).address;
    const before = await clients[1]!.getBalance(relayerAddress);
    await relayer.poll();
    assert.deepEqual(
      journeys().map(({ refusal }) => refusal),
      [undefined, undefined],
    );
    assert.deepEqual(statuses(), ["executed", "executed"]);
    assert.equal(await clients[1]!.getBalance(bob), 2n * ETHER);
    assert.equal(await clients[1]!.getBalance(target), ETHER);
    const receipts = await Promise.all(
      journeys().map(({ steps }) => clients[1]!.getTransactionReceipt(steps.get("executed")!.transactionHash)),
    );
    const fees = receipts.reduce((sum, receipt) => sum + receipt!.fee, 0n);
    assert.equal((await clients[1]!.getBalance(relayerAddress)) - before, REWARD - fees);
    const executed = receipts[1]!.logs
      .map((log) => interopHandler.parseLog(log))
      .find((event) => event?.name === "BundleExecuted");
    assert.equal(executed!.args["success"], true);
    const called = receipts[1]!.logs.filter(({ address }) => address.toLowerCase() === target);
    assert.deepEqual(
      called.map((log) => [...callTarget.parseLog(log)!.args].slice(1)),
      [[22n, ETHER]],
    );
  });

  test("nothing is delivered twice", async () => {
    await relayer.poll();
    assert.equal(await clients[1]!.getBalance(bob), 2n * ETHER);
    const again = relayerOf(devnet, clients);
    await again.poll();
    assert.deepEqual(again.journeys().map(journeyStatus), ["executed", "executed"]);
    const first = journeys()[0].steps.get("delivered")!.transactionHash;
    const transaction = (await clients[1]!.getTransaction(first))!;
    const repeated = { to: transaction.to, data: transaction.data, from: devnet.accounts.wallet(RELAYER).address };
    await assert.rejects(clients[1]!.call(repeated), (error: { data?: string }) => {
      // AlreadyDelivered(uint256,bytes32)
      assert.equal(
        error.data?.slice(0, 10),
        new Interface(["error AlreadyDelivered(uint256,bytes32)"]).getError("AlreadyDelivered")!.selector,
      );
      return true;
    });
  });

  test("7 import settled: L1 verifies B's proof, checks the imported root and moves the ETH into B's balance", async () => {
    const balance = await bridgeSays("chainBalance", B);
    const { batch, receipts } = await settleNow(devnet.chains[1]!);
    assert.equal(receipts.prove?.status, 1);
    assert.equal(batch.importedRoots.length, 1);
    await relayer.poll();
    assert.deepEqual(statuses(), ["importSettled", "importSettled"]);
    for (const { steps } of journeys()) assert.deepEqual(new Set(steps.keys()), new Set(JOURNEY_STEPS));
    assert.equal(await bridgeSays("transit", B), 0n);
    assert.equal(await bridgeSays("chainBalance", B), balance + 3n * ETHER + REWARD);
  });
});

describe("C1 a forged root", () => {
  test("is caught in step seven: the proof holds, L1 does not know the root and executes nothing", async () => {
    const devnet = await startFlowDevnet([A]);
    try {
      const [chain] = devnet.chains;
      await chain!.pipeline.chain.sequencer.importRoots([{ registryIndex: 0n, root: wordToHex(0xbadn) }]);
      await assert.rejects(settleNow(chain!), (error) => {
        assert.ok(error instanceof SettlementError);
        assert.equal(error.contractError?.name, "ImportedRootUnknown");
        return true;
      });
      const { hyperchain } = chain!.pipeline.created;
      const totals = new Interface([
        "function getTotalBatchesVerified() view returns (uint256)",
        "function getTotalBatchesExecuted() view returns (uint256)",
      ]);
      const total = async (name: string) =>
        BigInt(await devnet.l1.provider.call({ to: hyperchain, data: totals.encodeFunctionData(name) }));
      assert.equal(await total("getTotalBatchesVerified"), 1n);
      assert.equal(await total("getTotalBatchesExecuted"), 0n);
      assert.equal(devnet.faults.length, 1);
    } finally {
      await devnet.close();
    }
  });
});
