import { isDeepStrictEqual } from "node:util";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { BlockEnvironment, ReexecutedReceipt } from "../model/block.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { JudgedOperation, OperationVerdict } from "../model/operation-verdict.ts";
import { toHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { ChangeSize } from "./change-size.ts";
import type { RepeatedBlock } from "./repeated-block.ts";
import { requireSameReceipt } from "./compare-receipts.ts";
import type { BlockHashMark } from "./block-hashes.ts";
import type { FlatState } from "./flat-state.ts";
import type { NetChanges } from "./net-changes.ts";
import { blockBytes, makeBlock, type BuiltBlock } from "./made-block.ts";
import { codeLimitsOf } from "../model/limits-of-state.ts";
import { RecentBlocks, type RecentBlocksMark } from "./kept-blocks.ts";
import { MapLedger } from "./ledger.ts";
import { Reexecution, type Preview, type PreviewedRun, type PreviewedTransaction } from "./reexecution.ts";
import { decidesRun } from "./run-end.ts";
import type { RunBounds } from "./run-watch.ts";
import type { WitnessedBlock } from "./witnessed-block.ts";
import { decodeState, encodeState } from "./state-bytes.ts";
import { changesOf, restoreLedger, StateFeed, type ExportedState, type StateUpdate } from "./state-feed.ts";
import { RunningSize } from "./running-size.ts";
import { disagreement, WitnessError } from "./witness-error.ts";

/** A block that will be made of the valid ones of these transactions. */
export interface OrderedBlock {
  readonly transactions: readonly EngineTransaction[];
  readonly environment: BlockEnvironment;
  readonly parentHash: Hex;
  /** Whether it is to hold none where one of them is invalid. */
  readonly isWhole: boolean;
}

/** A block that was made, and what it did. */
export interface OrderedResult extends BuiltBlock, RepeatedBlock {
  /** Refused transactions, by index in the order. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
  /** Calls of `console.log` by each transaction of the block, in order. */
  readonly logged: readonly (readonly Hex[])[];
}

/** Current state of an account, and a word of its storage if a slot is named. */
export interface ReadAccount {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  readonly code: Hex;
  readonly word: bigint;
}

/** Result of each of a block's transactions: its receipt, or the reason of its refusal. */
interface OrderedRun {
  readonly outcomes: readonly (ReexecutedReceipt | string)[];
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
}

/** A place to return to. */
interface SnapshotMark {
  readonly position: number;
  readonly batchStart: number;
  readonly blockHashes: BlockHashMark;
  readonly recentBlocks: RecentBlocksMark;
}

/**
 * Executes a chain a second time, with another EVM, and knows each batch's net changes. What it says must agree with
 * the execution engine in every receipt.
 */
export class BatchWitness {
  readonly #chainId: number;
  readonly #execution: Reexecution;
  readonly #ledger: MapLedger;
  readonly #size: RunningSize;
  readonly #recentBlocks = new RecentBlocks();
  readonly #feed: StateFeed;
  readonly #snapshots = new Map<number, SnapshotMark>();
  #batchStart = 0;
  #nextSnapshot = 1;
  /** The last preview that ran to its end, while the state is as it found it. */
  #previewed: PreviewedRun | undefined;

  private constructor(chainId: number, execution: Reexecution, ledger: MapLedger) {
    this.#chainId = chainId;
    this.#execution = execution;
    this.#ledger = ledger;
    this.#feed = new StateFeed(ledger, this.#recentBlocks, () => execution.blockHashes());
    this.#size = new RunningSize(execution.state);
  }

  /** At the genesis, or in a state that another exported. */
  static async create(chainId: number, genesis: readonly GenesisAccount[], state?: Uint8Array): Promise<BatchWitness> {
    const ledger = new MapLedger();
    const execution = await Reexecution.create(chainId, state === undefined ? genesis : [], codeLimitsOf(genesis), ledger);
    const witness = new BatchWitness(chainId, execution, ledger);
    if (state !== undefined) witness.#restore(decodeState(state));
    return witness;
  }

  /** All that it knows of the present state and of recent ones. */
  export(): ExportedState {
    const update = new StateFeed(this.#ledger, this.#recentBlocks, () => this.#execution.blockHashes()).take();
    return { state: encodeState(update), oldest: update.oldest };
  }

  #restore(update: StateUpdate): void {
    restoreLedger(update, this.#ledger);
    this.#recentBlocks.restore(update.blocks.map(changesOf), update);
    this.#execution.returnTo(update.hashes);
  }

  /** Makes the hash of a block known that was not executed here. */
  rememberHash(number: bigint, hash: Hex): void {
    this.#previewed = undefined;
    this.#execution.rememberHash(number, hash);
    this.#recentBlocks.begin(number);
  }

  /** Repeats a block. Throws WitnessError when a receipt differs; the state is then that after the differing one. */
  async execute(block: WitnessedBlock): Promise<RepeatedBlock> {
    const { state } = this.#execution;
    const start = state.mark();
    const previewed = this.#takePreviewed(block);
    const runtimeCodes = previewed === undefined ? await this.#runAll(block) : this.#adopt(previewed, block);
    const { number } = block.environment;
    this.#execution.rememberHash(number, block.hash);
    this.#recentBlocks.add(number, block.hash, state.records.slice(start));
    return { size: this.measure(), runtimeCodes };
  }

  /** Makes a block: of the transactions those that are valid behind those before them, none of a sender that was refused. */
  async make({ transactions, environment, parentHash, isWhole }: OrderedBlock): Promise<OrderedResult> {
    const { state } = this.#execution;
    const [start, known] = [state.mark(), this.#ledger.codes.size];
    const previewed = this.#takePreviewed({ environment, transactions });
    const run: OrderedRun =
      previewed === undefined
        ? await this.#runValid(transactions, environment)
        : { outcomes: previewed.receipts, runtimeCodes: previewed.runtimeCodes };
    if (previewed !== undefined) state.write(previewed.held, previewed.runtimeCodes);
    const isDropped = isWhole && run.outcomes.some((outcome) => typeof outcome === "string");
    if (isDropped) {
      state.rollback(start);
      this.#ledger.keepCodes(known);
    }
    const outcomes = run.outcomes.map((outcome) =>
      isDropped && typeof outcome !== "string" ? "another transaction of its block was refused" : outcome,
    );
    const chainId = BigInt(this.#chainId);
    const made = transactions.flatMap((transaction, i) => {
      const receipt = outcomes[i];
      return typeof receipt === "object" ? [{ transaction, receipt, bytes: blockBytes(transaction, chainId) }] : [];
    });
    const refused = outcomes.flatMap((reason, index) => (typeof reason === "string" ? [{ index, reason }] : []));
    const block = makeBlock(made, environment, parentHash);
    this.#execution.rememberHash(environment.number, block.header.hash);
    this.#recentBlocks.add(environment.number, block.header.hash, state.records.slice(start));
    const logged = made.map(({ receipt }) => receipt.logged ?? []);
    return { ...block, refused, logged, size: this.measure(), runtimeCodes: isDropped ? [] : run.runtimeCodes };
  }

  /** Runs those that are valid; of each what it did, or why nothing of it has happened. */
  async #runValid(transactions: readonly EngineTransaction[], environment: BlockEnvironment): Promise<OrderedRun> {
    const { state } = this.#execution;
    const runtimeCodes: Hex[] = [];
    const heldUp = new Set<Hex>();
    const outcomes: (ReexecutedReceipt | string)[] = [];
    state.onCode = (code) => runtimeCodes.push(toHex(code));
    try {
      for (const transaction of transactions) {
        const { from } = transaction;
        if (heldUp.has(from)) {
          outcomes.push(`an earlier transaction of ${from} was refused`);
          continue;
        }
        try {
          outcomes.push(await this.#execution.run(transaction, environment));
        } catch (error) {
          if (!decidesRun(error)) throw error;
          heldUp.add(from);
          outcomes.push(reasonOf(error));
        }
      }
    } finally {
      state.onCode = undefined;
    }
    return { outcomes, runtimeCodes };
  }

  /** An account now. */
  read(address: Hex, slot: bigint | undefined): ReadAccount {
    return readAccount(this.#execution.state, address, slot);
  }

  /** True if a slot of the account holds something now. */
  hasStorage(address: Hex): boolean {
    return this.#execution.state.hasStorage(address);
  }

  /** A block of nothing: no code runs where it begins. */
  pass(number: bigint, hash: Hex): void {
    this.#previewed = undefined;
    this.#execution.rememberHash(number, hash);
    this.#recentBlocks.add(number, hash, []);
  }

  /**
   * Run of a preview of exactly these transactions, in this block and on this state; the next preview starts from
   * scratch.
   */
  #takePreviewed({ environment, transactions }: Pick<WitnessedBlock, "environment" | "transactions">): PreviewedRun | undefined {
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
    for (const [transactionIndex, receipt] of previewed.receipts.entries()) requireSameReceipt(block, transactionIndex, receipt);
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
          if (!decidesRun(error)) throw error;
          const place = { blockNumber: environment.number, transactionIndex };
          throw disagreement({ ...place, subject: "validity", engine: "valid", witness: `invalid (${error.message})` });
        }
        requireSameReceipt(block, transactionIndex, witness);
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
    this.#recentBlocks.amend(state.records.slice(start));
    return this.measure();
  }

  /**
   * Result of a transaction if it ran now; the state is unchanged. A block of previewed transactions need not run them
   * again: usually they are included next, in the same environment, and others wait in the meantime.
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

  /** Verdict on an operation of L1's queue, by running it; nothing is stored. */
  async judge(judged: JudgedOperation): Promise<OperationVerdict> {
    const known = this.#ledger.codes.size;
    try {
      return await this.#execution.judge(judged);
    } finally {
      this.#ledger.keepCodes(known);
    }
  }

  /** Changes since the last call, for threads that answer questions about the state; at first the whole state. */
  takeUpdate(): StateUpdate {
    return this.#feed.take();
  }

  /** Restarts updates with the whole state, for a new thread. */
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
      recentBlocks: this.#recentBlocks.mark(),
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
    this.#recentBlocks.returnTo(snapshot.recentBlocks);
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
    const unneeded = [...this.#snapshots.values()].reduce((lower, { batchStart }) => Math.min(lower, batchStart), state.mark());
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

/** An account as a state has it. */
export function readAccount(state: FlatState, address: Hex, slot: bigint | undefined): ReadAccount {
  const { nonce = 0n, balance = 0n } = state.accountAt(address) ?? {};
  const word = slot === undefined ? 0n : state.wordAt(address, wordToHex(slot));
  return { nonce, balanceWei: balance, code: toHex(state.codeAt(address)), word };
}
