import { EVMError, type EVM, type ExecResult } from "@ethereumjs/evm";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { TransactionRequest } from "../../ground/transaction/transaction.ts";
import { watchCreations } from "./creation-watch.ts";
import type { FlatState } from "./flat-state.ts";
import { MAX_WORK_PER_GAS } from "../model/work-limits.ts";
import { beforeInstructions } from "./instruction-table.ts";
import { RunBrokenOff } from "./run-end.ts";
import type { TimeLimit } from "./time-limit.ts";
import { WorkMeter, type WorkBounds } from "./work-meter.ts";

/**
 * Gas that precompiled contracts take at least in a millisecond: the slowest took 11 seconds for 2^24 gas. One runs to its end
 * once it has begun, so it is given no more than the time that is left is enough for.
 */
const LEAST_GAS_PER_MS = 1_500;
const TIMESTAMP = 0x42;
/** Bytes that all calls of a transaction together may pass on. In a metered block they pay for it. */
const MAX_CALL_DATA_BYTES = 16 * 1024 * 1024;

/** Limits at which a run is interrupted. */
export interface RunBounds extends WorkBounds {
  /** Default: none, which only transactions have that are to be in a block, and this process's own. */
  readonly time?: TimeLimit;
  /** True in a metered block. Default false. */
  readonly isMetered?: boolean;
}

/** The code that a run brought into play, and whether it was broken off. */
interface RunReport {
  readonly initCodes: readonly Hex[];
  readonly runtimeCodes: readonly Hex[];
  /** Accounts that came to a CREATE or CREATE2, at any depth, each once. */
  readonly creators: readonly Hex[];
  readonly exceedsCallData: boolean;
  /** True if it exceeded its limit of instructions. */
  readonly isLong: boolean;
  /** True if it exceeded its limit of work. */
  readonly isHeavy: boolean;
  /** True if it exceeded its time limit. */
  readonly isLate: boolean;
  /** Whether code asked for the block's time. */
  readonly readsTime: boolean;
  /** Units (../model/work-limits.ts) until it ended, 0 where they were not counted since its gas is too little for many. */
  readonly work: number;
}

/**
 * Watches one run until it is stopped: collects the code that it brings into play, and ends it where its calls pass on too much
 * data, which neither engine is to copy, where it runs too many instructions, or where it takes too long, which it looks at
 * between instructions and before a precompiled contract runs.
 */
export class RunWatch {
  readonly #evm: EVM;
  readonly #state: FlatState;
  readonly #time: TimeLimit | undefined;
  readonly #maxBytes: number;
  readonly #initCodes: Hex[] = [];
  readonly #runtimeCodes: Hex[] = [];
  readonly #creators = new Set<Hex>();
  readonly #meter: WorkMeter | undefined;
  readonly #stopWatching: readonly (() => void)[];
  readonly #onMessage = (message: { readonly data: Uint8Array }): void => this.#add(message.data.length);
  #readsTime = false;
  #bytes = 0;
  #reason: string | undefined;
  #isLate = false;

  constructor(evm: EVM, state: FlatState, run: Pick<TransactionRequest, "to" | "data" | "gasLimit">, bounds: RunBounds) {
    const { time, maxInstructions = Infinity, maxWork = Infinity, isCounted = false, isMetered: pays = false } = bounds;
    this.#maxBytes = pays ? Infinity : MAX_CALL_DATA_BYTES;
    this.#evm = evm;
    this.#state = state;
    this.#time = time;
    if (run.to === undefined) this.#initCodes.push(run.data);
    evm.events.on("beforeMessage", this.#onMessage);
    // Every instruction costs gas, so with little there cannot be too many.
    const gas = Number(run.gasLimit);
    const isMetered = gas > maxInstructions || gas * MAX_WORK_PER_GAS > maxWork || time !== undefined || isCounted;
    this.#meter = isMetered ? new WorkMeter(evm, state, bounds, () => this.checkTime()) : undefined;
    this.#stopWatching = [
      watchCreations(evm, {
        onInitCode: (code) => this.#initCodes.push(toHex(code)),
        onCreator: (account) => this.#creators.add(account),
      }),
      beforeInstructions(evm, new Map([[TIMESTAMP, () => void (this.#readsTime = true)]])),
      ...(this.#meter === undefined ? [] : [this.#boundPrecompiles(this.#meter)]),
    ];
    state.onCode = (code) => this.#runtimeCodes.push(toHex(code));
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
      isLong: this.#meter?.isLong ?? false,
      isHeavy: this.#meter?.isHeavy ?? false,
      isLate: this.#isLate,
      readsTime: this.#readsTime,
      work: this.#meter?.work ?? 0,
    };
  }

  /** Throws if the time limit has passed. */
  checkTime(): void {
    if (this.#time !== undefined && this.#time.leftMs() <= 0) throw this.#late(this.#time);
  }

  stop(): void {
    this.#evm.events.off("beforeMessage", this.#onMessage);
    for (const stop of this.#stopWatching) stop();
    this.#meter?.stop();
    this.#state.onCode = undefined;
  }

  get #exceedsCallData(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** A call passes on so much. Throws where the run must end. */
  #add(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#exceedsCallData) return this.checkTime();
    this.#reason = `calls pass on more than ${MAX_CALL_DATA_BYTES} bytes of data`;
    throw new RunBrokenOff("callData", this.#reason);
  }

  #late({ maxMs }: TimeLimit): RunBrokenOff {
    this.#isLate = true;
    this.#reason = `it takes more than ${maxMs} ms of processor time`;
    return new RunBrokenOff("time", this.#reason);
  }

  /** Limits the gas of precompiled contracts to the remaining time and work, until the returned function is called. */
  #boundPrecompiles(meter: WorkMeter): () => void {
    const evm = this.#evm;
    const addresses = new Map<unknown, bigint>([...evm.precompiles].map(([address, code]) => [code, BigInt(`0x${address}`)]));
    const run: Precompile = (code, data, gasLimit) => Object.getPrototypeOf(evm).runPrecompile.call(evm, code, data, gasLimit);
    const bounded: Precompile = async (code, data, gasLimit) => {
      this.checkTime();
      const address = addresses.get(code) ?? 0n;
      const workGas = meter.gasFor(address);
      const light = workGas < gasLimit ? workGas : gasLimit;
      const time = this.#time;
      const granted = time === undefined ? light : gasInTime(light, time);
      const result = await run(code, data, granted);
      const failure = result.exceptionError;
      if (granted < gasLimit && failure?.error === EVMError.errorMessages.OUT_OF_GAS)
        throw time === undefined || granted === light ? meter.endInPrecompile() : this.#late(time);
      meter.addPrecompile(address, result.executionGasUsed, data.length, failure !== undefined);
      // One that fails takes all its gas.
      return failure === undefined || granted === gasLimit ? result : { ...result, executionGasUsed: gasLimit };
    };
    Object.assign(evm, { runPrecompile: bounded });
    return () => Reflect.deleteProperty(evm, "runPrecompile");
  }
}

/** Internal function of the EVM that is used here, outside its interface. */
type Precompile = (code: unknown, data: Uint8Array, gasLimit: bigint) => ExecResult | Promise<ExecResult>;

/** This gas, or less if it may take more than the remaining time. */
function gasInTime(gas: bigint, time: TimeLimit): bigint {
  const neededMs = Number(gas) / LEAST_GAS_PER_MS;
  const leftMs = time.leftMs(neededMs);
  return leftMs >= neededMs ? gas : BigInt(Math.ceil(leftMs * LEAST_GAS_PER_MS));
}
