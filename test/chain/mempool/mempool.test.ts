import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Mempool, MempoolError, type MempoolOptions } from "../../../src/chain/mempool/mempool.ts";
import type { SignedTransaction } from "../../../src/ground/transaction/transaction.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const A: Hex = `0x${"aa".repeat(20)}`;
const B: Hex = `0x${"bb".repeat(20)}`;
let count = 0;

function transaction(from: Hex, nonce: number, fields: Partial<SignedTransaction> = {}): SignedTransaction {
  return {
    kind: "signed",
    hash: `0x${(++count).toString(16).padStart(64, "0")}`,
    raw: "0x",
    type: 2,
    from,
    to: B,
    valueWei: 0n,
    data: "0x",
    gasLimit: 21_000n,
    nonce: BigInt(nonce),
    maxFeePerGasWei: 10n,
    maxPriorityFeePerGasWei: 1n,
    delegates: false,
    ...fields,
  };
}

function pool(options: Partial<MempoolOptions> = {}, nonce = 0n, balanceWei = 10n ** 9n): Mempool {
  return new Mempool(
    { maxTransactions: 5, maxPerSender: 3, minGasPriceWei: 10n, ...options },
    { account: async () => ({ nonce, balanceWei, hasCode: false }) },
  );
}

const rejects = (promise: Promise<unknown>, code: MempoolError["code"], words = /./) =>
  assert.rejects(promise, (error) => error instanceof MempoolError && error.code === code && words.test(error.message));

