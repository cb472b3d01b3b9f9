import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chain } from "../../src/chain/chain.ts";
import type { PriorityOperation } from "../../src/ground/protocol/system-transactions.ts";
import type { OperationOnL1 } from "../../src/chain/node/inflow/l1-inflow.ts";
import { batchSeconds, QueueOrder, queueTime, SettledOtherwiseError } from "../../src/chain/node/inflow/queue-order.ts";
import { digestToHex, type Digest } from "../../src/ground/protocol/digest.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../src/ground/protocol/priority-op.ts";

const ROOT: Digest = [1, 2, 3, 4, 5, 6, 7, 8];

/** A queue of operations at these seconds of L1, one in each of its blocks, which is read up to a block behind them. */
class Scene {
  readonly done: string[] = [];
  readonly executed = new Set<bigint>();
  root = ROOT;
  upTo: number;
  /** Operations that a batch has room for. */
  room = 100;
  readonly #order: QueueOrder;
  readonly #time = queueTime();
  #taken = 0;
  #open: { readonly at: bigint; count: number } | undefined;
  #batch = 0n;

  constructor(priorityOpWindow: bigint, seconds: readonly bigint[]) {
    this.upTo = seconds.length - 1;
    this.#order = new QueueOrder(
      { priorityOpWindow },
      {
        l1: { getBlock: (number) => Promise.resolve({ timestamp: Number(seconds[Number(number)]) } as never) },
        time: this.#time,
        executed: (batchNumber) =>
          Promise.resolve(
            this.executed.has(batchNumber)
              ? { commitment: wordToHex(batchNumber), newStateRoot: digestToHex(this.root) }
              : undefined,
          ),
      },
    );
  }

  /** `operations`: how many of the blocks' there are; the rest are empty blocks. */
  async derive(operations: number): Promise<readonly string[]> {
    this.done.length = 0;
    await this.#order.derive(this.#chain(), this.#queue(operations), () => ({}) as PriorityOperation);
    return [...this.done];
  }

  #queue(operations: number) {
    return {
      upTo: this.upTo,
      next: (): OperationOnL1 | undefined =>
        this.#taken < operations && this.#taken <= this.upTo
          ? { operation: {} as L2CanonicalTransaction, blockNumber: this.#taken }
          : undefined,
      taken: () => void this.#taken++,
    };
  }

  #chain(): Chain {
    const openedAt = (): bigint | undefined => this.#open?.at;
    const batchNumber = (): bigint => this.#batch;
    const open = () => (this.#open ??= { at: this.#time.nowSeconds(), count: 0 });
    return {
      tree: { root: ROOT },
      executedOnL1: (nextBatch: bigint) => void this.done.push(`forgets before ${nextBatch}`),
      settledAs: (commitment: string) => void this.done.push(`follows ${BigInt(commitment)}`),
      seal: () => {
        this.done.push(`seal ${this.#batch++} at ${this.#time.nowSeconds()}`);
        this.#open = undefined;
        return Promise.resolve(undefined);
      },
      sequencer: {
        get openedAt() {
          return openedAt();
        },
        get batchNumber() {
          return batchNumber();
        },
        takesPriorityOp: () => Promise.resolve(open().count < this.room),
        runPriorityOp: () => {
          open().count++;
          this.done.push(`operation at ${this.#time.nowSeconds()}`);
          return Promise.resolve();
        },
      },
    } as unknown as Chain;
  }
}

test("a batch is open for a quarter of the window, a second at least", () => {
  assert.deepEqual([3_600n, 7n, 3n, 1n].map(batchSeconds), [900n, 1n, 1n, 1n]);
});

test("operations run at their blocks' times, and a batch ends a quarter of the window behind its first, whenever L1 is looked at", async () => {
  const seconds = [1_000n, 1_050n, 1_099n, 1_100n, 1_250n];
  const expected = ["operation at 1000", "operation at 1050", "operation at 1099", "seal 0 at 1099", "operation at 1100"];
  const [late, often] = [new Scene(400n, seconds), new Scene(400n, seconds)];
  late.executed.add(0n);
  often.executed.add(0n);
  // The last block has no operation: its time ends the second batch.
  const all = [...expected, "follows 0", "seal 1 at 1100"];
  assert.deepEqual(await late.derive(4), all);
  const steps: string[] = [];
  for (let block = 0; block < seconds.length; block++) {
    often.upTo = block;
    steps.push(...(await often.derive(4)));
  }
  assert.deepEqual(steps, all);
});

test("no batch is sealed before L1 has executed the one before, by whichever account; operations of the open one run meanwhile", async () => {
  const scene = new Scene(400n, [1_000n, 1_100n, 1_150n, 1_300n, 1_310n]);
  const first = ["operation at 1000", "seal 0 at 1000", "operation at 1100", "operation at 1150"];
  assert.deepEqual(await scene.derive(5), first);
  assert.deepEqual(await scene.derive(5), []);
  scene.executed.add(0n);
  assert.deepEqual(await scene.derive(5), ["follows 0", "seal 1 at 1150", "operation at 1300", "operation at 1310"]);
});

test("an operation without room begins the next batch, at its own time", async () => {
  const scene = new Scene(400n, [1_000n, 1_010n, 1_020n]);
  scene.room = 2;
  assert.deepEqual(await scene.derive(3), ["operation at 1000", "operation at 1010", "seal 0 at 1010", "operation at 1020"]);
});

test("attack: a settler gives the operations other blocks: the chain stops at a root that it does not derive", async () => {
  const scene = new Scene(400n, [1_000n, 1_100n, 1_200n]);
  await scene.derive(2);
  scene.root = [9, 9, 9, 9, 9, 9, 9, 9];
  scene.executed.add(0n);
  await assert.rejects(scene.derive(2), SettledOtherwiseError);
});
