import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MIN_INSTRUCTION_LIMIT } from "../../../src/chain/model/instruction-limits.ts";
import type { SequencerError } from "../../../src/chain/sequencer/sequencer-error.ts";
import { UnpaidWork } from "../../../src/chain/sequencer/unpaid-work.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { loop, staticCall, type Code } from "../support/assembler.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestClock } from "../support/clock.ts";
import { precompileCalls } from "../support/precompile-inputs.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const HEAVY: Hex = `0x${"be".repeat(20)}`;
/** Creates an account by init code that no engine is to run, which it has at place 128 of its memory, and forgets it. */
const CREATE_HOSTILE: Code = [0x60, 0x73, 0x60, 0x80, 0x53, 0x60, 0x01, 0x60, 0x80, 0x5f, 0xf0, 0x50];
const SINK: Hex = `0x${"c4".repeat(20)}`;
/** Two million units at 0.16 µs: what is broken off at the least limit has taken that long. */
const WORK_MS = 320;
const ATTACKERS = [161, 162, 163].map((seed) => new TestWallet(seed));
const REFUSED = { name: "SequencerError", code: "TooHeavy" };

/** Behind what `setup` does, as many as gas is for. */
function multiplications(reserve: number, setup: Code = []): Hex {
  const { address, input } = precompileCalls().find(({ what }) => what === "bn254 mul")!;
  return loop(staticCall(address, fromHex(input).length), { input, reserve, setup });
}

interface Attacked {
  readonly test: TestChain;
  /** Transactions of attackers that the witness has run. */
  readonly tried: () => number;
  readonly attack: (attacker: TestWallet) => Promise<void>;
  /** Rejects where the payment waits for any pause. */
  readonly pay: () => Promise<void>;
}

async function underAttack(run: (attacked: Attacked) => Promise<void>): Promise<void> {
  const payer = new TestWallet(160);
  const test = await startTestChain({
    genesis: [
      ...[payer, ...ATTACKERS].map(({ address }) => ({ address, balanceWei: 10n ** 20n })),
      { address: HEAVY, code: multiplications(100_000), nonce: 1n },
    ],
    maxInstructions: MIN_INSTRUCTION_LIMIT,
  });
  const { chain } = test;
  let tried = 0;
  const { request } = chain.witness;
  Object.assign(chain.witness, {
    request: (method: string, ...rest: readonly unknown[]) => {
      if (method === "preview") tried++;
      return Reflect.apply(request, chain.witness, [method, ...rest]);
    },
  });
  try {
    await run({
      test,
      tried: () => tried,
      async attack(attacker) {
        // Each is signed again with the same nonce, since a refused one leaves it unused.
        const raw = await attacker.signRaw({ to: HEAVY, gasLimit: 2n ** 24n, nonce: 0 });
        await chain.submit(raw);
      },
      pay: async () => void (await chain.submit(await payer.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n }))),
    });
    assert.deepEqual(test.faults, []);
  } finally {
    await chain.close();
  }
}

