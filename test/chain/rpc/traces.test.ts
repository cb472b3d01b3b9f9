import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { getCreateAddress } from "ethers";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { stackWords, type TracedStep } from "../../../src/chain/rpc/traces/stack-heights.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { testContract } from "../support/artifact.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { outsideClient } from "../support/outside-client.ts";
import { TestWallet } from "../support/wallet.ts";

/** Contract with a thousand words on the stack, then PUSH2, JUMP and JUMPDEST forever. */
const DEEP: Hex = `0x${"d1".repeat(20)}`;
const DEEP_CODE: Hex = `0x${"5f".repeat(1000)}5b6103e856`;
/** Contract that passes 100,000 bytes to an account without code, forever. */
const LOUD: Hex = `0x${"d2".repeat(20)}`;
const LOUD_CODE: Hex = "0x5f620186a0525b5f5f620186a05f5f61aaaa5ff150600656";
const CREATOR: Hex = `0x${"d4".repeat(20)}`;
const CREATOR_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
const CALLS = { tracer: "callTracer" };

describe("traces", () => {
  let test: TestChain;
  /** With a contract that creates others. */
  let creating: TestChain;
  const wallet = new TestWallet(130);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 100n * 10n ** 18n },
        { address: DEEP, code: DEEP_CODE, nonce: 1n },
        { address: LOUD, code: LOUD_CODE, nonce: 1n },
      ],
    });
    creating = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: CREATOR, code: CREATOR_CODE, nonce: 1n },
      ],
    });
  });
  after(async () => {
    await test.chain.close();
    await creating.chain.close();
  });

  const methodsOf = ({ chain }: TestChain): ReadonlyMap<string, RpcMethod> =>
    chainMethods(chain, { gasPrice: { toldWei: 1n }, development: false });
  const ask = async <Result>(method: string, ...params: unknown[]) =>
    (await methodsOf(test).get(method)!(params, undefined)) as Result;
  const askCreating = async <Result>(method: string, ...params: unknown[]) =>
    (await methodsOf(creating).get(method)!(params, undefined)) as Result;
  const send = async (request: { to?: Hex; data?: Hex; gasLimit?: bigint; value?: bigint }) =>
    test.chain.submit(await wallet.signRaw(request));
  const tooLarge = { code: -32005, data: { code: "TraceTooLarge" } };

  it("are refused before they are made, where they would be too large", async () => {
    const deep = await send({ to: DEEP, gasLimit: 200_000n });
    await assert.rejects(ask("debug_traceTransaction", deep), tooLarge);
    assert.ok(
      (await ask<{ structLogs: unknown[] }>("debug_traceTransaction", deep, { disableStack: true })).structLogs.length > 10_000,
    );
    const loud = await send({ to: LOUD, gasLimit: 100_000n });
    for (const tracer of ["callTracer", "muxTracer"])
      await assert.rejects(ask("debug_traceTransaction", loud, { tracer }), tooLarge);
    // Memory is known from the stack, so where that is too much the memory is not shown either.
    await assert.rejects(ask("debug_traceTransaction", deep, { disableStack: true, enableMemory: true }), tooLarge);
    await assert.rejects(ask("debug_traceCall", { to: LOUD, gas: "0x186a0" }, "latest", { tracer: "callTracer" }), tooLarge);
    await assert.rejects(ask("debug_traceCall", { to: DEEP, gas: "0xffffff" }, "latest"), tooLarge);
  });

  it("show steps, calls and state of ordinary transactions", async () => {
    const workload = await testContract("Workload");
    const created = await send({ data: workload.initCode, gasLimit: 3_000_000n });
    const { contractAddress } = await ask<{ contractAddress: Hex }>("eth_getTransactionReceipt", created);
    const hash = await send({ to: contractAddress, data: workload.abi.encodeFunctionData("work", [3, 8]) as Hex });
    const { structLogs } = await ask<{ structLogs: { op: string; depth: number; stack: string[] }[] }>(
      "debug_traceTransaction",
      hash,
    );
    assert.ok(structLogs.length > 100);
    // What is reckoned from the instructions is what lies there.
    assert.equal(
      stackWords(structLogs),
      structLogs.reduce((sum, { stack }) => sum + stack.length, 0),
    );
    assert.equal((await ask<{ to: Hex }>("debug_traceTransaction", hash, { tracer: "callTracer" })).to, contractAddress);
    assert.ok(contractAddress in (await ask<object>("debug_traceTransaction", hash, { tracer: "prestateTracer" })));
    const call = { from: wallet.address, to: SINK, value: "0x1" };
    assert.equal((await ask<{ type: string }>("debug_traceCall", call, "latest", { tracer: "callTracer" })).type, "CALL");
  });

  it("A8: prestateTracer tells what a transaction changed, also of each in a block", async () => {
    const to: Hex = `0x${"c9".repeat(20)}`;
    const before = BigInt(await ask<Hex>("eth_getBalance", wallet.address, "latest"));
    const nonce = Number(await ask<Hex>("eth_getTransactionCount", wallet.address, "latest"));
    const hash = await send({ to, gasLimit: 21_000n, value: 7n });
    type Receipt = { blockNumber: Hex; effectiveGasPrice: Hex };
    const { blockNumber, effectiveGasPrice } = await ask<Receipt>("eth_getTransactionReceipt", hash);
    const fee = 21_000n * BigInt(effectiveGasPrice);
    const config = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
    const hex = (value: bigint) => `0x${value.toString(16)}`;
    const diff = await ask<Record<"pre" | "post", Record<Hex, object>>>("debug_traceTransaction", hash, config);
    assert.deepEqual(diff.pre[wallet.address], { balance: hex(before), nonce });
    assert.deepEqual(diff.post[wallet.address], { balance: hex(before - 7n - fee), nonce: nonce + 1 });
    assert.deepEqual(diff.post[to], { balance: "0x7" });
    assert.deepEqual(await ask("debug_traceBlockByNumber", blockNumber, config), [{ txHash: hash, result: diff }]);
  });

  it("reckon stacks across calls and creations", async () => {
    const raw = await wallet.signRaw({ to: CREATOR, data: "0x60016002600360046005505050505f5ff3", gasLimit: 200_000n, nonce: 0 });
    wallet.nonce--;
    const { structLogs } = await askCreating<{ structLogs: (TracedStep & { stack: string[] })[] }>(
      "debug_traceTransaction",
      await creating.chain.submit(raw),
    );
    assert.ok(structLogs.some(({ depth }) => depth === 2));
    assert.equal(
      stackWords(structLogs),
      structLogs.reduce((sum, { stack }) => sum + stack.length, 0),
    );
  });

  it("of calls are made of any code, as large as they may be", async () => {
    await assert.rejects(ask("debug_traceCall", { to: LOUD, gas: "0xffffff" }, "latest", { tracer: "callTracer" }), tooLarge);
    const overridden = { tracer: "callTracer", stateOverrides: { [SINK]: { code: "0x73" } } };
    assert.equal((await ask<{ type: string }>("debug_traceCall", { to: SINK }, "latest", overridden)).type, "CALL");
  });

  it("of calls show the calls and creations in them, and what they change", async () => {
    const tracer = async <Result>(call: object, config: object) => askCreating<Result>("debug_traceCall", call, "latest", config);
    // Runs its input as init code: a nested creation.
    const call = { from: wallet.address, to: CREATOR, data: "0x5f5ff3", value: "0x0" };
    const nonce = Number(await askCreating<Hex>("eth_getTransactionCount", CREATOR, "latest"));
    const { calls } = await tracer<{ calls: { type: string; to: Hex }[] }>(call, { tracer: "callTracer" });
    const created = getCreateAddress({ from: CREATOR, nonce }).toLowerCase();
    assert.deepEqual(
      calls.map(({ type, to }) => [type, to]),
      [["CREATE", created]],
    );
    const { pre, post } = await tracer<Record<"pre" | "post", Record<Hex, { nonce?: number }>>>(call, {
      tracer: "prestateTracer",
      tracerConfig: { diffMode: true },
    });
    assert.equal(pre[CREATOR]?.nonce, nonce);
    assert.equal(post[CREATOR]?.nonce, nonce + 1);
    assert.equal((await tracer<{ type: string }>({ data: "0x00" }, { tracer: "callTracer" })).type, "CREATE");
  });

  it("wait for each other, as many as an indexer requests side by side; a connection has 1,024 in the line", async () => {
    const hash = await send({ to: SINK, gasLimit: 21_000n });
    const { blockHash } = await ask<{ blockHash: Hex }>("eth_getTransactionReceipt", hash);
    const [traced, flat] = ["debug_traceBlockByHash", "trace_block"].map((method) => methodsOf(test).get(method)!);
    const { client } = outsideClient();
    const answers = Array.from({ length: 50 }, () => [traced!([blockHash, CALLS], client), flat!([blockHash], client)]);
    for (const answer of await Promise.all(answers.flat())) assert.equal((answer as readonly unknown[]).length, 1);
    const flood = outsideClient();
    const outcomes = Promise.allSettled(Array.from({ length: 1_030 }, () => traced!([blockHash, CALLS], flood.client)));
    flood.end();
    const refused = (await outcomes).filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    assert.equal(refused.filter(({ reason }) => (reason as { code: number }).code === -32005).length, 6);
    await ask("debug_traceTransaction", hash, CALLS);
  });
});

const SINK: Hex = `0x${"c4".repeat(20)}`;
