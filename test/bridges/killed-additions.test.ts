import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { COURIERS } from "./support/couriers.ts";
import { addressesOf, CourierWorld } from "./support/courier-world.ts";
import type { AdditionTask } from "./support/killed-addition.ts";
import { runKilled } from "./support/killed-process.ts";

const PROCESS = new URL("./support/killed-addition.ts", import.meta.url).pathname;
/** Each bridge creates more contracts than that on a chain, and connects it with three members. */
const [FEWEST, MOST] = [20, 100];

// 102 processes that start an ecosystem, of which each leaves an added chain to the next.
describe("C14 chains that are added to bridges by processes that end between any two steps", { skip: !IS_NIGHTLY }, () => {
  // The Superchain's chains include its contracts from their creation.
  for (const courier of COURIERS.filter(({ isWithoutL1 }) => isWithoutL1 !== true))
    test(`attack: ${courier.name}: killed behind every transaction that connects an added chain, with messages in transit: none is lost`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "addition-"));
      try {
        const first = await CourierWorld.start([courier], [0, 1], { data: folder });
        const addresses = addressesOf(await first.pair(courier));
        await first.close();
        let sent = 0;
        for (let isKilled = true; isKilled; sent++) {
          assert.ok(sent < MOST);
          const task: AdditionTask = { folder, bridge: courier.name, addresses, transaction: sent };
          const end = await runKilled(PROCESS, task);
          assert.deepEqual(end.received, [sent]);
          ({ isKilled } = end);
        }
        assert.ok(sent > FEWEST, `${sent}`);
        t.diagnostic(`${sent - 1} additions were cut off`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
});
