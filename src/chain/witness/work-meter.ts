import type { EVM } from "@ethereumjs/evm";
import {
  INSTRUCTION_WORK,
  OPERAND_WORK,
  PRECOMPILE_CALL_WORK,
  PRECOMPILE_WORK,
  type PrecompileWork,
} from "../model/work-limits.ts";
import { fitsStack, STACK_NEEDS } from "../../ground/protocol/stack-needs.ts";
import type { FlatState } from "./flat-state.ts";
import { beforeInstructions, type RunState } from "./instruction-table.ts";
import { RunBrokenOff } from "./run-end.ts";

/** Instructions between two calls of `onSome`. */
const SOME = 1_024;
const [EXP, KECCAK256, CALLDATACOPY, CODECOPY, EXTCODECOPY, CREATE, CREATE2] = [0x0a, 0x20, 0x37, 0x39, 0x3c, 0xf0, 0xf5];
/** CALL, CALLCODE, DELEGATECALL, STATICCALL. */
const CALLS = [0xf1, 0xf2, 0xf4, 0xfa];
const HASH_BLOCK = 136n;

/** Limits of a run. */
export interface WorkBounds {
  /** Default: as many as its gas pays for. */
  readonly maxInstructions?: number;
  /** Units (../model/work-limits.ts). Default: as many as its gas pays for. */
  readonly maxWork?: number;
  /** Whether its work is counted though its gas is too little for more than it may do. Default false: that slows it down. */
  readonly isCounted?: boolean;
}

/**
 * Counts the instructions that an EVM runs and adds up their work, and throws in the one that is too much. `onSome` is called now
 * and then between them, and may throw too.
 *
 * The EVM asks before each instruction whether anybody listens to its event "step". This is counted, and nothing else listens
 * unless it did so before: for a listener the EVM copies stack and memory at each instruction, which took minutes where the
 * memory was large.
 */
export class WorkMeter {
  readonly #state: FlatState;
  readonly #maxInstructions: number;
  readonly #maxWork: number;
  readonly #stop: () => void;
  #instructions = 0;
  /** Beyond a unit for each instruction. */
  #further = 0;

