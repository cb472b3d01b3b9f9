import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { sentMessages } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { forceDelivery } from "../../src/ecosystem/client/transfers/force-delivery.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { relayerOf, transferOf } from "./support/interop.ts";

const [A, B, OF_2, QUEUE] = [271n, 272n, 273n, 274n];
const ON_L1 = { execution: "proven" } as const;
const TOGETHER = { ...ON_L1, pace: { shared: true } } as const;
const FRIEND: Hex = `0x${"f2".repeat(20)}`;
const baseToken = new Interface(l2BaseTokenAbi);
const withdrawal = { to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [FRIEND]) as Hex, value: ETHER };

/* All by the package's programs, keys and contracts: some 2,300 CPU seconds. */
describe("two chains of version 3 whose execution L1 checks, one of version 2, and one of L1's queue alone, in one ecosystem", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;

  before(async () => {
    devnet = await startFlowDevnet([
      { chainId: A, ...TOGETHER },
      { chainId: B, ...TOGETHER },
      OF_2,
      { chainId: QUEUE, ...ON_L1, sequencing: "queue" },
    ]);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    const versions = devnet.chains.map(({ pipeline }) => pipeline.created.configuration.protocolVersion);
    assert.deepEqual(versions, [PROVEN_VERSION, PROVEN_VERSION, TRUSTED_VERSION, PROVEN_VERSION]);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const placeOf = (chainId: bigint): number => Number(chainId - A);
  const onL1 = () => devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
  const send = async (chainId: bigint, request: { to: string; data: string; value: bigint }): Promise<TransactionReceipt> => {
    const client = clients[placeOf(chainId)]!;
    const receipt =
      chainId === QUEUE
        ? await throughL1(request)
        : await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const throughL1 = async ({ to, data, value }: { to: string; data: string; value: bigint }) => {
    const request = { chain: "l1", to: `${to}@${QUEUE}`, data: data as Hex, value };
    const { messageHash } = await call(devnet.info(), request, onL1());
    await devnet.chains[placeOf(QUEUE)]!.pipeline.pollL1();
    return clients[placeOf(QUEUE)]!.getTransactionReceipt(messageHash);
  };
  const messageOf = (chainId: bigint, receipt: TransactionReceipt, type: string): Hex =>
    sentMessages(Number(chainId), Number(devnet.l1.chainId), receipt).find((sent) => sent.type === type)!.messageHash;
  /** Moves until nothing changes: each round settles all chains, and delivers their batches' messages. */
  const moveOn = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      await devnet.settle();
      for (const { pipeline } of devnet.chains) await pipeline.pollL1();
      await relayer.poll();
    }
  };
  const balanceOn = (chainId: bigint): Promise<bigint> => clients[placeOf(chainId)]!.getBalance(FRIEND);

  test("send each other money in a ring of the three that have sequencers, and each has what was sent to it", async () => {
    const ring = [A, B, OF_2];
    for (const [i, from] of ring.entries()) await send(from, transferOf(ring[(i + 1) % 3]!, BigInt(i + 1) * ETHER, FRIEND));
    await moveOn();
    assert.deepEqual(await Promise.all(ring.map(balanceOn)), [3n * ETHER, ETHER, 2n * ETHER]);
  });

  test("send to the chain of the queue, whose own queue brings it there, and are sent to from it", async () => {
    for (const from of [A, OF_2]) {
      const sent = await send(from, transferOf(QUEUE, ETHER, FRIEND));
      await devnet.settle(from);
      await forceDelivery(devnet.info(), { chain: Number(from), messageHash: messageOf(from, sent, "transfer") }, onL1());
    }
    await devnet.chains[placeOf(QUEUE)]!.pipeline.pollL1();
    assert.equal(await balanceOn(QUEUE), 2n * ETHER);
    const before = [await balanceOn(A), await balanceOn(OF_2)];
    await send(QUEUE, transferOf(A, ETHER, FRIEND));
    await send(QUEUE, transferOf(OF_2, 2n * ETHER, FRIEND));
    await moveOn();
    assert.deepEqual([await balanceOn(A), await balanceOn(OF_2)], [before[0]! + ETHER, before[1]! + 2n * ETHER]);
  });

  test("all pay withdrawals out on L1", async () => {
    const before = await devnet.l1.provider.getBalance(FRIEND);
    const chains = [A, B, OF_2, QUEUE];
    const names = [];
    for (const chain of chains) {
      const messageHash = messageOf(chain, await send(chain, withdrawal), "withdrawal");
      names.push({ chain: Number(chain), messageHash });
    }
    await devnet.settle();
    for (const name of names) assert.equal((await finalizeWithdrawal(devnet.info(), name, onL1())).state, "paid");
    assert.equal((await devnet.l1.provider.getBalance(FRIEND)) - before, 4n * ETHER);
    for (const chain of [A, B, QUEUE]) {
      const { execution } = devnet.info().chains[placeOf(chain)]!;
      assert.match(execution!.sentence, /^Proven on L1 since batch 0 /);
    }
  });
});
