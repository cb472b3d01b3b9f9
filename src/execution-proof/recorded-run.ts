import type { Instruction } from "../circuits/rom/instruction.ts";
import { LIMBS } from "../circuits/words/word.ts";
import { NamedError } from "../errors/named-error.ts";
import type { Frame } from "../machine/interpreter/frame.ts";
import type { RunObserver } from "../machine/interpreter/kernel.ts";
import type { MachineState } from "../machine/interpreter/machine-state.ts";
import type { WordStack } from "../machine/interpreter/word-stack.ts";
import { fieldIndex } from "../machine/kernel/names.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";
import { decodeAll } from "./decode.ts";

/** The limbs of a word, lowest first. */
export type Limbs = readonly number[];

/** One step of a run: what its row read from the stack, as the interpreter had it. */
export interface RecordedStep {
  readonly instruction: Instruction;
  /** The top before the row ran. */
  readonly top: Limbs;
  /** The words that it takes as b and c; zero for those that it does not take. */
  readonly takenB: Limbs;
  readonly takenC: Limbs;
  /** What user code did, if the row runs it. */
  readonly visit?: RecordedVisit;
}

/** An opcode of user code, before it ran. */
export interface RecordedOpcode {
  readonly byte: number;
  readonly place: number;
  readonly height: number;
  readonly gas: number;
  /** Words of memory that the frame has paid for. */
  readonly words: number;
  readonly top: Limbs;
}

/** A time in user mode. */
export interface RecordedVisit {
  readonly codeFrame: number;
  readonly code: Uint8Array;
  readonly opcodes: readonly RecordedOpcode[];
  /** What it came to: the opcode is the one for which the kernel is needed, or `EXCEPTION`. */
  readonly end: Omit<RecordedOpcode, "byte"> & { readonly opcode: number };
}

/** Where a frame's position is among its fields; its fourth limb is the code's frame. */
const POSITION_AT = fieldIndex("position") * LIMBS;

export const ZERO_WORD: Limbs = new Array<number>(LIMBS).fill(0);

/** A run came to a row that the tables do not prove. */
export class UnprovableRowError extends NamedError<"UnprovableRow"> {
  override readonly name = "UnprovableRowError";
  readonly row: RomRow;

  constructor(row: RomRow) {
    super(
      "UnprovableRow",
      `no table proves the row at ${row.pc}, of opcode 0x${row.opcode.toString(16)}: prove a run that does not come to it (docs/zkevm.md lists what is proven)`,
    );
    this.row = row;
  }
}

/** User code came to an opcode that the tables do not prove. */
export class UnprovableOpcodeError extends NamedError<"UnprovableOpcode"> {
  override readonly name = "UnprovableOpcodeError";
  readonly opcode: number;

  constructor(opcode: number) {
    super(
      "UnprovableOpcode",
      `no table proves opcode 0x${opcode.toString(16)} of user code: prove a run that does not come to it (docs/zkevm.md)`,
    );
    this.opcode = opcode;
  }
}

/** A run came to an address that the memory's table has no place for. */
export class UnprovableAddressError extends NamedError<"UnprovableAddress"> {
  override readonly name = "UnprovableAddressError";
  readonly address: bigint;

  constructor(address: bigint, limit: number) {
    super(
      "UnprovableAddress",
      `no table proves an access at address ${address}: prove a run whose arrays and kernel memory stay below ${limit} (2^29, docs/zkevm.md)`,
    );
    this.address = address;
  }
}

/** A run copied bytes within the memory of one frame. */
export class UnprovableCopyError extends NamedError<"UnprovableCopy"> {
  override readonly name = "UnprovableCopyError";

  constructor() {
    super(
      "UnprovableCopy",
      "no table proves a copy within one frame's memory: prove a run that copies between two frames' only (docs/zkevm.md)",
    );
  }
}

/** A run recovered a key from words that are no whole places of the memory. */
export class UnprovableRecoveryError extends NamedError<"UnprovableRecovery"> {
  override readonly name = "UnprovableRecoveryError";
  readonly offset: number;

  constructor(offset: number) {
    super(
      "UnprovableRecovery",
      `no table proves a recovery from offset ${offset}: prove a run that recovers from multiples of 32 only (docs/zkevm.md)`,
    );
    this.offset = offset;
  }
}

/** Records a run of a program: pass it to `Kernel.run`. Its steps are the rows in order, the last of which stops. */
export class RunRecorder implements RunObserver {
  readonly steps: RecordedStep[] = [];
  readonly #rows: readonly RomRow[];
  readonly #instructions: readonly (Instruction | undefined)[];
  #opcodes: RecordedOpcode[] = [];

  constructor(rows: readonly RomRow[]) {
    this.#rows = rows;
    this.#instructions = decodeAll(rows);
  }

  /** Throws UnprovableRowError. */
  readonly row: RunObserver["row"] = (index, machine) => {
    const { kernelStack } = machine;
    const instruction = this.#instructions[index];
    if (instruction === undefined) throw new UnprovableRowError(this.#rows[index] as RomRow);
    if (this.#opcodes.length > 0) this.#endVisit(machine);
    const { takesB, depthB, takesC, hasImmediate } = instruction;
    this.steps.push({
      instruction,
      top: wordAt(kernelStack, 0),
      takenB: takesB === 1 ? wordAt(kernelStack, depthB - 1) : ZERO_WORD,
      takenC: takesC === 1 ? wordAt(kernelStack, 2 - hasImmediate) : ZERO_WORD,
    });
  };

  readonly opcode: RunObserver["opcode"] = ({ current }) => {
    this.#opcodes.push({ byte: current.code.bytes[current.pc] ?? 0, ...standOf(current) });
  };

  /** User mode has come back: the last step is the row that entered it. */
  #endVisit({ kernelStack, current }: MachineState): void {
    const step = this.steps.pop();
    if (step === undefined) throw new Error("user mode was entered by no row");
    const [opcode = 0] = wordAt(kernelStack, 0);
    const codeFrame = current.fields[POSITION_AT + 3] ?? 0;
    const visit = { codeFrame, code: current.code.bytes, opcodes: this.#opcodes, end: { opcode, ...standOf(current) } };
    this.steps.push({ ...step, visit });
    this.#opcodes = [];
  }
}

function standOf({ pc, gas, memoryWords, stack }: Frame): Omit<RecordedOpcode, "byte"> {
  return { place: pc, height: stack.height, gas, words: memoryWords, top: wordAt(stack, 0) };
}

/** A word by its depth below the top; below all words lies a word 0. */
function wordAt(stack: WordStack, depth: number): Limbs {
  if (depth >= stack.height) return ZERO_WORD;
  const { limbs } = stack;
  const word: number[] = [];
  for (let at = stack.at(depth), end = at + LIMBS; at < end; at++) word.push(limbs[at] ?? 0);
  return word;
}
