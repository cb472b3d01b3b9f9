import assert from "node:assert/strict";
import { it } from "node:test";
import { startTestChain } from "../support/chain.ts";
import { ask } from "../support/ask.ts";
import { TestWallet } from "../support/wallet.ts";

it("the history of fees is read a few blocks at a time: a request for a thousand full ones delays no other answer", async () => {
  const wallet = new TestWallet(240);
  const test = await startTestChain({ genesis: [{ address: wallet.address, balanceWei: 10n ** 18n }] });
  try {
    const { chain } = test;
    await chain.sequencer.mineMany(40, 1n);
    const hash = await chain.submit(await wallet.signRaw({ to: wallet.address, maxPriorityFeePerGas: 3n, maxFeePerGas: 3n }));
    await chain.sequencer.mineMany(20, 1n);
    const [newest, turns] = [chain.blocks.newest, new Map<number, number>()];
    let turn = 0;
    let isOver = false;
    const nextTurn = (): void => {
      turn++;
      if (!isOver) setImmediate(nextTurn);
    };
    setImmediate(nextTurn);
    const read = chain.blocks.fees.bind(chain.blocks);
    const fees: typeof chain.blocks.fees = (number) => {
      turns.set(turn, (turns.get(turn) ?? 0) + 1);
      return read(number);
    };
    Object.assign(chain.blocks, { fees });
    const history = (await ask(chain, "eth_feeHistory", ["0x400", "pending", [50]])) as Record<string, readonly unknown[]>;
    isOver = true;
    assert.ok(Math.max(...turns.values()) <= 8, `${Math.max(...turns.values())} blocks in one turn`);
    // All from block 0 to the one that would be next.
    const count = Number(newest) + 2;
    assert.equal(history["oldestBlock"], "0x0");
    assert.deepEqual([history["gasUsedRatio"]?.length, history["baseFeePerGas"]?.length], [count, count + 1]);
    const paid = history["reward"]!.map((reward) => String(reward));
    assert.equal(paid.length, count);
    assert.deepEqual(
      paid.filter((reward) => reward !== "0x0"),
      ["0x3"],
    );
    assert.equal(paid.indexOf("0x3"), Number(chain.blocks.place(hash)?.block));
  } finally {
    await test.chain.close();
  }
});
