import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Follower } from "../../src/chain/core/follower.ts";
import { HandOver } from "../../src/chain/core/hand-over.ts";
import { CommandLog } from "../../src/chain/core/log/command-log.ts";
import { Repetition } from "../../src/chain/core/repetition.ts";
import { Spine } from "../../src/chain/core/spine.ts";

/** Adds to a sum; 0 begins a batch, and 13 is refused. What is left out of a larger one than 100 is refused too. */
type Addition = number;

interface Sum {
  readonly command: Addition;
  readonly sum: number;
}

class Refused extends Error {}

interface Kept {
  readonly commands: Addition[];
  readonly sink: { append(command: Addition): void; truncate(length: number): void };
}

function disk(commands: readonly Addition[] = []): Kept {
  const kept = [...commands];
  return { commands: kept, sink: { append: (command) => void kept.push(command), truncate: (end) => void (kept.length = end) } };
}

interface Counter {
  readonly spine: Spine<Addition, Sum>;
  /** Results that the follower received. */
  readonly sums: number[];
  /** Results that a follower prepared, each with the number that it had received before. */
  readonly prepared: (readonly [sum: number, told: number])[];
  readonly log: CommandLog<Addition>;
  /** Applies a decided command. */
  carryOut(command: Addition): Promise<Sum>;
  /** Applies the commands that an earlier process left. */
  catchUp(): Promise<void>;
}

interface Faults {
  /** A sum at which the first follower throws. */
  readonly throwsAt?: number;
  /** Whether the process dies when the second follower has returned. */
  readonly diesReturning?: boolean;
}

function counter(kept: Kept = disk(), { throwsAt, diesReturning }: Faults = {}): Counter {
  let [sum, batch] = [0, 0n];
  const sums: number[] = [];
  const prepared: Counter["prepared"] = [];
  const log = new CommandLog<Addition>({ commands: kept.commands, sink: kept.sink });
  /** Marks of the second follower that are usable. Like a state tree, it uses each once. */
  const marks = new Set<unknown>();
  const endMark = (own: unknown): void => {
    if (!marks.delete(own)) throw new Error("the mark has ended");
  };
  const followers: Follower<Sum>[] = [
    {
      name: "careful",
      async prepare({ sum: result }) {
        await turn();
        prepared.push([result, sums.length]);
      },
      on(result) {
        if (result.sum === throwsAt) throw new Error(`no ${throwsAt}`);
      },
      mark: () => undefined,
      returnTo: () => undefined,
      digest: () => "0x",
    },
    {
      name: "sums",
      on: (result) => void sums.push(result.sum),
      mark: () => {
        const own = { length: sums.length };
        marks.add(own);
        return own;
      },
      returnTo(own) {
        endMark(own);
        sums.length = (own as { readonly length: number }).length;
      },
      release: endMark,
      digest: () => `0x${sums.map((each) => each.toString(16)).join("")}`,
    },
  ];
  const dying: Follower<Sum> = {
    name: "dying",
    on: () => undefined,
    mark: () => undefined,
    returnTo() {
      throw new Error("killed");
    },
    digest: () => "0x",
  };
  const spine = new Spine<Addition, Sum>({
    reducer: {
      name: "sum",
      get batchNumber() {
        return batch;
      },
      carryOut(command) {
        if (command === 0) batch++;
        sum += command;
        if (command === 13) return Promise.reject(new Refused("13"));
        // Of more than a hundred it takes a hundred.
        return Promise.resolve({ command: command > 100 ? 100 : command, sum });
      },
      mark: () => ({ sum, batch }),
      returnTo: (mark) => void ({ sum, batch } = mark as { readonly sum: number; readonly batch: bigint }),
    },
    followers: diesReturning === true ? [...followers, dying] : followers,
    log,
    begins: (command) => command === 0,
    isRefusal: (error) => error instanceof Refused,
  });
  const handOver = new HandOver<Addition, Sum>("test");
  spine.drive(handOver);
  return {
    ...{ spine, sums, prepared, log },
    carryOut: (command) => handOver.carryOut(command),
    catchUp: () => spine.drive(new Repetition(log)).ended,
  };
}

