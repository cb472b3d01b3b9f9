import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { aliasOf } from "../../src/ground/protocol/address-alias.ts";
import { Random } from "../chain/state/support/random.ts";
import { HostileOperations, KINDS, scopedContracts } from "../chain/support/hostile-operations.ts";
import { CodeWriter } from "../chain/support/random-code.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { withReplay } from "./support/operation-replay.ts";

/** `MACHINE_OPERATIONS=1000 MACHINE_SEED=7` runs longer. */
const COUNT = Number(process.env["MACHINE_OPERATIONS"] ?? 40);
const SEED = Number(process.env["MACHINE_SEED"] ?? 1);
const SENDER = aliasOf(270n, `0x${"1a".repeat(20)}`);
const TARGET: Hex = `0x${"c1".repeat(20)}`;
const contract = (place: number, code: Hex): GenesisAccount => ({
  address: `0x${(0xc0de00 + place).toString(16).padStart(40, "0")}`,
  nonce: 1n,
  code,
});

describe("the kernel, of operations of L1's queue", () => {
  it("executes deposits, calls, creations and free ones, and refunds the payments of failing ones", async () => {
    // Writes a slot; reverts.
    const [writes, reverts] = [contract(0, "0x60075f5500"), contract(1, "0x5f5ffd")];
    await withReplay([writes, reverts], async (replay) => {
      const recipient: Hex = `0x${"7e".repeat(20)}`;
      const from = SENDER;
      assert.equal((await replay.request({ from, to: TARGET, valueWei: 10n ** 18n })).success, true);
      assert.equal((await replay.request({ from, to: writes.address, valueWei: 3n, refundRecipient: recipient })).success, true);
      assert.equal(
        (await replay.request({ from, to: reverts.address, valueWei: 5n, refundRecipient: recipient })).success,
        false,
      );
      assert.equal(
        (await replay.request({ from, to: reverts.address, gasLimit: 100_000n, gasPriceWei: 0n, mintedWei: 0n })).success,
        false,
      );
      const creation = { from, to: `0x${"00".repeat(20)}`, data: "0x60015f5360015ff3", refundRecipient: recipient } as const;
      assert.equal((await replay.request(creation)).success, true);
      await replay.compare();
    });
  });

  it("pays every precompiled contract, also those without a proof", async () => {
    await withReplay([], async (replay) => {
      for (let place = 1n; place <= 0x12n; place++) {
        const refundRecipient = `0x${(place === 0x12n ? 0x100n : place).toString(16).padStart(40, "0")}` as const;
        await replay.request({ from: SENDER, to: TARGET, refundRecipient });
      }
      await replay.compare();
    });
  });

  it("pays contracts and delegated accounts without running their code, which no verdict is about", async () => {
    // Adds two points (0x06), or logs, with the 2,300 gas that a payment would give.
    const [adds, logs] = [contract(0, "0x5f5f60805f60065afa00"), contract(1, "0x5f5fa000")];
    // The sender of an operation may have such code, too, by a delegation: it is paid out before the verdict.
    const delegated = contract(2, `0xef0100${adds.address.slice(2)}`);
    await withReplay([adds, logs, delegated], async (replay) => {
      const minted = { to: TARGET, gasLimit: 100_000n, gasPriceWei: 7n } as const;
      const operations = [
        { ...minted, from: SENDER, refundRecipient: adds.address },
        { ...minted, from: SENDER, refundRecipient: logs.address },
        { ...minted, from: delegated.address, valueWei: 3n, refundRecipient: SENDER },
        // What fails is returned to the reserve, and paid to the recipient.
        { ...minted, from: delegated.address, to: `0x${"00".repeat(20)}` as Hex, data: "0xfe" as Hex, valueWei: 5n },
      ];
      for (const operation of operations) await replay.request(operation);
      await replay.compare();
      for (const { address } of [adds, logs, delegated]) assert.ok(replay.balanceOf(address) > 0n, address);
      assert.equal(replay.balanceOf(TARGET), 3n);
      const receipts = replay.chain.blocks.flatMap((block) => block.receipts);
      const told = receipts.flatMap((receipt) => receipt.logs.map(({ address }) => address.toLowerCase()));
      assert.ok(told.length > 0 && !told.includes(logs.address));
    });
  });

  it("does not run what has no gas or no proof, and undoes its payout", async () => {
    const endless = contract(0, "0x5b620186a05f20505f56");
    const own = contract(1, "0x00");
    await withReplay([endless, own], async (replay) => {
      for (const [gasLimit, reason] of [
        [100_000n, "budget"],
        [8_000_000n, "lone"],
      ] as const) {
        const { notRun } = await replay.request({ from: SENDER, to: endless.address, valueWei: 9n, gasLimit });
        assert.equal(notRun, reason);
      }
      assert.equal((await replay.request({ from: own.address, to: TARGET, valueWei: 4n })).notRun, "invalid");
      await replay.compare();
    });
  });

  it("says another hash, or is refused, where any word of its witness is another", async () => {
    const writes = contract(0, "0x5f355f5500");
    for (const valueWei of [0n, 3n]) {
      await withReplay([writes], async (replay) => {
        await replay.request({ from: SENDER, to: writes.address, valueWei, data: `0x${"5a".repeat(32)}` });
        const { hints, outcome } = await replay.witness();
        const truth = outcome(hints);
        for (const [at, hint] of hints.entries()) {
          for (const change of [1n, 1n << 33n, 1n << 160n, 1n << 255n]) {
            const changed = hints.map((each, i) => (i === at ? BigInt(hint) ^ change : each));
            let end: string;
            try {
              end = outcome(changed);
            } catch (error) {
              end = (error as Error).message;
            }
            assert.notEqual(end, truth, `word ${at} changed by ${change}`);
          }
        }
      });
    }
  });

  it("includes no transaction in its blocks: transactions in separate blocks are another step", async () => {
    const [signed, impersonated] = [2n, 8n];
    for (const valueWei of [0n, 3n]) {
      await withReplay([], async (replay) => {
        await replay.request({ from: SENDER, to: TARGET, valueWei });
        const { hints, outcome } = await replay.witness();
        for (const step of [signed, impersonated])
          assert.throws(
            () => outcome([...hints, step]),
            (error) => error instanceof KernelPanic && error.code === "not-a-users-block",
          );
      });
    }
  });

  it(`agrees with both engines on ${COUNT} hostile ones (seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const wallets = Array.from({ length: 3 }, (_, i) => new TestWallet(800 + i));
    const contracts = Array.from({ length: 24 }, (_, i) => contract(i, CodeWriter.of(random, 1 + random.below(6))));
    const rich = wallets.map(({ address }) => ({ address, balanceWei: 10n ** 24n }));
    await withReplay([...contracts, ...scopedContracts(), ...rich], async (replay) => {
      const addresses = [contracts, rich].map((list) => list.map(({ address }) => address)) as [Hex[], Hex[]];
      const operations = await HostileOperations.create(random, ...addresses);
      for (let done = 0; done < COUNT; done++) {
        await replay.request(operations.next(KINDS[done % KINDS.length] ?? "creation"));
        if (done % 4 === 3) await replay.compare();
      }
    });
  });
});
