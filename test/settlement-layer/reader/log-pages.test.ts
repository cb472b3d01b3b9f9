import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeError, type Log, type Provider } from "ethers";
import { MANY_LOGS, PageWidth, readLogPages, readLogs } from "../../../src/chain/settlement-layer/reader/log-pages.ts";

const ADDRESS = `0x${"aa".repeat(20)}` as const;
const question = { address: ADDRESS, topics: [], fromBlock: 3, toBlock: 40 };

/** A node with one log in every block, the later log of a block first; `refuse` says which questions it does not answer. */
function nodeThat(refuse: (fromBlock: number, toBlock: number) => Error | undefined) {
  const asked: [number, number][] = [];
  const getLogs = ({ fromBlock, toBlock }: { readonly fromBlock: number; readonly toBlock: number }): Promise<Log[]> => {
    asked.push([fromBlock, toBlock]);
    const error = refuse(fromBlock, toBlock);
    if (error !== undefined) return Promise.reject(error);
    const logs = Array.from({ length: toBlock - fromBlock + 1 }, (_, i) => [
      { blockNumber: fromBlock + i, index: 1 },
      { blockNumber: fromBlock + i, index: 0 },
    ]);
    return Promise.resolve(logs.flat() as unknown as Log[]);
  };
  return { asked, provider: { getLogs } as unknown as Provider };
}

const refusal = (): Error =>
  makeError("could not coalesce error", "UNKNOWN_ERROR", {
    error: { code: -32_005, message: "the answer has more than 10000 logs" },
  } as never);

describe("A6: reading logs", () => {
  test("brings all of a range, in order, with as many questions as the blocks of one allow", async () => {
    const { asked, provider } = nodeThat(() => undefined);
    const logs = await readLogs(provider, question, 20);
    assert.deepEqual(asked, [
      [3, 22],
      [23, 40],
    ]);
    assert.deepEqual(
      logs.map(({ blockNumber, index }) => 2 * blockNumber + index),
      Array.from({ length: 76 }, (_, i) => 6 + i),
    );
  });

  test("asks for less where a node refuses, and for nothing twice", async () => {
    const { provider } = nodeThat((from, to) => (to - from >= 5 ? refusal() : undefined));
    const logs = await readLogs(provider, question);
    assert.deepEqual(
      logs.filter(({ index }) => index === 0).map(({ blockNumber }) => blockNumber),
      Array.from({ length: 38 }, (_, i) => 3 + i),
    );
  });

  test("attack: of a node that refuses nothing, pages get narrower where they are full of a stranger's logs", async () => {
    const asked: number[] = [];
    const getLogs = ({ fromBlock, toBlock }: { readonly fromBlock: number; readonly toBlock: number }): Promise<Log[]> => {
      asked.push(toBlock - fromBlock + 1);
      const logs = Array.from({ length: (toBlock - fromBlock + 1) * 1_000 }, () => ({ blockNumber: fromBlock, index: 0 }));
      return Promise.resolve(logs as unknown as Log[]);
    };
    const read = readLogPages({ getLogs } as never, { topics: [], fromBlock: 0, toBlock: 99 }, new PageWidth(Infinity, 40));
    let blocks = 0;
    for await (const { logs } of read) blocks += logs.length / 1_000;
    assert.deepEqual([blocks, asked.slice(0, 4)], [100, [40, 20, 10, 10]]);
    assert.ok(asked.slice(2).every((width) => width * 1_000 <= 2 * MANY_LOGS));
  });

  test("rejects where a node refuses a single block, and at once where it does not answer", async () => {
    const stubborn = nodeThat(refusal);
    await assert.rejects(readLogs(stubborn.provider, question), /could not coalesce/);
    assert.deepEqual(stubborn.asked.at(-1), [3, 3]);
    const away = nodeThat(() => new Error("connect ECONNREFUSED"));
    await assert.rejects(readLogs(away.provider, question), /ECONNREFUSED/);
    assert.equal(away.asked.length, 1);
  });
});
