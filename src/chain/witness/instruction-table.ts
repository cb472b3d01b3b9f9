import type { EVM } from "@ethereumjs/evm";

/** What is used of a run's state. */
export interface RunState {
  readonly env: { readonly address: { toString(): string }; readonly callData: Uint8Array };
  readonly code: Uint8Array;
  readonly interpreter: { useGas(amount: bigint, context?: string): void };
  readonly stack: { readonly length: number; peek(count: number): readonly bigint[] };
  readonly memory: { read(offset: number, length: number): Uint8Array };
}

type Handler = (runState: RunState, common: unknown) => unknown;

/** The EVM's instructions by opcode; another object wherever some were exchanged. */
export type InstructionTable = Readonly<Record<number, { readonly opHandler: Handler } | undefined>>;

/** No part of the library's interface: there is no other way to see instructions without the cost of its event "step". */
export function instructionTableOf(evm: EVM): InstructionTable {
  return Reflect.get(evm, "_opcodeMap") as InstructionTable;
}

/**
 * Has something done before instructions, whose gas has been paid by then, until the returned function is called. Of those that
 * exchange instructions, the last one must be the first to end.
 */
export function beforeInstructions(evm: EVM, actions: ReadonlyMap<number, (runState: RunState) => void>): () => void {
  const table = instructionTableOf(evm);
  const exchanged: Record<number, InstructionTable[number]> = { ...table };
  for (const [opcode, act] of actions) {
    const original = table[opcode];
    if (original === undefined) throw new TypeError(`the EVM has no instruction ${opcode}`);
    const opHandler: Handler = (runState, common) => {
      act(runState);
      return original.opHandler(runState, common);
    };
    exchanged[opcode] = { ...original, opHandler };
  }
  Reflect.set(evm, "_opcodeMap", exchanged);
  return () => void Reflect.set(evm, "_opcodeMap", table);
}
