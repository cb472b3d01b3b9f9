import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { interopCenterAbi } from "../../src/ground/abi/interop-center.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { sendListed } from "../../src/ecosystem/client/transfers/transfer-list.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { deliveryFee } from "../../src/ground/protocol/asset-message.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import { destinationBaseToken, relayerReward } from "../../src/ground/protocol/interop-request.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { objectionTo, Rewards } from "../../src/ecosystem/relayer/delivery-policy.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { callOf, relayerOf, transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const center = new Interface(interopCenterAbi);

describe("A15: a relayer delivers what its policy pays for", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];

  before(async () => {
    devnet = await startFlowDevnet([A, B], { proofs: "none" });
    clients = devnet.chains.map(clientOf);
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    await (await alice.sendTransaction(transferOf(B, 5n, bob))).wait();
    await (await alice.sendTransaction(callOf(B, { to: bob, data: "0x", value: 7n, reward: ETHER }))).wait();
    // A reward in a token that anyone can make.
    const { abi, bytecode } = await hre.artifacts.readArtifact("L2TestToken");
    const token = await new ContractFactory(abi, bytecode, alice).deploy(10n ** 30n, false, false);
    await token.waitForDeployment();
    await (await token.getFunction("approve").send(PREDEPLOYS.L2NativeTokenVault, 10n ** 30n)).wait();
    const attributes = [relayerReward(10n ** 30n), destinationBaseToken((await token.getAddress()) as Hex)];
    const data = center.encodeFunctionData("sendBundle", [interoperableAddress(B), [], attributes]);
    await (await alice.sendTransaction({ to: PREDEPLOYS.InteropCenter, data })).wait();
    await settleNow(devnet.chains[0]!);
    await devnet.chains[1]!.pipeline.pollL1();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const delivered = ({ journeys }: ReturnType<typeof relayerOf>): boolean[] =>
    journeys().map(({ steps }) => steps.has("executed"));

  test("a flood of messages without a reward leaves the reserve untouched", async () => {
    const own = await clients[1]!.getBalance(devnet.accounts.wallet(RELAYER).address);
    const saving = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { reserveWei: own + ETHER });
    await saving.poll();
    assert.deepEqual(delivered(saving), [false, true, false]);
    for (const place of [0, 2])
      assert.match(saving.journeys()[place]!.refusal ?? "", /insufficient funds for a delivery at a loss/);
    // The others cost what the reward has brought.
    const spending = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { reserveWei: own });
    await spending.poll();
    assert.deepEqual(delivered(spending), [true, true, true]);
  });

  test("a reward below the share of the gas cost that is asked for is refused, and so is one in another token", async () => {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    await (await alice.sendTransaction(transferOf(B, 6n, bob))).wait();
    await (await alice.sendTransaction(callOf(B, { to: bob, data: "0x", value: 8n, reward: ETHER }))).wait();
    await settleNow(devnet.chains[0]!);
    await devnet.chains[1]!.pipeline.pollL1();
    const careful = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { minRewardPercent: 100 });
    await careful.poll();
    assert.deepEqual(delivered(careful).slice(3, 5), [false, true]);
    assert.match(careful.journeys()[3]!.refusal ?? "", /^its reward of 0 is less than 100% of what its gas costs, \d+$/);
  });

  test("a transfer's fee is weighed as a reward, and paid to the relayer that delivers it", async () => {
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const to = `${bob}@${B}`;
    for (const fee of [1n, ETHER / 10n]) await send(devnet.info(), { chain: Number(A), to, amount: 9n, fee }, alice);
    // A list's are what its senders gave together.
    for (const fee of [0n, ETHER / 5n])
      await sendListed(devnet.info(), { chain: Number(A), to, amount: 4n, fee }, alice, clients[1]!);
    await settleNow(devnet.chains[0]!);
    await devnet.chains[1]!.pipeline.pollL1();
    const careful = relayerOf(devnet, clients, RELAYER, devnet.l1.provider, { minRewardPercent: 100 });
    await careful.observe();
    const fresh = careful.journeys().slice(-3);
    const relayer = devnet.accounts.wallet(RELAYER).address;
    const [own, his] = [await clients[1]!.getBalance(relayer), await clients[1]!.getBalance(bob)];
    await careful.poll();
    assert.deepEqual(
      fresh.map(({ steps }) => steps.has("executed")),
      [false, true, true],
    );
    assert.match(fresh[0]!.refusal ?? "", /^its reward of 1 is less than 100% of what its gas costs, \d+$/);
    assert.equal((await clients[1]!.getBalance(bob)) - his, 17n);
    let gasWei = 0n;
    for (const { steps } of fresh.slice(1))
      gasWei += (await clients[1]!.getTransactionReceipt(steps.get("executed")!.transactionHash))!.fee;
    assert.equal((await clients[1]!.getBalance(relayer)) - own + gasWei, ETHER / 10n + ETHER / 5n);
  });

  test("what is in a block whose events cannot be read yet is not delivered and paid once more", async () => {
    const flaky = clientOf(devnet.chains[1]!);
    const relayer = relayerOf(devnet, [clients[0]!, flaky]);
    await relayer.poll();
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    await (await alice.sendTransaction(transferOf(B, 6n, bob))).wait();
    await settleNow(devnet.chains[0]!);
    await devnet.chains[1]!.pipeline.pollL1();
    await relayer.observe();
    const count = (): Promise<number> => flaky.getTransactionCount(devnet.accounts.wallet(RELAYER).address);
    const before = await count();
    const getLogs = flaky.getLogs.bind(flaky);
    flaky.getLogs = () => Promise.reject(new Error("no logs now"));
    for (let look = 0; look < 4; look++) await assert.rejects(relayer.poll(), /no logs now/);
    assert.equal(await count(), before + 1);
    flaky.getLogs = getLogs;
    await relayer.poll();
    assert.equal(delivered(relayer).includes(false), false);
    assert.equal(await count(), before + 1);
    flaky.destroy();
  });

  test("attack: a fee for what no account can deliver, to the router or the handler, counts as nothing", async () => {
    const relayer = relayerOf(devnet, clients);
    await relayer.observe();
    const unused = () => assert.fail("asked for");
    const rewards = new Rewards({
      ...{ l1View: relayer.l1View, provider: clients[1]!, bundleBodies: unused, isCallbackRewardSpent: unused },
      findList: () => undefined,
    });
    const paying = relayer
      .journeys()
      .find(({ content }) => content.type === "transfer" && deliveryFee(content.transfer) === ETHER / 10n);
    assert.ok(paying?.content.type === "transfer");
    const { content } = paying;
    const to = (recipient: Hex) =>
      rewards.of({ ...paying, content: { ...content, transfer: { ...content.transfer, recipient } } });
    assert.equal(await to(content.transfer.recipient), ETHER / 10n);
    for (const protocols of [PREDEPLOYS.L2AssetRouter, PREDEPLOYS.InteropHandler]) assert.equal(await to(protocols), 0n);
  });

  test("weighs reward against cost exactly, and the balance for losses only", () => {
    const at = (rewardWei: bigint, minRewardPercent: number) =>
      objectionTo({ costWei: 200n, rewardWei }, { minRewardPercent, reserveWei: 50n }, 249n);
    assert.equal(objectionTo({ costWei: 200n, rewardWei: 200n }, { minRewardPercent: 100 }, 0n), undefined);
    assert.match(at(199n, 100)!, /less than 100%/);
    assert.match(at(299n, 150)!, /less than 150%/);
    assert.equal(at(300n, 150), undefined);
    assert.match(at(100n, 50)!, /would leave 49 of a reserve of 50/);
    assert.equal(objectionTo({ costWei: 200n, rewardWei: 0n }, { reserveWei: 49n }, 249n), undefined);
  });
});
