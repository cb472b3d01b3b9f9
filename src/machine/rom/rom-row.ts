/** One row of the kernel's read-only memory: what the machine does in one step, possibly two or three of solc's instructions. */
export interface RomRow {
  /** Byte position in the compiled code: the value that jumps and return addresses carry. */
  readonly pc: number;
  readonly opcode: number;
  /** Pushed before the opcode runs. */
  readonly immediate: bigint | undefined;
  /** The byte that variable and frame field instructions carry; 0 for the others. */
  readonly index: number;
  /** JUMPI only: jumps when the condition is 0, because an ISZERO went before it. */
  readonly negated: boolean;
  /** Where the machine goes on unless it jumps. */
  readonly next: number;
}

/** Opcode of a row that only pushes its immediate. */
export const PUSH_ROW = 0x5f;
