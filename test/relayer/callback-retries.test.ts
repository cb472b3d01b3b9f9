import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { type Hex, toHex } from "../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import { callback } from "../../src/ground/protocol/interop-request.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { interopHandler } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { journeyStatus, moveOn, relayerOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const REWARD = ETHER / 50n;
const THIRTY_DAYS_SECONDS = 30 * 86_400;

describe("A5: callbacks whose listener fails", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let listener: Hex;
  let listenerAbi: Interface;

  before(async () => {
    devnet = await startFlowDevnet([A, B], { proofs: "none" });
    clients = devnet.chains.map(clientOf);
    const { abi, bytecode } = await hre.artifacts.readArtifact("InteropCaller");
    const contract = await new ContractFactory(abi, bytecode, alice()).deploy(PREDEPLOYS.InteropCenter);
    await contract.waitForDeployment();
    listener = lowerCaseAddress(await contract.getAddress());
    listenerAbi = new Interface(abi);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const alice = () => devnet.accounts.wallet(ALICE).connect(clients[0]!);
  const deliveries = () => clients[0]!.getTransactionCount(devnet.accounts.wallet(RELAYER).address);

  async function onListener(name: string, args: readonly unknown[], value = 0n): Promise<void> {
    await (await alice().sendTransaction({ to: listener, data: listenerAbi.encodeFunctionData(name, args), value })).wait();
  }

  /** A bundle without calls, whose outcome the listener wants to hear. */
  const ask = (rewardWei: bigint) =>
    onListener("send", [interoperableAddress(B), [], [callback(300_000n, rewardWei)]], rewardWei);

  /** The newest outcome that comes back. */
  function outcome(relayer: Relayer) {
    const journey = relayer.journeys().findLast(({ content }) => content.type === "result");
    assert.ok(journey?.content.type === "result");
    return { journey, bundleHash: journey.content.result.bundleHash };
  }

  async function told(): Promise<bigint> {
    const answer = await clients[0]!.call({ to: listener, data: listenerAbi.encodeFunctionData("resultCount") });
    return listenerAbi.decodeFunctionResult("resultCount", answer)[0] as bigint;
  }

  /** Reads the state of the bundle's callback on the sending chain. */
  async function callbackOf(bundleHash: Hex): Promise<{ readonly told: boolean } | null> {
    const [message] = (await clients[0]!.send("hyperchain_getMessage", [bundleHash])) as [
      { readonly callback: { readonly told: boolean } | null },
    ];
    return message.callback;
  }

  test("are repeated until the listener accepts them, and are not executed before", async () => {
    await onListener("setRefuses", [true]);
    await ask(REWARD);
    const relayer = relayerOf(devnet, clients);
    await moveOn(devnet, relayer);
    const before = await deliveries();
    await moveOn(devnet, relayer);
    const { journey, bundleHash } = outcome(relayer);
    assert.equal((await deliveries()) - before, 1);
    assert.equal(journeyStatus(journey), "delivered");
    assert.match(journey.refusal ?? "", /its listener 0x[0-9a-f]{40} failed/);
    assert.equal((await callbackOf(bundleHash))?.told, false);
    // Trying costs nothing: the listener is asked before a transaction is sent.
    for (let look = 0; look < 20; look++) await relayer.poll();
    assert.equal((await deliveries()) - before, 1);
    assert.match(journey.refusal ?? "", /^its listener fails: refused$/);
    await onListener("setRefuses", [false]);
    for (let look = 0; look < 40 && !journey.steps.has("executed"); look++) await relayer.poll();
    assert.equal(await told(), 1n);
    assert.deepEqual([journeyStatus(journey), journey.refusal], ["executed", undefined]);
    assert.equal((await callbackOf(bundleHash))?.told, true);
    assert.equal((await deliveries()) - before, 2);
  });

  test("that another relayer sent to a failing listener yield no further reward", async () => {
    await onListener("setRefuses", [true]);
    await ask(REWARD);
    const first = relayerOf(devnet, clients);
    await moveOn(devnet, first);
    await moveOn(devnet, first);
    await onListener("setRefuses", [false]);
    const paid = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { minRewardPercent: 1 });
    await paid.poll();
    assert.match(outcome(paid).journey.refusal ?? "", /^its reward of 0 is less than 1% of what its gas costs/);
    const free = relayerOf(devnet, clients);
    await free.poll();
    assert.equal(journeyStatus(outcome(free).journey), "executed");
    assert.equal(await told(), 2n);
  });

  test("end after their time has passed, and a withdrawn reward is not counted", async () => {
    const relayer = relayerOf(devnet, clients);
    await onListener("setRefuses", [true]);
    await ask(REWARD);
    await moveOn(devnet, relayer);
    await moveOn(devnet, relayer);
    const { journey: expired } = outcome(relayer);
    assert.equal(journeyStatus(expired), "delivered");
    await ask(REWARD);
    await moveOn(devnet, relayer);
    await settleNow(devnet.chains[1]!);
    await devnet.chains[0]!.pipeline.pollL1();
    await relayer.observe();
    const { journey: reclaimed, bundleHash } = outcome(relayer);
    assert.notEqual(expired, reclaimed);
    await clients[0]!.send("evm_increaseTime", [THIRTY_DAYS_SECONDS + 1]);
    const bundle = toHex(relayer.journey(A, bundleHash)!.body);
    await (
      await alice().sendTransaction({
        to: PREDEPLOYS.InteropHandler,
        data: interopHandler.encodeFunctionData("reclaimCallbackReward", [bundle]),
      })
    ).wait();
    await onListener("setRefuses", [false]);
    const paid = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { minRewardPercent: 1 });
    await paid.poll();
    assert.match(outcome(paid).journey.refusal ?? "", /^its reward of 0 is less than 1% of what its gas costs/);
    for (let look = 0; look < 40; look++) await relayer.poll();
    assert.equal(journeyStatus(reclaimed), "executed");
    assert.match(expired.refusal ?? "", /can no longer be told/);
    assert.equal(await told(), 3n);
  });
});