describe("transactions that are refused behind their work", () => {
  it("attack: refused is not free work: its sender waits, others do not", async () => {
    await underAttack(async ({ test, tried, attack, pay }) => {
      const [attacker] = ATTACKERS as [TestWallet];
      await assert.rejects(attack(attacker), REFUSED);
      assert.equal(tried(), 1);
      // From the second time on, those who were refused before have a tenth of the time.
      for (const pauseMs of [WORK_MS, 9 * WORK_MS]) {
        const before = tried();
        const again = assert.rejects(attack(attacker), REFUSED);
        for (let payment = 0; payment < 3; payment++) await pay();
        test.clock.advance(pauseMs - 1);
        await pay();
        assert.equal(tried(), before, `the attacker's waits for ${pauseMs} ms`);
        test.clock.advance(1);
        await again;
        assert.equal(tried(), before + 1);
      }
      const paid = await ask(test.chain, "eth_getBalance", [SINK, "latest"]);
      assert.equal(paid, "0x8", "all payments");
    });
  });

  it("attack: many accounts have no more than a tenth of the time once they were refused", async () => {
    await underAttack(async ({ test, tried, attack, pay }) => {
      for (const attacker of ATTACKERS) await assert.rejects(attack(attacker), REFUSED);
      test.clock.advance(WORK_MS);
      const again = ATTACKERS.map((attacker) => attack(attacker).catch((error: unknown) => error));
      const refused = await Promise.race(again);
      assert.equal((refused as SequencerError).code, "TooHeavy");
      for (let turn = 1; turn <= ATTACKERS.length; turn++) {
        await pay();
        test.clock.advance(9 * WORK_MS - 1);
        await pay();
        assert.equal(tried(), ATTACKERS.length + turn);
        test.clock.advance(1);
      }
      await Promise.all(again);
      assert.equal(tried(), 2 * ATTACKERS.length);
    });
  });

  it("attack: a run of too little gas for too much work is owed too, where it is refused for what it did", async () => {
    const [attacker] = ATTACKERS as [TestWallet];
    await underAttack(async ({ test, tried, pay }) => {
      const data = multiplications(10_000, CREATE_HOSTILE);
      // Of so little gas no run is counted at first: 16 units for each are less than the two million that it may do.
      const create = async (): Promise<void> =>
        void (await test.chain.submit(await attacker.signRaw({ data, gasLimit: 124_000n, nonce: 0 })));
      await assert.rejects(create(), { code: "HostileCode" });
      const before = tried();
      const again = assert.rejects(create(), { code: "HostileCode" });
      await pay();
      assert.equal(tried(), before, "the attacker's waits");
      // Multiplications for some 30,000 gas, at 2.5 units each: 12 ms, and as much to count them.
      test.clock.advance(15);
      await pay();
      assert.equal(tried(), before, "the attacker's waits");
      test.clock.advance(60);
      await again;
      assert.ok(tried() > before);
    });
  });

  it("holds no sender up for less than a millisecond, nor the chain's own accounts, nor where a block is asked for", async () => {
    const clock = new TestClock(0);
    const unpaid = new UnpaidWork({ clock, spared: [SINK], onEnd: () => undefined });
    unpaid.add(HEAVY, 6000);
    unpaid.add(SINK, 2_000_000);
    assert.deepEqual([unpaid.any, unpaid.holds(HEAVY), unpaid.holds(SINK)], [false, false, false]);
    unpaid.add(HEAVY, 2_000_000);
    assert.equal(unpaid.holds(HEAVY), true);
    unpaid.forget();
    assert.equal(unpaid.holds(HEAVY), false);
  });

  it("forgets a sender that has paid the gas of its work in blocks, and none that has only waited or paid less", () => {
    const clock = new TestClock(0);
    const unpaid = new UnpaidWork({ clock, spared: [], onEnd: () => undefined });
    unpaid.add(HEAVY, 2_000_000);
    clock.advance(1_000 * WORK_MS);
    assert.equal(unpaid.any, true, "waiting pays nothing");
    // 3 gas for each unit: two million of them owe six million gas.
    unpaid.paid(HEAVY, 5_999_999n);
    unpaid.paid(SINK, 6_000_000n);
    assert.equal(unpaid.any, true);
    unpaid.paid(HEAVY, 1n);
    assert.equal(unpaid.any, false);
    // It is new: its next refusal delays no other sender, and itself only for the work's duration.
    unpaid.add(HEAVY, 2_000_000);
    clock.advance(WORK_MS);
    assert.equal(unpaid.holds(HEAVY), false);
    // What is owed adds up.
    unpaid.add(HEAVY, 2_000_000);
    unpaid.paid(HEAVY, 11_999_999n);
    assert.equal(unpaid.any, true);
    unpaid.paid(HEAVY, 1n);
    assert.equal(unpaid.any, false);
  });

  it("restarts a sender's pauses when sixteen of the last have passed without another refusal", () => {
    const clock = new TestClock(0);
    const unpaid = new UnpaidWork({ clock, spared: [], onEnd: () => undefined });
    const pauses = [1, 9, 9, 9, 16, 32, 64, 64].map((works) => works * WORK_MS);
    for (const pauseMs of pauses) {
      unpaid.add(HEAVY, 2_000_000);
      clock.advance(pauseMs - 1);
      assert.equal(unpaid.holds(HEAVY), true, `${pauseMs}`);
      clock.advance(1);
      assert.equal(unpaid.holds(HEAVY), false, `${pauseMs}`);
    }
    clock.advance(16 * 64 * WORK_MS);
    unpaid.add(HEAVY, 2_000_000);
    clock.advance(9 * WORK_MS);
    assert.equal(unpaid.holds(HEAVY), false);
  });
});
