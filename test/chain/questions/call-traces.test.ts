import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { RpcMethods } from "../../../src/chain/rpc/request/dispatch.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const at = (index: number): Hex => `0x${(0xaa00 + index).toString(16).padStart(40, "0")}`;
const called = (index: number) => `73${at(index).slice(2)}`;
/** An account that no call looks at: with an override of it the second EVM answers, in the same state. */
const ELSEWHERE: Hex = `0x${"e1".repeat(20)}`;
const BENEFICIARY = "b9".repeat(20);
/** Memory from 0: Error(string) with "abc". */
const REASON =
  "7f08c379a000000000000000000000000000000000000000000000000000000000" +
  "5f52" +
  "6020600452" +
  "6003602452" +
  "6261626360e81b604452";

/** Contracts by what they do. */
const CONTRACTS: Readonly<Record<string, Hex>> = {
  "writes, logs, calls and creates": `0x600760015560015450${"60046000a0"}60006000600460006000${called(1)}61c350f15060aa60005260206000a0600160006000f0503d60005260206000f3`,
  "reverts with a reason": `0x${REASON}60646000fd`,
  "calls what reverts": `0x5f5f5f5f5f${called(1)}5af1505f5f5f5f5f${called(1)}5af15000`,
  "is invalid": "0xfe",
  "runs out of gas": "0x5b61ffff5f20505f56",
  "destroys itself": `0x73${BENEFICIARY}ff`,
  "takes from an empty stack": "0x50",
  "jumps nowhere": "0x600556",
  "asks a precompiled contract": "0x60206000602060006004611000fa00",
  "runs another's code": `0x60206000600460006000${called(0)}62030d40f4505f5f6004355f5f${called(1)}61ea60f200`,
  logs: "0x600760085f5fa200",
  "logs in a static call": `0x5f5f5f5f${called(10)}61ea60fa00`,
  "calls with another's code": `0x5f5f600460006001${called(10)}61ea60f25f5f5f5f6001${called(10)}61ea60f100`,
  "sends what it has not": "0x5f5f5f5f67ffffffffffffffff73c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c45af100",
  "creates with what it has not": "0x60205f67fffffffffffffffff05f00",
  "creates what fails": "0x61fe005f526002601e5ff05060505f5360015f5ff05000",
  "looks at accounts and slots": `0x${called(1)}3150${called(2)}3b50${called(3)}3f506003545060025460015500`,
};
const TRACERS: readonly object[] = [
  { tracer: "callTracer" },
  { tracer: "callTracer", tracerConfig: { withLog: true } },
  { tracer: "4byteTracer" },
  { tracer: "noopTracer" },
  { tracer: "prestateTracer" },
  { tracer: "prestateTracer", tracerConfig: { diffMode: true } },
  {},
  { disableStack: true, disableStorage: true },
  { enableMemory: true },
  { enableMemory: true, disableStack: true },
  { tracer: "flatCallTracer" },
  { tracer: "flatCallTracer", tracerConfig: { convertParityErrors: true, includePrecompiles: true } },
];

