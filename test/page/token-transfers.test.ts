import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TRANSFER_TOPIC } from "../../src/ground/protocol/erc20-transfer.ts";
import { readTransfers, type AskThere } from "../../page/token-transfers.ts";

const TOKEN = "0x00000000000000000000000000000000000000aa";
const NONE = 0;

/** A transfer in a block. */
interface Moved {
  readonly block: number;
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;
const account = (value: number): string => `0x${value.toString(16).padStart(40, "0")}`;

/** Member that returns at most `most` logs and records its requests. */
function memberWith(moved: readonly Moved[], { head, most }: { readonly head: number; readonly most: number }) {
  const member = { head, fork: "a", asked: [] as (readonly [number, number])[], largest: 0, moved };
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    if (method === "eth_getBlockByNumber") {
      const number = params[0] === "latest" ? member.head : Number(params[0]);
      return number > member.head ? null : { number: `0x${number.toString(16)}`, hash: `${member.fork}${number}` };
    }
    const [{ address, topics, fromBlock, toBlock }] = params as readonly [
      Readonly<Record<"address" | "fromBlock" | "toBlock", string>> & { readonly topics: readonly string[] },
    ];
    assert.deepEqual([method, address, topics], ["eth_getLogs", TOKEN, [TRANSFER_TOPIC]]);
    const [first, last] = [Number(fromBlock), Number(toBlock)];
    const found = member.moved.filter(({ block }) => block >= first && block <= last);
    if (found.length > most) throw new Error(`more than ${most} logs`);
    member.asked.push([first, last]);
    member.largest = Math.max(member.largest, last - first + 1);
    return found.map(({ from, to, amount }) => ({ topics: [TRANSFER_TOPIC, word(from), word(to)], data: word(amount) }));
  };
  return { member, ask: ask as AskThere };
}

describe("a token's transfers are read a part at a time", () => {
  test("each block once, the newest first, in parts of at most 10,000 blocks", async () => {
    const { member, ask } = memberWith(
      [
        { block: 0, from: NONE, to: 1, amount: 100 },
        { block: 25_000, from: 1, to: 2, amount: 30 },
        { block: 50_000, from: 2, to: 3, amount: 5 },
      ],
      { head: 50_000, most: 10_000 },
    );
    const read = await readTransfers(ask, TOKEN);
    assert.deepEqual(
      Object.fromEntries(read.sums),
      Object.fromEntries([
        [account(1), 70n],
        [account(2), 25n],
        [account(3), 5n],
      ]),
    );
    assert.equal(read.since, 0);
    assert.equal(member.asked[0]![1], 50_000);
    assert.equal(member.asked.at(-1)![0], 0);
    member.asked.slice(1).forEach(([, last], place) => assert.equal(last, member.asked[place]![0] - 1));
    assert.equal(member.largest, 10_000);
  });

  test("requests fewer blocks if a member refuses, and omits none", async () => {
    const moved = Array.from({ length: 300 }, (_, i) => ({ block: i, from: NONE, to: 1 + (i % 3), amount: 1 }));
    const { ask } = memberWith(moved, { head: 299, most: 20 });
    const { sums, since } = await readTransfers(ask, TOKEN);
    assert.deepEqual([sums.get(account(1)), sums.get(account(2)), sums.get(account(3)), since], [100n, 100n, 100n, 0]);
  });

  test("reports the reason why a single block is refused", async () => {
    const { ask } = memberWith(
      Array.from({ length: 3 }, () => ({ block: 7, from: NONE, to: 1, amount: 1 })),
      { head: 9, most: 2 },
    );
    await assert.rejects(readTransfers(ask, TOKEN), /more than 2 logs/);
  });

  test("attack: of a token with unlimited logs only a bounded part is read, and the first block is reported", async () => {
    const moved = Array.from({ length: 60_000 }, (_, i) => ({
      block: 1 + Math.floor(i / 100),
      from: NONE,
      to: 1 + i,
      amount: 1,
    }));
    const { ask } = memberWith(moved, { head: 600, most: 10_000 });
    const { sums, since } = await readTransfers(ask, TOKEN);
    assert.ok(since > 0 && since <= 600, String(since));
    // The blocks from `since` on have 100 transfers each.
    assert.equal(sums.size, (601 - since) * 100);
    assert.ok(sums.size <= 30_000, String(sums.size));
  });

  test("a later reading asks for the blocks since alone", async () => {
    const { member, ask } = memberWith([{ block: 3, from: NONE, to: 1, amount: 10 }], { head: 5, most: 10 });
    const before = await readTransfers(ask, TOKEN);
    member.moved = [...member.moved, { block: 6, from: 1, to: 2, amount: 4 }];
    member.head = 7;
    member.asked = [];
    const { sums, since } = await readTransfers(ask, TOKEN, before);
    assert.deepEqual([sums.get(account(1)), sums.get(account(2)), since], [6n, 4n, 0]);
    assert.deepEqual(member.asked, [[6, 7]]);
    const again = await readTransfers(ask, TOKEN, { sums, since, upTo: { number: "0x7", hash: "a7" } });
    assert.deepEqual(again.sums, sums);
    assert.equal(member.asked.length, 1);
  });

  test("after a return to an earlier state nothing of what was read before stays", async () => {
    const { member, ask } = memberWith([{ block: 3, from: NONE, to: 1, amount: 10 }], { head: 5, most: 10 });
    const before = await readTransfers(ask, TOKEN);
    member.moved = [{ block: 2, from: NONE, to: 9, amount: 1 }];
    for (const [head, fork] of [
      [2, "a"],
      [8, "b"],
    ] as const) {
      [member.head, member.fork] = [head, fork];
      const { sums } = await readTransfers(ask, TOKEN, before);
      assert.deepEqual([...sums], [[account(9), 1n]]);
    }
  });
});
