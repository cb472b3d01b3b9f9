import { isDeepStrictEqual } from "node:util";
import type { MinedBlock, ReexecutedReceipt } from "../model/block.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { JudgedOperation, OperationVerdict } from "../model/operation-verdict.ts";
import { toHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { StateCheat } from "./state-cheat.ts";
import type { EngineTransaction } from "../transaction/transaction.ts";
import type { ChangeSize } from "./change-size.ts";
import { compareReceipts } from "./compare-receipts.ts";
import type { BlockHashMark } from "./block-hashes.ts";
import type { NetChanges } from "./flat-state.ts";
import { codeLimitsOf } from "../model/code-limits.ts";
import { KeptBlocks } from "./kept-blocks.ts";
import type { KeptMark } from "./kept-blocks.ts";
import { MapLedger } from "./ledger.ts";
import { Reexecution } from "./reexecution.ts";
import type { Preview, PreviewedRun, PreviewedTransaction } from "./reexecution.ts";
import type { RunBounds } from "./run-watch.ts";
import { decodeState, encodeState } from "./state-bytes.ts";
import { changesOf, restoreLedger, StateFeed } from "./state-feed.ts";
import type { ExportedState, StateUpdate } from "./state-feed.ts";
import { RunningSize } from "./running-size.ts";
import { disagreement, WitnessError } from "./witness-error.ts";

/** A block as the execution engine mined it, with what it holds. */
export interface WitnessedBlock extends MinedBlock {
  readonly transactions: readonly EngineTransaction[];
}

/** What the witness says of a block that it has repeated. */
export interface RepeatedBlock {
  /** Of the batch's changes so far. */
  readonly size: ChangeSize;
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
}

/** A place to return to. */
interface SnapshotMark {
  readonly position: number;
  readonly batchStart: number;
  readonly blockHashes: BlockHashMark;
  readonly kept: KeptMark;
}

/**
 * Executes a chain a second time, with another EVM, and knows each batch's net changes. What it says must agree with
 * the execution engine in every receipt.
 */
export class BatchWitness {
  readonly #execution: Reexecution;
  readonly #ledger: MapLedger;
  readonly #size: RunningSize;
  readonly #kept = new KeptBlocks();
  readonly #feed: StateFeed;
  readonly #snapshots = new Map<number, SnapshotMark>();
  #batchStart = 0;
  #nextSnapshot = 1;
  /** The last preview that ran to its end, while the state is as it found it. */
  #previewed: PreviewedRun | undefined;

  private constructor(execution: Reexecution, ledger: MapLedger) {
    this.#execution = execution;
    this.#ledger = ledger;
    this.#feed = new StateFeed(ledger, this.#kept, () => execution.blockHashes());
    this.#size = new RunningSize(execution.state);
  }

  /** At the genesis, or in a state that another exported. */
  static async create(chainId: number, genesis: readonly GenesisAccount[], state?: Uint8Array): Promise<BatchWitness> {
    const ledger = new MapLedger();
    const execution = await Reexecution.create(chainId, state === undefined ? genesis : [], codeLimitsOf(genesis), ledger);
    const witness = new BatchWitness(execution, ledger);
    if (state !== undefined) witness.#restore(decodeState(state));
    return witness;
  }

  /** All that it knows of the present state and of recent ones. */
  export(): ExportedState {
    const update = new StateFeed(this.#ledger, this.#kept, () => this.#execution.blockHashes()).take();
    return { state: encodeState(update), oldest: update.oldest };
  }

  #restore(update: StateUpdate): void {
    restoreLedger(update, this.#ledger);
    this.#kept.restore(update.blocks.map(changesOf), update);
    this.#execution.returnTo(update.hashes);
  }

  /** Makes the hash of a block known that was not executed here. */
  rememberHash(number: bigint, hash: Hex): void {
    this.#previewed = undefined;
    this.#execution.rememberHash(number, hash);
    this.#kept.begin(number);
  }

  /** Repeats a block. Throws WitnessError when a receipt differs; the state is then that after the differing one. */
  async execute(block: WitnessedBlock): Promise<RepeatedBlock> {
    const { state } = this.#execution;
    const start = state.mark();
    const previewed = this.#takePreviewed(block);
    const runtimeCodes = previewed === undefined ? await this.#runAll(block) : this.#adopt(previewed, block);
    const { number } = block.environment;
    this.#execution.rememberHash(number, block.hash);
    this.#kept.add(number, block.hash, state.records.slice(start));
    return { size: this.measure(), runtimeCodes };
  }

  /** A block of nothing: no code runs where it begins. */
  pass(number: bigint, hash: Hex): void {
    this.#previewed = undefined;
    this.#execution.rememberHash(number, hash);
    this.#kept.add(number, hash, []);
  }

  /** What a preview did that ran exactly these transactions, in this block and on this state; the next one starts elsewhere. */
  #takePreviewed({ environment, transactions }: WitnessedBlock): PreviewedRun | undefined {
    const previewed = this.#previewed;
    this.#previewed = undefined;
    const isSame =
      previewed !== undefined &&
      isDeepStrictEqual(previewed.environment, environment) &&
      isDeepStrictEqual(previewed.transactions, transactions);
    return isSame ? previewed : undefined;
  }

  /** Does what the preview did, without running it again. */
  #adopt(previewed: PreviewedRun, block: WitnessedBlock): readonly Hex[] {
    this.#execution.state.write(previewed.held, previewed.runtimeCodes);
    for (const [transactionIndex, receipt] of previewed.receipts.entries()) requireSame(block, transactionIndex, receipt);
    return previewed.runtimeCodes;
  }

  async #runAll(block: WitnessedBlock): Promise<readonly Hex[]> {
    const { environment, transactions } = block;
    const { state } = this.#execution;
    const runtimeCodes: Hex[] = [];
    state.onCode = (code) => runtimeCodes.push(toHex(code));
    try {
      for (const [transactionIndex, transaction] of transactions.entries()) {
        let witness;
        try {
          witness = await this.#execution.run(transaction, environment);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          const place = { blockNumber: environment.number, transactionIndex };
          throw disagreement({ ...place, subject: "validity", engine: "valid", witness: `invalid (${reason})` });
        }
        requireSame(block, transactionIndex, witness);
      }
    } finally {
      state.onCode = undefined;
    }
    return runtimeCodes;
  }

  /** Changes the state between two blocks, as part of the batch; resolves with the size of its changes so far. */
  async cheat(cheat: StateCheat): Promise<ChangeSize> {
    const { state } = this.#execution;
    const start = state.mark();
    this.#previewed = undefined;
    await this.#execution.cheat(cheat);
    this.#kept.amend(state.records.slice(start));
    return this.measure();
  }

  /**
   * What a transaction would do now; the state stays as it is. A block of what was run here need not be run again: what is
   * previewed is included as a rule, in the same environment, and others wait meanwhile.
   */
  async preview(previewed: PreviewedTransaction, bounds?: RunBounds): Promise<Preview> {
    const known = this.#ledger.codes.size;
    this.#previewed = undefined;
    try {
      const onRun = (run: PreviewedRun): void => void (this.#previewed = run);
      return await this.#execution.preview(previewed, () => this.measure(), bounds, onRun);
    } finally {
      // A transaction that is refused for what it does costs its sender nothing, so it may leave nothing here.
      this.#ledger.keepCodes(known);
    }
  }

  /** Whether an operation of L1's queue runs; nothing is kept. */
  async judge(judged: JudgedOperation): Promise<OperationVerdict> {
    const known = this.#ledger.codes.size;
    try {
      return await this.#execution.judge(judged);
    } finally {
      this.#ledger.keepCodes(known);
    }
  }

  /** What has changed since it was last taken, for those who answer questions about the state; at first, all there is. */
  takeUpdate(): StateUpdate {
    return this.#feed.take();
  }

  /** The next update is for somebody who knows nothing. */
  restartUpdates(): void {
    this.#feed.restart();
  }

  /** Size of the batch's changes so far. */
  measure(): ChangeSize {
    return this.#size.size();
  }

  /** Ends the batch: its net changes. The next batch starts here. */
  seal(): NetChanges {
    const { state } = this.#execution;
    const changes = state.changesSince(this.#batchStart);
    this.#forgetOldest();
    this.#startBatch(state.mark());
    return changes;
  }

  /** Marks the present state, batch boundary included. */
  snapshot(): number {
    const id = this.#nextSnapshot++;
    const { state } = this.#execution;
    this.#snapshots.set(id, {
      position: state.mark(),
      batchStart: this.#batchStart,
      blockHashes: this.#execution.blockHashes(),
      kept: this.#kept.mark(),
    });
    return id;
  }

  /** Returns to a snapshot; it and all later ones end. Throws WitnessError when there is none of that number. */
  revert(id: number): void {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) throw new WitnessError("UnknownSnapshot", `there is no snapshot ${id}`);
    for (const other of this.#snapshots.keys()) if (other >= id) this.#snapshots.delete(other);
    this.#previewed = undefined;
    this.#execution.state.rollback(snapshot.position);
    this.#execution.returnTo(snapshot.blockHashes);
    this.#kept.returnTo(snapshot.kept);
    this.#feed.restart();
    this.#startBatch(snapshot.batchStart);
  }

  /** Ends a snapshot and keeps the state; nothing happens for one that has ended. */
  discard(id: number): void {
    this.#snapshots.delete(id);
  }

  /** Forgets the changes that no snapshot needs for its way back. */
  #forgetOldest(): void {
    const { state } = this.#execution;
    const unneeded = [...this.#snapshots.values()].reduce((least, { batchStart }) => Math.min(least, batchStart), state.mark());
    state.forget(unneeded);
    for (const [id, snapshot] of this.#snapshots) {
      this.#snapshots.set(id, {
        ...snapshot,
        position: snapshot.position - unneeded,
        batchStart: snapshot.batchStart - unneeded,
      });
    }
  }

  #startBatch(mark: number): void {
    this.#batchStart = mark;
    this.#size.restart(mark);
  }
}

/** Throws WitnessError where the engine's receipt says otherwise. */
function requireSame({ environment, receipts }: WitnessedBlock, transactionIndex: number, witness: ReexecutedReceipt): void {
  const place = { blockNumber: environment.number, transactionIndex };
  const engine = receipts[transactionIndex];
  if (engine === undefined) throw disagreement({ ...place, subject: "receipt", engine: "absent", witness: "expected" });
  const difference = compareReceipts(engine, witness);
  if (difference !== undefined) throw disagreement({ ...place, ...difference });
}
