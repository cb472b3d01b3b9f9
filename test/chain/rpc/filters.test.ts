import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RpcClient, RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { LOGGER, LOGGER_CODE } from "../support/logger.ts";
import { outsideClient } from "../support/outside-client.ts";
import { TestWallet } from "../support/wallet.ts";

interface Log {
  readonly topics: readonly Hex[];
  readonly blockNumber: Hex;
}

describe("filters", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  let nowMs = 0;
  const wallet = new TestWallet(171);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: LOGGER, code: LOGGER_CODE, nonce: 1n },
      ],
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true, nowMs: () => nowMs });
  });
  after(() => test.chain.close());

  const ask = async <Answer>(method: string, ...params: unknown[]) => (await methods.get(method)!(params, undefined)) as Answer;
  const log = async (count: bigint) =>
    test.chain.submit(await wallet.signRaw({ to: LOGGER, data: wordToHex(count), gasLimit: 30_000n + count * 1200n }));
  const notFound = { code: -32000, data: { code: "FilterNotFound" } };

  it("tell what came since they were asked, each for itself", async () => {
    const logs = await ask<Hex>("eth_newFilter", { address: LOGGER, topics: [[wordToHex(1n), wordToHex(3n)]] });
    const blocks = await ask<Hex>("eth_newBlockFilter");
    await log(3n);
    await log(2n);
    const topics = (await ask<Log[]>("eth_getFilterChanges", logs)).map((one) => one.topics[0]);
    assert.deepEqual(topics, [wordToHex(3n), wordToHex(1n), wordToHex(1n)]);
    assert.deepEqual(await ask("eth_getFilterChanges", logs), []);
    const hashes = await ask<Hex[]>("eth_getFilterChanges", blocks);
    const newest = await ask<{ hash: Hex; parentHash: Hex }>("eth_getBlockByNumber", "latest", false);
    assert.deepEqual(hashes.slice(-2), [newest.parentHash, newest.hash]);
    assert.deepEqual(await ask("eth_getFilterChanges", blocks), []);
    assert.equal(
      (await ask<Log[]>("eth_getFilterLogs", await ask("eth_newFilter", { fromBlock: "0x0", address: LOGGER }))).length,
      5,
    );
    await assert.rejects(ask("eth_getFilterLogs", blocks), { code: -32602 });
    assert.equal(await ask("eth_uninstallFilter", logs), true);
    assert.equal(await ask("eth_uninstallFilter", logs), false);
    await assert.rejects(ask("eth_getFilterChanges", logs), notFound);
  });

  it("give out whole blocks, 10,000 logs at a time, and lose none", async () => {
    const id = await ask<Hex>("eth_newFilter", { address: LOGGER });
    for (let i = 0; i < 4; i++) await log(3000n);
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) counts.push((await ask<Log[]>("eth_getFilterChanges", id)).length);
    assert.deepEqual(counts, [9000, 3000, 0]);
    await log(10_001n);
    assert.equal((await ask<Log[]>("eth_getFilterChanges", id)).length, 10_001);
  });

  it("continue with the new blocks after a return to a snapshot", async () => {
    const id = await ask<Hex>("eth_newFilter", { address: LOGGER });
    const mark = await ask<Hex>("evm_snapshot");
    await log(1n);
    assert.equal((await ask<Log[]>("eth_getFilterChanges", id)).length, 1);
    await ask("evm_revert", mark);
    wallet.nonce--;
    await log(2n);
    await log(4n);
    assert.equal((await ask<Log[]>("eth_getFilterChanges", id)).length, 6);
  });

  it("end after five minutes without a request", async () => {
    const [asked, idle] = [await ask<Hex>("eth_newBlockFilter"), await ask<Hex>("eth_newBlockFilter")];
    nowMs += 200_000;
    await ask("eth_getFilterChanges", asked);
    nowMs += 200_000;
    await ask("eth_getFilterChanges", asked);
    await assert.rejects(ask("eth_getFilterChanges", idle), notFound);
  });

  it("are 1,000 at most: the one without a request for longest is dropped, and no client can guess an id", async () => {
    const asked = await ask<Hex>("eth_newBlockFilter");
    const idle = await ask<Hex>("eth_newBlockFilter");
    const ids = new Set<Hex>();
    for (let i = 0; i < 999; i++) {
      ids.add(await ask<Hex>("eth_newFilter", {}));
      if (i % 100 === 0) await ask("eth_getFilterChanges", asked);
    }
    assert.equal(ids.size, 999);
    assert.ok([...ids].every((id) => id.length > 20));
    await ask("eth_getFilterChanges", asked);
    await assert.rejects(ask("eth_getFilterChanges", idle), notFound);
  });

  it("an attack by which one machine makes 1,000 of them ends its own, and none of others", async () => {
    const make = async (client: RpcClient): Promise<Hex> => (await methods.get("eth_newBlockFilter")!([], client)) as Hex;
    const changes = (id: Hex): Promise<unknown> => methods.get("eth_getFilterChanges")!([id], undefined);
    const own = await make(outsideClient("192.0.2.1").client);
    const first = await make(outsideClient("192.0.2.2").client);
    for (let i = 0; i < 1000; i++) await make(outsideClient("192.0.2.2").client);
    assert.deepEqual(await changes(own), []);
    await assert.rejects(changes(first), notFound);
  });

  it("of subscriptions receive a block after everything in it is readable", async () => {
    const engine = namedNotifications(test.chain);
    const heard: { subscription: string; result: Log & { number?: Hex; transactions?: Hex[] } }[] = [];
    const stop = engine.onNotification((notification) => heard.push(notification as (typeof heard)[number]));
    const heads = (await engine.request("eth_subscribe", ["newHeads"])) as string;
    const some = (await engine.request("eth_subscribe", ["logs", { topics: [wordToHex(2n)] }])) as string;
    const ended = (await engine.request("eth_subscribe", ["logs", {}])) as string;
    const many = (await engine.request("eth_subscribe", ["logs", { address: LOGGER }])) as string;
    assert.equal(await engine.request("eth_unsubscribe", [ended]), true);
    assert.equal(await engine.request("eth_unsubscribe", [ended]), false);
    const hash = await log(2500n);
    while (heard.filter(({ subscription }) => subscription === many).length < 2500) await nextTurn();
    stop();
    const head = heard.find(({ subscription }) => subscription === heads)?.result;
    assert.deepEqual([head?.number, head?.transactions], [`0x${test.chain.sequencer.head.number.toString(16)}`, [hash]]);
    assert.deepEqual(
      heard.filter(({ subscription }) => subscription === some).map(({ result }) => result.topics),
      [[wordToHex(2n)]],
    );
    assert.equal(heard.length, 2502);
    for (const params of [["logs", { address: "0x" }], ["syncing"], []])
      await assert.rejects(engine.request("eth_subscribe", params), { code: -32602 });
  });
});
