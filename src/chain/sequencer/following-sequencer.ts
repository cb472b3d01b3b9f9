import type { Mark } from "../core/marks.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { newestRootOf } from "../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { AccessLists } from "../model/access-lists.ts";
import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { CommandResult, SequencedPriorityOp } from "../ordering/batch-reducer.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { ImpersonatedRequest, StateCheat } from "../../ground/protocol/state-cheat.ts";
import { possibleCheats, requireFree } from "./cheat-check.ts";
import type { RemoteLeaders } from "./remote-leaders.ts";
import type { LostChange, RewindSteps } from "./replay.ts";
import { Sequencer, type Censored, type SequencerDependencies, type SequencerOptions } from "./sequencer.ts";
import { SequencerError, stateReverted } from "./sequencer-error.ts";
import type { NumberedWish } from "./shared-input.ts";
import { dropOldest } from "../../ground/runtime/drop-oldest.ts";

/** Empty blocks of one request. */
const MAX_EMPTY_BLOCKS = 500;
/** Newest operations whose results are remembered. */
const MAX_OPERATIONS = 1_000;

/** Caller that waits for a decided command. */
interface Awaited {
  /** True if the caller has its answer. */
  readonly hasEnded: (results: readonly CommandResult[]) => boolean;
  readonly reject: (error: SequencerError) => void;
}

/**
 * Sequencer of a chain whose commands nodes of other processes decide: it follows them. It sends them transactions and requests,
 * and answers a caller when the nodes have decided.
 */
export class FollowingSequencer extends Sequencer {
  readonly #dependencies: SequencerDependencies;
  readonly #leaders: RemoteLeaders;
  #awaited: readonly Awaited[] = [];
  /** Requests that are not decided, in the order in which they will be. */
  #requests: readonly PromiseWithResolvers<CommandResult>[] = [];
  #results: readonly CommandResult[] = [];
  readonly #operations = new Map<Hex, SequencedPriorityOp>();
  #newestRoot = -1n;

  constructor(options: SequencerOptions, dependencies: SequencerDependencies, leaders: RemoteLeaders) {
    super(options, {
      ...dependencies,
      leaders,
      onStop: (error) => {
        this.#refuseAll(error);
        dependencies.onStop(error);
      },
    });
    this.#dependencies = dependencies;
    this.#leaders = leaders;
  }

  /** Follows the leaders from the present state. */
  async follow(): Promise<void> {
    this.#results = [];
    this.#refuseAll(stateReverted());
    await this.#leaders.begin();
  }

  /** Answers callers: all that follows from the newest decided commands is known. */
  followed(): void {
    const results = this.#results;
    this.#results = [];
    for (const result of results) {
      const { type } = result.command;
      if (type !== "empty" && type !== "cheat" && type !== "impersonation") continue;
      const [first, ...others] = this.#requests;
      this.#requests = others;
      first?.resolve(result);
    }
    this.#awaited = this.#awaited.filter(({ hasEnded }) => !hasEnded(results));
  }

