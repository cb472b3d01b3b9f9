import { IndexedCode, LOAD_ARRAY, STORE_ARRAY } from "../instructions/privileged.ts";
import { JUMP, JUMPDEST, JUMPI, STOP } from "../rom/row-operations.ts";
import { PUSH, type RomRow, type RowPart } from "../rom/rom-row.ts";
import { ARRAYS } from "../kernel/names.ts";
import { ARITHMETIC, isZero } from "./arithmetic.ts";
import { LIMBS } from "./limbs.ts";
import type { MachineState } from "./machine-state.ts";
import { popView, type Privileged } from "./privileged-operations.ts";
import { pushBytes, swap, type Keccak } from "./user-mode.ts";
import { writeBigInt } from "./word-stack.ts";

/** Effect of a part of a row. */
type PartOperation = (machine: MachineState) => void;

/** Told of every row before it runs, by its number: what a proof of the run is made from. */
export type RowObserver = (row: number, machine: MachineState) => void;

interface CompiledRow {
  /** In their order, without the jump. */
  readonly operations: readonly PartOperation[];
  /** Jump that ends it, or STOP; undefined if it continues. */
  readonly end: number | undefined;
  readonly next: number;
}

/** The kernel as rows, ready to run; one serves any number of runs. */
export class KernelMode {
  readonly #rows: readonly CompiledRow[];
  readonly #indexByPc = new Map<number, number>();

  constructor(rows: readonly RomRow[], privileged: ReadonlyMap<number, Privileged>, keccak: Keccak) {
    rows.forEach(({ pc }, index) => this.#indexByPc.set(pc, index));
    const operations = kernelOperations(privileged, keccak);
    this.#rows = rows.map(({ parts, next }) => {
      const last = parts.at(-1)?.opcode;
      const end = last === JUMP || last === JUMPI || last === STOP ? last : undefined;
      const own = end === undefined ? parts : parts.slice(0, -1);
      // The last rows of the code are never left.
      return { operations: own.map((part) => operationOf(part, operations)), end, next: this.#indexByPc.get(next) ?? -1 };
    });
  }

  /** Runs the kernel until it stops, or pauses: false then. Throws KernelPanic for a step that it refuses. */
  run(machine: MachineState, observe?: RowObserver): boolean {
    const stack = machine.kernelStack;
    let index = machine.row;
    for (let isResumed = machine.isInUserCode; ; isResumed = false) {
      const row = this.#rows[index];
      if (row === undefined) throw new Error("the kernel ran behind its code");
      if (!isResumed) {
        machine.row = index;
        if (machine.kernelSteps >= machine.mostKernelSteps) return false;
        machine.kernelSteps++;
        observe?.(index, machine);
      }
      for (const operation of row.operations) operation(machine);
      if (machine.isInUserCode) return false;
      index = row.next;
      if (row.end === undefined) continue;
      if (row.end === STOP) return true;
      const target = stack.popNumber();
      if (row.end === JUMP) index = this.#target(target);
      else {
        if (!isZero(stack.limbs, stack.at(0))) index = this.#target(target);
        stack.drop();
      }
    }
  }

  #target(pc: number): number {
    const index = this.#indexByPc.get(pc);
    if (index === undefined) throw new Error(`the kernel jumped to ${pc}, where no row begins`);
    return index;
  }
}

function toWord(value: bigint): Uint16Array {
  const word = new Uint16Array(LIMBS);
  writeBigInt(word, 0, value);
  return word;
}

function operationOf({ opcode, pushed, index }: RowPart, operations: ReadonlyMap<number, PartOperation>): PartOperation {
  if (opcode === PUSH) {
    const word = toWord(pushed);
    return ({ kernelStack }) => kernelStack.pushWord(word, 0);
  }
  if (opcode >= 0x80 && opcode < 0x90)
    return ({ kernelStack }) => kernelStack.pushWord(kernelStack.limbs, kernelStack.at(opcode - 0x80));
  if (opcode >= 0x90 && opcode < 0xa0) {
    return ({ kernelStack }) => swap(kernelStack.limbs, kernelStack.at(0), kernelStack.at(opcode - 0x8f));
  }
  const indexed = indexedOperation(opcode, index * LIMBS);
  const operation = indexed ?? operations.get(opcode);
  if (operation === undefined) throw new Error(`the kernel has no instruction ${opcode}`);
  return operation;
}

function indexedOperation(opcode: number, at: number): PartOperation | undefined {
  switch (opcode) {
    case IndexedCode.getVariable:
      return ({ kernelStack, variables }) => kernelStack.pushWord(variables, at);
    case IndexedCode.setVariable:
      return ({ kernelStack, variables }) => pop(kernelStack, variables, at);
    case IndexedCode.getField:
      return ({ kernelStack, current }) => kernelStack.pushWord(current.fields, at);
    case IndexedCode.setField:
      return ({ kernelStack, current }) => pop(kernelStack, current.fields, at);
    default:
      return undefined;
  }
}

function pop(stack: MachineState["kernelStack"], target: Uint16Array, at: number): void {
  const from = stack.at(0);
  for (let i = 0; i < LIMBS; i++) target[at + i] = stack.limbs[from + i] as number;
  stack.drop();
}

function kernelOperations(privileged: ReadonlyMap<number, Privileged>, keccak: Keccak): ReadonlyMap<number, PartOperation> {
  const operations = new Map<number, PartOperation>([
    [JUMPDEST, () => undefined],
    [0x20, (machine) => pushBytes(machine.kernelStack, keccak(popView(machine)))],
    [0x46, ({ kernelStack, environment }) => kernelStack.pushBigInt(environment.chainId)],
    [0x48, ({ kernelStack, environment }) => kernelStack.pushBigInt(environment.baseFee)],
    [0x50, ({ kernelStack }) => kernelStack.drop()],
    [
      0x51,
      (machine) => {
        const { kernelStack } = machine;
        const { memory, offset } = machine.at(kernelStack.popNumber());
        const at = kernelStack.grow();
        memory.loadWord(offset, kernelStack.limbs, at);
      },
    ],
    [
      0x52,
      (machine) => {
        const { kernelStack } = machine;
        const { memory, offset } = machine.at(kernelStack.popNumber());
        memory.storeWord(offset, kernelStack.limbs, kernelStack.at(0));
        kernelStack.drop();
      },
    ],
    [
      0x53,
      (machine) => {
        const { kernelStack } = machine;
        const { memory, offset } = machine.at(kernelStack.popNumber());
        memory.storeByte(offset, (kernelStack.limbs[kernelStack.at(0)] as number) & 0xff);
        kernelStack.drop();
      },
    ],
    [0x5a, ({ kernelStack, current }) => kernelStack.pushNumber(current.gas)],
  ]);
  for (const [opcode, compute] of ARITHMETIC) operations.set(opcode, ({ kernelStack }) => compute(kernelStack));
  for (const [code, run] of privileged) operations.set(code, run);
  ARRAYS.forEach((_, array) => {
    operations.set(LOAD_ARRAY + array, (machine) => loadArray(machine, array));
    operations.set(STORE_ARRAY + array, (machine) => storeArray(machine, array));
  });
  return operations;
}

function loadArray(machine: MachineState, array: number): void {
  const list = machine.array(array);
  const at = list.offset(machine.kernelStack.popNumber());
  machine.kernelStack.pushWord(list.limbs, at);
}

function storeArray(machine: MachineState, array: number): void {
  const list = machine.array(array);
  const at = list.offset(machine.kernelStack.popNumber());
  pop(machine.kernelStack, list.limbs, at);
}
