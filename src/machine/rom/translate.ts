import { IndexedCode, MACHINE } from "../instructions/privileged.ts";
import { PUSH_ROW } from "./rom-row.ts";
import type { RomRow } from "./rom-row.ts";

interface Instruction {
  readonly pc: number;
  readonly opcode: number;
  readonly pushed: bigint | undefined;
  readonly index: number;
  readonly end: number;
}

const JUMP = 0x56;
const JUMPI = 0x57;
const JUMPDEST = 0x5b;
const ISZERO = 0x15;
const INDEXED = new Set<number>(Object.values(IndexedCode));

/**
 * The kernel's bytecode as rows, in order of their position. With `fused` a JUMPDEST costs no row of its own, and a push
 * shares the row of the instruction that uses it first. Source of the idea and what it saves: docs/zkevm.md, "Kernel".
 */
export function translate(code: Uint8Array, options: { readonly fused: boolean }): RomRow[] {
  const instructions = decode(code);
  const rows: RomRow[] = [];
  let i = 0;
  while (i < instructions.length) {
    const { row, length } = rowAt(instructions, i, options.fused);
    rows.push(row);
    // A label is a row at its own position with what the instruction behind it does; that one is reached in no other way.
    i += length;
  }
  return rows;
}

function decode(code: Uint8Array): Instruction[] {
  const instructions: Instruction[] = [];
  for (let pc = 0; pc < code.length;) {
    const opcode = code[pc] as number;
    const isPush = opcode >= PUSH_ROW && opcode < 0x80;
    const size = isPush ? opcode - PUSH_ROW : INDEXED.has(opcode) ? 1 : 0;
    const end = pc + 1 + size;
    const operand = code.subarray(pc + 1, end);
    instructions.push({
      pc,
      opcode: isPush ? PUSH_ROW : opcode,
      pushed: isPush ? operand.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) : undefined,
      index: isPush || size === 0 ? 0 : (operand[0] as number),
      end,
    });
    pc = end;
  }
  return instructions;
}

interface Fusion {
  readonly row: RomRow;
  /** Instructions that the row stands for. */
  readonly length: number;
}

function rowAt(instructions: readonly Instruction[], start: number, fused: boolean): Fusion {
  const at = instructions[start] as Instruction;
  if (!fused) return single(at);
  if (at.opcode === JUMPDEST) {
    const labelled = rowAt(instructions, start + 1, fused);
    return { row: { ...labelled.row, pc: at.pc }, length: labelled.length + 1 };
  }
  const [second, third] = [instructions[start + 1], instructions[start + 2]];
  if (at.opcode === ISZERO && second?.pushed !== undefined && third?.opcode === JUMPI) {
    return { row: { ...single(third).row, pc: at.pc, immediate: second.pushed, negated: true }, length: 3 };
  }
  if (at.pushed !== undefined && second !== undefined && takesImmediate(second.opcode)) {
    return { row: { ...single(second).row, pc: at.pc, immediate: at.pushed }, length: 2 };
  }
  return single(at);
}

function single({ pc, opcode, pushed, index, end }: Instruction): Fusion {
  return { row: { pc, opcode, immediate: pushed, index, negated: false, next: end }, length: 1 };
}

const PRIVILEGED_WITH_OPERAND = new Set<number>(Object.values(MACHINE).flatMap(({ code, pops }) => (pops > 0 ? [code] : [])));

/** Instructions whose first operand may stand in their own row. */
function takesImmediate(opcode: number): boolean {
  if (opcode === JUMP || opcode === JUMPI) return true;
  const arithmetic = opcode >= 0x01 && opcode <= 0x1e && opcode !== 0x20;
  const memory = (opcode >= 0x51 && opcode <= 0x53) || opcode === 0x5e;
  const variable = opcode === IndexedCode.setVariable || opcode === IndexedCode.setField;
  return arithmetic || memory || variable || PRIVILEGED_WITH_OPERAND.has(opcode);
}
