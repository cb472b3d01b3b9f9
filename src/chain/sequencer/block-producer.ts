import type { BlockEnvironment } from "../block.ts";
import type { MovableClock } from "../movable-clock.ts";
import type { CodeGuard, GuardedRequest, GuardVerdict } from "../execution/code-guard.ts";
import type { ExecutionEngine, Head, MineResult } from "../execution/engine.ts";
import { prevRandaoOf } from "../prev-randao.ts";
import type { StateCheat } from "../state-cheat.ts";
import type { SystemRequest } from "../system-transactions.ts";
import type { EngineTransaction, UnsignedTransaction } from "../transaction.ts";
import type { WitnessedBlock } from "../witness/batch-witness.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import type { Preview } from "../witness/reexecution.ts";
import type { Witness } from "../witness/witness.ts";
import type { Hex } from "../../protocol/hex.ts";

export interface BlockProducerOptions {
  readonly chainId: number;
  readonly coinbase: Hex;
  readonly gasLimit: bigint;
  /** The newest block when production begins. */
  readonly head: Head;
  /** Instructions that a transaction may run. */
  readonly maxInstructions: number;
}

export interface BlockProducerDependencies {
  readonly engine: ExecutionEngine;
  readonly witness: Witness;
  readonly guard: CodeGuard;
  /** The chain's time, which others may share. */
  readonly clock: MovableClock;
  /** Told once when the witness disagrees or dies. */
  readonly onWitnessFailure: (error: Error) => void;
}

/** Where the producer stands, to return to. */
export interface ProducerMark {
  readonly engine: string;
  readonly witness: number;
  readonly head: Head;
  readonly nextTimestamp: bigint | undefined;
}

export interface ProduceOptions {
  /** The guard found the block's transactions safe. */
  readonly areSafe: boolean;
  /** Told the size of the batch's changes up to this block, when the witness has repeated it. */
  readonly onMeasured: (size: ChangeSize) => void;
}

/** Transactions that the witness may be behind before block production waits for it: some tenths of a second. */
const MAX_WITNESS_LAG = 1000;
/** Accounts whose code is remembered between blocks. */
const MAX_REMEMBERED_CODES = 1000;

/** Makes blocks in the engine and has the witness repeat each one. One call at a time. */
export class BlockProducer {
  readonly #options: BlockProducerOptions;
  readonly #dependencies: BlockProducerDependencies;
  #head: Head;
  #lastRepeat: Promise<void> = Promise.resolve();
  /** What the witness has still to repeat, oldest first. */
  readonly #repeating: { readonly repeated: Promise<void>; readonly transactions: number }[] = [];
  #lag = 0;
  readonly #codes = new Map<Hex, Promise<Hex>>();
  #nextTimestamp: bigint | undefined;

  constructor(options: BlockProducerOptions, dependencies: BlockProducerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#head = options.head;
  }

  get head(): Head {
    return this.#head;
  }

  /** Environment of the next block, were it made now. Time never runs backwards. */
  environment(): BlockEnvironment {
    const number = this.#head.number + 1n;
    const now = this.#dependencies.clock.nowSeconds();
    const timestamp = this.#nextTimestamp ?? (now > this.#head.timestamp ? now : this.#head.timestamp);
    const { chainId, coinbase, gasLimit } = this.#options;
    return { number, timestamp, prevRandao: prevRandaoOf(BigInt(chainId), number), coinbase, gasLimit };
  }

  /** Moves the chain's clock forward, from the next block on. */
  skipTime(seconds: bigint): Promise<void> {
    return this.#dependencies.clock.moveBy(seconds);
  }