describe("mempool", () => {
  it("takes what an order of others names, each sender's by their nonces, and nothing that is not in its list", async () => {
    const highestFee = (ready: readonly SignedTransaction[]): number => {
      const fees = ready.map(({ maxPriorityFeePerGasWei }) => maxPriorityFeePerGasWei);
      return fees.indexOf(fees.reduce((most, fee) => (fee > most ? fee : most)));
    };
    const ordered = (order: typeof highestFee): Mempool =>
      new Mempool(
        { maxTransactions: 5, maxPerSender: 3, minGasPriceWei: 10n },
        { account: async () => ({ nonce: 0n, balanceWei: 10n ** 9n, hasCode: false }), order },
      );
    const mempool = ordered(highestFee);
    const [first, best, middle] = [
      transaction(A, 0, { maxPriorityFeePerGasWei: 1n }),
      transaction(A, 1, { maxPriorityFeePerGasWei: 9n }),
      transaction(B, 0, { maxPriorityFeePerGasWei: 5n }),
    ];
    for (const each of [first, best, middle]) await mempool.add(each);
    assert.deepEqual(mempool.take(1), [middle]);
    mempool.returnToFront([middle]);
    assert.deepEqual(mempool.take(5), [middle, first, best]);
    mempool.returnToFront([first, best]);
    mempool.censor(new Set([A]));
    assert.deepEqual(mempool.take(5), []);
    for (const place of [-1, 2, 0.5]) {
      const other = ordered(() => place);
      await other.add(transaction(A, 0));
      assert.throws(() => other.take(1), /names index .* of 1/);
    }
  });

  it("refuses what pays less than gas costs now, and takes any price from the recipient of fees", async () => {
    let leastWei = 3n;
    const gasPrice = {
      get leastWei() {
        return leastWei;
      },
    };
    const mempool = new Mempool(
      { maxTransactions: 5, maxPerSender: 3, minGasPriceWei: 0n },
      { account: async () => ({ nonce: 0n, balanceWei: 10n ** 9n, hasCode: false }), fees: { gasPrice, recipient: B } },
    );
    await rejects(mempool.add(transaction(A, 0, { maxPriorityFeePerGasWei: 2n })), "FeeTooLow", /2 wei per gas is below 3/);
    assert.equal(await mempool.add(transaction(A, 0, { maxPriorityFeePerGasWei: 3n })), true);
    assert.equal(await mempool.add(transaction(B, 0, { maxPriorityFeePerGasWei: 0n })), true);
    leastWei = 4n;
    await rejects(mempool.add(transaction(A, 1, { maxPriorityFeePerGasWei: 3n })), "FeeTooLow");
    assert.equal(mempool.size, 2, "what was taken at an earlier price stays");
  });

  it("hands transactions out in the order of their arrival", async () => {
    const mempool = pool();
    const transactions = [transaction(A, 0), transaction(B, 0), transaction(A, 1)];
    for (const each of transactions) assert.equal(await mempool.add(each), true);
    assert.deepEqual(mempool.take(2), transactions.slice(0, 2));
    assert.deepEqual(mempool.take(9), transactions.slice(2));
    assert.equal(mempool.size, 3);
    for (const each of transactions) mempool.included(each);
    assert.equal(mempool.size, 0);
  });

  it("a full pool drops what may wait forever for what can be in a block, and nothing else", async () => {
    const mempool = pool({ maxTransactions: 3 });
    const [first, last] = [transaction(A, 5), transaction(A, 6)];
    for (const each of [first, last, transaction(A, 7)]) await mempool.add(each);
    await rejects(mempool.add(transaction(B, 1)), "PoolFull");
    const ready = transaction(B, 0);
    assert.equal(await mempool.add(ready), true);
    assert.equal(mempool.size, 3);
    assert.deepEqual([mempool.holds(first), mempool.holds(last), mempool.find(transaction(A, 7).hash)], [true, true, undefined]);
    for (const nonce of [1, 2]) assert.equal(await mempool.add(transaction(B, nonce)), true);
    await rejects(mempool.add(transaction(`0x${"cc".repeat(20)}`, 0)), "PoolFull");
    assert.deepEqual([mempool.size, mempool.holds(first), mempool.nextNonce(A)], [3, false, undefined]);
  });

  it("holds 32 MiB at most, also by replacement, and again after a return to a mark", async () => {
    const mempool = pool({ maxTransactions: 1000, maxPerSender: 1000 });
    const megabyte: Hex = `0x${"00".repeat(2 ** 20 - 1)}`;
    const mark = mempool.snapshot();
    for (const round of [0, 1]) {
      for (let nonce = 1; nonce <= 32; nonce++) await mempool.add(transaction(A, nonce, { raw: megabyte }));
      await rejects(mempool.add(transaction(A, 40, { raw: megabyte })), "PoolFull");
      await rejects(mempool.add(transaction(A, 0, { raw: megabyte })), "PoolFull");
      await rejects(
        mempool.add(transaction(A, 32, { raw: `${megabyte}0000`, maxFeePerGasWei: 100n, maxPriorityFeePerGasWei: 2n })),
        "PoolFull",
      );
      const ready = transaction(B, 0, { raw: megabyte });
      assert.equal(await mempool.add(ready), true);
      assert.equal(mempool.size, 32);
      assert.deepEqual(mempool.take(1), [ready]);
      mempool.included(ready);
      await mempool.add(transaction(A, 40, { raw: megabyte }));
      if (round === 0) mempool.revert(mark);
    }
  });

  it("names what waits again behind a refused transaction", async () => {
    const mempool = pool();
    const transactions = [transaction(A, 0), transaction(A, 1), transaction(A, 2)] as const;
    for (const each of transactions) await mempool.add(each);
    mempool.take(2);
    assert.deepEqual(mempool.refused(transactions[1]), [transactions[2]]);
    assert.equal(mempool.hasReady, false);
    assert.deepEqual(mempool.refused(transactions[1]), []);
  });

  it("keeps a later nonce until the gap is filled", async () => {
    const mempool = pool();
    const [zero, one, two] = [transaction(A, 0), transaction(A, 1), transaction(A, 2)] as const;
    assert.equal(await mempool.add(two), false);
    assert.equal(await mempool.add(one), false);
    assert.equal(mempool.hasReady, false);
    assert.equal(mempool.nextNonce(A), 0n);
    assert.equal(await mempool.add(zero), true);
    assert.equal(mempool.nextNonce(A), 3n);
    assert.deepEqual(mempool.take(9), [zero, one, two]);
  });

  it("refuses a used nonce, also while its transaction is on its way, and says which of both it is", async () => {
    await rejects(pool({}, 5n).add(transaction(A, 4)), "NonceTooLow", /: 4 of .* is used, the next one is 5$/);
    const mempool = pool();
    const first = transaction(A, 0);
    await mempool.add(first);
    await rejects(mempool.add(first), "AlreadyKnown");
    mempool.take(1);
    const again = transaction(A, 0, { maxFeePerGasWei: 20n, maxPriorityFeePerGasWei: 2n });
    await rejects(mempool.add(again), "NonceTooLow", /nonce 0 of .* is being included, the next one is 1$/);
  });

  it("asks for the money at the worst price, to the last wei", async () => {
    await rejects(pool({}, 0n, 210_004n).add(transaction(A, 0, { valueWei: 5n })), "InsufficientFunds");
    assert.equal(await pool({}, 0n, 210_005n).add(transaction(A, 0, { valueWei: 5n })), true);
  });

  it("asks for the minimum price and a priority fee within the cap", async () => {
    await rejects(pool().add(transaction(A, 0, { maxFeePerGasWei: 9n })), "FeeTooLow");
    await rejects(pool().add(transaction(A, 0, { maxPriorityFeePerGasWei: 11n })), "PriorityFeeAboveCap");
    // With base fee 0 a client's priority fee of 0 makes the price 0; zksync-ethers sends that.
    assert.equal(await pool().add(transaction(A, 0, { maxPriorityFeePerGasWei: 0n })), true);
  });

  it("replaces a queued transaction for a tenth more", async () => {
    const mempool = pool();
    await mempool.add(transaction(A, 1));
    await rejects(mempool.add(transaction(A, 1, { maxFeePerGasWei: 10n })), "ReplacementUnderpriced");
    await rejects(mempool.add(transaction(A, 1, { maxFeePerGasWei: 11n })), "ReplacementUnderpriced");
    const better = transaction(A, 1, { maxFeePerGasWei: 11n, maxPriorityFeePerGasWei: 2n });
    await mempool.add(better);
    assert.equal(mempool.size, 1);
    await mempool.add(transaction(A, 0));
    assert.equal(mempool.take(2)[1], better);
  });

  it("replaces a ready transaction in its place in the line, and says so; at a price of 0 too", async () => {
    const replaced: SignedTransaction[] = [];
    const ready: SignedTransaction[] = [];
    const mempool = new Mempool(
      { maxTransactions: 5, maxPerSender: 3, minGasPriceWei: 0n },
      { account: async () => ({ nonce: 0n, balanceWei: 10n ** 9n, hasCode: false }), onLost: (one) => replaced.push(one) },
    );
    mempool.onReady((one) => ready.push(one));
    const free = transaction(A, 0, { maxFeePerGasWei: 0n, maxPriorityFeePerGasWei: 0n });
    const [other, next] = [transaction(B, 0), transaction(A, 1)];
    for (const one of [free, other, next]) await mempool.add(one);
    await rejects(mempool.add(transaction(A, 0, { maxFeePerGasWei: 0n, maxPriorityFeePerGasWei: 0n })), "ReplacementUnderpriced");
    const paid = transaction(A, 0, { maxFeePerGasWei: 1n, maxPriorityFeePerGasWei: 1n });
    assert.equal(await mempool.add(paid), true);
    assert.deepEqual([replaced, ready, mempool.size], [[free], [free, other, next, paid], 3]);
    assert.deepEqual(mempool.take(3), [paid, other, next]);
  });

  it("drops what waits, and not what is taken; later ones of the sender wait again", async () => {
    const mempool = pool();
    const [zero, one, queued] = [transaction(A, 0), transaction(A, 1), transaction(B, 1)];
    for (const each of [zero, one, queued]) await mempool.add(each);
    assert.deepEqual(mempool.drop(queued.hash), { requeued: [] });
    assert.deepEqual(mempool.drop(zero.hash), { requeued: [one] });
    assert.deepEqual([mempool.hasReady, mempool.size, mempool.drop(zero.hash)], [false, 1, undefined]);
    assert.deepEqual(mempool.waiting(), [{ from: A, ready: [], queued: [one] }]);
    await mempool.add(transaction(A, 0));
    const [taken] = mempool.take(1) as [SignedTransaction];
    assert.equal(mempool.drop(taken.hash), undefined);
  });

  it("leaves the transactions of a sender that is held where they are; in a full pool they make room for others'", async () => {
    const lost: unknown[] = [];
    const mempool = new Mempool(
      { maxTransactions: 3, maxPerSender: 3, minGasPriceWei: 0n },
      {
        account: async () => ({ nonce: 0n, balanceWei: 10n ** 9n, hasCode: false }),
        onLost: ({ hash }, reason) => lost.push([hash, reason]),
      },
    );
    const held = { any: true, holds: (sender: Hex) => sender === A && held.any };
    mempool.hold(held);
    const [zero, one, other] = [transaction(A, 0), transaction(A, 1), transaction(B, 0)];
    for (const each of [zero, one]) assert.equal(await mempool.add(each), true);
    assert.deepEqual([mempool.hasReady, mempool.take(3)], [false, []]);
    await mempool.add(other);
    await mempool.add(transaction(B, 1));
    assert.deepEqual(lost, [[one.hash, "madeRoom"]]);
    assert.deepEqual([mempool.hasReady, mempool.take(1)], [true, [other]]);
    held.any = false;
    assert.equal(mempool.take(1)[0], zero);
  });

  it("says when it or a sender's share is full", async () => {
    const mempool = pool();
    for (let nonce = 0; nonce < 3; nonce++) await mempool.add(transaction(A, nonce));
    await rejects(mempool.add(transaction(A, 3)), "SenderFull");
    await mempool.add(transaction(B, 0));
    await mempool.add(transaction(B, 1));
    await rejects(mempool.add(transaction(B, 2)), "PoolFull");
    // Room comes back with inclusion.
    const [first] = mempool.take(1) as [SignedTransaction];
    mempool.included(first);
    assert.equal(await mempool.add(transaction(B, 2)), true);
  });

  it("holds a sender's later transactions back when one is refused", async () => {
    const mempool = pool();
    const [zero, one, two] = [transaction(A, 0), transaction(A, 1), transaction(A, 2)] as const;
    for (const each of [zero, one, two]) await mempool.add(each);
    assert.deepEqual(mempool.take(1), [zero]);
    mempool.included(zero);
    assert.deepEqual(mempool.take(1), [one]);
    mempool.refused(one);
    assert.equal(mempool.hasReady, false);
    assert.equal(mempool.size, 1);
    assert.equal(mempool.nextNonce(A), 1n);
    const again = transaction(A, 1);
    await mempool.add(again);
    assert.deepEqual(mempool.take(9), [again, two]);
  });

  it("returns taken transactions to the front", async () => {
    const mempool = pool();
    const [zero, one] = [transaction(A, 0), transaction(B, 0)] as const;
    await mempool.add(zero);
    await mempool.add(one);
    mempool.returnToFront(mempool.take(1));
    assert.deepEqual(mempool.take(2), [zero, one]);
  });

  it("finds what waits", async () => {
    const mempool = pool();
    const ready = transaction(A, 0);
    const queued = transaction(B, 1);
    await mempool.add(ready);
    await mempool.add(queued);
    assert.equal(mempool.find(ready.hash), ready);
    assert.equal(mempool.find(queued.hash), queued);
    assert.deepEqual(
      [ready, queued, transaction(A, 1)].map((one) => mempool.holds(one)),
      [true, true, false],
    );
  });

  it("B4: returns to what waited at a mark, as often as asked", async () => {
    const mempool = pool();
    const [ready, queued, later] = [transaction(A, 0), transaction(B, 1), transaction(A, 1)] as const;
    await mempool.add(ready);
    await mempool.add(queued);
    const mark = mempool.snapshot();
    for (let i = 0; i < 2; i++) {
      await mempool.add(later);
      assert.deepEqual(mempool.take(2), [ready, later]);
      mempool.included(ready);
      mempool.refused(later);
      mempool.revert(mark);
      assert.deepEqual([mempool.size, mempool.holds(ready), mempool.holds(queued), mempool.holds(later)], [2, true, true, false]);
      assert.deepEqual([mempool.nextNonce(A), mempool.nextNonce(B)], [1n, 0n]);
    }
    assert.deepEqual(mempool.take(9), [ready]);
  });

  it("B4: reads an account again when a mark was returned to meanwhile", async () => {
    let nonce = 5n;
    const answers: (() => void)[] = [];
    const account = async () => {
      const read = nonce;
      await new Promise<void>((resolve) => void answers.push(resolve));
      return { nonce: read, balanceWei: 10n ** 18n, hasCode: false };
    };
    const mempool = new Mempool({ maxTransactions: 5, maxPerSender: 3, minGasPriceWei: 0n }, { account });
    const mark = mempool.snapshot();
    const adding = mempool.add(transaction(A, 5));
    nonce = 3n;
    mempool.revert(mark);
    answers[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    answers[1]?.();
    assert.equal(await adding, false, "nonce 3 is missing");
    assert.equal(mempool.hasReady, false);
  });
});
