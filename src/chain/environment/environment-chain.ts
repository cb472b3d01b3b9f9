import type { Follower, Source } from "../core/follower.ts";
import { HandOver } from "../core/hand-over.ts";
import { CommandLog, type CommandSink } from "../core/log/command-log.ts";
import type { Mark } from "../core/marks.ts";
import { Repetition } from "../core/repetition.ts";
import { OfferError, type CommandSource } from "../core/source.ts";
import { Spine } from "../core/spine.ts";
import { createCompressor } from "../../proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows, sumAssetFlows } from "../../ground/protocol/asset-flows.ts";
import type { Compress } from "../../ground/protocol/digest.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import { isProvenOnL1 } from "../../ground/protocol/protocol-version.ts";
import type { PolicyOf } from "../../ground/protocol/terms.ts";
import type { VersionOf } from "../../ground/protocol/upgrade.ts";
import { BatchFormer, type ChainIdentity, type FormedBatch, type FormedBefore } from "../batch/form-batch.ts";
import { Forming, type FormedResult } from "../batch/forming.ts";
import { takeOperationsFirst } from "../ordering/replan.ts";
import type { LostChange } from "../sequencer/replay.ts";
import { StateTree } from "../state/state-tree.ts";
import type { GenesisLeaf } from "../model/genesis.ts";
import type { EnvironmentCommand, EnvironmentDecision } from "./environment-command.ts";
import { EnvironmentError, EnvironmentRefusal } from "./environment-error.ts";
import { EnvironmentReducer, type EnvironmentResult, type EnvironmentRules } from "./environment-reducer.ts";
import type { ExecutionEnvironment } from "./execution-environment.ts";
import { pumpCommands } from "./pump-commands.ts";

interface EnvironmentChainOptions {
  readonly rules: EnvironmentRules;
  readonly identity: ChainIdentity;
  /** First state of the chain's version. */
  readonly genesis: readonly GenesisLeaf[];
  readonly formedBefore: FormedBefore;
}

export interface EnvironmentChainDependencies<Command, Receipt> {
  readonly environment: ExecutionEnvironment<Command, Receipt>;
  /** Sources of the environment's own commands. */
  readonly sources: readonly CommandSource<Command, EnvironmentResult<Command, Receipt>>[];
  readonly versionOf: VersionOf;
  readonly policyOf?: PolicyOf | undefined;
  readonly nowSeconds: () => bigint;
  /** Decided commands of earlier processes, and the sink for those of this one. */
  readonly stored?: readonly EnvironmentCommand<Command>[] | undefined;
  readonly sink?: CommandSink<EnvironmentCommand<Command>> | undefined;
  /** Follow the chain with its formed batches. */
  readonly followers: readonly Follower<FormedResult<EnvironmentResult<Command, Receipt>>>[];
  /** Return with the chain to its marks. */
  readonly returning: readonly Source<unknown>[];
  /** False while no batch may be sealed. */
  readonly canSeal: () => boolean;
  /** Awaited before `seal` ends a batch. */
  readonly beforeSeal: () => Promise<void>;
  /** The chain has stopped. */
  readonly onStop: (error: unknown) => void;
}

/** A chain with an execution environment: its log, its order and its formed batches. */
export class EnvironmentChain<Command, Receipt> {
  readonly #dependencies: EnvironmentChainDependencies<Command, Receipt>;
  readonly #reducer: EnvironmentReducer<Command, Receipt>;
  readonly #forming: Forming;
  readonly #former: BatchFormer;
  readonly #log: CommandLog<EnvironmentCommand<Command>>;
  readonly #spine: Spine<EnvironmentCommand<Command>, EnvironmentResult<Command, Receipt>>;
  readonly #decided = new HandOver<EnvironmentCommand<Command>, EnvironmentResult<Command, Receipt>>("decided");
  readonly #closing = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #fault: unknown;
  #onRoom: () => void = () => undefined;

