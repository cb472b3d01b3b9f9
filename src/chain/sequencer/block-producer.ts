import type { ReturnReason } from "../core/follower.ts";
import { fromHex, type Hex } from "../../ground/protocol/hex.ts";
import type { MovableClock } from "../../ground/runtime/movable-clock.ts";
import type { ExecutionEngine } from "../execution/engine.ts";
import type { BlockEnvironment, MinedBlock, MineResult, NamedHead } from "../model/block.ts";
import type { JudgedOperation, OperationVerdict } from "../model/operation-verdict.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { mostWork } from "../model/work-limits.ts";
import {
  nextEnvironment,
  type BlockEngine,
  type BlockRules,
  type Inspection,
  type PlannedBlock,
} from "../ordering/block-engine.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import type { NetChanges } from "../witness/net-changes.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { Witness } from "../witness/witness.ts";
import { expectedSeconds } from "./expected-seconds.ts";

/** Minimum distance of a chain's blocks. */
export interface BlockSpacing {
  /**
   * Whether each block of users is at least a second later than the block before it; the clock is put forward for it.
   * Default false: they follow the clock.
   */
  readonly distinctTimestamps?: boolean | undefined;
}

interface BlockProducerOptions extends BlockSpacing {
  readonly rules: BlockRules;
  /** True if the open batch is of a proven version, or one that opens at this second. */
  readonly isProvenAt: (timestamp: bigint) => boolean;
  /** The newest block when production begins. */
  readonly head: NamedHead;
  /** Instructions that a transaction may run. */
  readonly maxInstructions: number;
}

interface BlockProducerDependencies {
  readonly engine: ExecutionEngine;
  readonly witness: Witness;
  /** The chain's time, which others may share. */
  readonly clock: MovableClock;
  /** Called once when the witness fails. */
  readonly onWitnessFailure: (error: Error) => void;
}

/** Mark of the producer, for a rewind. */
interface EnginesMark {
  readonly engine: string;
  readonly witness: number;
  readonly head: NamedHead;
  readonly nextTimestamp: bigint | undefined;
}

/**
 * Makes blocks in the engine, and says what time it is. One call at a time.
 */
export class BlockProducer implements BlockEngine {
  readonly #options: BlockProducerOptions;
  readonly #dependencies: BlockProducerDependencies;
  #head: NamedHead;
  /** The witness knows the empty blocks so far. */
  #lastPass: Promise<void> = Promise.resolve();
  #nextTimestamp: bigint | undefined;
  #earliest = 0n;

  constructor(options: BlockProducerOptions, dependencies: BlockProducerDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#head = options.head;
  }

  get rules(): BlockRules {
    return this.#options.rules;
  }

  get head(): NamedHead {
    return this.#head;
  }

