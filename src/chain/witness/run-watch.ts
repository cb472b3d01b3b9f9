import { EVMError } from "@ethereumjs/evm";
import type { EVM, ExecResult } from "@ethereumjs/evm";
import { bytesToHex } from "@ethereumjs/util";
import type { Hex } from "../../protocol/hex.ts";
import type { TransactionRequest } from "../transaction/transaction.ts";
import { watchCreations } from "./creation-watch.ts";
import type { FlatState } from "./flat-state.ts";
import { countInstructions } from "./instruction-counter.ts";
import type { InstructionCounter } from "./instruction-counter.ts";

/**
 * Gas that precompiled contracts take at least in a millisecond: the slowest took 11 seconds for 2^24 gas. One runs to its end
 * once it has begun, so it is given no more than the time that is left is enough for.
 */
const LEAST_GAS_PER_MS = 1_500;
/** Data that a transaction's calls may pass on, all together. */
const MAX_CALL_DATA_BYTES = 16 * 1024 * 1024;

/** Where a run is broken off. */
export interface RunBounds {
  /**
   * Milliseconds. Default: as long as it takes, which only transactions are given that are to be in a block, and this
   * process's own.
   */
  readonly maxMs?: number;
  /** When those milliseconds began, by `performance.now()`. Default: with this run. */
  readonly startMs?: number;
  /** Instructions of a transaction. Default: as many as its gas pays for. */
  readonly maxInstructions?: number;
}

/** The code that a run brought into play, and whether it was broken off. */
export interface RunReport {
  readonly initCodes: readonly Hex[];
  readonly runtimeCodes: readonly Hex[];
  /** Accounts that came to a CREATE or CREATE2, at any depth, each once. */
  readonly creators: readonly Hex[];
  readonly exceedsCallData: boolean;
  readonly isLong: boolean;
  /** It took longer than it might. */
  readonly isLate: boolean;
}

/**
 * Watches one run until it is stopped: collects the code that it brings into play, and ends it where its calls pass on too much
 * data, which neither engine is to copy, where it runs too many instructions, or where it takes too long, which it looks at
 * between instructions and before a precompiled contract runs.
 */
export class RunWatch {
  readonly #evm: EVM;
  readonly #state: FlatState;
  readonly #maxMs: number;
  readonly #startMs: number;
  readonly #initCodes: Hex[] = [];
  readonly #runtimeCodes: Hex[] = [];
  readonly #creators = new Set<Hex>();
  readonly #counter: InstructionCounter | undefined;
  readonly #stopWatching: readonly (() => void)[];
  readonly #onMessage = (message: { readonly data: Uint8Array }): void => this.#add(message.data.length);
  #bytes = 0;
  #reason: string | undefined;
  #isLate = false;

  constructor(evm: EVM, state: FlatState, run: Pick<TransactionRequest, "to" | "data" | "gasLimit">, bounds: RunBounds) {
    const { maxMs = Infinity, startMs = performance.now(), maxInstructions = Infinity } = bounds;
    this.#evm = evm;
    this.#state = state;
    this.#maxMs = maxMs;
    this.#startMs = startMs;
    if (run.to === undefined) this.#initCodes.push(run.data);
    evm.events.on("beforeMessage", this.#onMessage);
    this.#stopWatching = [
      watchCreations(evm, {
        onInitCode: (code) => this.#initCodes.push(bytesToHex(code) as Hex),
        onCreator: (account) => this.#creators.add(account),
      }),
      ...(maxMs === Infinity ? [] : [this.#boundPrecompiles()]),
    ];
    // Every instruction costs gas, so with little there cannot be too many.
    this.#counter =
      run.gasLimit > maxInstructions || maxMs !== Infinity
        ? countInstructions(evm, maxInstructions, () => this.#checkTime())
        : undefined;
    state.onCode = (code) => this.#runtimeCodes.push(bytesToHex(code) as Hex);
  }

  /** Why it was ended for its data or its time; undefined where it was not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  report(): RunReport {
    return {
      initCodes: this.#initCodes,
      runtimeCodes: this.#runtimeCodes,
      creators: [...this.#creators],
      exceedsCallData: this.#exceedsCallData,
      isLong: this.#counter?.isFull ?? false,
      isLate: this.#isLate,
    };
  }

  stop(): void {
    this.#evm.events.off("beforeMessage", this.#onMessage);
    for (const stop of this.#stopWatching) stop();
    this.#counter?.stop();
    this.#state.onCode = undefined;
  }

  get #exceedsCallData(): boolean {
    return this.#bytes > MAX_CALL_DATA_BYTES;
  }

  /** A call passes on so much. Throws where the run must end. */
  #add(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#exceedsCallData) return this.#checkTime();
    this.#reason = `calls pass on more than ${MAX_CALL_DATA_BYTES} bytes of data`;
    throw new Error(this.#reason);
  }

  /** Throws where the time is over. */
  #checkTime(): void {
    if (this.#leftMs <= 0) throw this.#late();
  }

  get #leftMs(): number {
    return this.#startMs + this.#maxMs - performance.now();
  }

  #late(): Error {
    this.#isLate = true;
    this.#reason = `it takes longer than ${this.#maxMs} ms`;
    return new Error(this.#reason);
  }

  /** Has precompiled contracts run with no more gas than there is time for, until the returned function is called. */
  #boundPrecompiles(): () => void {
    const evm = this.#evm;
    const run: Precompile = (code, data, gasLimit) => Object.getPrototypeOf(evm).runPrecompile.call(evm, code, data, gasLimit);
    const bounded: Precompile = async (code, data, gasLimit) => {
      this.#checkTime();
      const timely = BigInt(Math.ceil(this.#leftMs * LEAST_GAS_PER_MS));
      if (gasLimit <= timely) return run(code, data, gasLimit);
      const result = await run(code, data, timely);
      if (result.exceptionError === undefined) return result;
      if (result.exceptionError.error === EVMError.errorMessages.OUT_OF_GAS) throw this.#late();
      // One that fails takes all its gas.
      return { ...result, executionGasUsed: gasLimit };
    };
    Object.assign(evm, { runPrecompile: bounded });
    return () => Reflect.deleteProperty(evm, "runPrecompile");
  }
}

/** What is used of the EVM's own function: no part of its interface. */
type Precompile = (code: unknown, data: Uint8Array, gasLimit: bigint) => ExecResult | Promise<ExecResult>;