describe("a chain as a log, a reducer and followers", () => {
  it("does not keep what is refused", async () => {
    const kept = disk();
    const { spine, sums, carryOut } = counter(kept);
    await carryOut(1);
    await assert.rejects(carryOut(13), Refused);
    assert.deepEqual([kept.commands, sums, spine.executed], [[1], [1], 1]);
  });

  it("prepares a result before any follower receives it, whatever else arrives", async () => {
    const { carryOut, prepared, sums } = counter();
    await Promise.all([carryOut(3), carryOut(4), carryOut(5)]);
    assert.deepEqual(sums, [3, 7, 12]);
    assert.deepEqual(prepared, [
      [3, 0],
      [7, 1],
      [12, 2],
    ]);
  });

  it("stores a command in its applied form", async () => {
    const kept = disk();
    const { spine, carryOut } = counter(kept);
    for (const command of [1, 250, 2]) await carryOut(command);
    assert.deepEqual([kept.commands, spine.executed], [[1, 100, 2], 3]);
  });

  it("killed between append and execution: a last command is stored without the part that the engine omits", async () => {
    const kept = disk([1, 2, 250]);
    const { spine, sums, catchUp } = counter(kept);
    await catchUp();
    assert.deepEqual([kept.commands, sums, spine.executed], [[1, 2, 100], [1, 3, 253], 3]);
  });

  it("returns to a mark once, which ends later ones, with the log", async () => {
    const kept = disk();
    const { spine, sums, carryOut } = counter(kept);
    await carryOut(1);
    const first = await spine.mark();
    await carryOut(2);
    const second = await spine.mark();
    await carryOut(3);
    await spine.returnTo(first, "snapshot");
    assert.deepEqual([kept.commands, sums, spine.executed], [[1], [1], 1]);
    assert.deepEqual([spine.holds(first), spine.holds(second)], [false, false]);
    await carryOut(4);
    assert.deepEqual(
      [kept.commands, sums],
      [
        [1, 4],
        [1, 5],
      ],
    );
  });

  it("replays the commands since a batch's start, in the form that their decider returns", async () => {
    const { spine, sums, carryOut } = counter();
    for (const command of [0, 1, 2, 0, 3]) await carryOut(command);
    const from = spine.before(0n);
    assert.ok(from !== undefined);
    await spine.redo(from, async (done) => {
      assert.deepEqual(done, [0, 1, 2, 0, 3]);
      for (const command of done) await carryOut(command === 2 ? 20 : command);
    });
    assert.deepEqual(sums, [0, 1, 21, 21, 24]);
    assert.ok(spine.before(0n) !== undefined && spine.before(1n) !== undefined);
  });

  it("forgets earlier states that it cannot rewind to, unless a user's mark exists", async () => {
    const { spine, log, carryOut } = counter();
    for (const command of [0, 1, 0, 2]) await carryOut(command);
    const mark = await spine.mark();
    spine.forgetBefore(1n);
    assert.equal(log.first, 0);
    await spine.returnTo(mark, "snapshot");
    spine.forgetBefore(1n);
    assert.deepEqual([log.first, spine.before(0n), spine.since(spine.before(1n)!)], [2, undefined, [0, 2]]);
    assert.throws(() => log.read(1), /from 2 on are remembered, not from 1/);
  });

  it("a follower throws: nothing later is seen, the command is kept, and a restart tells it once", async () => {
    const kept = disk();
    const { sums, carryOut } = counter(kept, { throwsAt: 3 });
    await carryOut(1);
    await assert.rejects(carryOut(2), /no 3/);
    assert.deepEqual([kept.commands, sums], [[1, 2], [1]]);
    const again = counter(kept);
    await again.catchUp();
    assert.deepEqual(
      [kept.commands, again.sums],
      [
        [1, 2],
        [1, 3],
      ],
    );
  });

  it("killed in a return after the second follower: nothing of it is kept, and a restart is where the chain was", async () => {
    const kept = disk();
    const { spine, carryOut } = counter(kept, { diesReturning: true });
    const mark = await spine.mark();
    for (const command of [0, 1, 2]) await carryOut(command);
    await assert.rejects(spine.returnTo(mark, "snapshot"), /killed/);
    assert.deepEqual(kept.commands, [0, 1, 2]);
    const again = counter(kept);
    await again.catchUp();
    assert.deepEqual(again.sums, [0, 1, 3]);
  });

  it("killed between append and refusal: the start removes a refused last command, and fails for an earlier one", async () => {
    const kept = disk([0, 1, 13]);
    const { spine, sums, carryOut, catchUp } = counter(kept);
    await catchUp();
    assert.deepEqual([kept.commands, sums, spine.executed], [[0, 1], [0, 1], 2]);
    await carryOut(5);
    assert.deepEqual(sums, [0, 1, 6]);
    assert.ok(spine.before(0n) !== undefined, "it can still rewind to the start of the batch");
    await assert.rejects(counter(disk([0, 13, 1])).catchUp(), Refused);
  });
});