describe("A8: traces of calls that the second EVM makes", () => {
  let test: TestChain;
  let methods: RpcMethods;
  const wallet = new TestWallet(196);
  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        ...Object.values(CONTRACTS).map((code, i) => ({
          address: at(i),
          code,
          nonce: 1n,
          balanceWei: 5n,
          storage: [
            { slot: 2n, value: 6n },
            { slot: 3n, value: 0xffn },
          ],
        })),
      ],
    });
    await test.chain.sequencer.mine();
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
  });
  after(() => test.chain.close());
  const ask = <Result>(call: object, config: object, tag: unknown = "latest"): Promise<Result> =>
    methods.get("debug_traceCall")!([call, tag, config], undefined) as Promise<Result>;

  for (const [i, what] of Object.keys(CONTRACTS).entries()) {
    it(`are those of the engine, with every tracer, where the code ${what}`, async () => {
      const call = { from: wallet.address, to: at(i), data: "0x12345678aa", value: "0x3", gas: "0x7a120" };
      for (const config of TRACERS) {
        const [expected, got] = [
          await ask(call, config),
          await ask(call, { ...config, stateOverrides: { [ELSEWHERE]: { balance: "0x1" } } }),
        ];
        assert.deepEqual(plain(got), plain(expected), JSON.stringify(config));
      }
    });
  }

  it("of several tracers are together what each makes alone, and the outermost call alone is shown without those in it", async () => {
    const call = { from: wallet.address, to: at(0), gas: "0x7a120" };
    const stateOverrides = { [ELSEWHERE]: { balance: "0x1" } };
    const alone = (tracer: string, tracerConfig: object) => ask<object>(call, { tracer, tracerConfig, stateOverrides });
    const both = { callTracer: { withLog: true }, prestateTracer: { diffMode: true } };
    assert.deepEqual(await alone("muxTracer", both), {
      callTracer: await alone("callTracer", both.callTracer),
      prestateTracer: await alone("prestateTracer", both.prestateTracer),
    });
    const { calls, ...top } = (await alone("callTracer", {})) as { calls: unknown[] };
    assert.equal(calls.length, 2);
    assert.deepEqual(await alone("callTracer", { onlyTopCall: true }), top);
  });

  it("see the account, the storage and the block of their request", async () => {
    const there: Hex = `0x${"d7".repeat(20)}`;
    // Returns slots 1 and 2, its balance, NUMBER and TIMESTAMP; then it would be in memory from 0 on.
    const code = "0x6001545f5260025460205247604052436060524260805260a05ff3";
    const stateOverrides = {
      [there]: { code, balance: "0x64", nonce: "0x9", stateDiff: { [wordToHex(1n)]: wordToHex(11n) } },
      [wallet.address]: { balance: "0x5" },
    };
    const blockOverrides = { number: "0x1234", time: "0x7fffffff" };
    const call = { from: wallet.address, to: there, value: "0x2" };
    const { output } = await ask<{ output: Hex }>(call, { tracer: "callTracer", stateOverrides, blockOverrides });
    assert.deepEqual(
      output
        .slice(2)
        .match(/.{64}/g)
        ?.map((word) => BigInt(`0x${word}`)),
      [11n, 0n, 102n, 0x1234n, 0x7fffffffn],
    );
    const diffMode = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
    assert.deepEqual(await ask(call, { ...diffMode, stateOverrides, blockOverrides }), {
      pre: { [there]: { balance: "0x64", nonce: 9, code }, [wallet.address]: { balance: "0x5" } },
      post: { [there]: { balance: "0x66" }, [wallet.address]: { balance: "0x3", nonce: 1 } },
    });
    const whole = { [at(16)]: { state: { [wordToHex(3n)]: wordToHex(1n) } } };
    const { pre } = await ask<{ pre: Record<Hex, { storage?: object }> }>({ to: at(16) }, { ...diffMode, stateOverrides: whole });
    assert.equal(pre[at(16)], undefined);
    const { structLogs } = await ask<{ structLogs: { op: string; stack: Hex[] }[] }>(call, { stateOverrides, blockOverrides });
    assert.deepEqual(structLogs.find((_, i) => structLogs[i - 1]?.op === "NUMBER")?.stack.at(-1), "0x1234");
  });

  it("follow the code that an authorization delegates to", async () => {
    const signed = wallet.authorize(at(1), 0);
    const { r, s, yParity } = signed.signature;
    const authorization = {
      chainId: `0x${signed.chainId.toString(16)}`,
      address: signed.address,
      nonce: "0x0",
      r,
      s,
      yParity: `0x${yParity}`,
    };
    const call = { from: ELSEWHERE, to: wallet.address, authorizationList: [authorization] };
    const { revertReason } = await ask<{ revertReason: string }>(call, { tracer: "callTracer" });
    assert.equal(revertReason, "abc");
  });

  it("refuse overrides that cannot be, by their name, and those of what has happened", async () => {
    const refused = (name: string) => ({ code: -32602, message: new RegExp(name) });
    const tracer = "callTracer";
    await assert.rejects(ask({ to: at(0) }, { tracer, stateOverrides: { [at(0)]: { balanse: "0x1" } } }), refused("balanse"));
    await assert.rejects(ask({ to: at(0) }, { tracer, blockOverrides: { numbr: "0x1" } }), refused("numbr"));
    await assert.rejects(ask({ to: at(0) }, { tracer, stateOverride: {} }), refused("stateOverride"));
    await assert.rejects(ask({ to: at(0) }, { tracer: "js", stateOverrides: { [ELSEWHERE]: {} } }), refused("callTracer"));
    const hash = await test.chain.submit(await wallet.signRaw({ to: at(5) }));
    const traced = methods.get("debug_traceTransaction")!([hash, { tracer, stateOverrides: {} }], undefined);
    await assert.rejects(traced, refused("stateOverrides"));
  });

  it("are refused where they would be too large, or too long", async () => {
    const tooLarge = { code: -32005, data: { code: "TraceTooLarge" } };
    const there: Hex = `0x${"d8".repeat(20)}`;
    const traced = (code: string, config: object, gas = "0xffffff") =>
      ask({ to: there, gas }, { ...config, stateOverrides: { [there]: { code } } });
    // A thousand words on the stack, then a loop.
    await assert.rejects(traced(`0x${"5f".repeat(1000)}5b6103e856`, {}), tooLarge);
    // A loop of a megabyte of memory, which the EVM copies for each instruction.
    await assert.rejects(traced("0x5f620fffff525b600656", { tracer: "callTracer" }), tooLarge);
    // With less gas than a transaction costs the call is invalid.
    await assert.rejects(traced("0x00", { tracer: "callTracer" }, "0x1"), { code: -32000 });
    await assert.rejects(traced("0x5b5f56", { tracer: "callTracer" }), tooLarge);
  });
});

/**
 * Without what each of the two says in its own words: why an instruction failed, and what it would have cost, and why a call did
 * that did not revert.
 */
function plain(trace: unknown): unknown {
  const ownWords = (key: string, value: unknown): unknown => {
    if (key === "error" && value !== "execution reverted") return "failed";
    const isFailedStep = typeof value === "object" && value !== null && "gasCost" in value && "error" in value;
    return isFailedStep ? { ...value, gasCost: undefined } : value;
  };
  return JSON.parse(JSON.stringify(trace, ownWords));
}
