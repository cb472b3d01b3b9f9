import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chain } from "../../src/chain/chain.ts";
import type { PriorityOperation } from "../../src/ground/protocol/system-transactions.ts";
import type { OperationOnL1 } from "../../src/chain/node/inflow/l1-inflow.ts";
import { batchSeconds, QueueOrder, queueTime, SettledOtherwiseError } from "../../src/chain/node/inflow/queue-order.ts";
import { digestToHex, type Digest } from "../../src/ground/protocol/digest.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../src/ground/protocol/priority-op.ts";

/** State after batches with these ends: a cut changes it. */
const rootOf = (ends: readonly number[]): Digest => [1, 2, 3, 4, 5, 6, ends.length, ends.reduce((sum, end) => 31 * sum + end, 0)];

/** A queue of operations at these seconds of L1, one in each of its blocks, which is read up to a block behind them. */
class Scene {
  readonly done: string[] = [];
  /** Operations up to the end of each batch that L1 has executed. */
  readonly onL1: number[] = [];
  /** State of L1 if it is not that of its operations. */
  falseRoot: Digest | undefined;
  upTo: number;
  /** Operations that a batch has room for. */
  room = 100;
  /** Reads of records of L1. */
  reads = 0;
  readonly #order: QueueOrder;
  readonly #time = queueTime();
  #taken = 0;
  #open: { readonly at: bigint; count: number } | undefined;
  /** Operations up to the end of each sealed batch. */
  #ends: readonly number[] = [];

