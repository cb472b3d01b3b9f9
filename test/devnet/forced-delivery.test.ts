import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { ClientError } from "../../src/ecosystem/client/ecosystem/client-error.ts";
import { bridge } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { forceDelivery, type ForcedDelivery } from "../../src/ecosystem/client/transfers/force-delivery.ts";
import { loadEcosystem, type RunningEcosystem } from "../../src/ecosystem/client/ecosystem/running-ecosystem.ts";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "../flow/support/devnet.ts";
import { journeyStatus, relayerOf, transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
/** Account without a relation to the transfers or chain B. */
const STRANGER = 5;

describe("A15: a chain that imports no root gets root and delivery through its queue", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let ecosystem: RunningEcosystem;
  let bob: Hex;

  before(async () => {
    devnet = await startFlowDevnet([A, B], { proofs: "none", fundedAccounts: [ALICE, STRANGER, 9] });
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    ecosystem = await loadEcosystem(clients[0]!);
    bob = devnet.accounts.wallet(BOB).address.toLowerCase() as Hex;
    // What funded the accounts.
    for (const { chainId } of devnet.chains) await devnet.settle(chainId);
    // An operator of B that leaves out what others send to it.
    Object.assign(devnet.chains[1]!.pipeline.chain.sequencer, { importRoots: () => Promise.resolve() });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const onL1 = (account: number) => devnet.accounts.wallet(account).connect(devnet.l1.provider);
  const transfer = async (amount: bigint): Promise<Hex> => {
    const sender = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await sender.sendTransaction(transferOf(B, amount, bob))).wait();
    await settleNow(devnet.chains[0]!);
    await relayer.poll();
    return relayer.journeys().at(-1)!.messageHash;
  };
  const blockOnB = async (): Promise<void> => {
    await (await devnet.accounts.wallet(ALICE).connect(clients[1]!).sendTransaction({ to: bob, value: 0n })).wait();
  };
  const stuckNow = async (): Promise<EcosystemStatus["messages"]["stuck"]> =>
    ((await clients[0]!.send("hyperchain_status", [])) as EcosystemStatus).messages.stuck;
  const sendRoot = async (index: bigint): Promise<void> => {
    const data = bridge.encodeFunctionData("sendRoot", [B, index]);
    await (await onL1(STRANGER).sendTransaction({ to: devnet.ecosystem.addresses.bridge, data })).wait();
  };
  const delivered = async ({ deliveryTransactionHash }: ForcedDelivery): Promise<number | null | undefined> =>
    (await clients[1]!.getTransactionReceipt(deliveryTransactionHash))?.status;

  let first: Hex;

  test("its transfers wait, and the status says that they are stuck, and what helps, once the chain has gone on without a root", async () => {
    first = await transfer(ETHER);
    await devnet.chains[1]!.pipeline.pollL1();
    await relayer.poll();
    assert.equal(journeyStatus(relayer.journey(A, first)!), "inTransactionRoot");
    assert.deepEqual(await stuckNow(), []);
    await devnet.l1.request("evm_increaseTime", [120]);
    await devnet.l1.request("evm_mine");
    await devnet.chains[1]!.pipeline.pollL1();
    await blockOnB();
    await settleNow(devnet.chains[1]!);
    const [stuck] = await stuckNow();
    const { name } = ecosystem.chains[1]!;
    assert.equal(stuck?.why, `${name} continues without importing a root that holds it`);
    assert.match(
      stuck.help,
      new RegExp(`'npx hardhat hyperchain:deliver ${first} --through-queue' puts root and message into its queue`),
    );
  });

  test("any account can deliver both through L1: they cost no base token, and the chain executes them", async () => {
    // A stranger's roots, old ones too, do not interfere.
    await sendRoot(0n);
    const [onA, onB] = await Promise.all(clients.map((client) => client.getBalance(devnet.accounts.wallet(STRANGER).address)));
    const forced = await forceDelivery(ecosystem, { chain: Number(A), messageHash: first }, onL1(STRANGER));
    await sendRoot(0n);
    assert.ok(forced.rootTransactionHash !== undefined);
    assert.deepEqual(await takenBy(devnet.chains[1]!.pipeline), { operations: 4, roots: 0 });
    assert.equal(await delivered(forced), 1);
    assert.equal(await clients[1]!.getBalance(bob), ETHER);
    const now = await Promise.all(clients.map((client) => client.getBalance(devnet.accounts.wallet(STRANGER).address)));
    assert.deepEqual(now, [onA, onB]);
    await relayer.poll();
    assert.equal(journeyStatus(relayer.journey(A, first)!), "executed");
    assert.deepEqual(await stuckNow(), []);
  });

  test("L1 executes the batch, whose validators run it again, and the message has done all of its steps", async () => {
    await settleNow(devnet.chains[1]!);
    await relayer.poll();
    assert.equal(journeyStatus(relayer.journey(A, first)!), "importSettled");
  });

  test("a second delivery changes nothing", async () => {
    const again = await forceDelivery(ecosystem, { chain: Number(A), messageHash: first }, onL1(STRANGER));
    await devnet.chains[1]!.pipeline.pollL1();
    assert.equal(await delivered(again), 0);
    assert.equal(await clients[1]!.getBalance(bob), ETHER);
  });

  test("with a root that the chain has, only the delivery is queued; paid gas is taken from the sender on L1", async () => {
    const second = await transfer(2n * ETHER);
    const missing = forceDelivery(ecosystem, { chain: Number(A), messageHash: second, rootIndex: 1n }, onL1(STRANGER));
    await assert.rejects(missing, (error) => error instanceof ClientError && error.code === "NotDeliverable");
    const rootIndex = BigInt(relayer.l1View.registry.leafCount);
    await sendRoot(rootIndex);
    const request = { chain: Number(A), messageHash: second, rootIndex, gasLimit: 600_000n };
    const forced = await forceDelivery(ecosystem, request, onL1(STRANGER));
    assert.equal(forced.rootTransactionHash, undefined);
    await devnet.chains[1]!.pipeline.pollL1();
    assert.equal(await delivered(forced), 1);
    assert.equal(await clients[1]!.getBalance(bob), 3n * ETHER);
  });

  test("a hash that no executed batch of the chain has is refused before anything is sent", async () => {
    const nonce = await onL1(STRANGER).getNonce();
    const unknown = forceDelivery(ecosystem, { chain: Number(A), messageHash: `0x${"12".repeat(32)}` }, onL1(STRANGER));
    await assert.rejects(unknown, /L1 has executed no batch of .* that sends 0x12/);
    assert.equal(await onL1(STRANGER).getNonce(), nonce);
  });
});

describe("roots that anyone sends through the queue", () => {
  test("do not hide from a relayer that the chain's own import was settled with them", async () => {
    const devnet = await startFlowDevnet([A, B], { proofs: "none" });
    const clients = devnet.chains.map(clientOf);
    try {
      const relayer = relayerOf(devnet, clients);
      const sender = devnet.accounts.wallet(ALICE).connect(clients[0]!);
      await (await sender.sendTransaction(transferOf(B, ETHER, devnet.accounts.wallet(BOB).address))).wait();
      await settleNow(devnet.chains[0]!);
      const data = bridge.encodeFunctionData("sendRoot", [B, 0n]);
      const onL1 = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
      await (await onL1.sendTransaction({ to: devnet.ecosystem.addresses.bridge, data })).wait();
      assert.deepEqual(await takenBy(devnet.chains[1]!.pipeline), { operations: 1, roots: 1 });
      await relayer.poll();
      await settleNow(devnet.chains[1]!);
      await relayer.poll();
      assert.deepEqual(relayer.journeys().map(journeyStatus), ["importSettled"]);
    } finally {
      for (const client of clients) client.destroy();
      await devnet.close();
    }
  });
});