  constructor(evm: EVM, state: FlatState, bounds: WorkBounds, onSome: () => void = () => undefined) {
    this.#state = state;
    this.#maxInstructions = bounds.maxInstructions ?? Infinity;
    this.#maxWork = bounds.maxWork ?? Infinity;
    const stopCounting = this.#countInstructions(evm, onSome);
    const stopWeighing = this.#maxWork === Infinity ? () => undefined : this.#weighInstructions(evm);
    this.#stop = () => {
      stopWeighing();
      stopCounting();
    };
  }

  /** Whether there were more instructions than allowed; the run was broken off then. */
  get isLong(): boolean {
    return this.#instructions > this.#maxInstructions;
  }

  /** Whether there was more work than allowed; the run was broken off then. */
  get isHeavy(): boolean {
    return this.work > this.#maxWork;
  }

  /** Units so far. */
  get work(): number {
    return this.#instructions + this.#further;
  }

  /** With how much gas the precompiled contract stays within what is left. */
  gasFor(precompile: bigint): bigint {
    const work = PRECOMPILE_WORK.get(precompile);
    if (work === undefined || this.#maxWork === Infinity) return BigInt(Number.MAX_SAFE_INTEGER);
    return BigInt(Math.floor(((this.#maxWork - this.work) * 1000) / work.unitsPerThousandGas));
  }

  /** Counts a precompiled contract. One that fails uses all of its gas, and does at most the work of its price. */
  addPrecompile(precompile: bigint, gas: bigint, inputBytes: number, failed: boolean): void {
    const work = PRECOMPILE_WORK.get(precompile);
    if (work === undefined) return;
    this.#add(unitsOf(work, failed ? Math.min(Number(gas), work.mostGas(inputBytes)) : Number(gas)));
  }

  /** A precompiled contract would take more than is left. */
  endInPrecompile(): never {
    this.#further = Infinity;
    throw this.#tooHeavy();
  }

  stop(): void {
    this.#stop();
  }

  #countInstructions(evm: EVM, onSome: () => void): () => void {
    const { events } = evm;
    const listeners = events.listenerCount("step");
    const listenerCount: typeof events.listenerCount = (name) => {
      if (name !== "step") return Object.getPrototypeOf(events).listenerCount.call(events, name) as number;
      this.#instructions++;
      if (this.isLong) throw this.#tooLong();
      if (this.isHeavy) throw this.#tooHeavy();
      if (this.#instructions % SOME === 0) onSome();
      return listeners;
    };
    Object.assign(events, { listenerCount });
    return () => Reflect.deleteProperty(events, "listenerCount");
  }

  #weighInstructions(evm: EVM): () => void {
    const actions = [...INSTRUCTION_WORK].map(([opcode, units]) => {
      const need = STACK_NEEDS[opcode];
      if (need === undefined) throw new Error(`opcode ${opcode} has work, and takes no known number of words`);
      const operands = this.#operandsOf(opcode);
      const act = (runState: RunState): void => {
        // For want of words or room the library halts in the instruction itself.
        if (fitsStack(need, runState.stack.length)) this.#add(units + (operands?.(runState) ?? 0));
      };
      return [opcode, act] as const;
    });
    return beforeInstructions(evm, new Map(actions));
  }

  /** Units that depend on an instruction's operands. */
  #operandsOf(opcode: number): ((runState: RunState) => number) | undefined {
    if (CALLS.includes(opcode)) return ({ stack }) => this.#called(BigInt.asUintN(160, stack.peek(2)[1] ?? 0n));
    switch (opcode) {
      case EXP:
        return ({ stack }) => significantBytes(stack.peek(2)[1] ?? 0n) * OPERAND_WORK.exponentByte;
      case KECCAK256:
        return ({ stack }) => hashed(stack.peek(2)[1] ?? 0n);
      case CALLDATACOPY:
        return ({ stack, env }) => padded(stack.peek(3), env.callData.length);
      case CODECOPY:
        return ({ stack, code }) => padded(stack.peek(3), code.length);
      case EXTCODECOPY:
        return ({ stack }) => {
          const [address = 0n, ...copy] = stack.peek(4);
          return padded(copy, this.#codeAt(BigInt.asUintN(160, address)).length);
        };
      case CREATE:
      case CREATE2:
        return ({ stack }) => {
          const length = stack.peek(3)[2] ?? 0n;
          const words = Number((length + 31n) / 32n) * OPERAND_WORK.initWord;
          return opcode === CREATE2 ? words + hashed(length) : words;
        };
      default:
        return undefined;
    }
  }

  #called(address: bigint): number {
    if (PRECOMPILE_WORK.has(address)) return PRECOMPILE_CALL_WORK;
    const code = this.#codeAt(address);
    const isDelegated = code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00;
    const run = isDelegated ? this.#codeAt(BigInt(`0x${Buffer.from(code.subarray(3)).toString("hex")}`)) : code;
    return Math.ceil(run.length / 20) * OPERAND_WORK.calledTwentyBytes;
  }

  #codeAt(address: bigint): Uint8Array {
    return this.#state.codeAt(`0x${address.toString(16).padStart(40, "0")}`);
  }

  #add(units: number): void {
    this.#further += units;
    if (this.isHeavy) throw this.#tooHeavy();
  }

  #tooLong(): RunBrokenOff {
    return new RunBrokenOff("instructions", `it runs more than ${this.#maxInstructions} instructions`);
  }

  #tooHeavy(): RunBrokenOff {
    return new RunBrokenOff("work", `its work is more than ${this.#maxWork} units`);
  }
}

function unitsOf({ unitsPerThousandGas }: PrecompileWork, gas: number): number {
  return Math.ceil((gas * unitsPerThousandGas) / 1000);
}

function significantBytes(value: bigint): number {
  return value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
}

function hashed(bytes: bigint): number {
  return Number(bytes / HASH_BLOCK + 1n) * OPERAND_WORK.hashedBlock;
}

/** Operands of a copy: destination, source, length. */
function padded([, source = 0n, length = 0n]: readonly bigint[], available: number): number {
  const there = BigInt(available) > source ? BigInt(available) - source : 0n;
  return length <= there ? 0 : Number((length + 31n) / 32n) * OPERAND_WORK.paddedWord;
}
