import type { EVM } from "@ethereumjs/evm";

/** Used part of a run's state. */
export interface RunState {
  readonly env: { readonly address: { toString(): string }; readonly callData: Uint8Array };
  readonly code: Uint8Array;
  readonly interpreter: { useGas(amount: bigint, context?: string): void; getGasLeft(): bigint };
  readonly stack: { readonly length: number; peek(count: number): readonly bigint[] };
  readonly memory: { read(offset: number, length: number): Uint8Array };
}

type Handler = (runState: RunState, common: unknown) => unknown;
type GasHandler = (runState: RunState, gas: bigint, common: unknown) => Promise<bigint>;

interface Instruction {
  opHandler: Handler;
  /** Gas that depends on operands, with that of the instruction itself. */
  gasHandler: GasHandler;
}

/** An EVM's instructions by opcode: its own objects, whose handlers are exchanged. What is kept of a code names them. */
export type InstructionTable = Readonly<Record<number, Instruction | undefined>>;

/** The EVM's instructions. The library hides them; its public way to see each instruction, the event "step", costs more. */
export function instructionTableOf(evm: EVM): InstructionTable {
  return Reflect.get(evm, "_opcodeMap") as InstructionTable;
}

/**
 * Calls a function before instructions, whose gas has been paid by then, until the returned function is called. If
 * several calls overlap, the last one must end first.
 */
export function beforeInstructions(evm: EVM, actions: ReadonlyMap<number, (runState: RunState) => void>): () => void {
  const table = instructionTableOf(evm);
  const exchanged = [...actions].map(([opcode, act]) => {
    const instruction = table[opcode];
    if (instruction === undefined) throw new TypeError(`the EVM has no instruction ${opcode}`);
    return { instruction, act, original: instruction.opHandler };
  });
  for (const { instruction, act, original } of exchanged)
    instruction.opHandler = (runState, common) => {
      act(runState);
      return original(runState, common);
    };
  return () => {
    for (const { instruction, original } of exchanged) instruction.opHandler = original;
  };
}

/** Lets instructions whose gas depends on operands take more of it, until the returned function is called. */
export function withMoreGas(evm: EVM, prices: ReadonlyMap<number, (runState: RunState) => bigint>): () => void {
  const table = instructionTableOf(evm);
  const exchanged = [...prices].map(([opcode, more]) => {
    const instruction = table[opcode];
    if (instruction === undefined) throw new TypeError(`the EVM has no instruction ${opcode}`);
    return { instruction, more, original: instruction.gasHandler };
  });
  for (const { instruction, more, original } of exchanged)
    instruction.gasHandler = (runState, gas, common) => original(runState, gas + more(runState), common);
  return () => {
    for (const { instruction, original } of exchanged) instruction.gasHandler = original;
  };
}
