import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accountSearchMethods } from "../../src/chain/rpc/blocks/account-search.ts";
import { accountHistory, type AccountHistory } from "../../src/ecosystem/devnet/view/feed/account-history.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { RpcMethod } from "../../src/chain/rpc/request/dispatch.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const ACCOUNT: Hex = "0x00000000000000000000000000000000000a11ce";
const [A, B] = [271, 272];

/** A chain by its blocks' number, the blocks that touch the account, and the time of block 0; a block takes a second. */
interface Blocks {
  readonly newest: number;
  readonly touched: readonly number[];
  readonly beganAt: number;
}

/** Methods of a chain that the search calls; counts the blocks that are read. */
function chainOf({ newest, touched, beganAt }: Blocks, count: () => void): ReadonlyMap<string, RpcMethod> {
  const hash = (block: number): string => `0x${block.toString(16).padStart(64, "0")}`;
  const receipts = (block: number): readonly object[] => {
    count();
    if (!touched.includes(block)) return [];
    const common = { transactionHash: hash(block), blockNumber: `0x${block.toString(16)}`, status: "0x1" };
    return [{ ...common, from: ACCOUNT, to: null, contractAddress: null, logs: [] }];
  };
  const others = new Map<string, RpcMethod>([
    ["eth_blockNumber", async () => `0x${newest.toString(16)}`],
    ["eth_getBlockReceipts", async ([block]) => receipts(Number(block))],
    ["eth_getBlockByNumber", async ([block]) => ({ timestamp: `0x${(beganAt + Number(block)).toString(16)}` })],
    ["eth_getTransactionByHash", async ([named]) => ({ hash: named, from: ACCOUNT, to: null, value: "0x0" })],
  ]);
  return new Map([...others, ...accountSearchMethods(others)]);
}

/** All answers in sequence, and the maximum number of blocks that one of them read. */
async function pagesOf(chains: Readonly<Record<number, Blocks>>, count: number) {
  let looked = 0;
  const members = new Map(Object.entries(chains).map(([id, blocks]) => [Number(id), chainOf(blocks, () => looked++)]));
  const info = { chains: [...members.keys()].map((chainId) => ({ chainId })) } as unknown as Pick<EcosystemInfo, "chains">;
  const pages: (readonly (readonly [chainId: number, block: number])[])[] = [];
  let most = 0;
  let before: AccountHistory["next"];
  do {
    looked = 0;
    const page = await accountHistory({ account: ACCOUNT, before, count }, info, async (chainId, method, params) =>
      members.get(chainId)!.get(method)!(params, undefined),
    );
    most = Math.max(most, looked);
    pages.push(page.transactions.map(({ chainId, blockNumber }) => [chainId, blockNumber] as const));
    before = page.next;
  } while (before !== undefined);
  return { found: pages.flat(), answers: pages.length, most };
}

describe("I3: an account's history over more blocks than one question looks at", () => {
  test("continues after 10,000 empty blocks, and omits and repeats nothing", async () => {
    const { found, answers, most } = await pagesOf({ [A]: { newest: 25_000, touched: [3, 24_990], beganAt: 0 } }, 25);
    assert.deepEqual(found, [
      [A, 24_990],
      [A, 3],
    ]);
    assert.ok(answers <= 5, `${answers} answers`);
    assert.ok(most <= 10_001, `${most} blocks`);
  });

  test("stays in the order of time where one chain has much more to look through than another", async () => {
    // By time: alpha's 24,990 and 14,000, which is behind 10,000 blocks without a hit, beta's 13,009 and 13,005, alpha's 3.
    const chains = {
      [A]: { newest: 25_000, touched: [3, 14_000, 24_990], beganAt: 0 },
      [B]: { newest: 10, touched: [5, 9], beganAt: 13_000 },
    };
    for (const count of [1, 2, 25]) {
      const { found } = await pagesOf(chains, count);
      assert.deepEqual(
        found,
        [
          [A, 24_990],
          [A, 14_000],
          [B, 9],
          [B, 5],
          [A, 3],
        ],
        `${count} at a time`,
      );
    }
  });
});
