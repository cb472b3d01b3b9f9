import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FeedEntry } from "../../src/chain/rpc/transport/feed.ts";
import type { ActivityBlock } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import { BlocksInWords, type ToldEntry } from "../../src/tool/page-server/blocks-in-words.ts";

const hash = `0x${"11".repeat(32)}` as const;
const happened = (chainId: number, number: number): ActivityBlock => ({ chainId, number, hash, timestamp: 0, transactions: [] });
const entry = (chainId: number, number: number): FeedEntry => ({ position: `a:${number}`, type: "block", chainId, number });

function telling() {
  const asked: string[] = [];
  const told: ToldEntry[] = [];
  const blocks = new BlocksInWords({
    ask: (chainId, number) => void asked.push(`${chainId}:${number}`),
    tell: (each) => void told.push(each),
  });
  return { blocks, asked, told };
}

describe("I11: entries of blocks get the contents of their blocks", () => {
  test("one request at a time for each chain, so that its blocks arrive in order; entries of other types wait for none", () => {
    const { blocks, asked, told } = telling();
    for (const number of [3, 4]) blocks.take(entry(271, number));
    blocks.take(entry(272, 9));
    const proof: FeedEntry = { position: "a:5", type: "proof", chainId: 271, number: 1, phase: "trace" };
    blocks.take(proof);
    assert.deepEqual(asked, ["271:3", "272:9"]);
    assert.deepEqual(told, [proof]);
    blocks.answer(272, [happened(272, 9)]);
    blocks.answer(271, [happened(271, 3)]);
    blocks.answer(271, [happened(271, 4)]);
    assert.deepEqual(asked, ["271:3", "272:9", "271:4"]);
    assert.deepEqual(
      told.slice(1).map(({ position, block }) => [position, block?.chainId, block?.number]),
      [
        ["a:9", 272, 9],
        ["a:3", 271, 3],
        ["a:4", 271, 4],
      ],
    );
  });

  test("a refused request, an answer for another block and a block of too much data leave the entry unchanged", () => {
    const { blocks, told } = telling();
    const call = "x".repeat(2 ** 18);
    const large = { ...happened(271, 5), transactions: [{ call }] } as unknown as ActivityBlock;
    for (const number of [3, 4, 5]) blocks.take(entry(271, number));
    blocks.answer(271, undefined);
    blocks.answer(271, [happened(271, 3)]);
    blocks.answer(271, [large]);
    assert.deepEqual(told, [entry(271, 3), entry(271, 4), entry(271, 5)]);
    blocks.answer(271, [happened(271, 6)]);
    assert.equal(told.length, 3, "an answer to no question tells nothing");
  });

  test("at most sixteen blocks of a chain wait; further ones pass unchanged, immediately", () => {
    const { blocks, asked, told } = telling();
    for (let number = 1; number <= 20; number++) blocks.take(entry(271, number));
    assert.deepEqual(asked, ["271:1"]);
    assert.deepEqual(
      told,
      [17, 18, 19, 20].map((number) => entry(271, number)),
    );
    blocks.answer(271, [happened(271, 1)]);
    assert.deepEqual(told.at(-1)?.block, happened(271, 1));
    assert.deepEqual(asked, ["271:1", "271:2"]);
  });
});