  /** Fixes the next block's timestamp, and sets the clock to it. Returns false where that would be in the past. */
  async setNextTimestamp(timestamp: bigint): Promise<boolean> {
    if (timestamp < this.#head.timestamp) return false;
    await this.#dependencies.clock.moveTo(timestamp);
    this.#nextTimestamp = timestamp;
    return true;
  }

  /** Makes a block. The witness repeats it later; a disagreement comes to `onWitnessFailure`. Throws EngineError. */
  async produce(transactions: readonly EngineTransaction[], environment: BlockEnvironment, options: ProduceOptions): Promise<MineResult> {
    const result = await this.#dependencies.engine.mine(transactions, environment);
    if (!options.areSafe || !this.#dependencies.guard.safeKeepsCode) this.#codes.clear();
    this.#nextTimestamp = undefined;
    this.#head = { number: environment.number, timestamp: environment.timestamp };
    this.#repeat({ ...result.block, transactions: result.included }, options.onMeasured);
    while (this.#lag > MAX_WITNESS_LAG) await this.#repeating[0]?.repeated;
    return result;
  }

  /** Changes the state in both engines; resolves with the size of the batch's changes. Throws EngineError, WitnessError. */
  async cheat(cheat: StateCheat): Promise<ChangeSize> {
    const { engine, witness, guard } = this.#dependencies;
    if (cheat.type === "code") {
      guard.noteCode(cheat.code);
      this.#codes.clear();
    }
    const [, size] = await Promise.all([engine.cheat(cheat), witness.request("cheat", cheat)]);
    return size;
  }

  /** Waits until the witness has repeated every block. Throws what it found. */
  async witnessed(): Promise<void> {
    await this.#lastRepeat;
  }

  /** Instructions that a transaction may run. */
  get maxInstructions(): number {
    return this.#options.maxInstructions;
  }

  /** Whether the engine may run the request now. */
  judge(request: GuardedRequest): Promise<GuardVerdict> {
    return this.#dependencies.guard.judge(request, (address) => this.#codeOf(address));
  }

  /** Whether the code may be in the state. */
  admits(code: Hex): boolean {
    return this.#dependencies.guard.admits(code);
  }

  /** Runs a transaction in the witness alone. Where it is admitted, the guard has learnt the code that it brings. */
  async inspect(transaction: EngineTransaction, environment: BlockEnvironment): Promise<Preview & { readonly admitted: boolean }> {
    const { guard, witness } = this.#dependencies;
    const preview = await witness.request("preview", { transaction, environment, maxInstructions: this.maxInstructions });
    const admitted = !preview.isLoud && !preview.isLong && [...preview.initCodes, ...preview.runtimeCodes].every((code) => guard.admits(code));
    if (admitted) for (const code of preview.runtimeCodes) guard.noteCode(code);
    return { ...preview, admitted };
  }

  /** The chain's own transactions with their senders' nonces, in order. */
  async unsigned(requests: readonly SystemRequest[]): Promise<UnsignedTransaction[]> {
    const nonces = new Map<Hex, bigint>();
    const transactions: UnsignedTransaction[] = [];
    for (const request of requests) {
      const known = nonces.get(request.from);
      const nonce = known ?? BigInt((await this.#dependencies.engine.request("eth_getTransactionCount", [request.from, "latest"])) as Hex);
      nonces.set(request.from, nonce + 1n);
      transactions.push({ kind: "unsigned", ...request, nonce });
    }
    return transactions;
  }

  /** Marks the present state in both engines. */
  async snapshot(): Promise<ProducerMark> {
    await this.witnessed();
    const { engine, witness } = this.#dependencies;
    const [engineMark, witnessMark] = await Promise.all([engine.snapshot(), witness.request("snapshot", undefined)]);
    return { engine: engineMark, witness: witnessMark, head: this.#head, nextTimestamp: this.#nextTimestamp };
  }

  /** Returns to a mark in both engines, whatever the witness has found since. Throws EngineError, WitnessError. */
  async revert(mark: ProducerMark): Promise<void> {
    await this.#lastRepeat.catch(() => undefined);
    this.#lastRepeat = Promise.resolve();
    this.#codes.clear();
    const { engine, witness } = this.#dependencies;
    await Promise.all([engine.revert(mark.engine), witness.request("revert", mark.witness)]);
    this.#head = mark.head;
    this.#nextTimestamp = mark.nextTimestamp;
  }

  #repeat(block: WitnessedBlock, onMeasured: ProduceOptions["onMeasured"]): void {
    const { witness, onWitnessFailure } = this.#dependencies;
    const repeated = witness.request("execute", block).then(onMeasured);
    const transactions = block.transactions.length;
    this.#lag += transactions;
    this.#repeating.push({ repeated, transactions });
    // In order, whatever the answer is.
    const done = repeated.finally(() => {
      this.#lag -= transactions;
      this.#repeating.shift();
    });
    // Every block's answer comes after its predecessors', so the last one stands for all.
    this.#lastRepeat = Promise.all([this.#lastRepeat, done]).then(() => undefined);
    this.#lastRepeat.catch((error: unknown) => onWitnessFailure(error instanceof Error ? error : new Error(String(error))));
  }

  /** An account's code now: as after the last block that may have changed any account's. */
  #codeOf(address: Hex): Promise<Hex> {
    const known = this.#codes.get(address);
    if (known !== undefined) return known;
    const [oldest] = this.#codes.keys();
    if (oldest !== undefined && this.#codes.size >= MAX_REMEMBERED_CODES) this.#codes.delete(oldest);
    const code = this.#dependencies.engine.request("eth_getCode", [address, "latest"]).then((answer) => answer as Hex);
    this.#codes.set(address, code);
    return code;
  }
}
