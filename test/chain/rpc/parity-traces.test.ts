import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getCreate2Address, getCreateAddress, keccak256 } from "ethers";
import type { RpcClient, RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { asking } from "../../../src/chain/rpc/calls/asking.ts";
import { parityMethods } from "../../../src/chain/rpc/traces/parity-traces.ts";
import { SharedPlaces } from "../../../src/chain/rpc/request/shared-places.ts";
import { startTracer, type Tracer } from "../../../src/chain/rpc/traces/traces.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { COINBASE } from "../support/engine.ts";
import { outsideClient } from "../support/outside-client.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

/** Stores its word of calldata in slot 0 and returns it. */
const STORING: Hex = `0x${"b1".repeat(20)}`;
/** Reverts with the word 5. */
const REFUSING: Hex = `0x${"b2".repeat(20)}`;
/** Pays STORING 1 wei, asks REFUSING in a static call, asks the identity, creates twice, destroys itself for its caller. */
const BUSY: Hex = `0x${"b3".repeat(20)}`;
const BUSY_CODE: Hex = `0x${[
  `5f5f60205f600173${STORING.slice(2)}5af150`,
  `5f5f5f5f73${REFUSING.slice(2)}5afa50`,
  "60205f60205f60045afa50",
  "5f5f5ff050",
  "5f5f5f5ff550",
  "33ff",
].join("")}`;
const FRIEND: Hex = `0x${"f7".repeat(20)}`;
const GAS = 300_000n;

interface Flat {
  readonly type: string;
  readonly action: Readonly<Record<string, Hex>>;
  readonly result: Readonly<Record<string, Hex>> | null;
  readonly error?: string;
  readonly subtraces: number;
  readonly traceAddress: readonly number[];
  readonly blockHash?: Hex;
  readonly blockNumber?: number;
  readonly transactionHash?: Hex;
  readonly transactionPosition?: number;
}

describe("flat traces", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  const wallet = new TestWallet(260);
  const outside: RpcClient = outsideClient().client;
  let busy: Hex;
  let paid: Hex;
  let block: { readonly number: Hex; readonly hash: Hex };

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: STORING, code: "0x5f355f5560205f5f3760205ff3", nonce: 1n },
        { address: REFUSING, code: "0x60055f5260205ffd", nonce: 1n },
        { address: BUSY, code: BUSY_CODE, nonce: 1n, balanceWei: 100n },
      ],
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    busy = await test.chain.submit(await wallet.signRaw({ to: BUSY, value: 9n, data: "0x12345678", gasLimit: GAS }));
    block = await ask("eth_getBlockByNumber", "latest", false);
    paid = await test.chain.submit(await wallet.signRaw({ to: FRIEND, value: 7n, gasLimit: 21_000n }));
  });
  after(() => test.chain.close());

  const ask = async <Result>(method: string, ...params: unknown[]): Promise<Result> =>
    (await methods.get(method)!(params, outside)) as Result;
  const created = () => getCreateAddress({ from: BUSY, nonce: 1 }).toLowerCase();
  const created2 = () => getCreate2Address(BUSY, wordToHex(0n), keccak256("0x")).toLowerCase();
  /** Calls of BUSY in OpenEthereum's form, which has no calls of precompiled contracts. */
  const expectedCalls = () =>
    [
      ["call", { callType: "call", from: wallet.address, to: BUSY, value: "0x9", input: "0x12345678" }, [], 5],
      ["call", { callType: "call", from: BUSY, to: STORING, value: "0x1", input: wordToHex(0n) }, [0], 0],
      ["call", { callType: "staticcall", from: BUSY, to: REFUSING, value: "0x0", input: "0x" }, [1], 0],
      ["create", { creationMethod: "create", from: BUSY, value: "0x0", init: "0x" }, [2], 0],
      ["create", { creationMethod: "create2", from: BUSY, value: "0x0", init: "0x" }, [3], 0],
      // 100 wei, 9 more that came, and 1 that went.
      ["suicide", { address: BUSY, refundAddress: wallet.address, balance: "0x6c" }, [4], 0],
    ] as const;
  const withoutGas = ({ gas: _, ...action }: Flat["action"]): object => action;

  it("trace_transaction shows calls, creations and destructions in order, each in its place", async () => {
    const traces = await ask<Flat[]>("trace_transaction", busy);
    assert.deepEqual(
      traces.map(({ type, action, traceAddress, subtraces }) => [type, withoutGas(action), traceAddress, subtraces]),
      expectedCalls(),
    );
    for (const { blockHash, blockNumber, transactionHash, transactionPosition } of traces)
      assert.deepEqual(
        [blockHash, blockNumber, transactionHash, transactionPosition],
        [block.hash, Number(block.number), busy, 0],
      );
    const [top, storing, refusing, create, create2, destroyed] = traces;
    // 21,000 and 16 for each byte of data that is not 0 (EIP-2028).
    assert.equal(BigInt(top!.action["gas"]!), GAS - 21_000n - 4n * 16n);
    assert.deepEqual([storing!.result?.["output"], storing!.error], [wordToHex(0n), undefined]);
    assert.deepEqual([refusing!.result?.["output"], refusing!.error], [wordToHex(5n), "Reverted"]);
    assert.deepEqual(
      [create!.result?.["address"], create2!.result?.["address"], create!.result?.["code"]],
      [created(), created2(), "0x"],
    );
    assert.equal(destroyed!.result, null);
    assert.equal(await ask("trace_transaction", wordToHex(1n)), null);
  });

  it("a plain payment has no gas left to run with", async () => {
    const [trace] = await ask<Flat[]>("trace_transaction", paid);
    assert.deepEqual([trace?.action["gas"], trace?.result], ["0x0", { gasUsed: "0x0", output: "0x" }]);
  });

  it("trace_get finds a trace by its place, trace_block those of a block by its number, tag or hash", async () => {
    const traces = await ask<Flat[]>("trace_transaction", busy);
    assert.deepEqual(await ask("trace_get", busy, ["0x1"]), traces[2]);
    assert.deepEqual(await ask("trace_get", busy, []), traces[0]);
    assert.equal(await ask("trace_get", busy, ["0x9"]), null);
    for (const named of [block.number, block.hash, { blockHash: block.hash }])
      assert.deepEqual(await ask("trace_block", named), traces);
    assert.deepEqual(await ask("trace_block", "latest"), await ask("trace_transaction", paid));
    await assert.rejects(ask("trace_block", "0xffff"), { data: { code: "UnknownBlock" } });
  });

  it("trace_filter finds traces by their accounts, with an offset and a count", async () => {
    const places = async (filter: object): Promise<string[]> =>
      (await ask<Flat[]>("trace_filter", { fromBlock: block.number, ...filter })).map(
        ({ transactionHash, traceAddress }) => `${transactionHash === busy ? "busy" : "paid"} ${traceAddress.join()}`,
      );
    const all = ["busy ", "busy 0", "busy 1", "busy 2", "busy 3", "busy 4", "paid "];
    assert.deepEqual(await places({}), all);
    assert.deepEqual(await places({ after: 1, count: 2 }), all.slice(1, 3));
    assert.deepEqual(await places({ fromAddress: [BUSY] }), all.slice(1, 6));
    assert.deepEqual(await places({ toAddress: [wallet.address, created(), FRIEND] }), ["busy 2", "busy 4", "paid "]);
    assert.deepEqual(await places({ fromAddress: [wallet.address], toAddress: [STORING] }), ["busy ", "busy 0", "paid "]);
    const both = { fromAddress: [BUSY], toAddress: [STORING, FRIEND], mode: "intersection" };
    assert.deepEqual(await places(both), ["busy 0"]);
    assert.deepEqual(await places({ toBlock: block.number }), all.slice(0, 6));
    await assert.rejects(places({ toBlock: "0xffff" }), { data: { code: "UnknownBlock" } });
    await assert.rejects(places({ mode: "both" }), { code: -32602, message: /union/ });
    for (let i = 0; i < 100; i++) await test.chain.sequencer.mine();
    await assert.rejects(places({}), { code: -32005, message: /at most 100 blocks/ });
    assert.deepEqual(await places({ toBlock: block.number }), all.slice(0, 6));
  });

  it("trace_filter stores for all clients together only as much as for one", async () => {
    const filter = { fromBlock: block.number, toBlock: block.number };
    const one = JSON.stringify(await ask("trace_filter", filter)).length;
    let meanwhile: () => Promise<void> = async () => undefined;
    const tracer: Tracer = {
      ...startTracer(test.chain, asking(test.chain, 1000)),
      async block() {
        const busyBlock = await ask<Flat[]>("trace_block", block.number);
        await meanwhile();
        return [{ txHash: busy, result: busyBlock }];
      },
    };
    const method = parityMethods(test.chain, tracer, new SharedPlaces(one + 100)).get("trace_filter")!;
    const find = (address: string) => method([filter], outsideClient(address).client);
    assert.equal(((await find("192.0.2.1")) as Flat[]).length, 6);
    // The second asks for its block when the first has found its own, and has not answered.
    const range = { ...filter, toBlock: `0x${(BigInt(block.number) + 1n).toString(16)}` };
    let asked = 0;
    let second: Promise<unknown> | undefined;
    meanwhile = async () => {
      if (++asked !== 2) return;
      second = find("192.0.2.2");
      await assert.rejects(second, { code: -32005, data: { code: "TraceTooLarge" } });
    };
    await assert.rejects(method([range], outsideClient("192.0.2.1").client), { data: { code: "TraceTooLarge" } });
    assert.ok(second !== undefined);
    assert.equal(((await find("192.0.2.2")) as Flat[]).length, 6);
  });

  it("replays tell what was asked for: traces, and the changes of the state", async () => {
    const traces = await ask<Flat[]>("trace_transaction", busy);
    const bare = traces.map(({ blockHash: _, blockNumber: _n, transactionHash: _t, transactionPosition: _p, ...rest }) => rest);
    const { gasUsed, effectiveGasPrice } = await ask<Record<string, Hex>>("eth_getTransactionReceipt", busy);
    const fee = BigInt(gasUsed!) * BigInt(effectiveGasPrice!);
    const replay = await ask<{ stateDiff: Record<Hex, object>; trace: object[]; output: Hex; vmTrace: null }>(
      "trace_replayTransaction",
      busy,
      ["trace", "stateDiff"],
    );
    assert.deepEqual([replay.trace, replay.output, replay.vmTrace], [bare, "0x", null]);
    const hex = (value: bigint): Hex => `0x${value.toString(16)}`;
    const ether = 10n ** 18n;
    // It receives BUSY's balance, which includes 9 wei that it sent, less the fee.
    const balance = { "*": { from: hex(ether), to: hex(ether - 9n + 108n - fee) } };
    assert.deepEqual(replay.stateDiff[wallet.address], {
      balance,
      code: "=",
      nonce: { "*": { from: "0x0", to: "0x1" } },
      storage: {},
    });
    assert.deepEqual(replay.stateDiff[BUSY], {
      balance: { "*": { from: "0x64", to: "0x0" } },
      code: "=",
      nonce: { "*": { from: "0x1", to: "0x3" } },
      storage: {},
    });
    assert.deepEqual(replay.stateDiff[COINBASE], {
      balance: { "+": hex(fee) },
      code: { "+": "0x" },
      nonce: { "+": "0x0" },
      storage: {},
    });
    for (const account of [created(), created2()])
      assert.deepEqual(replay.stateDiff[account as Hex], {
        balance: { "+": "0x0" },
        code: { "+": "0x" },
        nonce: { "+": "0x1" },
        storage: {},
      });
    const [ofBlock] = await ask<object[]>("trace_replayBlockTransactions", block.number, ["trace", "stateDiff"]);
    assert.deepEqual(ofBlock, { ...replay, transactionHash: busy });
    assert.deepEqual(await ask("trace_replayTransaction", busy, []), {
      output: "0x",
      stateDiff: null,
      trace: [],
      vmTrace: null,
    });
    await assert.rejects(ask("trace_replayTransaction", busy, ["vmTrace"]), { code: -32602, message: /instructions/ });
  });

  it("trace_call traces what has not happened, on the state that a block left", async () => {
    const call = { from: wallet.address, to: STORING, data: wordToHex(8n), gas: "0x186a0" };
    type Called = { output: Hex; trace: Flat[]; stateDiff: Record<Hex, { storage: object }> };
    const { output, trace, stateDiff } = await ask<Called>("trace_call", call, ["trace", "stateDiff"], block.hash);
    assert.equal(output, wordToHex(8n));
    // 31 bytes that are 0 and one that is not.
    assert.deepEqual([trace.length, BigInt(trace[0]!.action["gas"]!)], [1, 100_000n - 21_000n - 31n * 4n - 16n]);
    assert.deepEqual(stateDiff[STORING]?.storage, { [wordToHex(0n)]: { "*": { from: wordToHex(0n), to: wordToHex(8n) } } });
  });

  it("flatCallTracer is as geth makes it: the whole transaction's gas, its own words, and no precompiled contracts", async () => {
    const flat = (tracerConfig?: object) =>
      ask<Flat[]>("debug_traceTransaction", busy, { tracer: "flatCallTracer", ...(tracerConfig && { tracerConfig }) });
    const traces = await flat();
    assert.deepEqual(
      traces.map(({ type, action, traceAddress, subtraces }) => [type, withoutGas(action), traceAddress, subtraces]),
      expectedCalls(),
    );
    const { gasUsed } = await ask<Record<string, Hex>>("eth_getTransactionReceipt", busy);
    const [top, , refusing] = traces;
    assert.deepEqual([BigInt(top!.action["gas"]!), top!.result?.["gasUsed"]], [GAS, gasUsed]);
    assert.deepEqual(
      [top!.blockHash, top!.blockNumber, top!.transactionHash, top!.transactionPosition],
      [block.hash, Number(block.number), busy, 0],
    );
    assert.deepEqual([refusing!.error, refusing!.result?.["output"]], ["execution reverted", wordToHex(5n)]);
    assert.ok(!("result" in traces.at(-1)!));
    // All but the outermost is as the engine's own tracer has it, which makes the same form in another way.
    type Bare = Omit<Flat, "error">;
    const inner = (all: readonly Flat[]): Bare[] =>
      all.slice(1).map(({ error: _, ...rest }) => ({ ...rest, result: rest.result ?? null }));
    const own = (await askChain(test.chain, "debug_traceTransaction", [busy, { tracer: "flatCallTracer" }])) as Flat[];
    assert.deepEqual(inner(traces), inner(own));
    const parity = await flat({ convertParityErrors: true, includePrecompiles: true });
    assert.deepEqual(
      parity.map(({ error }) => error),
      [undefined, undefined, "Reverted", undefined, undefined, undefined, undefined],
    );
    assert.deepEqual([parity[3]?.action["to"], parity[0]?.subtraces], [`0x${"4".padStart(40, "0")}`, 6]);
    const [ofBlock] = await ask<{ result: Flat[] }[]>("debug_traceBlockByNumber", block.number, { tracer: "flatCallTracer" });
    assert.deepEqual(ofBlock?.result, traces);
    const mux = { tracer: "muxTracer", tracerConfig: { flatCallTracer: {}, "4byteTracer": null } };
    assert.deepEqual(await ask("debug_traceTransaction", busy, mux), {
      flatCallTracer: traces,
      "4byteTracer": await ask("debug_traceTransaction", busy, { tracer: "4byteTracer" }),
    });
  });

  it("memory is shown step by step, up to a limit", async () => {
    type Steps = { structLogs: { op: string; depth: number; memory: Hex[]; stack?: Hex[] }[] };
    const { structLogs } = await ask<Steps>("debug_traceTransaction", busy, { enableMemory: true });
    const returns = structLogs.find(({ op }) => op === "RETURN");
    assert.deepEqual([returns?.depth, returns?.memory], [2, [wordToHex(0n)]]);
    const reverts = structLogs.find(({ op }) => op === "REVERT");
    assert.deepEqual([reverts?.depth, reverts?.memory], [2, [wordToHex(5n)]]);
    assert.deepEqual(structLogs[0]?.memory, []);
    // A word at 100,000, then thousands of steps.
    const wide: Hex = "0x5f620186a0525b61012c56";
    const code = { [FRIEND]: { code: `${wide.slice(0, 14)}5b600656` } };
    const call = { from: wallet.address, to: FRIEND, gas: "0x30d40" };
    const much = { code: -32005, data: { code: "TraceTooLarge" }, message: /memory/ };
    await assert.rejects(ask("debug_traceCall", call, "latest", { enableMemory: true, stateOverrides: code }), much);
    const raw = await wallet.signRaw({ data: `${wide.slice(0, 14)}5b600656`, gasLimit: 200_000n });
    const looping = await test.chain.submit(raw);
    await assert.rejects(ask("debug_traceTransaction", looping, { enableMemory: true }), much);
    await ask("debug_traceTransaction", looping, {});
  });
});
