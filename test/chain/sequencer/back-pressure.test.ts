import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { startRpcServer } from "../../../src/chain/rpc/transport/server.ts";
import { createProver } from "../../../src/proofs/prover/prover.ts";
import { startTestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

interface Answer {
  readonly result?: string;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
}

const DIFFS = 40;
const WAITING = 4;

describe("B4: a chain whose prover is slow", () => {
  it("lets its batches grow to their limits, then its pool fill up, reports it, and continues when proofs arrive", async () => {
    const wallet = new TestWallet(30);
    const prover = createProver({ workers: 1 });
    const proofs: Promise<number>[] = [];
    let proven = 0;
    let letProve = (): void => undefined;
    const allowed = new Promise<void>((resolve) => (letProve = resolve));
    const test = await startTestChain({
      genesis: [{ address: wallet.address, balanceWei: 10n ** 21n }],
      sequencer: { batches: { maxAgeMs: undefined, maxTransactions: 2 } },
      limits: { diffs: DIFFS },
      mempool: { maxTransactions: WAITING },
      onBatch: ({ job }) => {
        const prove = async (): Promise<number> => {
          await allowed;
          const { proof } = await prover.proveBatch(job);
          proven++;
          test.chain.sequencer.resume();
          return proof.length;
        };
        proofs.push(prove());
      },
      canSeal: () => proofs.length - proven < 2,
    });
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    const server = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine: namedNotifications(test.chain), methods });
    const send = async (raw: string): Promise<Answer> => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params: [raw] });
      return (await fetch(`http://127.0.0.1:${server.port}`, { method: "POST", body })).json() as Promise<Answer>;
    };
    let sent = 0;
    const transfer = () =>
      wallet.signRaw({ to: `0x${(0x5000 + sent++).toString(16).padStart(40, "0")}`, value: 1n, gasLimit: 21_000n });
    try {
      const waiting: Promise<Answer>[] = [];
      while (!test.chain.sequencer.isHeldUp) {
        const answer = send(await transfer());
        let answered = false;
        void answer.then(() => (answered = true));
        while (!answered && !test.chain.sequencer.isHeldUp) await setImmediate();
        if (!answered) waiting.push(answer);
        else assert.equal((await answer).error, undefined);
      }
      // Two batches of two wait for their proofs; the third has taken in more than that, as much as a batch may hold.
      assert.deepEqual(
        test.batches.map(({ transactionCount }) => transactionCount),
        [2, 2],
      );
      assert.ok(sent - waiting.length > 2 + 2 + 2, `${sent} transactions`);
      while (test.chain.mempool.size < WAITING) {
        const { size } = test.chain.mempool;
        waiting.push(send(await transfer()));
        while (test.chain.mempool.size === size) await setImmediate();
      }
      const { error } = await send(await transfer());
      assert.deepEqual([error?.code, error?.data?.code], [-32005, "PoolFull"]);
      assert.match(error?.message ?? "", /^the chain is at its limit: 4 transactions wait; try again later$/);
      assert.equal(proven, 0);

      letProve();
      for (const answer of await Promise.all(waiting)) assert.match(answer.result ?? "", /^0x[0-9a-f]{64}$/);
      await test.chain.seal();
      const lengths = await Promise.all(proofs);
      assert.equal(proven, test.batches.length);
      assert.ok(
        lengths.every((length) => length > 10_000),
        lengths.join(),
      );
      assert.ok(test.batches.every(({ entries }) => entries.length <= DIFFS));
      assert.equal(
        test.batches.reduce((sum, { transactionCount }) => sum + transactionCount, 0),
        sent - 1,
      );
      assert.deepEqual(test.faults, []);
    } finally {
      letProve();
      await server.close();
      await test.chain.close();
      await prover.close();
    }
  });
});
