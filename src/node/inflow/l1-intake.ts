import type { Provider } from "ethers";
import type { Chain } from "../../chain/chain.ts";
import type { PriorityOperation } from "../../chain/model/system-transactions.ts";
import { priorityOperation } from "../../chain/predeploys/priority-operation.ts";
import { type Hex, fromHex, keccak, wordToHex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { canonicalTxHash, type L2CanonicalTransaction } from "../../protocol/priority-op.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { MovableClock } from "../../runtime/movable-clock.ts";
import type { SharedExclusiveLock } from "../../runtime/shared-exclusive-lock.ts";
import type { ChainVersions } from "../../settlement-layer/reader/chain-versions.ts";
import { createL1Watcher, type L1Checkpoint, type L1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import type { ChainOnL1 } from "../described/chain-on-l1.ts";
import type { KnownBefore } from "../described/chain-options.ts";
import type { L1Contact } from "./l1-contact.ts";
import { L1Inflow } from "./l1-inflow.ts";
import { L1ReorgError, type ChainInputs, type OperationsOrigin } from "./l1-inputs.ts";
import { L1ViewAge } from "./l1-view-age.ts";
import { SettledOtherwiseError, type QueueOrder } from "./queue-order.ts";

interface L1IntakeOptions {
  readonly chain: ChainOnL1;
  /** First L1 block whose roots of other chains the chain takes over; not after the chain's creation. */
  readonly rootsFrom: number;
  /** Operations that the chain has taken from the queue. */
  readonly operationsTaken: bigint;
  /** What events before `rootsFrom` would tell. Default: nothing. */
  readonly before?: KnownBefore | undefined;
  /** Receives the operations' fees. */
  readonly coinbase: Hex;
  /** L1 blocks that must stand on something before it counts, its own included. */
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
  /** The chain cannot continue: L1 took back what it stands on, as any look may find, or has executed another batch. */
  readonly onStop: (error: unknown) => void;
  /** Returns the chain, and what settles it, to behind the last batch that L1 has executed. */
  readonly goBackToExecuted: (chain: Chain) => Promise<void>;
  /** As the inflow's. */
  readonly onQueued?: ((operation: OperationsOrigin) => void) | undefined;
  /** Of a chain that has nothing but L1's queue; undefined where a sequencer chooses. */
  readonly queueOrder?: QueueOrder | undefined;
}

/** Minutes, however often L1 is looked at: a node that was restarted reads its last blocks again. */
const LOOKS_UNTIL_SHORTER = 1_000;

/** Of the mappings from which `rootAt` reads in ImportedRoots: of imported roots, and of those that L1 has sent. */
const ROOT_SLOTS = [0n, 3n];

/** What a chain takes over from L1, and all else that must not happen meanwhile: one turn after the other. */
export class L1Intake {
  /** How old the chain's view of L1 is. */
  readonly view: L1ViewAge;
  readonly #options: L1IntakeOptions;
  readonly #gate: SharedExclusiveLock;
  readonly #watcher: L1Watcher;
  readonly #inflow: L1Inflow;
  readonly #versions: ChainVersions;
  readonly #queueOrder: QueueOrder | undefined;
  readonly #dependencies: Pick<L1IntakeDependencies, "onStop" | "goBackToExecuted">;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(options: L1IntakeOptions, dependencies: L1IntakeDependencies) {
    const { l1, time, gate, contact, versions, onStop, onQueued, queueOrder } = dependencies;
    const { chain, rootsFrom: fromBlock, confirmations, l1MayBeBehind, operationsTaken, before } = options;
    const { chainId, priorityOpWindow: windowSeconds } = chain.configuration;
    this.#options = options;
    this.#gate = gate;
    this.#versions = versions;
    this.#queueOrder = queueOrder;
    this.#dependencies = dependencies;
    // What follows from L1 alone is derived again.
    const onReorg = queueOrder === undefined ? onStop : (): void => undefined;
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
  poll(chain: Chain): Promise<ChainInputs> {
    return this.inTurn(`what chain ${chain.chainId} takes over from L1`, () => this.#takeOver(chain));
  }

  /** Runs the work after all turns before, and beside no snapshot. */
  inTurn<Result>(label: string, work: () => Promise<Result>, urgent = false): Promise<Result> {
    const turn = this.#lastTurn.then(() => this.#gate.shared(label, work, { urgent }));
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Reads L1, and hands out the operations that the chain has not taken. In a turn. */
  async waitingOperations(): Promise<readonly PriorityOperation[]> {
    await this.#inflow.look();
    return this.#inflow.takeOperations().map((operation) => this.#carriedOut(operation));
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

  async #takeOver(chain: Chain): Promise<ChainInputs> {
    const { sequencer } = chain;
    if (sequencer.isPaused) return { operations: [], roots: [] };
    if (this.#queueOrder !== undefined) return { operations: await this.#deriveFrom(this.#queueOrder, chain), roots: [] };
    await this.#inflow.look();
    if (sequencer.isHeldUp) sequencer.resume();
    await this.#endWait(sequencer);
    const { censoredOperations } = sequencer;
    return this.#inflow.handOver({
      leavesOut: (operation) => censoredOperations.size > 0 && censoredOperations.has(canonicalTxHash(operation)),
      operation: (operation) => sequencer.runPriorityOp(this.#carriedOut(operation)),
      async roots(roots) {
        const further: ImportedRoot[] = [];
        for (const root of roots) if (!(await hasImported(chain, root.registryIndex))) further.push(root);
        if (further.length > 0) await sequencer.importRoots(further);
        return further;
      },
    });
  }

  /** Seals a batch that waits with roots alone before the rules of its first second are past. */
  async #endWait(sequencer: Chain["sequencer"]): Promise<void> {
    const { isIdle, openedAt, nextEnvironment } = sequencer;
    if (isIdle && openedAt !== undefined && this.#versions.endsWait(openedAt, nextEnvironment.timestamp))
      await sequencer.sealIdle();
  }

  /** Derives what L1's queue has. After a reorg the chain returns to what L1 has executed, and derives all behind that again. */
  async #deriveFrom(order: QueueOrder, chain: Chain): Promise<readonly L2CanonicalTransaction[]> {
    const derive = async (): Promise<readonly L2CanonicalTransaction[]> => {
      await this.#inflow.look();
      return order.derive(chain, this.#inflow, (operation) => this.#carriedOut(operation));
    };
    try {
      return await derive();
    } catch (error) {
      if (!(await this.#isReorg(error))) throw error;
    }
    await this.#returnToExecuted(chain);
    return derive();
  }

  /** Whether L1 has taken back what the chain stands on. A batch that L1 has executed otherwise stops the chain. */
  async #isReorg(error: unknown): Promise<boolean> {
    if (!(error instanceof SettledOtherwiseError)) return error instanceof L1ReorgError;
    // The reorg may have come after the look.
    const isReorg = await this.#inflow.look().then(
      () => false,
      (failure: unknown) => failure instanceof L1ReorgError,
    );
    if (!isReorg) this.#dependencies.onStop(error);
    return isReorg;
  }

  async #returnToExecuted(chain: Chain): Promise<void> {
    const { onStop, goBackToExecuted } = this.#dependencies;
    try {
      await goBackToExecuted(chain);
    } catch (error) {
      onStop(error);
      throw error;
    }
    // The queue is read again from its first operation: those that the chain has taken are passed over.
    this.#watcher.returnTo([]);
    this.#inflow.drop(chain.operationsTaken());
    this.#versions.returnTo(this.#options.rootsFrom - 1);
  }

  #carriedOut(operation: L2CanonicalTransaction): PriorityOperation {
    return priorityOperation(operation, this.#options.coinbase);
  }
}

/** A chain that was rebuilt from L1 finds there the roots that it had imported. */
async function hasImported(chain: Chain, registryIndex: bigint): Promise<boolean> {
  const state = chain.engine.state("now");
  const slots = ROOT_SLOTS.map((slot) => BigInt(keccak(fromHex(wordToHex(registryIndex)), fromHex(wordToHex(slot)))));
  const roots = await Promise.all(slots.map((slot) => state.word(PREDEPLOYS.ImportedRoots, slot)));
  return roots.some((root) => root !== 0n);
}
