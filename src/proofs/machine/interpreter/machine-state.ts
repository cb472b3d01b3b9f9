import { ARRAYS, fieldIndex, VARIABLES, variableIndex, type FrameField, type Variable } from "../kernel/names.ts";
import type { ByteMemory } from "./byte-memory.ts";
import { CodeStore } from "./code-store.ts";
import type { FoldedHashSource } from "./folded-hashes.ts";
import { BOUNDARY_WORDS, type Boundary } from "./environment.ts";
import type { RunInputs } from "./run-inputs.ts";
import { Frame } from "./frame.ts";
import { KeyTable } from "./key-table.ts";
import { LIMBS } from "./limbs.ts";
import { WordList } from "./word-list.ts";
import { readBigInt, TOO_LARGE, writeBigInt, WordStack } from "./word-stack.ts";

/** A word of the witness. */
export type Hint = bigint;

/** End of a transaction: success, revert or exceptional halt of its first frame. */
type TransactionStatus = "success" | "reverted" | "halted";
/** Statuses by the kernel's numbers. */
const STATUSES: readonly TransactionStatus[] = ["halted", "success", "reverted"];

/** Why an operation of L1's queue did not run, by the number that the kernel gives it (docs/native.md). */
const VERDICTS = {
  1: "invalid",
  2: "budget",
  8: "lone",
} as const;
export type MachineVerdict = (typeof VERDICTS)[keyof typeof VERDICTS];

/** One transaction of a run. */
export interface TransactionOutcome {
  readonly status: TransactionStatus;
  readonly gasUsed: bigint;
  /** Units of its native budget that it used; 0 if it has none (docs/native.md). */
  readonly units: bigint;
  /** Rows of the kernel and opcodes of user code that it took. */
  readonly kernelSteps: number;
  readonly userSteps: number;
}

/** A part of a frame's memory by reference, as the kernel writes them: a pointer << 32 and a length. */
interface Slice {
  readonly frame: number;
  readonly offset: number;
  readonly length: number;
}

/** Told of every opcode of user code before it runs: what a proof of the run is made from. */
export type OpcodeObserver = (machine: MachineState) => void;

/** All that a run changes. The kernel's and the users' instructions are functions of it. */
export class MachineState {
  readonly environment: RunInputs["environment"];
  readonly keys: KeyTable;
  readonly codes: CodeStore;
  readonly foldedHashes: FoldedHashSource | undefined;
  readonly kernelStack = new WordStack();
  readonly variables = new Uint16Array(VARIABLES.length * LIMBS);
  /** Arrays in the order of `ARRAYS`. */
  readonly arrays: readonly WordList[] = ARRAYS.map(() => new WordList());
  readonly frames: Frame[] = [];
  readonly hints: readonly Hint[];
  readonly observeOpcode: OpcodeObserver | undefined;
  hintsRead = 0;
  /** Frame 0 before the first is entered. */
  current: Frame;
  /** Rows of the kernel, and opcodes of user code, so far; the run pauses at their maximum. */
  kernelSteps = 0;
  userSteps = 0;
  mostKernelSteps = Infinity;
  mostUserSteps = Infinity;
  /** The kernel's next row, while the run pauses: between two rows, or before an opcode of user code that this row runs. */
  row = 0;
  isInUserCode = false;
  /** Why operations did not run, in their order. */
  readonly verdicts: MachineVerdict[] = [];
  /** The transactions that have ended. */
  readonly outcomes: TransactionOutcome[] = [];
  #ended = { kernelSteps: 0, userSteps: 0 };

  constructor({ environment, state, codes, foldedHashes }: RunInputs, hints: readonly Hint[], observeOpcode?: OpcodeObserver) {
    this.environment = environment;
    this.keys = new KeyTable(state);
    this.codes = new CodeStore(codes);
    this.foldedHashes = foldedHashes;
    this.hints = hints;
    this.observeOpcode = observeOpcode;
    this.current = this.frame(0);
    for (const name of BOUNDARY_WORDS) this.#setVariable(name, environment.boundary[name]);
  }

  array(index: number): WordList {
    const array = this.arrays[index];
    if (array === undefined) throw new Error(`the kernel has no array ${index}`);
    return array;
  }

  frame(id: number): Frame {
    return (this.frames[id] ??= new Frame());
  }

  /** Memory of a frame; the kernel's own for frame 0. */
  memory(id: number): ByteMemory {
    return this.frame(id).memory;
  }

  /** The memory that a pointer of the kernel is in, and the offset there. */
  at(pointer: number): { readonly memory: ByteMemory; readonly offset: number } {
    if (pointer === TOO_LARGE) throw new Error("the kernel named a place that no frame's memory has");
    return { memory: this.memory(Math.floor(pointer / 2 ** 32)), offset: pointer % 2 ** 32 };
  }

  enter(id: number): void {
    this.current = this.frame(id);
    this.#setVariable("frame", BigInt(id));
  }

  variable(name: Variable): bigint {
    return readBigInt(this.variables, variableIndex(name) * LIMBS);
  }

  field(name: FrameField): bigint {
    return readBigInt(this.current.fields, fieldIndex(name) * LIMBS);
  }

  /** The slice that a frame field holds. */
  slice(name: FrameField): Slice {
    const fields = this.current.fields;
    const at = fieldIndex(name) * LIMBS;
    return {
      length: (fields[at] as number) + (fields[at + 1] as number) * 0x10000,
      offset: (fields[at + 2] as number) + (fields[at + 3] as number) * 0x10000,
      frame: (fields[at + 4] as number) + (fields[at + 5] as number) * 0x10000,
    };
  }

  /** Notes how the transaction ended whose result the kernel's variables hold. */
  endTransaction(): void {
    this.outcomes.push({
      status: STATUSES[Number(this.variable("status"))] ?? "halted",
      gasUsed: this.variable("gasUsed"),
      units: this.variable("budget") === 0n ? 0n : this.variable("budget") - this.variable("nativeLeft"),
      kernelSteps: this.kernelSteps - this.#ended.kernelSteps,
      userSteps: this.userSteps - this.#ended.userSteps,
    });
    this.#ended = { kernelSteps: this.kernelSteps, userSteps: this.userSteps };
  }

  /** Notes why the operation did not run that the kernel is about to undo. */
  endOperation(): void {
    const number = Number(this.variable("notRun"));
    const verdict = Object.entries(VERDICTS).find(([key]) => Number(key) === number)?.[1];
    if (verdict === undefined) throw new Error(`the kernel gave verdict ${number}, which has no name`);
    this.verdicts.push(verdict);
  }

  nextHint(): Hint {
    const hint = this.hints[this.hintsRead];
    if (hint === undefined) throw new Error("the witness ended before the kernel did");
    this.hintsRead++;
    return hint;
  }

  /** Current boundary. */
  boundary(): Boundary {
    return Object.fromEntries(BOUNDARY_WORDS.map((name) => [name, this.variable(name)])) as Record<keyof Boundary, bigint>;
  }

  #setVariable(name: Variable, value: bigint): void {
    writeBigInt(this.variables, variableIndex(name) * LIMBS, value);
  }
}
