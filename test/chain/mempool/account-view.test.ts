import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccountView, type AccountState } from "../../../src/chain/mempool/account-view.ts";
import type { SignedTransaction, UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const A: Hex = `0x${"aa".repeat(20)}`;
const B: Hex = `0x${"bb".repeat(20)}`;
const request = { from: A, to: B, valueWei: 5n, data: "0x", gasLimit: 10n, nonce: 7n } as const;
const unsigned: UnsignedEngineTransaction = { kind: "unsigned", ...request };
const signed: SignedTransaction = {
  kind: "signed",
  ...request,
  hash: "0x01",
  raw: "0x",
  type: 2,
  maxFeePerGasWei: 3n,
  maxPriorityFeePerGasWei: 1n,
  delegates: false,
};

function viewOf(state: AccountState) {
  const reads: Hex[] = [];
  const view = new AccountView(async (address) => {
    reads.push(address);
    return state;
  });
  return { view, reads };
}

describe("pool's view of accounts", () => {
  it("knows an account after its own transaction: the next nonce, and what it has at least", async () => {
    const { view, reads } = viewOf({ nonce: 7n, balanceWei: 100n, hasCode: false });
    assert.equal(view.cached(A), undefined);
    assert.deepEqual(await view.read(A), { nonce: 7n, leastBalanceWei: 100n });
    view.applied([signed]);
    // 5 of value, 10 gas at no more than 3.
    assert.deepEqual(view.cached(A), { nonce: 8n, leastBalanceWei: 65n });
    assert.deepEqual(reads, [A]);
  });

  it("never remembers an account with code: others can spend what it has", async () => {
    const { view } = viewOf({ nonce: 7n, balanceWei: 100n, hasCode: true });
    await view.read(A);
    assert.equal(view.cached(A), undefined);
  });

  it("forgets whom the chain sent from, and everyone after a delegation or a return", async () => {
    const { view } = viewOf({ nonce: 7n, balanceWei: 100n, hasCode: false });
    const forgets = async (change: () => void, others: boolean) => {
      await Promise.all([view.read(A), view.read(B)]);
      change();
      assert.equal(view.cached(A), undefined);
      assert.equal(view.cached(B) === undefined, others);
    };
    await forgets(() => view.applied([unsigned]), false);
    await forgets(() => view.applied([{ ...signed, from: `0x${"cc".repeat(20)}`, type: 4, delegates: true }]), true);
    await forgets(() => view.clear(), true);
  });

  it("reads again what a block may have changed meanwhile", async () => {
    const answers: ((state: AccountState) => void)[] = [];
    const view = new AccountView(() => new Promise((resolve) => void answers.push(resolve)));
    const reading = view.read(A);
    view.applied([signed]);
    answers[0]?.({ nonce: 7n, balanceWei: 100n, hasCode: false });
    await new Promise((resolve) => setImmediate(resolve));
    answers[1]?.({ nonce: 8n, balanceWei: 80n, hasCode: false });
    assert.deepEqual(await reading, { nonce: 8n, leastBalanceWei: 80n });
    assert.deepEqual(view.cached(A), { nonce: 8n, leastBalanceWei: 80n });
  });

  it("asks once for many at the same time, and again after a failure", async () => {
    const answers: { resolve: (state: AccountState) => void; reject: (error: Error) => void }[] = [];
    const view = new AccountView(() => new Promise((resolve, reject) => void answers.push({ resolve, reject })));
    const failing = Promise.allSettled([view.read(A), view.read(A)]);
    assert.equal(answers.length, 1);
    answers[0]?.reject(new Error("closed"));
    assert.deepEqual(
      (await failing).map(({ status }) => status),
      ["rejected", "rejected"],
    );
    const reading = view.read(A);
    answers[1]?.resolve({ nonce: 0n, balanceWei: 1n, hasCode: false });
    assert.deepEqual(await reading, { nonce: 0n, leastBalanceWei: 1n });
  });

  it("keeps 10,000 accounts at most", async () => {
    const { view } = viewOf({ nonce: 0n, balanceWei: 1n, hasCode: false });
    const name = (i: number): Hex => `0x${i.toString(16).padStart(40, "0")}`;
    for (let i = 0; i <= 10_000; i++) await view.read(name(i));
    assert.equal(view.cached(name(0)), undefined);
    assert.ok(view.cached(name(1)));
    assert.ok(view.cached(name(10_000)));
  });
});
