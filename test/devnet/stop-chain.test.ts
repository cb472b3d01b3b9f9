import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { WebSocket } from "ws";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { ChainInfo, EcosystemInfo, EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ALICE, clientOf, ETHER, refusalOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [A, B] = [271n, 272n];
const BOB: Hex = "0x00000000000000000000000000000000000b0b00";
const CAROL: Hex = "0x00000000000000000000000000000000000ca201";

describe("I8: a chain is stopped and started while the ecosystem runs", () => {
  let devnet: FlowDevnet;
  const clients: JsonRpcProvider[] = [];
  const open = (place: number): JsonRpcProvider => {
    const client = clientOf(devnet.chains[place]!);
    clients.push(client);
    return client;
  };
  let alpha: JsonRpcProvider;
  let beta: JsonRpcProvider;
  const alice = (client: JsonRpcProvider) => devnet.accounts.wallet(ALICE).connect(client);
  const ask = async <T>(method: string, ...params: unknown[]): Promise<T> =>
    (await devnet.l1.eip1193.request({ method, params })) as T;
  const statusOf = async (name: string): Promise<EcosystemStatus["chains"][number]> =>
    (await ask<EcosystemStatus>("hyperchain_status")).chains.find((chain) => chain.name === name)!;
  const moveOn = async (): Promise<void> => {
    for (let times = 0; times < 2; times++) {
      await devnet.settle();
      await devnet.relay();
    }
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
    [alpha, beta] = [open(0), open(1)];
    await moveOn();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("refuses its clients by name while it is stopped, and continues with the same blocks, pool and URL", async () => {
    const paid = await (await alice(alpha).sendTransaction({ to: BOB, value: 5n })).wait();
    const nonce = await alpha.getTransactionCount(alice(alpha).address);
    // Behind a missing nonce it waits in the pool.
    const waiting = await alice(alpha).sendTransaction({ to: BOB, value: 7n, nonce: nonce + 1, gasLimit: 100_000n });
    const { url } = devnet.chains[0]!;
    const stopped = await ask<ChainInfo>("hyperchain_stopChain", "alpha");
    assert.deepEqual([stopped.name, stopped.stopped, stopped.url], ["alpha", true, url]);
    for (const [method, params] of [
      ["eth_blockNumber", []],
      ["eth_getBalance", [BOB, "latest"]],
      ["eth_sendRawTransaction", ["0x"]],
      ["evm_mine", []],
    ] as const) {
      const refusal = await refusalOf(alpha, method, params);
      assert.deepEqual([refusal.code, refusal.data?.code], [-32000, "ChainStopped"], method);
      assert.match(refusal.message, /^alpha is paused; 'npx hardhat hyperchain:start alpha' resumes it/);
    }
    // Clients in this process, as tests are, too.
    await assert.rejects(devnet.chains[0]!.clientProvider.request({ method: "eth_blockNumber" }), /alpha is paused/);
    // Subscriptions belong to connections, not to methods; the ecosystem's subscription is independent of the chain.
    const { clientProvider } = devnet.chains[0]!;
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    await once(socket, "open");
    const subscribe = async (kind: string): Promise<{ readonly error?: { readonly data?: unknown } }> => {
      const answered = once(socket, "message") as Promise<[Buffer]>;
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: [kind] }));
      return JSON.parse(String((await answered)[0])) as { readonly error?: { readonly data?: unknown } };
    };
    for (const kind of ["newHeads", "logs", "newPendingTransactions"]) {
      assert.deepEqual((await subscribe(kind)).error?.data, { code: "ChainStopped" }, kind);
      await assert.rejects(clientProvider.request({ method: "eth_subscribe", params: [kind] }), /alpha is paused/);
    }
    assert.equal((await subscribe("hyperchain")).error, undefined);
    socket.terminate();
    const { chains } = (await alpha.send("hyperchain_info", [])) as EcosystemInfo;
    assert.deepEqual(
      chains.map(({ name, stopped: is }) => [name, is]),
      [
        ["alpha", true],
        ["beta", undefined],
      ],
    );
    const { stopped: isStopped, stuck } = await statusOf("alpha");
    assert.deepEqual(
      [isStopped, stuck],
      [true, { why: "alpha is paused", help: "'npx hardhat hyperchain:start alpha' resumes it" }],
    );
    // Again changes nothing.
    await ask("hyperchain_stopChain", 271);

    const started = await ask<ChainInfo>("hyperchain_startChain", "alpha");
    assert.deepEqual([started.stopped, started.url], [undefined, url]);
    assert.deepEqual(await alpha.send("eth_getBlockByNumber", ["latest", false]), {
      ...((await alpha.send("eth_getBlockByHash", [paid!.blockHash, false])) as object),
    });
    assert.equal((await alpha.getTransaction(waiting.hash))?.blockNumber, null);
    await (await alice(alpha).sendTransaction({ to: BOB, value: 6n, nonce })).wait();
    await waiting.wait();
    assert.equal(await alpha.getBalance(BOB), 18n);
    assert.equal((await statusOf("alpha")).stopped, undefined);
  });

  test("messages to it and operations from L1 wait, the others continue, and both arrive when it is started", async () => {
    await moveOn();
    const before = devnet.chains[0]!.pipeline.progress();
    await devnet.stopChain(A);
    const there = await send(devnet.info(), { chain: B, to: { chain: A, account: CAROL }, amount: ETHER }, alice(beta));
    await requestFromL1(
      devnet.ecosystem.addresses.factory,
      { chainId: A, to: CAROL, valueWei: 2n * ETHER },
      devnet.accounts.wallet(ALICE).connect(devnet.l1.provider),
    );
    await moveOn();
    const message = (await devnet.messages()).find(({ messageHash }) => messageHash === there.messageHash);
    assert.equal(message?.steps.at(-1)?.step, "inTransactionRoot");
    assert.deepEqual(message.stuck, { why: "alpha is paused", help: "'npx hardhat hyperchain:start alpha' resumes it" });
    assert.deepEqual(devnet.chains[0]!.pipeline.progress(), before);
    assert.equal((await statusOf("beta")).stuck, undefined);
    await assert.rejects(devnet.settle(A), { code: "ChainStopped" });
    await assert.rejects(devnet.reseal(A), { code: "ChainStopped" });

    await devnet.startChain(A);
    await moveOn();
    assert.equal(await alpha.getBalance(CAROL), 3n * ETHER);
    assert.equal(
      (await devnet.messages()).find(({ messageHash }) => messageHash === there.messageHash)?.steps.at(-1)?.step,
      "importSettled",
    );
  });

  test("a delivery that was imported before the stop waits too", async () => {
    await ask("hyperchain_setFault", { type: "drop", target: "all" });
    const sent = await send(devnet.info(), { chain: B, to: { chain: A, account: BOB }, amount: ETHER }, alice(beta));
    await moveOn();
    await ask("hyperchain_setFault", { type: "clear" });
    await devnet.stopChain(A);
    await moveOn();
    const waits = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    const steps = waits?.steps.map(({ step }) => step) ?? [];
    assert.deepEqual([steps.includes("imported"), steps.includes("executed")], [true, false]);
    assert.equal(waits?.stuck?.why, "alpha is paused");
    await devnet.startChain(A);
    const before = await alpha.getBalance(BOB);
    await moveOn();
    assert.equal(await alpha.getBalance(BOB), before + ETHER);
  });

  test("a sequencer that a fault stopped stays so when its chain is started, and clearing faults starts no chain", async () => {
    await ask("hyperchain_setFault", { type: "sequencer", chainId: Number(A), running: false });
    await devnet.stopChain(A);
    await devnet.startChain(A);
    const { sequencer } = devnet.chains[0]!.pipeline.chain;
    assert.equal(sequencer.isPaused, true);
    await devnet.stopChain(A);
    await ask("hyperchain_setFault", { type: "clear" });
    assert.equal(sequencer.isPaused, true);
    await devnet.startChain(A);
    assert.equal(sequencer.isPaused, false);
  });

  test("snapshots include it: a return stops and starts chains", async () => {
    const mark = await devnet.snapshot();
    await devnet.stopChain(A);
    const within = await devnet.snapshot();
    await devnet.startChain(A);
    await (await alice(alpha).sendTransaction({ to: BOB, value: 1n })).wait();
    assert.equal(await devnet.revert(within), true);
    assert.equal((await refusalOf(alpha, "eth_blockNumber", [])).data?.code, "ChainStopped");
    await moveOn();
    assert.equal(await devnet.revert(mark), true);
    const balance = await alpha.getBalance(BOB);
    await (await alice(alpha).sendTransaction({ to: BOB, value: 1n })).wait();
    assert.equal(await alpha.getBalance(BOB), balance + 1n);
    assert.equal((await devnet.settle(A)).length, 1);
  });

  test("a chain that came while another was stopped gets what that one sends when it is started", async () => {
    await (await alice(alpha).sendTransaction({ to: BOB, value: 1n })).wait();
    await devnet.stopChain(A);
    const gamma = await devnet.addChain({ name: "gamma" });
    await devnet.startChain(A);
    await send(devnet.info(), { chain: A, to: { chain: gamma.chainId, account: CAROL }, amount: ETHER }, alice(alpha));
    await moveOn();
    assert.equal(await open(2).getBalance(CAROL), ETHER);
  });

  test("a settle that waits for a chain is notified when it is stopped", async () => {
    await ask("hyperchain_setFault", { type: "clear" });
    await (await alice(alpha).sendTransaction({ to: BOB, value: 1n })).wait();
    const { pipeline } = devnet.chains[0]!;
    await pipeline.seal();
    // Nothing is executed without it.
    await pipeline.pause();
    const settling = devnet.settle(A);
    const refused = assert.rejects(settling, { code: "ChainStopped" });
    await devnet.stopChain(A);
    await refused;
    await devnet.startChain(A);
    await devnet.settle(A);
    assert.equal(pipeline.progress().executed, pipeline.progress().sealed);
  });

  test("a chain that there is not is refused by name", async () => {
    for (const method of ["hyperchain_stopChain", "hyperchain_startChain", "hyperchain_removeChain"])
      await assert.rejects(ask(method, "omega"), /there is no chain omega; there are alpha \(271\), beta \(272\)/);
  });
});
