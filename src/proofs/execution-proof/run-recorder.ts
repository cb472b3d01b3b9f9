import type { Instruction } from "../circuits/shapes/instruction.ts";
import { LIMBS, limbsOf } from "../circuits/shapes/word.ts";
import type { RunEnvironment } from "../machine/interpreter/environment.ts";
import type { Frame } from "../machine/interpreter/frame.ts";
import type { RunObserver } from "../machine/interpreter/kernel.ts";
import type { MachineState } from "../machine/interpreter/machine-state.ts";
import type { WordStack } from "../machine/interpreter/word-stack.ts";
import { fieldIndex } from "../machine/kernel/names.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";
import { decodeAll } from "./decode.ts";
import { firstWords } from "./memory-places.ts";
import { type Limbs, type RecordedOpcode, type RecordedStep, UnprovableRowError, ZERO_WORD } from "./recorded-run.ts";
import type { ProvenProgram } from "./run-tables.ts";
import { type RunTrace, RunTracer } from "./run-trace.ts";

/** Index of a frame's position among its fields; its fourth limb is the code's frame. */
const POSITION_AT = fieldIndex("position") * LIMBS;

/**
 * Places a run's rows in its tables while the machine runs: pass it to `Kernel.run`. A row is placed when the next one comes,
 * which finds its result on the stack; so no row is kept elsewhere.
 */
export class RunRecorder implements RunObserver {
  readonly #rows: readonly RomRow[];
  readonly #instructions: readonly (Instruction | undefined)[];
  readonly #tracer: RunTracer;
  #machine: MachineState | undefined;
  /** The row that was last begun. */
  #step: RecordedStep | undefined;
  /** Whether user mode runs behind it. */
  #isVisiting = false;
  /** Number of the run's leaves that the tracer has. */
  #leaves = 0;

  /** Recorder of a run that begins in an environment. */
  constructor(program: Pick<ProvenProgram, "rows" | "places">, environment: RunEnvironment) {
    const { rows, places } = program;
    const words = firstWords(environment);
    const stated = places.map((place, i) => ({ ...place, first: limbsOf(words[i] ?? 0n) }));
    this.#rows = rows;
    this.#instructions = decodeAll(rows);
    this.#tracer = new RunTracer(stated);
  }

  /** Throws UnprovableRowError, and as `RunTracer` does. */
  readonly row: RunObserver["row"] = (index, machine) => {
    const instruction = this.#instructions[index];
    if (instruction === undefined) throw new UnprovableRowError(this.#rows[index] as RomRow);
    this.#machine = machine;
    const { kernelStack } = machine;
    const top = wordAt(kernelStack, 0);
    if (this.#step !== undefined) this.#place(this.#step, top, machine);
    const { takesB, depthB, takesC, hasImmediate } = instruction;
    this.#step = {
      instruction,
      top,
      takenB: takesB === 1 ? wordAt(kernelStack, depthB - 1) : ZERO_WORD,
      takenC: takesC === 1 ? wordAt(kernelStack, 2 - hasImmediate) : ZERO_WORD,
    };
  };

  /** Throws as `RunTracer` does. */
  readonly opcode: RunObserver["opcode"] = ({ current }) => {
    const { code, pc, fields } = current;
    if (!this.#isVisiting) this.#tracer.enterUser({ codeFrame: fields[POSITION_AT + 3] ?? 0, code: code.bytes });
    this.#isVisiting = true;
    this.#tracer.opcode({ byte: code.bytes[pc] ?? 0, ...standOf(current) });
  };

  /** Contents of the tables after the run has ended. Throws like `RunTracer`. */
  trace(): RunTrace {
    const [machine, step] = [this.#machine, this.#step];
    if (machine === undefined || step === undefined) throw new Error("a run has at least one step");
    this.#place(step, step.top, machine);
    this.#step = undefined;
    const { keys, before } = machine.keys;
    return this.#tracer.trace(keys.map((key, id) => ({ ...key, before: before[id] ?? 0n })));
  }

  #place(step: RecordedStep, newTop: Limbs, { keys, current }: MachineState): void {
    // The row may have asked for a leaf that no row has asked for before.
    for (; this.#leaves < keys.before.length; this.#leaves++) this.#tracer.leaf(keys.before[this.#leaves] ?? 0n);
    const elapsed = this.#isVisiting ? this.#tracer.leaveUser({ opcode: newTop[0] ?? 0, ...standOf(current) }) : 0;
    this.#isVisiting = false;
    this.#tracer.step(step, newTop, elapsed);
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
