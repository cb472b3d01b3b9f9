import type { Mark } from "../core/marks.ts";
import type { Spine } from "../core/spine.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand, Decision, OpenedEnvelope } from "../ordering/command.ts";
import type { Mempool } from "../mempool/mempool.ts";
import type { ImpersonatedRequest, StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import type { BlockProducer } from "./block-producer.ts";
import type { SequencerCommands } from "./own-commands.ts";
import { repeat, type ReplayFrom, type LostChange } from "./replay.ts";
import type { WaitingPool } from "./waiting-pool.ts";

interface RedoingDependencies {
  readonly spine: Pick<Spine<BatchCommand, CommandResult>, "redo">;
  readonly producer: Pick<BlockProducer, "head" | "emptyInterval">;
  readonly mempool: Mempool;
  readonly builder: BatchBuilder;
  readonly commands: SequencerCommands;
  readonly waiting: WaitingPool;
  /** Makes blocks of all that waits, or an empty one. */
  readonly makeBlocks: () => Promise<void>;
  /** Includes the transaction of an open envelope. */
  readonly open: (envelope: OpenedEnvelope) => Promise<void>;
  readonly cheat: (cheat: StateCheat) => Promise<void>;
  readonly impersonate: (request: ImpersonatedRequest) => Promise<unknown>;
  /** The chain is where it was before the batch. */
  readonly onRewound: () => void;
}

/** Replays decided commands, even if the rules by which they were accepted have changed. */
export class Redoing {
  readonly #dependencies: RedoingDependencies;
  #isUnderWay = false;

  constructor(dependencies: RedoingDependencies) {
    this.#dependencies = dependencies;
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Goes at least to behind the present block, and to before the present batch. */
  readonly replayFrom: ReplayFrom = async (mark, edit, onRewound) => {
    const { spine, producer, builder, commands, waiting: pool, onRewound: isBack } = this.#dependencies;
    const { number: height } = producer.head;
    const { batchNumber: batches } = builder;
    this.#isUnderWay = true;
    try {
      return await spine.redo(mark, async (done) => {
        onRewound();
        commands.stand();
        const waiting = pool.takeAll();
        isBack();
        const lost = await this.#replaySteps(edit(done), height, batches);
        return [...lost, ...(await pool.offer(waiting))];
      });
    } finally {
      this.#isUnderWay = false;
    }
  };

  /** Rewinds to the mark without a replay. Transactions that waited in the pool are refused. */
  async rewindWithoutReplay(mark: Mark): Promise<void> {
    const { spine, commands, onRewound } = this.#dependencies;
    await spine.redo(mark, () => {
      commands.stand();
      onRewound();
      return Promise.resolve();
    });
  }

  /** Resolves with what has become impossible. */
  async #replaySteps(steps: readonly Decision[], height: bigint, batches: bigint): Promise<readonly LostChange[]> {
    const { mempool, producer, builder, waiting, makeBlocks, open } = this.#dependencies;
    const endsSealed = steps.at(-1)?.type === "seal";
    const lost = await repeat(endsSealed ? steps.slice(0, -1) : steps, {
      mempool,
      waiters: waiting.waiters,
      makeBlocks,
      open,
      carryOut: (command) => this.#carryOut(command),
    });
    while (producer.head.number <= height) await builder.block([]);
    if (endsSealed) await builder.seal();
    // A batch may have held nothing but operations, which an earlier one holds now.
    while (builder.batchNumber < batches) {
      await builder.block([]);
      await builder.seal();
    }
    return lost;
  }

  #carryOut(command: Exclude<Decision, { readonly type: "open" | "block" }>): Promise<unknown> {
    const { builder, cheat, impersonate } = this.#dependencies;
    switch (command.type) {
      case "empty":
        // The time that they passed is passed: apart again, they would be later than L1, which then takes their batch so late.
        return this.#passBlocks(command.count);
      case "operation":
        return builder.priorityOp(command.operation);
      case "imports":
        return builder.importRoots(command.roots);
      case "cheat":
        return cheat(command.cheat);
      case "impersonation":
        return impersonate(command.request);
      case "seal":
        return builder.seal();
    }
  }

  /** Makes empty blocks, in several batches if one has no room for all. */
  async #passBlocks(count: number): Promise<void> {
    const { builder, producer } = this.#dependencies;
    for (let left = count; left > 0;) left -= await builder.empty(left, producer.emptyInterval(0n));
  }
}
