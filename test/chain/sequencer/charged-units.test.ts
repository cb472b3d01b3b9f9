import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { gasOfUnits, MAX_UNITS } from "../../../src/ground/protocol/native-budget.ts";
import { ask } from "../support/ask.ts";
import { address, BOUNDED, CALLS, ENDLESS, EXACT, GREEDY, HOOK, onDearChain, ORDINARY, ROUNDS } from "../support/dear-chain.ts";
import { COINBASE } from "../support/engine.ts";
import type { VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const PRICE = 1_000_000_000n;
const PRICED = { maxFeePerGas: PRICE, maxPriorityFeePerGas: PRICE };
const balanceOf = async ({ chain }: VerifiedChain, account: Hex): Promise<bigint> =>
  BigInt((await ask(chain, "eth_getBalance", [account, "latest"])) as Hex);
const wordOf = async ({ chain }: VerifiedChain, number: number): Promise<bigint> =>
  BigInt((await ask(chain, "eth_getStorageAt", [address(number), "0x0", "latest"])) as Hex);
const estimateOf = async ({ chain }: VerifiedChain, wallet: TestWallet, number: number, fields = {}): Promise<bigint> =>
  BigInt((await ask(chain, "eth_estimateGas", [{ from: wallet.address, to: address(number), ...fields }])) as Hex);

describe("a proven chain", () => {
  it("charges a sixth of the units where the EVM's gas is less, from the sender to the operator, and tells both", async () => {
    const wallet = new TestWallet(601);
    await onDearChain([wallet], async ({ test, send }) => {
      // The coinbase has an account from then on.
      await send(wallet, ORDINARY, PRICED);
      const before = { sender: await balanceOf(test, wallet.address), operator: await balanceOf(test, COINBASE) };
      const { status, gasUsed, nativeUnits = "0x0" } = await send(wallet, CALLS, PRICED);
      assert.deepEqual([status, BigInt(gasUsed)], ["0x1", gasOfUnits(Number(nativeUnits))]);
      // 300 calls of a cold account that has no code, then warm ones, with their pushes: the EVM alone.
      const evmGas = 21_000n + 2_600n + 299n * 100n + 300n * (5n * 2n + 3n + 2n + 2n);
      assert.ok(BigInt(gasUsed) > evmGas, `${BigInt(gasUsed)} compared with ${evmGas}`);
      const paid = BigInt(gasUsed) * PRICE;
      assert.equal(await balanceOf(test, wallet.address), before.sender - paid);
      assert.equal(await balanceOf(test, COINBASE), before.operator + paid);
      const ordinary = await send(wallet, ORDINARY, PRICED);
      // 21,000, PUSH1, PUSH0, SSTORE of the existing word.
      assert.equal(BigInt(ordinary.gasUsed), 21_000n + 3n + 2n + 2_200n);
      assert.ok(gasOfUnits(Number(ordinary.nativeUnits)) <= BigInt(ordinary.gasUsed));
    });
  });

  it("an estimate is enough, and a gas less is not, where units decide", async () => {
    const wallet = new TestWallet(602);
    await onDearChain([wallet], async ({ test, send }) => {
      for (const to of [CALLS, GREEDY]) {
        const gasLimit = await estimateOf(test, wallet, to);
        const { status, gasUsed } = await send(wallet, to, { gasLimit });
        assert.deepEqual([status, BigInt(gasUsed)], ["0x1", gasLimit]);
        const again = await estimateOf(test, wallet, to);
        const short = await send(wallet, to, { gasLimit: again - 1n });
        assert.deepEqual([short.status, BigInt(short.gasUsed)], ["0x0", again - 1n]);
      }
      // A precompiled contract consumes it in its frame, so that the search finds the limit.
      const gasLimit = await estimateOf(test, wallet, ROUNDS);
      assert.equal((await send(wallet, ROUNDS, { gasLimit })).status, "0x1");
      assert.ok(gasLimit > 21_000n + 12n);
    });
  });

  it("an estimate with too little gas says how much it takes, and one that no gas pays for what the most is", async () => {
    const wallet = new TestWallet(603);
    await onDearChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      await assert.rejects(
        estimateOf(test, wallet, CALLS, { gas: "0xfde8" }),
        /takes \d+ units to prove, which are \d+ gas at 6 units a gas, with a limit of 65000; give it more gas/,
      );
      const refusal = {
        name: "SequencerError",
        code: "ProvingExceedsChunk",
        message: new RegExp(`more than ${MAX_UNITS} units`),
      };
      await assert.rejects(send(wallet, ENDLESS, { gasLimit: 16_000_000n }), refusal);
      test.clock.advance(3_600_000);
    });
  });

  it("one whose budget is spent has failed: all of its gas is taken, its nonce is used, and nothing else of it stays", async () => {
    // The EVM alone would take 81,000 of it: 21,000, a new slot's 22,100, and 300 calls.
    const [wallet, poor] = [new TestWallet(604), new TestWallet(605)];
    await onDearChain([wallet], async ({ test, send }) => {
      const gasLimit = 85_000n;
      await test.chain.submit(await wallet.signRaw({ to: poor.address, value: gasLimit * PRICE, gasLimit: 25_000n }));
      // It has exactly the cost of its limit.
      const { status, gasUsed, nativeUnits, transactionHash } = await send(poor, GREEDY, { ...PRICED, gasLimit });
      assert.deepEqual([status, BigInt(gasUsed), Number(nativeUnits)], ["0x0", gasLimit, 6 * Number(gasLimit)]);
      assert.equal(await balanceOf(test, poor.address), 0n);
      assert.equal(await ask(test.chain, "eth_getTransactionCount", [poor.address, "latest"]), "0x1");
      assert.equal(await wordOf(test, GREEDY), 0n);
      // A trace shows what it is: a call that fails at once.
      const trace = await ask(test.chain, "debug_traceTransaction", [transactionHash, { tracer: "callTracer" }]);
      const { gasUsed: traced, error, calls, input } = trace as Readonly<Record<string, unknown>>;
      assert.deepEqual([BigInt(traced as Hex), error, calls, input], [gasLimit, "invalid opcode: INVALID", undefined, "0x"]);
      const changes = await ask(test.chain, "debug_traceTransaction", [
        transactionHash,
        { tracer: "prestateTracer", tracerConfig: { diffMode: true } },
      ]);
      const { post } = changes as {
        readonly post: Readonly<Record<string, { readonly balance?: Hex; readonly nonce?: number }>>;
      };
      assert.deepEqual([post[poor.address], post[address(GREEDY)]], [{ balance: "0x0", nonce: 1 }, undefined]);
    });
  });

  it("a frame that cannot pay for its units fails alone, and its caller continues", async () => {
    const wallet = new TestWallet(606);
    await onDearChain([wallet], async ({ test, send }) => {
      for (const to of [EXACT, BOUNDED]) {
        assert.equal((await send(wallet, to)).status, "0x1");
        assert.equal(await wordOf(test, to), 0n, `the callee of ${to} has failed`);
      }
    });
  });

  it("attack: state changed between admission and inclusion: a call that became expensive is charged, and the block continues", async () => {
    const [first, second, third] = [607, 608, 609].map((number) => new TestWallet(number)) as [
      TestWallet,
      TestWallet,
      TestWallet,
    ];
    await onDearChain([first, second, third], async ({ test, send }) => {
      const cheap = await estimateOf(test, second, HOOK);
      await send(first, HOOK, { value: 1n });
      const { status, gasUsed } = await send(second, HOOK, { gasLimit: cheap });
      assert.deepEqual([status, BigInt(gasUsed)], ["0x0", cheap]);
      assert.equal((await send(third, ORDINARY)).status, "0x1");
      assert.equal((await send(second, HOOK, { gasLimit: await estimateOf(test, second, HOOK) })).status, "0x1");
    });
  });

  it("several that are sent at once are charged each for its own units", async () => {
    const wallets = [610, 611, 612].map((number) => new TestWallet(number));
    await onDearChain(wallets, async ({ send }) => {
      const receipts = await Promise.all(wallets.map((wallet, i) => send(wallet, i === 1 ? GREEDY : CALLS)));
      for (const { status, gasUsed, nativeUnits } of receipts)
        assert.deepEqual([status, BigInt(gasUsed)], ["0x1", gasOfUnits(Number(nativeUnits))]);
    });
  });

  it("an operation of L1's queue runs with the gas that is estimated for it; one whose gas does not pay for its units does not", async () => {
    const wallet = new TestWallet(613);
    await onDearChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      const estimated = await ask(test.chain, "zks_estimateGasL1ToL2", [{ from: wallet.address, to: address(GREEDY) }]);
      const gasLimit = BigInt(estimated as Hex);
      assert.equal((await test.request({ from: wallet.address, to: address(GREEDY), gasLimit })).success, true);
      assert.equal((await test.request({ from: wallet.address, to: address(CALLS), gasLimit: 65_000n })).success, false);
    });
  });
});
