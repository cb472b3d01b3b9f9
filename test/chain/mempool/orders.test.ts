import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { byFee, ordered } from "../../../src/chain/mempool/orders.ts";
import type { SignedTransaction } from "../../../src/ground/transaction/transaction.ts";
import { Random } from "../state/support/random.ts";

const transaction = (sender: number, tip: number): SignedTransaction =>
  ({ from: `0x${sender.toString(16).padStart(40, "0")}`, maxPriorityFeePerGasWei: BigInt(tip) }) as SignedTransaction;

describe("transactions in the order of their fees", () => {
  it("are the highest price first, of equal prices the oldest, and of each sender as they came", () => {
    const [a, b, c, d] = [transaction(1, 1), transaction(1, 9), transaction(2, 5), transaction(3, 5)] as const;
    assert.deepEqual(ordered([a, b, c, d], 4, byFee), [c, d, a, b]);
    assert.deepEqual(ordered([a, b, c, d], 2, byFee), [c, d]);
    assert.deepEqual(ordered([], 2, byFee), []);
  });

  it("are at each step the dearest of the first ones of all senders, whatever waits", () => {
    const random = new Random(7);
    for (let run = 0; run < 200; run++) {
      const waiting = Array.from({ length: random.below(30) }, () => transaction(random.below(6), random.below(5)));
      let left = [...waiting];
      for (const next of ordered(waiting, 30, byFee)) {
        const firsts = left.filter((each, i) => left.findIndex(({ from }) => from === each.from) === i);
        const dearest = firsts.reduce((most, { maxPriorityFeePerGasWei: tip }) => (tip > most ? tip : most), 0n);
        assert.equal(
          next,
          firsts.find(({ maxPriorityFeePerGasWei }) => maxPriorityFeePerGasWei === dearest),
        );
        left = left.filter((each) => each !== next);
      }
      assert.deepEqual(left, []);
    }
  });
});
