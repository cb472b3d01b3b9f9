import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { RpcError } from "../../../src/chain/rpc/request/json-rpc.ts";
import type { RpcMethods } from "../../../src/chain/rpc/request/dispatch.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
/** An incomplete PUSH20: as init code it would end the process. */
const HOSTILE: Hex = "0x73";
/** Runs its input as init code. */
const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
/** Calls FACTORY with its own input, and cannot create anything itself. */
const CALLER_CODE: Hex = `0x365f5f375f5f365f5f73${FACTORY.slice(2)}5af15f5260205ff3`;

describe("code that is another at another block, or under another name", () => {
  let test: TestChain;
  let methods: RpcMethods;
  /** At `delegatedAt` its account delegated to FACTORY, at the newest block it has no code. */
  const owner = new TestWallet(150);
  const sender = new TestWallet(151);
  let delegatedAt: Hex;

  const ask = (method: string, ...params: unknown[]): Promise<unknown> => {
    const answer = methods.get(method);
    assert.ok(answer, method);
    return answer(params, undefined);
  };
  const refused =
    (code: string) =>
    (error: unknown): boolean =>
      error instanceof RpcError && (error.data as { readonly code?: string } | undefined)?.code === code;

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: owner.address, balanceWei: ETHER },
        { address: sender.address, balanceWei: ETHER },
        { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
      ],
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    const delegate = async (to: Hex, nonce: number): Promise<void> => {
      await test.chain.submit(
        await sender.signRaw({ type: 4, to: FACTORY, data: "0x5f5ff3", authorizationList: [owner.authorize(to, nonce)] }),
      );
    };
    await delegate(FACTORY, 0);
    delegatedAt = (await ask("eth_blockNumber")) as Hex;
    await delegate(`0x${"00".repeat(20)}`, 1);
  });
  after(() => test.chain.close());

  it("a call at an older block runs the code of that time, of any kind", async () => {
    const call = { to: owner.address, data: HOSTILE };
    const { hash } = (await ask("eth_getBlockByNumber", delegatedAt, false)) as { readonly hash: Hex };
    // Its authorization took its first nonce.
    const created = `0x${"00".repeat(12)}${getCreateAddress({ from: owner.address, nonce: 1 }).slice(2).toLowerCase()}`;
    for (const block of [delegatedAt, { blockNumber: delegatedAt }, { blockHash: hash }]) {
      assert.equal(await ask("eth_call", call, block), created);
      await assert.rejects(ask("eth_estimateGas", call, block), refused("HostileCode"));
      const { calls = [] } = (await ask("debug_traceCall", call, block, { tracer: "callTracer" })) as {
        calls?: { type: string }[];
      };
      assert.deepEqual(calls[0]?.type, "CREATE");
    }
    for (const block of ["0x7f", { blockNumber: "0x7f" }, { blockHash: `0x${"12".repeat(32)}` }]) {
      await assert.rejects(ask("eth_call", call, block), (error: Error) => /0x7f|there is no block/.test(error.message));
    }
    for (const tag of ["latest", "pending", "safe", "finalized", null, undefined]) {
      assert.equal(await ask("eth_call", call, tag), "0x");
      assert.equal(typeof (await ask("debug_traceCall", call, tag, { tracer: "callTracer" })), "object");
    }
  });

  it("an account that overrides name twice is refused, whichever of its codes would count", async () => {
    const target = "ab".repeat(20);
    const [lower, upper] = [`0x${target}`, `0x${target.toUpperCase()}`];
    const ends = { code: "0x00" };
    const calls = { code: CALLER_CODE };
    for (const overrides of [
      { [lower]: ends, [upper]: calls },
      { [upper]: ends, [lower]: calls },
    ]) {
      await assert.rejects(ask("eth_call", { to: lower, data: HOSTILE }, "latest", overrides), /twice/);
    }
  });

  it("overrides of every kind reach the engine unchanged", async () => {
    const target: Hex = `0x${"ab".repeat(20)}`;
    const call = { from: target, to: target, value: "0x5" };
    // Returns its balance and what is in slot 1.
    const code = "0x475f5260015460205260405ff3";
    const overrides = {
      [target.toUpperCase().replace("X", "x")]: { balance: "0x7", nonce: "0x3", code, stateDiff: { "0x1": "0x9" } },
    };
    const answer = (await ask("eth_call", call, "latest", overrides)) as Hex;
    assert.deepEqual([BigInt(answer.slice(0, 66)), BigInt(`0x${answer.slice(66)}`)], [7n, 9n]);
  });

  it("the chain continues", async () => {
    await test.chain.submit(await sender.signRaw({ to: owner.address, value: 1n }));
    assert.deepEqual(test.faults, []);
  });
});
