import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hex } from "../../../src/protocol/hex.ts";
import { ask } from "../support/ask.ts";
import { address, BOUNDED, CALLS, ENDLESS, EXACT, HOOK, onDearChain, ORDINARY, PAIRING, ROUNDS } from "../support/dear-chain.ts";
import { TestWallet } from "../support/wallet.ts";

describe("a chain of format 3 whose blocks EDR makes", () => {
  it("refuses by name, with numbers, what takes more to prove than it pays; all else is in a batch that the machine runs alike", async () => {
    const wallet = new TestWallet(501);
    await onDearChain("edr", [wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      for (const [to, code, message] of [
        [
          CALLS,
          "ProvingExceedsGas",
          /takes \d+ units to prove, which are \d+ gas at 6 units a gas, with a limit of 1000000; the EVM takes \d+ gas/,
        ],
        [ROUNDS, "ProvingExceedsGas", /a precompiled contract in it takes more of them than its own gas pays for/],
        // The EVM runs both, the machine ends a frame of each: what it takes in that frame is not in the sum of units.
        [EXACT, "ProvingExceedsGas", /in it takes more of them than its own gas pays for/],
        [BOUNDED, "ProvingExceedsGas", /in it takes more of them than its own gas pays for/],
        [ENDLESS, "ProvingExceedsChunk", /more than 1300000 units/],
        [PAIRING, "NotProvable", /0x08/],
      ] as const) {
        const gasLimit = to === ENDLESS ? 16_000_000n : 1_000_000n;
        await assert.rejects(send(wallet, to, { gasLimit }), { name: "SequencerError", code, message }, `${to}`);
        test.clock.advance(3_600_000);
      }
      await send(wallet, ORDINARY);
      await send(wallet, ORDINARY, { data: "0x1234" });
    });
  });

  it("says so to a sender, too, who has what its limit costs and no more", async () => {
    const [poor, payer] = [508, 509].map((number) => new TestWallet(number)) as [TestWallet, TestWallet];
    await onDearChain("edr", [payer], async ({ test, send }) => {
      const price = 1_000_000_000n;
      // Its units are more gas than its limit.
      const fields = { gasLimit: 60_000n, maxFeePerGas: price, maxPriorityFeePerGas: price };
      await test.chain.submit(await payer.signRaw({ to: poor.address, value: 60_000n * price, gasLimit: 21_000n }));
      await assert.rejects(send(poor, CALLS, fields), { code: "ProvingExceedsGas", message: /with a limit of 60000/ });
    });
  });

  it("an estimate is refused by the same name", async () => {
    const wallet = new TestWallet(502);
    await onDearChain("edr", [wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      const estimate = (to: number) => ask(test.chain, "eth_estimateGas", [{ from: wallet.address, to: address(to) }]);
      assert.ok(BigInt((await estimate(ORDINARY)) as Hex) > 21_000n);
      await assert.rejects(estimate(CALLS), /ProvingExceedsGas|units to prove/);
    });
  });

  it("attack: state changed between admission and inclusion: what turned dear is refused, the block goes on", async () => {
    const [first, second, third] = [503, 504, 505].map((number) => new TestWallet(number)) as [
      TestWallet,
      TestWallet,
      TestWallet,
    ];
    await onDearChain("edr", [first, second, third], async ({ test, send }) => {
      await ask(test.chain, "eth_estimateGas", [{ from: second.address, to: address(HOOK) }]);
      await send(first, HOOK, { value: 1n });
      await assert.rejects(send(second, HOOK), { code: "ProvingExceedsGas" });
      await send(third, ORDINARY);
    });
  });

  it("attack: refused is not free work: its sender waits, others do not", async () => {
    const [attacker, payer] = [506, 507].map((number) => new TestWallet(number)) as [TestWallet, TestWallet];
    await onDearChain("edr", [attacker, payer], async ({ test, send }) => {
      await assert.rejects(send(attacker, CALLS), { code: "ProvingExceedsGas" });
      let isOver = false;
      const again = send(attacker, CALLS).catch(() => (isOver = true));
      await send(payer, ORDINARY);
      assert.equal(isOver, false);
      test.clock.advance(3_600_000);
      await again;
      assert.equal(isOver, true);
    });
  });
});
