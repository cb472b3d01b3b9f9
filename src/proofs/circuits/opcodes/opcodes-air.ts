import { P } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import { elementCount, fieldElements, type Fields, type FieldValues } from "../../stark/constraints/fields.ts";
import type { TableDefinition } from "../../stark/systems/system.ts";
import { OPCODE, OPCODE_SHAPE } from "../buses.ts";
import { IDLE, USER_OPCODE_FIELDS, type UserOpcode } from "../shapes/user-opcode.ts";

/** log2 of the rows: the bytes, and one more. */
const OPCODES_LOG_ROWS = 9;

const OPCODES_FIELDS = { uses: 1, shapeUses: 1 } as const;

/** Behind what `OPCODE` says: whether user mode proves it; and the byte's shape in a code. */
const SHAPE_FIELDS = { isProven: 1, shapeByte: 1, shapeSize: 1, isTarget: 1 } as const;

const JUMPDEST = 0x5b;

/** The table of all bytes as opcodes. */
function opcodesAir(): Air {
  const b = new AirBuilder("opcodes", 0);
  const { isProven, shapeByte, shapeSize, isTarget, ...opcode } = b.declarePreprocessed({
    ...USER_OPCODE_FIELDS,
    ...SHAPE_FIELDS,
  });
  const { uses, shapeUses } = b.declare(OPCODES_FIELDS);
  b.receive(OPCODE, b.mul(isProven, uses), opcode);
  b.receive(OPCODE_SHAPE, shapeUses, { byte: shapeByte, size: shapeSize, isTarget });
  return b.build();
}

/** The table with its fixed columns. Opcodes that are not given are not proven. */
export function opcodesTable(opcodes: readonly UserOpcode[]): TableDefinition {
  const byByte = new Map(opcodes.map((opcode) => [opcode.byte, opcode]));
  const columns = (): Uint32Array[] => {
    const list = Array.from({ length: elementCount({ ...USER_OPCODE_FIELDS, ...SHAPE_FIELDS }) }, () => {
      return new Uint32Array(2 ** OPCODES_LOG_ROWS);
    });
    for (let row = 0; row < 2 ** OPCODES_LOG_ROWS; row++) {
      const opcode = byByte.get(row);
      // Rows behind the bytes have the shape of STOP.
      const byte = row < IDLE ? row : 0;
      const shape = { shapeByte: byte, shapeSize: operandSize(byte), isTarget: byte === JUMPDEST ? 1 : 0 };
      const own = opcode === undefined ? NO_OPCODE : elementsOf(USER_OPCODE_FIELDS, opcode);
      const values = [...own, ...elementsOf(SHAPE_FIELDS, { isProven: opcode === undefined ? 0 : 1, ...shape })];
      values.forEach((value, i) => list[i]?.fill(value < 0 ? value + P : value, row, row + 1));
    }
    return list;
  };
  return { air: opcodesAir(), preprocessed: { logRows: OPCODES_LOG_ROWS, columns } };
}

function elementsOf<F extends Fields>(fields: F, values: FieldValues<F, number>): number[] {
  return fieldElements("table opcodes", fields, values);
}

const NO_OPCODE = new Array<number>(elementCount(USER_OPCODE_FIELDS)).fill(0);

/** The main columns of the table, from the bytes that are asked for. */
export function opcodesUses(opcodes: ArrayLike<number>, shapes: ArrayLike<number>): Uint32Array[] {
  return [opcodes, shapes].map((bytes) => {
    const uses = new Uint32Array(2 ** OPCODES_LOG_ROWS);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      uses[byte] = (uses[byte] ?? 0) + 1;
    }
    return uses;
  });
}

/** Number of operand bytes after an opcode. */
export function operandSize(opcode: number): number {
  return opcode > 0x5f && opcode < 0x80 ? opcode - 0x5f : 0;
}