  /** From now on no block is earlier than this second, whatever the clock says. */
  notBefore(timestamp: bigint): void {
    if (timestamp > this.#earliest) this.#earliest = timestamp;
  }

  /** Environment of users' next block, were it made now. Time never runs backwards. */
  environment(): BlockEnvironment {
    const now = this.#dependencies.clock.nowSeconds();
    const least = this.#leastTimestamp;
    return this.environmentAt(this.#nextTimestamp ?? (now > least ? now : least));
  }

  /** Environment of the next block at this second. */
  environmentAt(timestamp: bigint): BlockEnvironment {
    return nextEnvironment(this.rules, this.#head, { timestamp, isMetered: this.isProvenAt(timestamp) });
  }

  /**
   * Environments that users' next block may have if it is made at most `waitSeconds` after a transaction for it arrives, which
   * is estimated now. Just the one environment if the next block's time is fixed.
   */
  expectedEnvironments(waitSeconds: bigint): readonly [BlockEnvironment, ...BlockEnvironment[]] {
    const soonest = this.environment();
    if (this.#nextTimestamp !== undefined) return [soonest];
    const [first, ...others] = expectedSeconds({ head: this.#head.timestamp, soonest: soonest.timestamp, waitSeconds });
    return [this.environmentAt(first), ...others.map((second) => this.environmentAt(second))];
  }

  /** True if the batch of a block at this second is of a proven version. */
  isProvenAt(timestamp: bigint): boolean {
    return this.#options.isProvenAt(timestamp);
  }

  /**
   * Timestamp of a block of the chain's own, were it made now. Where users' blocks have a second each, it leaves the next
   * one to them: so a block of users follows the one before it at the time that they expect, whatever the chain did in
   * between.
   */
  get ownTimestamp(): bigint {
    const { timestamp } = this.environment();
    return this.#options.distinctTimestamps === true ? timestamp - 1n : timestamp;
  }

  /** Minimum timestamp of users' next block. */
  get #leastTimestamp(): bigint {
    const earliest = this.#head.timestamp > this.#earliest ? this.#head.timestamp : this.#earliest;
    return this.#options.distinctTimestamps === true ? earliest + 1n : earliest;
  }

  /** Moves the chain's clock forward, from the next block onwards; resolves with its total offset. */
  async skipTime(seconds: bigint): Promise<bigint> {
    const { clock } = this.#dependencies;
    await clock.prepareMove(seconds);
    await clock.moveBy(seconds);
    return clock.offsetSeconds;
  }

  /** Fixes the next block's timestamp, and sets the clock to it. Returns false where that would be in the past. */
  async setNextTimestamp(timestamp: bigint): Promise<boolean> {
    const { timestamp: newest } = this.#head;
    if (timestamp < (this.#options.distinctTimestamps === true ? newest + 1n : newest)) return false;
    await this.#dependencies.clock.prepareMove(timestamp - this.#dependencies.clock.nowSeconds());
    await this.#dependencies.clock.moveTo(timestamp);
    this.#nextTimestamp = timestamp;
    return true;
  }

  /** Makes a block. Throws EngineError. */
  async run({ transactions, environment, areSafe }: PlannedBlock, onMeasured: (size: ChangeSize) => void): Promise<MineResult> {
    const { clock, engine } = this.#dependencies;
    const ahead = environment.timestamp - clock.nowSeconds();
    const isAhead = this.#options.distinctTimestamps === true && ahead > 0n;
    // Behind the engine's block it would be too late: what the clock refuses must have changed nothing.
    if (isAhead) clock.requireMove(ahead);
    const [result] = await Promise.all([
      engine.mine(transactions, environment, { isWhole: !areSafe }),
      isAhead ? clock.moveBy(ahead) : undefined,
    ]);
    // A block of the chain's own, before it, leaves it to users' block.
    if (this.#nextTimestamp !== undefined && environment.timestamp >= this.#nextTimestamp) this.#nextTimestamp = undefined;
    this.#head = { number: environment.number, timestamp: environment.timestamp, hash: result.block.hash };
    onMeasured(result.repeated.size);
    return result;
  }

  /** Runs empty blocks like `run`, without measuring their size. Throws EngineError. */
  async runEmpty(environments: readonly BlockEnvironment[]): Promise<readonly MinedBlock[]> {
    const { clock, engine, witness } = this.#dependencies;
    const end = environments.at(-1)?.timestamp ?? 0n;
    // With distinct timestamps the clock moves as in `run`. Without a second each the clock is set between two ranges.
    if (this.#options.distinctTimestamps === true && end > clock.nowSeconds()) clock.requireMove(end - clock.nowSeconds());
    const hashes = await engine.mineEmpty(environments);
    const blocks = environments.map((environment, i) => ({ environment, hash: hashes[i] ?? "0x", receipts: [] }) as const);
    const last = blocks.at(-1);
    if (last === undefined) return blocks;
    const { number, timestamp } = last.environment;
    if (this.#options.distinctTimestamps === true) await this.#catchUpWith(timestamp);
    if (this.#nextTimestamp !== undefined && timestamp >= this.#nextTimestamp) this.#nextTimestamp = undefined;
    this.#head = { number, timestamp, hash: last.hash };
    const passed = blocks.map(({ environment, hash }) => ({ number: environment.number, hash }));
    this.#follow(witness.request("pass", passed));
    return blocks;
  }

  /** Seconds from one to the next of empty blocks that a user wants to be so far apart. */
  emptyInterval(seconds: bigint): bigint {
    return this.#options.distinctTimestamps === true && seconds === 0n ? 1n : seconds;
  }

  async #catchUpWith(timestamp: bigint): Promise<void> {
    const { clock } = this.#dependencies;
    const ahead = timestamp - clock.nowSeconds();
    if (ahead > 0n) await clock.moveBy(ahead);
  }

  /** Sets the clock to the newest block's time. */
  async setToHead(): Promise<void> {
    const { clock } = this.#dependencies;
    await clock.prepareMove(this.#head.timestamp - clock.nowSeconds());
    await clock.moveTo(this.#head.timestamp);
  }

  /** Changes the state in both engines; resolves with the size of the batch's changes. Throws EngineError, WitnessError. */
  async cheat(cheat: StateCheat): Promise<ChangeSize> {
    const { engine, witness } = this.#dependencies;
    const [, size] = await Promise.all([engine.cheat(cheat), witness.request("cheat", cheat)]);
    return size;
  }

  /** Waits until the witness knows all blocks. Rejects with its failure. */
  async witnessed(): Promise<void> {
    await this.#lastPass;
  }

  /** Instructions that a transaction may run. */
  get maxInstructions(): number {
    return this.#options.maxInstructions;
  }

  /** Maximum work of a transaction, in the units of model/work-limits.ts. */
  get maxWork(): number {
    return mostWork(this.maxInstructions);
  }

  /**
   * Runs a transaction in the witness alone, behind those before it in its block. `isCounted`: its work is counted, however
   * little its gas.
   */
  async inspect(
    transaction: EngineTransaction,
    environment: BlockEnvironment,
    after: readonly EngineTransaction[] = [],
    isCounted = false,
  ): Promise<Inspection> {
    const { maxInstructions, maxWork } = this;
    const bounds = { maxInstructions, maxWork, isCounted };
    const preview = await this.#dependencies.witness.request("preview", { transaction, environment, after, ...bounds });
    const admitted =
      !preview.exceedsCallData &&
      !preview.isLong &&
      !preview.isHeavy &&
      [...preview.initCodes, ...preview.runtimeCodes].every((code) => !isHostileCode(fromHex(code)));
    return { ...preview, admitted };
  }

  judgeOperation(judged: JudgedOperation): Promise<OperationVerdict> {
    return this.#dependencies.witness.request("judge", judged);
  }

  codeOf(address: Hex): Promise<Hex> {
    return this.#dependencies.engine.state("now").code(address);
  }

  storageOf(address: Hex, slot: bigint): Promise<bigint> {
    return this.#dependencies.engine.state("now").word(address, slot);
  }

  /** True if a slot of the account holds something now. */
  hasStorage(address: Hex): Promise<boolean> {
    return this.#dependencies.witness.request("hasStorage", address);
  }

  async nonceOf(address: Hex): Promise<bigint> {
    return (await this.#dependencies.engine.state("now").account(address)).nonce;
  }

  measure(): Promise<ChangeSize> {
    return this.#dependencies.witness.request("measure", undefined);
  }

  /** Rejects with WitnessError. */
  async takeChanges(): Promise<NetChanges> {
    await this.witnessed();
    return this.#dependencies.witness.request("seal", undefined);
  }

  /** Marks the present state in both engines. */
  async mark(): Promise<EnginesMark> {
    await this.witnessed();
    const { engine, witness } = this.#dependencies;
    const [engineMark, witnessMark] = await Promise.all([engine.snapshot(), witness.request("snapshot", undefined)]);
    return { engine: engineMark, witness: witnessMark, head: this.#head, nextTimestamp: this.#nextTimestamp };
  }

  /**
   * Rewinds both engines to a mark, whatever the witness has found since. A replay retains the timestamp that was fixed
   * for the next block, which is still to be made. So is a dropped one, unless another time was fixed since. Throws
   * EngineError, WitnessError.
   */
  async returnTo(mark: EnginesMark, reason: ReturnReason): Promise<void> {
    await this.#lastPass.catch(() => undefined);
    this.#lastPass = Promise.resolve();
    const { engine, witness } = this.#dependencies;
    await Promise.all([engine.revert(mark.engine), witness.request("revert", mark.witness)]);
    this.#head = mark.head;
    if (reason === "snapshot" || (reason === "drop" && this.#nextTimestamp === undefined))
      this.#nextTimestamp = mark.nextTimestamp;
  }

  /** Ends a mark to which the chain does not return: the witness need not remember the way back. */
  release(mark: EnginesMark): void {
    // A witness that fails says so at the next block.
    this.#dependencies.witness.request("discard", mark.witness).catch(() => undefined);
  }

  #follow(passed: Promise<void>): void {
    const { onWitnessFailure } = this.#dependencies;
    // Every answer follows its predecessors', so the last one represents all.
    this.#lastPass = Promise.all([this.#lastPass, passed]).then(() => undefined);
    this.#lastPass.catch((error: unknown) => onWitnessFailure(error instanceof Error ? error : new Error(String(error))));
  }
}
