import type { Provider } from "ethers";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import type { ChainVersions } from "../../settlement-layer/reader/chain-versions.ts";
import { createL1Watcher, type L1Checkpoint, type L1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import type { ChainOnL1 } from "../described/chain-on-l1.ts";
import type { PastOfL1 } from "../described/chain-options.ts";
import type { L1Contact } from "./l1-contact.ts";
import { L1Inflow } from "./l1-inflow.ts";
import { L1ReorgError, type ChainInputs, type OperationsOrigin } from "./l1-inputs.ts";
import { L1ViewAge } from "./l1-view-age.ts";
import type { LinkedChain } from "../linked/linked-chain.ts";
import { SettledOtherwiseError, type Derived, type SeenQueue } from "./queue-order.ts";

interface L1IntakeOptions {
  readonly chain: ChainOnL1;
  /** First L1 block whose roots of other chains the chain takes over; not after the chain's creation. */
  readonly rootsFrom: number;
  /** Operations that the chain has taken from the queue. */
  readonly operationsTaken: bigint;
  /** Data of events before `rootsFrom`. Default: none. */
  readonly before?: PastOfL1 | undefined;
  /** Confirmations that an event needs, its block included. */
  readonly confirmations: number;
  /** Whether L1's node may know less than it did, and get it back. */
  readonly l1MayBeBehind: boolean;
}

interface L1IntakeDependencies {
  readonly l1: Provider;
  readonly time: MovableClock;
  readonly gate: SharedExclusiveLock;
  readonly contact: L1Contact;
  readonly versions: ChainVersions;
  /** Called when the chain cannot continue: L1 reverted its base, as any poll may find, or has executed another batch. */
  readonly onStop: (error: unknown) => void;
  /** Passed to the inflow. */
  readonly onQueued?: ((operation: OperationsOrigin) => void) | undefined;
  /** Order of a chain that has nothing but L1's queue; undefined if a sequencer chooses. */
  readonly derivedOrder?: DerivedOrder | undefined;
}

/** A chain whose order follows from L1's queue alone. */
export interface DerivedOrder {
  /** Executes the operations that L1 shows. Resolves and rejects as QueueOrder. */
  derive(queue: SeenQueue): Promise<Derived>;
  /** Returns the chain, with its settlement, to the beginning of a batch, or to the end of the last one that L1 has executed. */
  rewind(to: BatchNumber | "executed"): Promise<void>;
  /** Number of operations that the chain has taken from the queue. */
  operationsTaken(): bigint;
}

/** Minutes, however often L1 is looked at: a node that was restarted reads its last blocks again. */
const LOOKS_UNTIL_SHORTER = 1_000;

/** Takes a chain's input from L1, and runs all work that must not overlap with it, in turns. */
export class L1Intake {
  /** Age of the chain's view of L1. */
  readonly view: L1ViewAge;
  readonly #options: L1IntakeOptions;
  readonly #gate: SharedExclusiveLock;
  readonly #watcher: L1Watcher;
  readonly #inflow: L1Inflow;
  readonly #versions: ChainVersions;
  readonly #derivedOrder: DerivedOrder | undefined;
  readonly #onStop: L1IntakeDependencies["onStop"];
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(options: L1IntakeOptions, dependencies: L1IntakeDependencies) {
    const { l1, time, gate, contact, versions, onStop, onQueued, derivedOrder } = dependencies;
    const { chain, rootsFrom: fromBlock, confirmations, l1MayBeBehind, operationsTaken, before } = options;
    const { chainId, priorityOpWindow: windowSeconds } = chain.configuration;
    this.#options = options;
    this.#gate = gate;
    this.#versions = versions;
    this.#derivedOrder = derivedOrder;
    this.#onStop = onStop;
    // What follows from L1 alone is derived again.
    const onReorg = derivedOrder === undefined ? onStop : (): void => undefined;
    this.#watcher = createL1Watcher(
      {
        hyperchains: [chain.hyperchain],
        registry: chain.registry,
        settings: chain.settings,
        verifiers: chain.verifiers,
        fromBlock,
        looksUntilShorter: l1MayBeBehind ? LOOKS_UNTIL_SHORTER : 1,
      },
      { provider: l1, confirmations },
    );
    this.view = new L1ViewAge({ windowSeconds, confirmations }, { time, l1 });
    const nowSeconds = (): bigint => time.nowSeconds();
    this.#inflow = new L1Inflow(
      { chainId, operationsTaken, before },
      { watcher: this.#watcher, view: this.view, contact, versions, nowSeconds, onReorg, onQueued },
    );
  }

  /** Takes over what is new; nothing while the sequencer is paused. Rejects with the provider's error, or with L1ReorgError. */
  poll(chain: LinkedChain): Promise<ChainInputs> {
    return this.inTurn(`what chain ${chain.chainId} takes over from L1`, () => this.#takeOver(chain));
  }

  /** Runs the work after all earlier turns, and never during a snapshot. */
  inTurn<Result>(label: string, work: () => Promise<Result>, urgent = false): Promise<Result> {
    const turn = this.#lastTurn.then(() => this.#gate.shared(label, work, { urgent }));
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Reads L1, and hands out the operations that the chain has not taken. In a turn. */
  async waitingOperations(): Promise<readonly L2CanonicalTransaction[]> {
    await this.#inflow.look();
    return this.#inflow.takeOperations();
  }

  checkpoints(): readonly L1Checkpoint[] {
    return this.#watcher.checkpoints();
  }

  /** L1 and the chain have returned to an earlier state: what is new is read again. */
  returnTo(checkpoints: readonly L1Checkpoint[]): void {
    this.#watcher.returnTo(checkpoints);
    this.#inflow.drop();
    this.#versions.returnTo(checkpoints.at(-1)?.blockNumber ?? this.#options.rootsFrom - 1);
  }

  /** Resolves after all turns. */
  async quiet(): Promise<void> {
    await this.#lastTurn;
  }

  async #takeOver(chain: LinkedChain): Promise<ChainInputs> {
    if (chain.isPaused) return { operations: [], roots: [] };
    if (this.#derivedOrder !== undefined) return { operations: await this.#deriveFrom(this.#derivedOrder), roots: [] };
    await this.#inflow.look();
    chain.resume();
    await this.#endWait(chain);
    return this.#inflow.handOver({
      leavesOut: (operation) => chain.leavesOut(operation),
      operation: (operation) => chain.runOperation(operation),
      roots: (roots) => chain.importRoots(roots),
    });
  }

  /** Seals a batch that waits with roots alone before the rules of its first second are past. */
  async #endWait(chain: LinkedChain): Promise<void> {
    const { waitingBatch } = chain;
    if (waitingBatch !== undefined && this.#versions.endsWait(waitingBatch.openedAt, waitingBatch.nextBlockAt))
      await chain.sealWaiting();
  }

  /** Derives what L1's queue has. After a reorg the chain returns to what L1 has executed, and derives all behind that again. */
  async #deriveFrom(order: DerivedOrder): Promise<readonly L2CanonicalTransaction[]> {
    try {
      return await this.#derive(order);
    } catch (error) {
      if (!(await this.#isReorg(error))) throw error;
    }
    await this.#rewind(order, "executed");
    this.#rereadQueue(order.operationsTaken());
    return this.#derive(order);
  }

  /** Derives what L1's queue has. A batch that L1 has executed with another cut is derived again, with that cut. */
  async #derive(order: DerivedOrder): Promise<readonly L2CanonicalTransaction[]> {
    const operations: L2CanonicalTransaction[] = [];
    for (;;) {
      await this.#inflow.look();
      const { operations: next, otherCut } = await order.derive(this.#inflow);
      operations.push(...next);
      if (otherCut === undefined) return operations;
      await this.#rewind(order, otherCut);
      const left = order.operationsTaken();
      if (!this.#inflow.untake(left)) this.#rereadQueue(left);
      operations.splice(0, Infinity, ...operations.filter(({ nonce }) => nonce < left));
    }
  }

  /** True if L1 has reverted the chain's base. A batch that L1 has executed otherwise stops the chain. */
  async #isReorg(error: unknown): Promise<boolean> {
    if (!(error instanceof SettledOtherwiseError)) return error instanceof L1ReorgError;
    // The reorg may have happened after the poll.
    const isReorg = await this.#inflow.look().then(
      () => false,
      (failure: unknown) => failure instanceof L1ReorgError,
    );
    if (!isReorg) this.#onStop(error);
    return isReorg;
  }

  async #rewind(order: DerivedOrder, to: BatchNumber | "executed"): Promise<void> {
    try {
      await order.rewind(to);
    } catch (error) {
      this.#onStop(error);
      throw error;
    }
  }

  /** Reads the queue again from its first operation, and passes over those that the chain has taken. */
  #rereadQueue(operationsTaken: bigint): void {
    this.#watcher.returnTo([]);
    this.#inflow.drop(operationsTaken);
    this.#versions.returnTo(this.#options.rootsFrom - 1);
  }
}
