import { endedChain, pausedChain } from "../../client/standing/chain-standing.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import type { MethodRefusal } from "../../../chain/rpc/transport/refused-methods.ts";
import type { Mark } from "../../../chain/core/marks.ts";
import type { RestorableMember } from "../../../chain/node/snapshot-member.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import type { ChainPipeline } from "./chain-pipeline.ts";

/** State of a chain in this process. A removed one is only held for snapshots in which the ecosystem still has it. */
export type ChainRun = "running" | "stopped" | "removed";

/**
 * ChainStopped: it is paused, and answers after it is started. ChainEnded: it is paused, and its exit was activated.
 * ChainRemoved: it was removed from the ecosystem.
 * Remedy: start the chain with `hyperchain:start`; claim the balances of an ended one with `hyperchain:exit`.
 */
export class ChainNotRunningError extends HyperchainError<"ChainStopped" | "ChainEnded" | "ChainRemoved"> {
  override readonly name = "ChainNotRunningError";
}

export interface RunSwitchOptions {
  readonly name: string;
  /** Name of what it settles on. */
  readonly layer: string;
  readonly begins: Exclude<ChainRun, "removed">;
}

interface RunSwitchDependencies {
  readonly pipeline: () => Pick<ChainPipeline, "chain" | keyof RestorableMember>;
  /** Whether its exit was activated, as far as is known. */
  readonly hasEnded: () => boolean;
  /** Told after each change. */
  readonly onChange: () => void;
}

/**
 * Switch of a chain. A paused chain retains blocks, pool, batches and port; it makes no blocks, accepts nothing from L1,
 * sends nothing there and refuses its clients. Snapshots include the state of the switch.
 */
export class RunSwitch implements RestorableMember {
  readonly #name: string;
  readonly #layer: string;
  readonly #dependencies: RunSwitchDependencies;
  readonly #marked = new WeakMap<Mark, ChainRun>();
  readonly #ends = new Set<(error: ChainNotRunningError) => void>();
  #run: ChainRun;

  constructor({ name, layer, begins }: RunSwitchOptions, dependencies: RunSwitchDependencies) {
    this.#name = name;
    this.#layer = layer;
    this.#run = begins;
    this.#dependencies = dependencies;
  }

  get run(): ChainRun {
    return this.#run;
  }

  get isRunning(): boolean {
    return this.#run === "running";
  }

  /** True if the chain accepts nothing, even after it is started. */
  get hasEnded(): boolean {
    return this.#dependencies.hasEnded();
  }

  /** Why clients are refused now. */
  readonly refusal: MethodRefusal = () => {
    const error = this.error();
    if (error === undefined) return undefined;
    const { message, code } = error;
    return {
      error: new RpcError(RpcCode.rejected, message, { code }, { cause: error }),
      answersForEcosystem: this.#run === "stopped",
    };
  };

  /** Why it does nothing; undefined while it runs. */
  error(): ChainNotRunningError | undefined {
    const name = this.#name;
    if (this.#run === "running") return undefined;
    if (this.#run === "removed")
      return new ChainNotRunningError(
        "ChainRemoved",
        `${name} has left this ecosystem: it was removed, or came after the snapshot that was returned to; hyperchain_info names those that there are`,
      );
    if (!this.hasEnded)
      return new ChainNotRunningError(
        "ChainStopped",
        `${name} is paused; ${pausedChain(name).help}, as hyperchain_startChain does`,
      );
    const layer = this.#layer;
    return new ChainNotRunningError(
      "ChainEnded",
      `${name} has ended, and is paused: ${layer} pays out what accounts held there; ${endedChain(name, layer).help}`,
    );
  }

  /** The work; rejects with ChainNotRunningError as soon as the chain does not run. */
  async whileRunning<Result>(work: () => Promise<Result>): Promise<Result> {
    const error = this.error();
    if (error !== undefined) throw error;
    let end = (_error: ChainNotRunningError): void => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      end = reject;
      this.#ends.add(end);
    });
    try {
      return await Promise.race([work(), ended]);
    } finally {
      this.#ends.delete(end);
    }
  }

  /** To be called while nothing moves between the chain and L1, and after `pause`. */
  end(run: Exclude<ChainRun, "running">): void {
    this.#dependencies.pipeline().chain.sequencer.pause();
    this.#become(run);
  }

  /** Resumes everything but the making of blocks, which the caller starts, because there may be other reasons against it. */
  start(): void {
    this.#become("running");
    this.resume();
  }

  async snapshot(): Promise<Mark> {
    const mark = await this.#dependencies.pipeline().snapshot();
    this.#marked.set(mark, this.#run);
    return mark;
  }

  pause(): Promise<void> {
    return this.#dependencies.pipeline().pause();
  }

  resume(): void {
    if (this.isRunning) this.#dependencies.pipeline().resume();
  }

  canRevert(mark: Mark): boolean {
    return this.#dependencies.pipeline().canRevert(mark);
  }

  /** Runs then as it did at the mark. */
  async revert(mark: Mark): Promise<void> {
    const pipeline = this.#dependencies.pipeline();
    const then = this.#marked.get(mark) ?? this.#run;
    await pipeline.revert(mark);
    if (then === "running") return this.#become(then);
    await pipeline.pause();
    this.end(then);
  }

  #become(run: ChainRun): void {
    this.#run = run;
    const error = this.error();
    if (error !== undefined) for (const end of this.#ends) end(error);
    this.#dependencies.onChange();
  }
}
