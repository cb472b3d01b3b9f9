import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Feed, type FeedEntry } from "../../src/chain/rpc/transport/feed.ts";
import { followL1 } from "../../src/ecosystem/devnet/membership/follow-l1.ts";
import { createDisposer } from "../../src/ground/runtime/disposer.ts";
import { ALICE, RELAYER, startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";

describe("the feed tells L1's blocks where nothing polls", () => {
  test("a transaction on L1 and a mined block are announced immediately", async () => {
    const devnet = await startFlowDevnet([271n], { ...UNPROVEN, fundedAccounts: [ALICE, RELAYER] });
    try {
      const l1 = Number(devnet.l1.chainId);
      const newest = async (): Promise<number> => Number(await devnet.l1.request("eth_blockNumber"));
      const activity = async (number: number) => {
        const answer = await devnet.chains[0]!.provider.request({
          method: "hyperchain_activity",
          params: [[{ chain: l1, from: number }]],
        });
        return (answer as readonly { readonly at?: number }[])[0];
      };
      const alice = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
      const before = Date.now();
      const paid = await (await alice.sendTransaction({ to: alice.address, value: 1n })).wait();
      await devnet.l1.request("evm_mine", []);
      const mined = await newest();
      // Its time is kept by what the feed tells, some turns later.
      for (const number of [paid!.blockNumber, mined]) {
        while ((await activity(number))?.at === undefined) await nextTurn();
        assert.ok((await activity(number))!.at! >= before);
      }
    } finally {
      await devnet.close();
      assert.deepEqual(devnet.faults, []);
    }
  });

  test("blocks are announced in their order, once each, and only a poll of an L1 that does not answer fails", async () => {
    const feed = new Feed();
    const told: FeedEntry[] = [];
    feed.follow(undefined, (entry) => void (entry.type === "block" && told.push(entry)));
    const closing = createDisposer("the feed");
    let newest = 7;
    let isAway = false;
    let moved = (): void => assert.fail("it does not listen");
    const l1 = {
      chainId: 1n,
      request: async () => {
        if (isAway) throw new Error("L1 is away");
        await nextTurn();
        return `0x${newest.toString(16)}`;
      },
      onMoved: (listener: () => void) => {
        moved = listener;
        return () => void (moved = () => undefined);
      },
    };
    const look = followL1(l1, feed, closing);
    await look();
    newest = 8;
    moved();
    moved();
    await look();
    isAway = true;
    moved();
    await assert.rejects(look(), /L1 is away/);
    isAway = false;
    // As after a return to an earlier state.
    newest = 5;
    await look();
    await nextTurn();
    assert.deepEqual(
      told.map(({ chainId, number }) => [chainId, number]),
      [7, 8, 5].map((number) => [1, number]),
    );
    await closing.close();
    newest = 6;
    moved();
    await nextTurn();
    assert.equal(told.length, 3, "it listens on after its end");
  });
});
