import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import hre from "hardhat";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import { serveLocalL1, type LocalL1 } from "../../src/ecosystem/devnet/l1/local-l1.ts";
import { startTestChain } from "../chain/support/chain.ts";

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code?: string } };
}

/** An incomplete PUSH20: it would end the process. */
const HOSTILE = "0x73";
const ACCOUNT = `0x${"c4".repeat(20)}`;
/** Returns the gas that is left. */
const GAS_LEFT = "0x5a5f5260205ff3";

describe("L1 of a devnet, for who reaches it over the network", () => {
  let l1: LocalL1;

  before(async () => {
    l1 = await serveLocalL1({ host: "127.0.0.1", port: 0 }, await hre.network.create("local"));
  });
  after(() => l1.close());

  const rpc = async (method: string, ...params: unknown[]): Promise<Answer> => {
    const response = await fetch(l1.url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    return (await response.json()) as Answer;
  };

  test("refuses methods that chains alone have with what to use instead", async () => {
    for (const [method, instead] of [
      ["anvil_autoImpersonateAccount", /hardhat_impersonateAccount/],
      ["txpool_status", /eth_pendingTransactions/],
      ["trace_block", /debug_traceTransaction/],
      ["zks_L1BatchNumber", /ask a chain/],
    ] as const) {
      const { error } = await rpc(method, true);
      assert.deepEqual([error?.code, error?.data?.code], [-32601, "MethodNotServed"], method);
      assert.match(error?.message ?? "", instead);
    }
    assert.equal((await rpc("anvil_setBalance", ACCOUNT, "0x1")).error, undefined);
    assert.match((await rpc("foo_bar")).error?.message ?? "", /does not exist/);
  });

  test("refuses to restart by the chains' rule, over the network, in this process and by anvil's name", async () => {
    const refused = { code: "FixedByProtocol", rule: "OneEcosystem" };
    for (const method of ["hardhat_reset", "anvil_reset"]) {
      const { error } = await rpc(method);
      assert.deepEqual([error?.code, error?.data], [-32000, refused], method);
      assert.match(error?.message ?? "", /evm_snapshot .* evm_revert/);
    }
    await assert.rejects(l1.eip1193.request({ method: "hardhat_reset" }), { data: refused });
  });

  test("names a parameter that is missing", async () => {
    assert.match(
      (await rpc("eth_getBalance")).error?.message ?? "",
      /^eth_getBalance: the first parameter is missing: the address/,
    );
    assert.match((await rpc("hardhat_setBalance", ACCOUNT)).error?.message ?? "", /the second parameter is missing: the balance/);
  });

  test("refuses code that would end the process, wherever a request holds it", async () => {
    const wallet = Wallet.createRandom();
    const raw = await wallet.signTransaction({
      data: HOSTILE,
      chainId: l1.chainId,
      nonce: 0,
      gasLimit: 100_000n,
      gasPrice: 10n ** 10n,
    });
    const ways: readonly [string, ...unknown[]][] = [
      ["eth_call", { data: HOSTILE }, "latest"],
      ["eth_call", { to: null, input: `${HOSTILE}0011` }],
      ["eth_call", { to: ACCOUNT }, "latest", { [ACCOUNT]: { code: HOSTILE } }],
      ["eth_estimateGas", { data: HOSTILE }],
      ["debug_traceCall", { data: HOSTILE }, "latest", {}],
      ["debug_traceCall", { to: ACCOUNT }, "latest", { stateOverrides: { [ACCOUNT]: { code: HOSTILE } } }],
      ["eth_sendTransaction", { from: wallet.address, data: HOSTILE }],
      ["eth_sendRawTransaction", raw],
      ["hardhat_setCode", ACCOUNT, HOSTILE],
    ];
    for (const [method, ...params] of ways) assert.equal((await rpc(method, ...params)).error?.data?.code, "HostileCode", method);
    for (const nonsense of [[], [null], [7], [[]], ["0x"], [{ data: 7 }], [{ data: "0xg" }, "latest", 7]]) {
      for (const [method] of ways) {
        const { result, error } = await rpc(method, ...nonsense);
        assert.ok(result !== undefined || typeof error?.code === "number", `${method} ${JSON.stringify(nonsense)}`);
      }
    }
    assert.equal((await rpc("eth_feeHistory", "0x1", "latest", Array(101).fill(1))).error?.code, -32005);
    assert.equal((await rpc("eth_chainId")).result, `0x${l1.chainId.toString(16)}`);
  });

  test("A154: refuses numbers whose sums would end the process, in calls, transactions and the base fee", async () => {
    const [from] = (await rpc("eth_accounts")).result as [string];
    const most = `0x${"f".repeat(64)}`;
    const call = { from, to: ACCOUNT };
    const wallet = Wallet.createRandom();
    const signed = (fee: bigint) =>
      wallet.signTransaction({ to: ACCOUNT, chainId: l1.chainId, nonce: 0, gasLimit: 21_000n, gasPrice: fee, type: 0 });
    const refused: readonly (readonly [string, ...unknown[]])[] = [
      ["eth_estimateGas", { ...call, value: most }],
      ["eth_estimateGas", { ...call, gasPrice: `0x${"f".repeat(32)}` }],
      ["eth_call", { ...call, value: most, gasPrice: "0x77359400" }, "latest"],
      ["debug_traceCall", { ...call, value: most, gasPrice: "0x77359400" }, "latest"],
      ["eth_sendTransaction", { ...call, value: most }],
      ["eth_sendTransaction", { ...call, gas: "0xffffffffffffffff", maxFeePerGas: `0x2${"0".repeat(16)}` }],
      ["eth_sendRawTransaction", await signed(2n ** 124n)],
      ["hardhat_setNextBlockBaseFeePerGas", `0x${"f".repeat(32)}`],
    ];
    for (const [method, ...params] of refused) {
      const { error } = await rpc(method, ...params);
      assert.deepEqual([error?.code, error?.data?.code], [-32602, "NumberTooLarge"], `${method}: ${error?.message}`);
    }
    // The largest that pass do not end it.
    const largest = `0x7${"f".repeat(63)}`;
    for (const [method, ...params] of [
      ["eth_estimateGas", { ...call, value: largest }],
      ["eth_call", { ...call, value: largest, gasPrice: "0x77359400" }, "latest"],
      ["eth_call", { ...call, gas: "0x1", gasPrice: `0x${"f".repeat(31)}` }, "latest"],
      ["debug_traceCall", { ...call, value: largest, gasPrice: "0x77359400" }, "latest"],
      ["eth_sendTransaction", { ...call, value: largest }],
      ["eth_sendRawTransaction", await signed(2n ** 113n)],
    ] as const)
      assert.notEqual((await rpc(method, ...params)).error?.data?.code, "NumberTooLarge", method);
    const mark = (await rpc("evm_snapshot")).result;
    assert.equal((await rpc("hardhat_setNextBlockBaseFeePerGas", `0x1${"0".repeat(15)}`)).error, undefined);
    for (let i = 0; i < 3; i++) assert.equal((await rpc("evm_mine")).error, undefined);
    await rpc("evm_revert", mark);
    assert.equal(BigInt((await rpc("eth_chainId")).result as string), l1.chainId);
  });

  test("A8: refuses overrides that it would leave out, by name", async () => {
    const call = { to: ACCOUNT };
    for (const [name, method, ...params] of [
      ["block overrides", "eth_call", call, "latest", {}, { number: "0x64" }],
      ["block overrides", "eth_estimateGas", call, "latest", {}, { number: "0x64" }],
      ["stateOverrides", "debug_traceCall", call, "latest", { stateOverrides: { [ACCOUNT]: { balance: "0x1" } } }],
      ["blockOverrides", "debug_traceCall", call, "latest", { blockOverrides: { number: "0x64" } }],
    ] as const) {
      const { error } = await rpc(method, ...params);
      assert.deepEqual([error?.code, error?.message.includes(name)], [-32602, true], method);
    }
    const unknown = await rpc("eth_call", call, "latest", { [ACCOUNT]: { balanse: "0x1" } });
    assert.match(unknown.error?.message ?? "", /balanse/);
  });

  test("answers calls, with at most the gas of the largest contract", async () => {
    await rpc("hardhat_setCode", ACCOUNT, GAS_LEFT);
    const left = async (gas?: string): Promise<bigint> =>
      BigInt(String((await rpc("eth_call", { to: ACCOUNT, ...(gas === undefined ? {} : { gas }) }, "latest")).result));
    const most = 8_000_000n - 21_000n - 2n;
    assert.deepEqual([await left(), await left("0xffffff"), await left("0x10000")], [most, most, 0x10000n - 21_000n - 2n]);
    // A JUMPDEST-free 24,576 bytes of zeros: PUSH2 6000, PUSH0, RETURN.
    assert.ok(BigInt(String((await rpc("eth_estimateGas", { data: "0x6160005ff3" })).result)) > 4_900_000n);
  });

  test("estimates for the block that comes next, as without it: contracts look at its number and its time", async () => {
    assert.equal((await rpc("eth_blockNumber")).result, "0x0");
    /** Reverts in block 0. */
    const data = "0x436007575f5ffd5b00";
    assert.equal((await rpc("eth_call", { data }, "latest")).error?.code, 3);
    assert.match(String((await rpc("eth_estimateGas", { data })).result), /^0x[0-9a-f]+$/);
  });

  test("takes what a call brings under both of its names, as cast gives it; two that differ are refused, as on chains", async () => {
    const twice = { data: GAS_LEFT, input: GAS_LEFT.toUpperCase().replace("0X", "0x") };
    for (const method of ["eth_call", "eth_estimateGas", "debug_traceCall"]) {
      const options = method === "debug_traceCall" ? ["latest", {}] : [];
      assert.notEqual((await rpc(method, twice, ...options)).result, undefined, method);
    }
    const [from] = (await rpc("eth_accounts")).result as readonly string[];
    assert.match(String((await rpc("eth_sendTransaction", { from, ...twice })).result), /^0x[0-9a-f]{64}$/);
    assert.equal((await rpc("eth_call", { data: HOSTILE, input: HOSTILE })).error?.data?.code, "HostileCode");
    const hidden = await rpc("eth_call", { data: "0x00", input: HOSTILE });
    assert.deepEqual([hidden.result, hidden.error?.code], [undefined, -32602]);
    // Returns the byte 7 or 8.
    const [seven, eight] = ["0x60075f5360015ff3", "0x60085f5360015ff3"];
    const chain = await startTestChain();
    try {
      const onChain = chainMethods(chain.chain, { gasPrice: { toldWei: 1n }, development: false }).get("eth_call")!;
      for (const [call, answer] of [
        [{ data: eight, input: eight }, "0x08"],
        [{ data: seven, input: null }, "0x07"],
        [{ data: seven, input: "" }, "0x07"],
        [{ input: eight }, "0x08"],
        [{ to: ACCOUNT, data: "", input: "" }, (await rpc("eth_call", { to: ACCOUNT })).result],
      ] as const) {
        assert.equal((await rpc("eth_call", call, "latest")).result, answer, JSON.stringify(call));
        if (!("to" in call)) assert.equal(await onChain([call, "latest"], undefined), answer, JSON.stringify(call));
      }
      const differing = { data: seven, input: eight };
      assert.equal((await rpc("eth_call", differing, "latest")).error?.code, -32602);
      await assert.rejects(async () => onChain([differing, "latest"], undefined), { code: -32602 });
    } finally {
      await chain.chain.close();
    }
  });

  test("A153: traces as much as the chains: not all memory of all steps, and no steps above a million gas", async () => {
    const target = `0x${"c5".repeat(20)}`;
    const { result: accounts } = await rpc("eth_accounts");
    const [from] = accounts as readonly string[];
    /** Uses 4,096 bytes of memory, then counts down: seven instructions and 26 gas a turn. */
    const counting = (turns: number): string => `0x5f610fe05261${turns.toString(16).padStart(4, "0")}5b600190038060085700`;
    const run = async (turns: number): Promise<readonly [method: string, ...params: unknown[]][]> => {
      await rpc("hardhat_setCode", target, counting(turns));
      const call = { from, to: target, gas: "0x300000" };
      const { result: hash } = await rpc("eth_sendTransaction", call);
      return [
        ["debug_traceTransaction", hash],
        ["debug_traceCall", call, "latest"],
      ];
    };
    for (const [method, ...params] of await run(2_048)) {
      const refused = await rpc(method, ...params, { enableMemory: true });
      assert.deepEqual([refused.error?.code, refused.error?.data?.code], [-32_005, "TraceTooLarge"], method);
      const { structLogs } = (await rpc(method, ...params)).result as { readonly structLogs: readonly unknown[] };
      assert.equal(structLogs.length, 4 + 7 * 2_048 + 1, method);
      const { gasUsed } = (await rpc(method, ...params, { tracer: "callTracer" })).result as { readonly gasUsed: string };
      assert.ok(BigInt(gasUsed) > 21_000n + 26n * 2_048n, method);
    }
    for (const [method, ...params] of await run(65_535))
      assert.equal((await rpc(method, ...params)).error?.data?.code, "TraceTooLarge", method);
    const unknown = await rpc("debug_traceTransaction", `0x${"11".repeat(32)}`);
    assert.match(unknown.error?.message ?? "", /11111111/);
  });
});
