/** One of solc's instructions as a part of a row. */
export interface RowPart {
  readonly opcode: number;
  /** Value that `PUSH` pushes; 0 for other instructions. */
  readonly pushed: bigint;
  /** The byte that variable and frame field instructions carry; 0 for the others. */
  readonly index: number;
}

/** One row of the kernel's read-only memory: what the machine does in one step, one or more of solc's instructions. */
export interface RomRow {
  /** Byte position in the compiled code: the value that jumps and return addresses carry. */
  readonly pc: number;
  /** In the order of the code, without labels and jumps to places that the code fixes. */
  readonly parts: readonly RowPart[];
  /** Next position of the machine unless it jumps. */
  readonly next: number;
}

/** Opcode of every part that pushes a constant. */
export const PUSH = 0x5f;
