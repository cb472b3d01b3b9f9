import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ActivityBlock } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import { COURIERS_TOGETHER, namesOf } from "./support/couriers.ts";
import { CourierWorld, receivedBy } from "./support/courier-world.ts";

const DESTINATION = 272n;

describe("C14 members that are added and removed while messages are in transit", () => {
  for (const couriers of COURIERS_TOGETHER)
    test(`attack: ${namesOf(couriers)}: its destination stops in flight, one is added, and it is removed: nothing is lost that can arrive`, async () => {
      const world = await CourierWorld.start(couriers, [0, 1]);
      try {
        const { devnet } = world;
        const pairs = await world.pairs();
        const haveCome = async (number: number): Promise<void> =>
          assert.deepEqual(
            await Promise.all(pairs.map(receivedBy)),
            pairs.map(() => number),
          );
        await world.sendAll(pairs, "while one is added");
        const begin = Number(await devnet.l1.request("eth_blockNumber")) + 1;
        await devnet.addChain({ name: "gamma" });
        const to = Number(await devnet.l1.request("eth_blockNumber"));
        const range = { chain: "l1", from: begin, to };
        const told = (await devnet.l1.eip1193.request({ method: "hyperchain_activity", params: [[range]] })) as ActivityBlock[];
        assert.deepEqual(new Set(told.flatMap(({ transactions }) => transactions.map(({ by }) => by))), new Set(["chain"]));
        await world.finish();
        await haveCome(1);

        await devnet.stopChain(DESTINATION);
        await world.sendAll(pairs, "to one that is paused");
        await world.move();
        await world.move();
        for (const steps of await world.steps()) assert.deepEqual(steps, ["executed", "sent"]);
        await devnet.startChain(DESTINATION);
        await world.finish();
        await haveCome(2);

        await world.sendAll(pairs, "to one that goes");
        await devnet.settle();
        await devnet.removeChain(DESTINATION, { force: true });
        await world.move();
        for (const courier of couriers) {
          const [, , last] = await world.deliveries(courier);
          assert.equal(last?.step, "sent");
          assert.match(last?.reason ?? "", /^this ecosystem has no (member|chain)/);
        }
        assert.deepEqual(devnet.faults, []);
      } finally {
        await world.close();
      }
    });
});
