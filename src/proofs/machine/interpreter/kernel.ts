import { KERNEL_CODE } from "../kernel/generated/kernel-code.ts";
import { translate, translating } from "../rom/translate.ts";
import type { RomRow } from "../rom/rom-row.ts";
import type { Boundary } from "./environment.ts";
import { KernelMode, type RowObserver } from "./kernel-mode.ts";
import { LIMBS } from "./limbs.ts";
import { MachineState, type Hint, type MachineVerdict, type OpcodeObserver, type TransactionOutcome } from "./machine-state.ts";
import { privilegedOperations, type Primitives } from "./privileged-operations.ts";
import type { RunInputs } from "./run-inputs.ts";
import { UserMode } from "./user-mode.ts";
import { readBigInt } from "./word-stack.ts";

/** A leaf that a run read, before and after it. */
export interface LeafChange {
  readonly leafKind: number;
  readonly account: bigint;
  readonly slot: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

export interface RunResult {
  readonly transactions: readonly TransactionOutcome[];
  /** Reasons of operations that did not run. */
  readonly verdicts: readonly MachineVerdict[];
  /** Every leaf that was asked for, in the order of first use; most are unchanged. */
  readonly leaves: readonly LeafChange[];
  /** Codes that the run loaded or deployed, by their digests. */
  readonly codes: ReadonlyMap<bigint, Uint8Array>;
  /** Start of the next run in addition to the state. */
  readonly boundary: Boundary;
}

/** Run that can pause and resume. */
interface KernelRun {
  /** Continues for at most `steps` rows of the kernel and as many opcodes. Undefined if more remains. Throws like `run`. */
  advance(steps: number): RunResult | undefined;
}

/** Told of every row of the kernel and every opcode of user code before it runs. */
export interface RunObserver {
  readonly row: RowObserver;
  readonly opcode: OpcodeObserver;
}

/** The kernel's rows, as circuits have them unless `fused` is false. */
export function kernelRows({ fused }: { readonly fused: boolean } = { fused: true }): RomRow[] {
  return translate(kernelCode(), { fused });
}

/** The machine with the kernel, made in pieces: its rows take some hundredths of a second. */
export function* kernelInTurns(primitives: Primitives): Generator<undefined, Kernel> {
  return new Kernel(primitives, yield* translating(kernelCode(), { fused: true }));
}

function kernelCode(): Uint8Array {
  return Uint8Array.from(Buffer.from(KERNEL_CODE, "hex"));
}

/** The machine with the kernel in it: a third engine, whose steps circuits can follow. One serves any number of runs. */
export class Kernel {
  readonly #mode: KernelMode;

  /** Without rows the kernel's. */
  constructor(primitives: Primitives, rows: readonly RomRow[] = kernelRows()) {
    const user = new UserMode(primitives.keccak);
    this.#mode = new KernelMode(rows, privilegedOperations(user, primitives), primitives.keccak);
  }

  /**
   * Runs the steps of a witness (`hints/`), whose last is the end; an observer receives the kernel's rows and opcodes.
   * Throws KernelPanic for a step that the kernel refuses; earlier steps have no result then.
   */
  run(inputs: RunInputs, hints: readonly Hint[], observer?: RunObserver): RunResult {
    const machine = new MachineState(inputs, hints, observer?.opcode);
    this.#mode.run(machine, observer?.row);
    return resultOf(machine);
  }

  /** Begins a run in pieces, like `run`. */
  begin(inputs: RunInputs, hints: readonly Hint[], observer?: RunObserver): KernelRun {
    const machine = new MachineState(inputs, hints, observer?.opcode);
    return {
      advance: (steps) => {
        machine.mostKernelSteps = machine.kernelSteps + steps;
        machine.mostUserSteps = machine.userSteps + steps;
        return this.#mode.run(machine, observer?.row) ? resultOf(machine) : undefined;
      },
    };
  }
}

function resultOf(machine: MachineState): RunResult {
  return {
    transactions: machine.outcomes,
    verdicts: machine.verdicts,
    leaves: leavesOf(machine),
    codes: machine.codes.loaded,
    boundary: machine.boundary(),
  };
}

function leavesOf(machine: MachineState): LeafChange[] {
  const current = machine.array(0);
  return machine.keys.keys.map((key, id) => ({
    ...key,
    before: machine.keys.before[id] ?? 0n,
    after: readBigInt(current.limbs, id * LIMBS),
  }));
}