  constructor(priorityOpWindow: bigint, seconds: readonly bigint[]) {
    this.upTo = seconds.length - 1;
    this.#order = new QueueOrder(
      { priorityOpWindow },
      {
        l1: { getBlock: (number) => Promise.resolve({ timestamp: Number(seconds[Number(number)]) } as never) },
        time: this.#time,
        executedBatches: () => Promise.resolve(BigInt(this.onL1.length)),
        executed: (batchNumber) => {
          this.reads++;
          const end = this.onL1[Number(batchNumber)];
          const root = this.falseRoot ?? rootOf(this.onL1.slice(0, Number(batchNumber) + 1));
          const record = {
            commitment: wordToHex(batchNumber),
            newStateRoot: digestToHex(root),
            priorityOpTotal: BigInt(end ?? 0),
          };
          return Promise.resolve(end === undefined ? undefined : record);
        },
      },
    );
  }

  /** `operations`: how many of the blocks' there are; the rest are empty blocks. */
  async derive(operations: number): Promise<readonly string[]> {
    this.done.length = 0;
    for (;;) {
      const { otherCut } = await this.#order.derive(this.#chain(), this.#queue(operations), () => ({}) as PriorityOperation);
      if (otherCut === undefined) return [...this.done];
      this.#ends = this.#ends.slice(0, Number(otherCut));
      this.#open = undefined;
      this.#taken = this.#ends.at(-1) ?? 0;
      this.done.push(`back to batch ${otherCut}`);
    }
  }

  #queue(operations: number) {
    return {
      upTo: this.upTo,
      next: (): OperationOnL1 | undefined =>
        this.#taken < operations && this.#taken <= this.upTo
          ? { operation: {} as L2CanonicalTransaction, blockNumber: this.#taken }
          : undefined,
      taken: () => void this.#taken++,
      sealed: () => undefined,
    };
  }

  #chain(): Chain {
    const open = () => (this.#open ??= { at: this.#time.nowSeconds(), count: 0 });
    const now = <Value>(value: () => Value) => ({ enumerable: true, get: value });
    return {
      tree: Object.defineProperties({}, { root: now(() => rootOf(this.#ends)) }),
      operationsTaken: () => BigInt(this.#ends.at(-1) ?? 0),
      executedOnL1: (nextBatch: bigint) => void this.done.push(`forgets before ${nextBatch}`),
      settledAs: (commitment: string) => void this.done.push(`follows ${BigInt(commitment)}`),
      seal: () => {
        this.done.push(`seal ${this.#ends.length} at ${this.#time.nowSeconds()}`);
        this.#open = undefined;
        this.#ends = [...this.#ends, this.#taken];
        return Promise.resolve(undefined);
      },
      sequencer: Object.defineProperties(
        {
          takesPriorityOp: () => Promise.resolve(open().count < this.room),
          runQueued: () => {
            open().count++;
            this.done.push(`operation at ${this.#time.nowSeconds()}`);
            return Promise.resolve();
          },
        },
        {
          openedAt: now(() => this.#open?.at),
          openOperations: now(() => this.#open?.count ?? 0),
          batchNumber: now(() => BigInt(this.#ends.length)),
        },
      ),
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
  // The last block has no operation: its time ends the second batch.
  const all = [...expected, "follows 0", "seal 1 at 1100"];
  assert.deepEqual(await late.derive(4), expected);
  late.onL1.push(3);
  assert.deepEqual(await late.derive(4), all.slice(expected.length));
  const steps: string[] = [];
  for (let block = 0; block < seconds.length; block++) {
    often.upTo = block;
    steps.push(...(await often.derive(4)));
    if (steps.at(-2) === "seal 0 at 1099") often.onL1.push(3);
  }
  assert.deepEqual(steps, all);
});

test("no batch is sealed before L1 has executed the one before, by whichever account; operations of the open one run meanwhile", async () => {
  const scene = new Scene(400n, [1_000n, 1_100n, 1_150n, 1_300n, 1_310n]);
  const first = ["operation at 1000", "seal 0 at 1000", "operation at 1100", "operation at 1150"];
  assert.deepEqual(await scene.derive(5), first);
  assert.deepEqual(await scene.derive(5), []);
  scene.onL1.push(1);
  assert.deepEqual(await scene.derive(5), ["follows 0", "seal 1 at 1150", "operation at 1300", "operation at 1310"]);
});

test("an operation without room begins the next batch, at its own time", async () => {
  const scene = new Scene(400n, [1_000n, 1_010n, 1_020n]);
  scene.room = 2;
  assert.deepEqual(await scene.derive(3), ["operation at 1000", "operation at 1010", "seal 0 at 1010", "operation at 1020"]);
});

test("another settler's cut is adopted: of an open batch, of a sealed one, and one that is later than by the rules", async () => {
  const seconds = [1_000n, 1_010n, 1_020n, 1_130n, 1_140n, 1_200n];
  const open = new Scene(400n, seconds);
  open.upTo = 2;
  await open.derive(3);
  open.onL1.push(1);
  const again = ["back to batch 0", "operation at 1000", "seal 0 at 1000", "follows 0", "operation at 1010", "operation at 1020"];
  assert.deepEqual(await open.derive(3), again);

  const sealed = new Scene(400n, seconds);
  assert.deepEqual((await sealed.derive(5)).slice(3), ["seal 0 at 1020", "operation at 1130", "operation at 1140"]);
  sealed.onL1.push(2);
  assert.deepEqual(await sealed.derive(5), [
    ...["back to batch 0", "operation at 1000", "operation at 1010", "seal 0 at 1010", "follows 0"],
    ...["operation at 1020", "seal 1 at 1020", "operation at 1130", "operation at 1140"],
  ]);

  const later = new Scene(400n, seconds);
  later.room = 1;
  later.upTo = 0;
  await later.derive(1);
  later.upTo = 3;
  later.onL1.push(4);
  assert.deepEqual(await later.derive(4), [
    "operation at 1010",
    "operation at 1020",
    "operation at 1130",
    "seal 0 at 1130",
    "follows 0",
  ]);
});

test("batches that L1 has executed are derived by their cuts from the first one on, as far as the queue was read", async () => {
  const scene = new Scene(400n, [1_000n, 1_010n, 1_020n, 1_030n]);
  scene.onL1.push(1, 2, 4);
  assert.deepEqual(await scene.derive(3), [
    ...["operation at 1000", "seal 0 at 1000", "follows 0", "operation at 1010", "seal 1 at 1010", "follows 1"],
    "operation at 1020",
  ]);
  assert.deepEqual(await scene.derive(4), ["follows 1", "operation at 1030", "seal 2 at 1030", "follows 2"]);
  assert.equal(scene.reads, 5);
});

test("attack: a settler gives the operations other blocks: the chain stops at a root that it does not derive", async () => {
  const scene = new Scene(400n, [1_000n, 1_100n, 1_200n]);
  await scene.derive(2);
  scene.falseRoot = [9, 9, 9, 9, 9, 9, 9, 9];
  scene.onL1.push(1);
  await assert.rejects(scene.derive(2), SettledOtherwiseError);
});

test(
  "attack: records of batches without operations: the chain stops, and does not derive forever",
  { timeout: 60_000 },
  async () => {
    const scene = new Scene(400n, [1_000n, 1_100n]);
    scene.onL1.push(1, 1);
    await assert.rejects(scene.derive(2), SettledOtherwiseError);
  },
);
