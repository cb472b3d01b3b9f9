import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Counts its input down to 0, 26 gas a time, and returns 7. */
const COUNTER: Hex = `0x${"a1".repeat(20)}`;
const COUNTER_CODE: Hex = "0x5f355b6001900380600257600760005260205ff3";
/** JUMPDEST, PUSH0, JUMP. */
const ENDLESS: Hex = `0x${"a2".repeat(20)}`;
/** Returns the gas that is left. */
const GAS_LEFT: Hex = `0x${"a3".repeat(20)}`;
/** Reverts. */
const REFUSING: Hex = `0x${"a4".repeat(20)}`;
/** Contract that calls REFUSING with all its gas, and continues. */
const CALLING: Hex = `0x${"a5".repeat(20)}`;
const CALLING_CODE: Hex = `0x5f5f5f5f5f73${REFUSING.slice(2)}5af100`;

describe("calls with much gas", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  const wallet = new TestWallet(172);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: COUNTER, code: COUNTER_CODE, nonce: 1n },
        { address: ENDLESS, code: "0x5b5f56", nonce: 1n },
        { address: GAS_LEFT, code: "0x5a5f5260205ff3", nonce: 1n },
        { address: REFUSING, code: "0x5f5ffd", nonce: 1n },
        { address: CALLING, code: CALLING_CODE, nonce: 1n },
      ],
    });
    await test.chain.submit(await wallet.signRaw({ to: REFUSING }));
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false, maxQuestionMs: 60_000 });
  });
  after(() => test.chain.close());

  const ask = async (method: string, ...params: unknown[]) => (await methods.get(method)!(params, undefined)) as Hex;
  const count = (times: bigint) => ({ to: COUNTER, data: wordToHex(times) });
  const SEVEN = wordToHex(7n);

  it("are answered, up to the instructions that a transaction may run", async () => {
    assert.equal(await ask("eth_call", count(10n)), SEVEN);
    for (const tag of ["latest", undefined]) assert.equal(await ask("eth_call", count(30_000n), tag), SEVEN);
    assert.equal(await ask("eth_call", { ...count(30_000n), gas: "0x900000" }), SEVEN);
    await assert.rejects(ask("eth_call", { to: ENDLESS }), { code: -32000, message: /out of gas/ });
    // 21,000 of the transaction, its input, and 26 for each of 30,000 rounds.
    const gas = BigInt(await ask("eth_estimateGas", count(30_000n)));
    assert.ok(gas > 801_000n && gas < 830_000n, `${gas}`);
    await assert.rejects(ask("eth_estimateGas", { to: ENDLESS, gas: "0xf4240" }), { code: -32000, message: /out of gas/ });
    await assert.rejects(ask("eth_estimateGas", { to: ENDLESS }), { code: -32000, data: { code: "TooManySteps" } });
  });

  it("about older blocks are answered as those about the newest", async () => {
    assert.equal(await ask("eth_call", count(30_000n), "0x0"), SEVEN);
    await assert.rejects(ask("eth_estimateGas", { to: ENDLESS }, "0x0"), { code: -32000, data: { code: "TooManySteps" } });
  });

  it("do what they do with all of it", async () => {
    // Less GAS itself, which is the first instruction, and what a transaction costs.
    assert.equal(BigInt(await ask("eth_call", { to: GAS_LEFT })), 2n ** 24n - 21_000n - 2n);
    await assert.rejects(ask("eth_call", { to: REFUSING }), { code: 3 });
    await assert.rejects(ask("eth_estimateGas", { to: REFUSING }), { code: 3 });
    assert.ok(BigInt(await ask("eth_estimateGas", count(10n))) > 21_000n);
    await assert.rejects(ask("debug_traceCall", { to: ENDLESS, gas: "0xffffff" }, "latest", { tracer: "callTracer" }), {
      code: -32005,
      data: { code: "TraceTooLarge" },
    });
  });

  it("as transactions are refused where they run more instructions than the chain's option says, which the error names", async () => {
    const send = async (to: Hex, gasLimit: bigint) => test.chain.submit(await wallet.signRaw({ to, gasLimit }));
    const before = test.chain.sequencer.head.number;
    await assert.rejects(send(ENDLESS, 2n ** 24n), {
      code: "TooManySteps",
      message: /more than 2000000 instructions.* raise maxInstructions/,
    });
    wallet.nonce--;
    // Its sender waits for the work that was done for nothing.
    test.clock.advance(600_000);
    // Three instructions and 11 gas a round: 273,000 instructions in all.
    const hash = await send(ENDLESS, 1_022_000n);
    assert.equal(((await ask("eth_getTransactionReceipt", hash)) as unknown as { status: Hex }).status, "0x0");
    assert.equal(test.chain.sequencer.head.number, before + 1n);
    assert.deepEqual(test.faults, []);
  });

  it("as transactions run as many instructions as the chain's option says", async () => {
    const sender = new TestWallet(173);
    const genesis = [
      { address: sender.address, balanceWei: 10n ** 18n },
      { address: ENDLESS, code: "0x5b5f56" as const, nonce: 1n },
    ];
    const strict = await startTestChain({ genesis, maxInstructions: 1_000_000 });
    const lax = await startTestChain({ genesis, maxInstructions: 2 ** 24 });
    try {
      // 1,362,000 instructions, and then it is out of gas.
      const raw = await sender.signRaw({ to: ENDLESS, gasLimit: 5_015_000n });
      await assert.rejects(strict.chain.submit(raw), { code: "TooManySteps", message: /more than 1000000 instructions/ });
      await lax.chain.submit(raw);
      assert.equal(lax.blocks.at(-1)?.receipts[0]?.success, false);
      await lax.chain.seal();
      assert.deepEqual([...strict.faults, ...lax.faults], []);
    } finally {
      await Promise.all([strict.chain.close(), lax.chain.close()]);
    }
  });

  it("keep the witness for some seconds at most; transactions may take longer", async () => {
    assert.equal(await ask("eth_call", { to: CALLING }), "0x");
    const impatient = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false, maxQuestionMs: 0 });
    const reason = { code: -32000, message: /takes more than 0 ms of processor time/ };
    for (const method of ["eth_call", "eth_estimateGas", "zks_estimateGasL1ToL2"])
      await assert.rejects(impatient.get(method)!([{ to: CALLING }], undefined), reason, method);
    const hash = await test.chain.submit(await wallet.signRaw({ to: CALLING, gasLimit: 300_000n }));
    assert.equal(((await ask("eth_getTransactionReceipt", hash)) as unknown as { status: Hex }).status, "0x1");
  });
});