  constructor(
    { rules, identity, genesis, formedBefore }: EnvironmentChainOptions,
    dependencies: EnvironmentChainDependencies<Command, Receipt>,
  ) {
    const { environment, versionOf, policyOf, stored = [], sink, followers, returning } = dependencies;
    const compressor = createCompressor();
    const compress: Compress = (...pair) => compressor.compress(...pair);
    const tree = StateTree.genesis(genesis, { compressor });
    this.#dependencies = dependencies;
    this.#reducer = new EnvironmentReducer(rules, { environment, tree });
    this.#former = new BatchFormer(identity, formedBefore, {
      tree,
      compress,
      policyOf,
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, rules.settlementChainId)),
      versionOf: (...batch) => trusted(versionOf(...batch)),
    });
    this.#forming = new Forming(this.#former, (sealed) => sealed);
    this.#log = new CommandLog({ commands: stored, sink });
    this.#spine = new Spine<EnvironmentCommand<Command>, EnvironmentResult<Command, Receipt>>({
      reducer: this.#reducer,
      followers: [this.#forming, ...followers.map((follower) => this.#forming.behind(follower))],
      log: this.#log,
      begins: () => this.#reducer.openedAt === undefined,
      ends: ({ type }) => type === "seal",
      isRefusal: (error) => error instanceof EnvironmentRefusal,
    });
    for (const source of returning) this.#spine.attach(source);
  }

  /** Replays the commands of earlier processes, and begins to take new ones. Rejects as the environment does. */
  async start(): Promise<void> {
    await this.#spine.drive(new Repetition(this.#log)).ended;
    const { ended } = this.#spine.drive(this.#decided);
    ended.catch((error: unknown) => this.#stop(error));
    const { sources, onStop } = this.#dependencies;
    for (const source of sources) {
      this.#spine.attach(source);
      const execute = (command: Command) => this.run({ type: "command", command });
      pumpCommands(source, this.#spine, { execute, stop: this.#closing.signal }).catch(onStop);
    }
  }

  /** Error that stopped the chain; undefined while it runs. */
  get fault(): unknown {
    return this.#fault;
  }

  /** The order of its steps, to read. */
  get order(): Pick<EnvironmentReducer<Command, Receipt>, "batchNumber" | "head" | "openedAt" | "isAwaited" | "hasImported"> {
    return this.#reducer;
  }

  /** State root behind the last formed batch. */
  get root(): BatchFormer["root"] {
    return this.#former.root;
  }

  /**
   * Decides a step and executes it. Seals the open batch first if the step may have no room, and waits while no batch may be
   * sealed. Rejects with EnvironmentRefusal for a step that is refused, or with the chain's fault.
   */
  run(decision: EnvironmentDecision<Command>): Promise<EnvironmentResult<Command, Receipt>> {
    return this.#inTurn(async () => {
      while (this.#reducer.isFull) await this.#makeRoom();
      return this.#decide(decision);
    });
  }

  /** Ends the open batch; undefined if no batch is open. */
  async seal(): Promise<FormedBatch | undefined> {
    await this.#dependencies.beforeSeal();
    return this.#inTurn(() => this.#seal());
  }

  /** Ends the open batch if it holds imported roots alone. */
  sealWaiting(): Promise<unknown> {
    return this.#inTurn(async () => void (this.#reducer.isAwaited || (await this.#seal())));
  }

  /** Ends the open batch if it is full. */
  sealFull(): Promise<unknown> {
    return this.#inTurn(async () => void (this.#reducer.isFull && (await this.#seal())));
  }

  /** Continues after `canSeal` was false. */
  resume(): void {
    this.#onRoom();
  }

  snapshot(): Promise<Mark> {
    return this.#spine.mark();
  }

  canRevert(mark: Mark): boolean {
    return this.#spine.holds(mark);
  }

  async revert(mark: Mark): Promise<void> {
    await this.#spine.returnTo(mark, "snapshot");
    this.#fault = undefined;
  }

  remembers(batchNumber: BatchNumber): boolean {
    return this.#spine.before(batchNumber) !== undefined;
  }

  /** L1 has executed the batches before this one: the chain does not return to them. */
  executedOnL1(nextBatch: BatchNumber): void {
    this.#spine.forgetBefore(nextBatch);
  }

  /**
   * Returns to the beginning of a batch and replays all steps since then, with these operations in the first batch. Resolves with
   * the steps that are refused now. Rejects with RangeError for a batch that is not remembered.
   */
  rewind(
    batchNumber: BatchNumber,
    operations: readonly Extract<EnvironmentDecision<Command>, { readonly type: "operation" }>[],
    onRewound: () => void,
  ): Promise<readonly LostChange[]> {
    return this.#inTurn(async () => {
      const mark = this.#spine.before(batchNumber);
      if (mark === undefined) throw new RangeError(`batch ${batchNumber} is executed on L1, or has not begun`);
      const done = this.#spine.since(mark);
      await this.#spine.returnTo(mark, "redo");
      this.#fault = undefined;
      onRewound();
      const lost: LostChange[] = [];
      for (const decision of takeOperationsFirst<EnvironmentDecision<Command>>(done, operations, "end")) {
        if (this.#reducer.isFull) await this.#seal();
        if (decision.type === "seal") await this.#seal();
        else
          await this.#decide(decision).catch((error: unknown) => {
            if (!(error instanceof EnvironmentRefusal)) throw error;
            lost.push({ hash: undefined, reason: error.message });
          });
      }
      return lost;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#fault ??= new EnvironmentError("Stopped", "the chain was closed; start it again");
    this.#onRoom();
    await this.#turn.catch(() => undefined);
  }

  async #makeRoom(): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault as Error;
    const room = new Promise<void>((resolve) => (this.#onRoom = resolve));
    if (this.#dependencies.canSeal()) await this.#seal();
    else await room;
  }

  async #seal(): Promise<FormedBatch | undefined> {
    if (this.#reducer.openedAt === undefined) return undefined;
    const { sealed } = await this.#decide({ type: "seal" });
    return sealed === undefined ? undefined : this.#forming.formed(sealed);
  }

  async #decide(decision: EnvironmentDecision<Command>): Promise<EnvironmentResult<Command, Receipt>> {
    if (this.#fault !== undefined) throw this.#fault as Error;
    const now = this.#dependencies.nowSeconds();
    const { timestamp: last } = this.#reducer.head;
    const command = { ...decision, timestamp: now < last ? last : now };
    try {
      return await this.#decided.carryOut(command);
    } catch (error) {
      if (!(error instanceof EnvironmentRefusal) && !(error instanceof OfferError)) this.#stop(error);
      throw error;
    }
  }

  #stop(error: unknown): void {
    this.#fault ??= error;
    this.#dependencies.onStop(error);
  }

  #inTurn<Done>(work: () => Promise<Done>): Promise<Done> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** Throws EnvironmentError for a version whose batches L1 takes with a proof of their execution alone. */
function trusted(version: bigint): bigint {
  if (!isProvenOnL1(version)) return version;
  throw new EnvironmentError(
    "ProvenExecution",
    `version ${version} proves the EVM's instructions, which this chain does not execute; schedule a trusted version`,
  );
}
