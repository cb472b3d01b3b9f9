import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { COURIERS } from "./support/couriers.ts";
import { CourierWorld, receivedBy } from "./support/courier-world.ts";

const DESTINATION = 272n;

describe("C14 members that come and go while messages are under way", () => {
  for (const courier of COURIERS)
    test(`attack: ${courier.name}: its destination stops in flight, one is added, and it is removed: nothing is lost that can arrive`, async () => {
      const world = await CourierWorld.start(courier, [0, 1]);
      try {
        const { devnet } = world;
        const pair = await world.pair();
        await world.send(pair, "while one is added");
        await devnet.addChain({ name: "gamma" });
        await world.finish();
        assert.equal(await receivedBy(pair), 1);

        await devnet.stopChain(DESTINATION);
        await world.send(pair, "to one that stands still");
        await world.move();
        await world.move();
        assert.deepEqual(await world.steps(), ["executed", "sent"]);
        await devnet.startChain(DESTINATION);
        await world.finish();
        assert.equal(await receivedBy(pair), 2);

        await world.send(pair, "to one that goes");
        await devnet.settle();
        await devnet.removeChain(DESTINATION, { force: true });
        await world.move();
        const [, , last] = await world.deliveries();
        assert.equal(last?.step, "sent");
        assert.match(last?.reason ?? "", /^this ecosystem has no (member|chain)/);
        assert.deepEqual(devnet.faults, []);
      } finally {
        await world.close();
      }
    });
});
