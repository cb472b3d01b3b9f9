import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { COURIERS_TOGETHER, type Courier } from "./support/couriers.ts";
import { CourierWorld, receivedBy, setRefusing } from "./support/courier-world.ts";

/** 1,000 take minutes. */
const MANY = byNight(1_000, 5);
/** Looks at all that is refused. */
const LOOKS = byNight(20, 2);
const MIB = 2 ** 20;
/** Maximum growth of the heap while messages are requested repeatedly. */
const MOST_GROWTH_MIB = 8;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

for (const couriers of COURIERS_TOGETHER)
  describe("C14 messages to a receiver that always fails, on chains", () => {
    let world: CourierWorld;
    before(async () => {
      world = await CourierWorld.start(couriers, [0, 1]);
    });
    after(() => world?.close());

    for (const courier of couriers)
      test(`attack: ${courier.name}: ${MANY} messages to a receiver that always fails hold up no other, and are paid for once`, async (t) => {
        const [failing, good] = [await world.pair(courier), await world.pair(courier)];
        const { provider } = good.there.contract.runner!;
        const key = world.devnet.accounts.wallet(ACCOUNT_NUMBERS[courier.name]).address;
        const sentByKey = (): Promise<number> => provider!.getTransactionCount(key);
        /** Sends a good message; returns its delivery time and the number of the key's transactions before its execution. */
        const deliver = async (text: string, begin: () => Promise<unknown> = () => Promise.resolve()) => {
          const { hash } = await world.send(good, text);
          await begin();
          const [before, from] = [await sentByKey(), performance.now()];
          const done = await executed(world, courier, hash);
          const ms = Math.round(performance.now() - from);
          const transaction = await provider!.getTransaction(done);
          return { ms, transactions: transaction!.nonce - before };
        };
        const alone = await deliver("alone");

        await setRefusing(failing, true);
        await world.hold(true);
        await world.sendMany(failing, MANY);
        // All are verified before the key may send.
        const release = async (): Promise<void> => {
          await world.move();
          await world.move();
          await world.hold(false);
        };
        const itself = await world.send(good, "waited for alone");
        await release();
        const [before, from] = [await sentByKey(), performance.now()];
        await world.devnet.relay(itself.hash as Hex);
        const itselfMs = Math.round(performance.now() - from);
        assert.equal((await world.deliveries(courier)).find(({ sentIn }) => sentIn === itself.hash)!.step, "executed");
        assert.equal((await sentByKey()) - before, alone.transactions + 1, "nothing is done for any other");

        // It begins with one of each receiver.
        await world.hold(true);
        const beside = await deliver("during a flood", release);
        // At most one of the failing is before it, with as many transactions.
        assert.ok(beside.transactions <= 2 * alone.transactions + 1, `${beside.transactions}`);

        await failAll(world, courier);
        const paid = await sentByKey();
        const heap = heapMib();
        for (let look = 0; look < LOOKS; look++) await world.devnet.relay();
        assert.equal(await sentByKey(), paid, "a refusal costs calls only");
        const growth = heapMib() - heap;
        if (IS_NIGHTLY) assert.ok(growth < MOST_GROWTH_MIB, `${growth} MiB`);

        const behind = await deliver("behind a flood");
        assert.equal(behind.transactions, alone.transactions);
        assert.equal(await receivedBy(good), 4);
        t.diagnostic(
          `alone ${alone.ms} ms, waited for alone among them ${itselfMs} ms, with all ${beside.ms} ms, behind ${behind.ms} ms; heap ${growth.toFixed(1)} MiB`,
        );

        await setRefusing(failing, false);
        await world.finish();
        assert.equal(await receivedBy(failing), MANY);
        assert.deepEqual(world.devnet.faults, []);
      });
  });

/** Resolves with the transaction of its execution. */
async function executed(world: CourierWorld, courier: Courier, sentIn: string): Promise<string> {
  for (let round = 0; round < 6; round++) {
    const { step, transactionHash } = (await world.deliveries(courier)).find((each) => each.sentIn === sentIn)!;
    if (step === "executed") return transactionHash!;
    await world.move();
  }
  return assert.fail("it does not arrive");
}

/** Until the receiver has refused each of them. */
async function failAll(world: CourierWorld, courier: Courier): Promise<void> {
  for (let round = 0; round < 40; round++) {
    await world.devnet.relay();
    const waiting = (await world.deliveries(courier)).filter(
      ({ step, reason }) => step === "sent" || (step !== "executed" && step !== "failed" && reason === undefined),
    );
    if (waiting.length === 0) return;
  }
  assert.fail("not all have failed");
}

function heapMib(): number {
  collect();
  return process.memoryUsage().heapUsed / MIB;
}
