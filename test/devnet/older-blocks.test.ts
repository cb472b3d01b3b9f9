import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { olderBlocks, reachInWords } from "../../src/devnet/view/feed/older-blocks.ts";

const L1 = { chainId: 1, name: "l1" };
const known = (chainId: number, oldest: number, newest: number) => ({ chainId, oldest, newest });

describe("blocks before those that the feed has", () => {
  test("are asked for in questions of 200 together, shared by the members that have more, and no further than was said", () => {
    const reach = { blocks: 1_000, l1: L1 };
    const members = [known(1, 476, 500), known(271, 30, 54), known(272, 0, 20)];
    assert.deepEqual(olderBlocks(members, reach), [
      { chain: 1, from: 376, to: 475 },
      { chain: 271, from: 0, to: 29 },
    ]);
    assert.deepEqual(olderBlocks([known(271, 976, 1_000)], { blocks: 100, l1: L1 }), [{ chain: 271, from: 901, to: 975 }]);
    assert.equal(olderBlocks([known(271, 901, 1_000), known(272, 0, 20)], { blocks: 100, l1: L1 }), undefined);
    const many = Array.from({ length: 300 }, (_, i) => known(1_000 + i, 50, 60));
    const asked = olderBlocks(many, reach)!;
    assert.deepEqual([asked.length, asked.reduce((sum, { from, to }) => sum + to - from + 1, 0)], [200, 200]);
  });

  test("of an L1 that runs elsewhere are 25 in a question, 250 at most, and of a fork its own alone", () => {
    const elsewhere = { blocks: 10_000, l1: { ...L1, runsElsewhere: true } as const };
    assert.deepEqual(olderBlocks([known(1, 9_976, 10_000), known(271, 100, 124)], elsewhere), [
      { chain: 1, from: 9_951, to: 9_975 },
      { chain: 271, from: 0, to: 99 },
    ]);
    assert.deepEqual(olderBlocks([known(1, 9_760, 10_000)], elsewhere), [{ chain: 1, from: 9_751, to: 9_759 }]);
    assert.equal(olderBlocks([known(1, 9_751, 10_000)], elsewhere), undefined);
    const fork = { blocks: 10_000, l1: { ...L1, fork: { chainId: 1, blockNumber: 900 } } };
    assert.deepEqual(olderBlocks([known(1, 976, 1_000)], fork), [{ chain: 1, from: 901, to: 975 }]);
    assert.equal(olderBlocks([known(1, 890, 914)], fork), undefined);
  });

  test("are counted in words", () => {
    const chains = [271, 272, 273, 274, 275].map((chainId) => ({ chainId, name: `c${chainId}` }));
    const info = { l1: L1, chains } as unknown as Parameters<typeof reachInWords>[1];
    assert.equal(
      reachInWords([known(1, 1_090, 1_113), known(271, 0, 19)], info),
      "the last 24 of 1,114 blocks of l1, all 20 of c271",
    );
    assert.equal(
      reachInWords(
        [1, 271, 272, 273, 274, 275].map((chainId) => known(chainId, 0, 0)),
        info,
      ),
      "all 1 block of l1, all 1 of c271, all 1 of c272, all 1 of c273, and of 2 more",
    );
    const forked = { ...info, l1: { ...L1, fork: { chainId: 1, blockNumber: 900 } } } as typeof info;
    assert.equal(reachInWords([known(1, 890, 914)], forked), "all 14 blocks of l1");
  });
});
