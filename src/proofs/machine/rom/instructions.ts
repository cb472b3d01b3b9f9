import { IndexedCode } from "../instructions/privileged.ts";
import { PUSH, type RowPart } from "./rom-row.ts";

/** One of solc's instructions in its place. */
export interface PlacedInstruction extends RowPart {
  readonly pc: number;
  /** Position of the next instruction. */
  readonly end: number;
}

const INDEXED = new Set<number>(Object.values(IndexedCode));

/** Bytecode as instructions, by their places. */
export function instructionsOf(code: Uint8Array): ReadonlyMap<number, PlacedInstruction> {
  const instructions = new Map<number, PlacedInstruction>();
  for (let pc = 0; pc < code.length;) {
    const opcode = code[pc] as number;
    const isPush = opcode >= PUSH && opcode < 0x80;
    const size = isPush ? opcode - PUSH : INDEXED.has(opcode) ? 1 : 0;
    const end = pc + 1 + size;
    const operand = code.subarray(pc + 1, end);
    instructions.set(pc, {
      pc,
      end,
      opcode: isPush ? PUSH : opcode,
      pushed: isPush ? operand.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) : 0n,
      index: isPush || size === 0 ? 0 : (operand[0] as number),
    });
    pc = end;
  }
  return instructions;
}