  override on(result: CommandResult): void {
    super.on(result);
    this.#results = [...this.#results, result];
    const { operation, command } = result;
    if (operation !== undefined) this.#remember(operation);
    if (command.type !== "imports") return;
    const newest = newestRootOf(command.roots)?.registryIndex ?? -1n;
    if (newest > this.#newestRoot) this.#newestRoot = newest;
  }

  override returnTo(lists: AccessLists): void {
    super.returnTo(lists);
    this.#operations.clear();
    this.#newestRoot = -1n;
    this.#results = [];
    this.#refuseAll(stateReverted());
  }

  override async mine(): Promise<void> {
    const { mempool, producer } = this.#dependencies;
    const ready = mempool.line;
    if (ready.length === 0)
      return void (await this.#request({ type: "empty", count: 1, intervalSeconds: producer.emptyInterval(0n) }));
    this.#leaders.include(ready.map(({ hash }) => hash));
    const isIncluded = (): boolean => ready.every((transaction) => !mempool.holds(transaction));
    await this.#until(() => (isIncluded() ? true : undefined));
  }

  override async mineMany(count: number, intervalSeconds: bigint): Promise<void> {
    if (count === 0) return;
    const { mempool, producer } = this.#dependencies;
    await this.mine();
    for (let left = count - 1; left > 0;) {
      if (intervalSeconds > 0n) await this.setNextTimestamp(producer.head.timestamp + intervalSeconds);
      if (mempool.hasReady) {
        await this.mine();
        left--;
        continue;
      }
      const some = Math.min(left, MAX_EMPTY_BLOCKS);
      await this.#request({ type: "empty", count: some, intervalSeconds: producer.emptyInterval(intervalSeconds) });
      if (intervalSeconds > 0n) await producer.setToHead();
      left -= some;
    }
  }

  override takesPriorityOp(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Resolves when the nodes have decided the operation, which they read from L1. */
  override async runPriorityOp({ canonicalTxHash }: PriorityOperation): Promise<SequencedPriorityOp> {
    this.#leaders.look();
    return this.#until(() => this.#operations.get(canonicalTxHash));
  }

  override async importRoots(roots: readonly ImportedRoot[]): Promise<void> {
    const last = roots.at(-1)?.registryIndex ?? 0n;
    this.#leaders.look();
    await this.#until(() => (this.#newestRoot >= last ? true : undefined));
  }

  override wantEnd(): void {
    super.wantEnd();
    this.#leaders.endBatch(this.batchNumber);
  }

  override async seal(): Promise<SealedBatch | undefined> {
    if (!this.hasOpenBatch) return undefined;
    const number = this.batchNumber;
    this.wantEnd();
    return this.#until(
      (results) => results.find(({ sealed, batchNumber }) => sealed !== undefined && batchNumber === number)?.sealed,
    );
  }

  override async sealIdle(): Promise<void> {
    if (this.isIdle && this.#dependencies.canSeal()) await this.seal();
  }

  override async sealFull(): Promise<void> {
    if (this.mayEnd) this.wantEnd();
    return Promise.resolve();
  }

  override async cheat(cheat: StateCheat): Promise<void> {
    this.requireCheats();
    for (const each of await possibleCheats(cheat, this.#dependencies)) await this.#request({ type: "cheat", cheat: each });
  }

  override async impersonate(request: ImpersonatedRequest): Promise<Hex> {
    this.requireCheats();
    requireFree(request.from);
    const refusal = this.#dependencies.admission?.refusal(request);
    if (refusal !== undefined) throw refusal;
    const { blocks } = await this.#request({ type: "impersonation", request });
    const receipt = blocks[0]?.receipts[0];
    if (receipt === undefined) throw new SequencerError("CheatRefused", "the engine did not take the transaction");
    return receipt.transactionHash;
  }

  override drop(hash: Hex): boolean {
    this.#leaders.drop(hash);
    return super.drop(hash);
  }

  override setAutomatic(isAutomatic: boolean): void {
    super.setAutomatic(isAutomatic);
    this.#leaders.set({ isAutomatic });
  }

  override pause(): void {
    super.pause();
    this.#leaders.set({ isPaused: true });
  }

  override unpause(): void {
    super.unpause();
    this.#leaders.set({ isPaused: false });
  }

  override censor(censored: Censored): void {
    super.censor(censored);
    this.#leaders.set({ censored });
  }

  override async setNextTimestamp(nextTimestamp: bigint): Promise<void> {
    await super.setNextTimestamp(nextTimestamp);
    this.#leaders.set({ nextTimestamp });
  }

  override async notBefore(earliest: bigint): Promise<void> {
    await super.notBefore(earliest);
    this.#leaders.set({ earliest });
  }

  override async setLists(change: (lists: AccessLists) => AccessLists): Promise<void> {
    await super.setLists(change);
    this.#leaders.set({ lists: this.#dependencies.admission?.lists ?? {} });
  }

  override snapshot(): Promise<Mark> {
    return this.#leaders.atRest(() => super.snapshot());
  }

  override async revert(mark: Mark): Promise<void> {
    await super.revert(mark);
    await this.follow();
  }

  override async rewind(steps: RewindSteps): Promise<readonly LostChange[]> {
    const lost = await this.#leaders.atRest(() => super.rewind(steps));
    await this.follow();
    return lost;
  }

  override async close(): Promise<void> {
    this.#refuseAll(new SequencerError("Stopped", "the chain is shut down"));
    await super.close();
  }

  protected override accepted(transaction: SignedTransaction): void {
    this.#leaders.offer(transaction);
  }

  #request(wish: NumberedWish): Promise<CommandResult> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    const request = Promise.withResolvers<CommandResult>();
    this.#requests = [...this.#requests, request];
    this.#leaders.request(wish, request.reject);
    return request.promise;
  }

  /** Resolves with the first answer, which is looked for now and after each decision. */
  #until<Answer>(answer: (results: readonly CommandResult[]) => Answer | undefined): Promise<Answer> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    return new Promise((resolve, reject) => {
      const hasEnded = (results: readonly CommandResult[]): boolean => {
        const found = answer(results);
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (!hasEnded([])) this.#awaited = [...this.#awaited, { hasEnded, reject }];
    });
  }

  #remember(operation: SequencedPriorityOp): void {
    this.#operations.set(operation.canonicalTxHash, operation);
    dropOldest(this.#operations, MAX_OPERATIONS);
  }

  #refuseAll(error: SequencerError): void {
    const [awaited, requests] = [this.#awaited, this.#requests];
    this.#awaited = [];
    this.#requests = [];
    for (const { reject } of [...awaited, ...requests]) reject(error);
  }
}
