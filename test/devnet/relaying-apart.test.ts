import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ALICE, BOB, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { transferOf } from "../flow/support/interop.ts";

const [A, B, C] = [271n, 272n, 273n];

describe("relaying waits for no chain that makes no blocks, and views wait for no relaying", () => {
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  before(async () => {
    devnet = await startFlowDevnet([A, B, C], { ...UNPROVEN, relayer: true });
    clients = devnet.chains.map(clientOf);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const bob = () => devnet.accounts.wallet(BOB).address;
  const held = (place: number): Promise<bigint> => clients[place]!.getBalance(bob());
  const status = async (): Promise<EcosystemStatus["messages"]> => (await devnet.status()).messages;
  const deliveries = (place: number, tag: "latest" | "pending") =>
    clients[place]!.getTransactionCount(devnet.accounts.wallet(RELAYER).address, tag);
  const send = async (destination: bigint, amount: bigint): Promise<void> => {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await alice.sendTransaction(transferOf(destination, amount, bob()))).wait();
  };

  test("A3: a chain without automatic blocks holds up its own deliveries alone; they show when it has made one", async () => {
    await clients[1]!.send("evm_setAutomine", [false]);
    await send(B, 3n);
    await send(C, 4n);
    await devnet.settle();
    const { messages } = await devnet.relay();
    assert.equal(messages.length, 2);
    assert.deepEqual([await held(1), await held(2)], [0n, 4n]);
    assert.deepEqual([await deliveries(1, "latest"), await deliveries(1, "pending")], [0, 1]);
    const { inFlight, delivered, stuck } = await status();
    assert.deepEqual([inFlight, delivered, stuck.length], [1, 1, 0]);
    await clients[1]!.send("evm_mine", []);
    // By the chain's events: the relayer has not looked again.
    assert.equal((await status()).delivered, 2);
    assert.equal(await held(1), 3n);
  });

  test("A3: a snapshot is taken and returned to with a delivery on its way, which is lost by none and delivered once", async () => {
    await send(B, 5n);
    await devnet.settle();
    await devnet.relay();
    const sent = await deliveries(1, "pending");
    assert.equal(sent - (await deliveries(1, "latest")), 1);
    const mark = await devnet.snapshot();
    await clients[1]!.send("evm_mine", []);
    assert.equal(await held(1), 8n);
    assert.equal((await status()).delivered, 3);
    assert.equal(await devnet.revert(mark), true);
    assert.equal((await status()).delivered, 2);
    assert.equal(await held(1), 3n);
    await devnet.relay();
    await clients[1]!.send("evm_mine", []);
    assert.equal((await status()).delivered, 3);
    await devnet.relay();
    await clients[1]!.send("evm_mine", []);
    // One transaction for each message.
    assert.deepEqual([await held(1), await deliveries(1, "latest")], [8n, sent]);
    await clients[1]!.send("evm_setAutomine", [true]);
  });

  test("A2: L1's events report claims; a status reads only news from L1, however many messages there were", async (t) => {
    const claimer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const names: Awaited<ReturnType<typeof withdraw>>[] = [];
    for (const amount of [1n, 2n, 3n, 4n]) names.push(await withdraw(devnet.info(), { chain: A, amount, to: bob() }, alice));
    await devnet.settle();
    const waiting = await status();
    assert.deepEqual([waiting.ready.length, waiting.stuck.length], [4, 0]);
    for (const { messageHash } of names.slice(1)) await finalizeWithdrawal(devnet.info(), { chain: A, messageHash }, claimer);
    const paid = await status();
    assert.deepEqual([paid.ready.map(({ messageHash }) => messageHash), paid.delivered], [[names[0]!.messageHash], 6]);
    const [getLogs, call] = [t.mock.method(devnet.l1.provider, "getLogs"), t.mock.method(devnet.l1.provider, "call")];
    await status();
    assert.equal(getLogs.mock.callCount(), 0);
    await (devnet.l1.provider as JsonRpcProvider).send("evm_mine", []);
    await status();
    // The chains' batches, and ends of messages.
    assert.deepEqual([getLogs.mock.callCount(), call.mock.callCount()], [2, 0]);
  });

  test("A1: a status waits for no delivery, however long its node takes to answer", async (t) => {
    await send(C, 6n);
    await devnet.settle();
    for (const { pipeline } of devnet.chains) await pipeline.pollL1();
    let answer = (): void => undefined;
    const silence = new Promise<void>((resolve) => (answer = resolve));
    const { chain } = devnet.chains[2]!.pipeline;
    const { submit } = chain;
    t.mock.method(chain, "submit", async (raw: string) => {
      await silence;
      return submit(raw);
    });
    const relayed = devnet.relay();
    try {
      // While the delivery is on its way to the node.
      const { inFlight, delivered } = await status();
      assert.deepEqual([inFlight, delivered], [1, 6]);
    } finally {
      answer();
      await relayed;
    }
    assert.equal(await held(2), 10n);
    assert.equal((await status()).delivered, 7);
  });
});
