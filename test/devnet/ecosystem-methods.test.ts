import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ecosystemMethods } from "../../src/ecosystem/devnet/view/ecosystem-methods.ts";
import { outsideClient } from "../chain/support/outside-client.ts";

describe("an ecosystem answers a bounded number of requests at a time, and refuses a flood", () => {
  const cases = [
    {
      names: ["hyperchain_status", "hyperchain_messages", "hyperchain_message"],
      params: [`0x${"11".repeat(32)}`],
      atATime: 8,
      places: 512,
    },
    { names: ["hyperchain_settle", "hyperchain_relay"], params: [], atATime: 16, places: 64 },
  ] as const;
  for (const { names, params, atATime, places } of cases) {
    test(names.join(), async () => {
      let underWay = 0;
      let most = 0;
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const work = async (): Promise<never[] & { readonly messages: never[] }> => {
        most = Math.max(most, ++underWay);
        await held;
        underWay--;
        return Object.assign([], { messages: [] });
      };
      const books = { messages: work, status: work, reads: () => true, standing: () => ({ era: 0 }) };
      const ecosystem = { ...books, settle: work, relay: work } as unknown as Parameters<typeof ecosystemMethods>[0];
      const methods = ecosystemMethods(ecosystem, {
        l1: { chainId: 1n, request: () => assert.fail("L1 is asked") },
        chains: () => [],
        names: () => assert.fail("no names"),
        clientOf: () => assert.fail("no client"),
        creators: [],
        blockTimes: { at: () => assert.fail("no block"), setUpTo: () => -1, isOwn: () => false, nowMs: () => 0 },
        users: { of: () => assert.fail("no index") },
      });
      const clients = Array.from({ length: 5 }, () => outsideClient().client);
      const answers = Array.from({ length: 700 }, (_, i) =>
        methods.get(names[i % names.length] ?? "")!(
          names[i % names.length] === "hyperchain_message" ? params : [],
          clients[i % clients.length],
        ).then(
          () => "answered",
          (error: { code: number }) => error.code,
        ),
      );
      letGo();
      const all = await Promise.all(answers);
      assert.equal(most, atATime);
      assert.deepEqual(
        [all.filter((answer) => answer === "answered").length, all.filter((answer) => answer === -32005).length],
        [places, 700 - places],
      );
    });
  }
});
