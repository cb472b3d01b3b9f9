import type { BlockEnvironment, MinedBlock } from "../block.ts";
import type { GenesisAccount } from "../genesis.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { StateCheat } from "../state-cheat.ts";
import type { EngineTransaction } from "../transaction.ts";
import type { ChangeSize } from "./change-size.ts";
import { compareReceipts } from "./compare-receipts.ts";
import type { CallAnswer, CallRequest } from "./call.ts";
import type { NetChanges } from "./flat-state.ts";
import { Reexecution } from "./reexecution.ts";
import type { BlockHashMark, Preview, RunBounds } from "./reexecution.ts";
import { RunningSize } from "./running-size.ts";
import { disagreement, WitnessError } from "./witness-error.ts";

/** A block as the execution engine mined it, with what it holds. */
export interface WitnessedBlock extends MinedBlock {
  readonly transactions: readonly EngineTransaction[];
}

/** A place to return to. */
interface SnapshotMark {
  readonly position: number;
  readonly batchStart: number;
  readonly blockHashes: BlockHashMark;
}

/**
 * Executes a chain a second time, with another EVM, and knows each batch's net changes. What it says must agree with
 * the execution engine in every receipt.
 */
export class BatchWitness {
  readonly #execution: Reexecution;
  readonly #size: RunningSize;
  readonly #snapshots = new Map<number, SnapshotMark>();
  #batchStart = 0;
  #nextSnapshot = 1;

  private constructor(execution: Reexecution) {
    this.#execution = execution;
    this.#size = new RunningSize(execution.state);
  }

  static async create(chainId: number, genesis: readonly GenesisAccount[]): Promise<BatchWitness> {
    return new BatchWitness(await Reexecution.create(chainId, genesis));
  }

  /** Makes the hash of a block known that was not executed here. */
  rememberHash(number: bigint, hash: Hex): void {
    this.#execution.rememberHash(number, hash);
  }

  /**
   * Repeats a block; resolves with the size of the batch's changes so far. Throws WitnessError when a receipt differs; the
   * state is then that after the differing one.
   */
  async execute(block: WitnessedBlock): Promise<ChangeSize> {
    const { environment, transactions, receipts } = block;
    for (const [transactionIndex, transaction] of transactions.entries()) {
      const place = { blockNumber: environment.number, transactionIndex };
      const engine = receipts[transactionIndex];
      if (engine === undefined) throw disagreement({ ...place, subject: "receipt", engine: "absent", witness: "expected" });
      let witness;
      try {
        witness = await this.#execution.run(transaction, environment);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw disagreement({ ...place, subject: "validity", engine: "valid", witness: `invalid (${reason})` });
      }
      const difference = compareReceipts(engine, witness);
      if (difference !== undefined) throw disagreement({ ...place, ...difference });
    }
    this.#execution.rememberHash(environment.number, block.hash);
    return this.measure();
  }

  /** Changes the state between two blocks, as part of the batch; resolves with the size of its changes so far. */
  async cheat(cheat: StateCheat): Promise<ChangeSize> {
    await this.#execution.cheat(cheat);
    return this.measure();
  }

  /** What a transaction would do now; nothing is kept. */
  preview(transaction: EngineTransaction, environment: BlockEnvironment, bounds?: RunBounds): Promise<Preview> {
    return this.#execution.preview(transaction, environment, () => this.measure(), bounds);
  }

  /** Runs a call in the present state, as part of the given block; nothing is kept. */
  call(call: CallRequest, environment: BlockEnvironment, maxMs?: number): Promise<CallAnswer> {
    return this.#execution.call(call, environment, maxMs);
  }

  /** Size of the batch's changes so far. */
  measure(): ChangeSize {
    return this.#size.size();
  }

  /** Ends the batch: its net changes. The next batch starts here. */
  seal(): NetChanges {
    const { state } = this.#execution;
    const changes = state.changesSince(this.#batchStart);
    if (this.#snapshots.size === 0) state.forget();
    this.#startBatch(state.mark());
    return changes;
  }

  /** Marks the present state, batch boundary included. */
  snapshot(): number {
    const id = this.#nextSnapshot++;
    const { state } = this.#execution;
    this.#snapshots.set(id, { position: state.mark(), batchStart: this.#batchStart, blockHashes: this.#execution.blockHashes() });
    return id;
  }

  /** Returns to a snapshot; it and all later ones end. Throws WitnessError when there is none of that number. */
  revert(id: number): void {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) throw new WitnessError("UnknownSnapshot", `there is no snapshot ${id}`);
    for (const other of this.#snapshots.keys()) if (other >= id) this.#snapshots.delete(other);
    this.#execution.state.rollback(snapshot.position);
    this.#execution.returnTo(snapshot.blockHashes);
    this.#startBatch(snapshot.batchStart);
  }

  #startBatch(mark: number): void {
    this.#batchStart = mark;
    this.#size.restart(mark);
  }
}
