import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { EcosystemInfo, RemovedChainInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ALICE, clientOf, ETHER, refusalOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [A, B] = [271n, 272n];
const BOB: Hex = "0x00000000000000000000000000000000000b0b00";
const CAROL: Hex = "0x00000000000000000000000000000000000ca201";
const factory = new Interface(chainFactoryAbi);

describe("I8: a chain is removed while the ecosystem runs", () => {
  let devnet: FlowDevnet;
  const clients: JsonRpcProvider[] = [];
  const open = (chain: { readonly chainId: bigint; readonly url: string }): JsonRpcProvider => {
    const client = clientOf(chain);
    clients.push(client);
    return client;
  };
  const names = (): readonly string[] => devnet.chains.map(({ name }) => name);
  const ask = async <T>(method: string, ...params: unknown[]): Promise<T> =>
    (await devnet.l1.eip1193.request({ method, params })) as T;
  const alice = (client: JsonRpcProvider) => devnet.accounts.wallet(ALICE).connect(client);
  const moveOn = async (): Promise<void> => {
    for (let times = 0; times < 2; times++) {
      await devnet.settle();
      await devnet.relay();
    }
  };
  const settled = async (): Promise<void> => {
    await moveOn();
    await devnet.settle();
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("the devnet forgets it, its contract on L1 stays, and the caller learns the location of the money", async () => {
    const gamma = await devnet.addChain({ name: "gamma", chainId: 300 });
    await settled();
    const { hyperchain } = gamma.pipeline.created;
    const removed = await ask<RemovedChainInfo>("hyperchain_removeChain", "gamma");
    assert.deepEqual(
      { ...removed, money: "" },
      {
        name: "gamma",
        chainId: 300,
        hyperchain,
        leftOpen: { messages: 0, batches: 0, operations: 0, transactions: 0 },
        money: "",
      },
    );
    assert.match(removed.money, /stays locked in L1's bridge.*the chain's exit on L1/);
    await assert.rejects(fetch(gamma.url), /fetch failed/);
    const asked = { method: "eth_blockNumber" };
    await assert.rejects(gamma.clientProvider.request(asked), /gamma has left this ecosystem: it was removed, or came after/);
    const mark = await devnet.snapshot();
    const passing = await devnet.addChain({ name: "passing" });
    assert.equal(await devnet.revert(mark), true);
    await assert.rejects(passing.clientProvider.request(asked), /passing has left this ecosystem/);
    assert.deepEqual(names(), ["alpha", "beta"]);
    const { chains } = await ask<EcosystemInfo>("hyperchain_info");
    assert.equal(chains.length, 2);
    const data = factory.encodeFunctionData("getHyperchain", [300]);
    const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.factory, data });
    assert.equal(String(factory.decodeFunctionResult("getHyperchain", answer)[0]).toLowerCase(), hyperchain);
    // Its id is L1's, its name is free.
    await assert.rejects(devnet.addChain({ name: "gamma", chainId: 300 }), /300 is the id of another chain on L1/);
  });

  test("it is refused while something of it is open, and what a forced one leaves behind is counted and told stuck", async () => {
    const delta = await devnet.addChain({ name: "delta", chainId: 301 });
    await settled();
    const sent = await send(
      devnet.info(),
      { chain: A, to: { chain: 301, account: BOB }, amount: ETHER },
      alice(open(devnet.chains[0]!)),
    );
    await (await alice(open(delta)).sendTransaction({ to: BOB, value: 1n })).wait();
    await assert.rejects(devnet.removeChain(301n), (error: { code: string; message: string }) => {
      assert.equal(error.code, "ChainInUse");
      assert.match(
        error.message,
        /^delta has 1 messages that have not arrived, 1 batches that L1 has not executed, 0 operations in /,
      );
      return true;
    });
    assert.deepEqual(names(), ["alpha", "beta", "delta"]);
    const removed = await ask<RemovedChainInfo>("hyperchain_removeChain", 301, { force: true });
    assert.deepEqual(removed.leftOpen, { messages: 1, batches: 1, operations: 0, transactions: 0 });
    await moveOn();
    const left = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    assert.equal(left?.steps.at(-1)?.step, "inTransactionRoot");
    assert.match(left.stuck?.why ?? "", /^chain 301 was removed from this ecosystem/);
    assert.match(left.stuck?.help ?? "", /L1's bridge.*hyperchain:reconstruct/);
    const { messages } = await devnet.status();
    assert.deepEqual([messages.stuck.length, messages.outdated], [1, undefined]);
  });

  test("a deposit that a stopped chain has not taken from L1's queue is counted and named, and keeps it from being removed", async () => {
    await settled();
    const mark = await devnet.snapshot();
    await devnet.stopChain(B);
    const funder = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: B, to: BOB, valueWei: 5n * ETHER }, funder);
    await assert.rejects(devnet.removeChain(B), {
      code: "ChainInUse",
      message: /^beta has 0 messages .*, 0 batches .*, 1 operations in its queue on L1 .* \(0x[0-9a-f]{64}\) and 0 transactions/,
    });
    assert.deepEqual(names(), ["alpha", "beta"]);
    const { leftOpen } = await devnet.removeChain(B, { force: true });
    assert.deepEqual(leftOpen, { messages: 0, batches: 0, operations: 1, transactions: 0 });
    assert.equal(await devnet.revert(mark), true);
  });

  test("a transaction that is confirmed after the first check preserves the chain, which continues", async () => {
    await settled();
    const chain = devnet.chains[1]!;
    const beta = open(chain);
    const pay = async () => (await alice(beta).sendTransaction({ to: CAROL, value: 1n })).wait();
    const pause = chain.runSwitch.pause.bind(chain.runSwitch);
    chain.runSwitch.pause = async () => {
      await pause();
      await pay();
    };
    await assert.rejects(devnet.removeChain(B), { code: "ChainInUse", message: /1 batches that L1 has not executed/ });
    chain.runSwitch.pause = pause;
    assert.deepEqual(names(), ["alpha", "beta"]);
    assert.equal((await pay())?.status, 1);
    assert.equal((await devnet.settle(B)).length, 1);
  });

  test("the last one, and invalid options, are refused", async () => {
    const mark = await devnet.snapshot();
    await assert.rejects(
      ask("hyperchain_removeChain", "beta", { force: 1 }),
      /the second parameter is left out, or \{"force":true\}/,
    );
    await assert.rejects(ask("hyperchain_removeChain", "beta", { hard: true }), /the second parameter is left out/);
    await devnet.removeChain(A, { force: true });
    await assert.rejects(devnet.removeChain(B, { force: true }), { code: "LastChain" });
    assert.equal(await devnet.revert(mark), true);
  });

  test("a return to a snapshot brings it back with its blocks, its URL and its messages, as often as there are snapshots", async () => {
    await settled();
    const beta = open(devnet.chains[1]!);
    await (await alice(beta).sendTransaction({ to: BOB, value: 3n })).wait();
    const first = await devnet.snapshot();
    const second = await devnet.snapshot();
    const { url } = devnet.chains[1]!;
    for (const mark of [second, first]) {
      await devnet.removeChain(B, { force: true });
      assert.deepEqual(names(), ["alpha"]);
      // Its server waits for the return, and says why it does not answer.
      assert.equal((await refusalOf(beta, "hyperchain_info", [])).data?.code, "ChainRemoved");
      await moveOn();
      assert.equal(await devnet.revert(mark), true);
      assert.deepEqual(names(), ["alpha", "beta"]);
      assert.equal(devnet.chains[1]!.url, url);
      assert.equal(await beta.getBalance(BOB), 3n);
      await (await alice(beta).sendTransaction({ to: BOB, value: 1n })).wait();
      await send(devnet.info(), { chain: A, to: { chain: B, account: BOB }, amount: ETHER }, alice(open(devnet.chains[0]!)));
      await settled();
      assert.equal(await beta.getBalance(BOB), ETHER + 4n);
    }
    // No snapshot includes it.
    await devnet.removeChain(B, { force: true });
    await assert.rejects(fetch(url), /fetch failed/);
  });
});
