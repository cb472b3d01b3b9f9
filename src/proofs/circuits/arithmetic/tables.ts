import type { Air } from "../../stark/constraints/air.ts";
import type { Fields } from "../../stark/constraints/fields.ts";
import { addAir, ADD_FIELDS } from "../add/add-air.ts";
import { ADD_OPERATIONS, addRow } from "../add/add-trace.ts";
import { EXP_FIELDS, expAir } from "../exp/exp-air.ts";
import { EXP_OPERATIONS, expRow } from "../exp/exp-trace.ts";
import { EXTRACT_FIELDS, extractAir } from "../extract/extract-air.ts";
import { EXTRACT_OPERATIONS, extractRow } from "../extract/extract-trace.ts";
import { LOGIC_FIELDS, logicAir } from "../logic/logic-air.ts";
import { LOGIC_OPERATIONS, logicRow } from "../logic/logic-trace.ts";
import { MODULAR_FIELDS, modularAir } from "../modular/modular-air.ts";
import { MODULAR_OPERATIONS, modularRow } from "../modular/modular-trace.ts";
import { MUL_FIELDS, mulAir } from "../mul/mul-air.ts";
import { MUL_OPERATIONS, mulRow } from "../mul/mul-trace.ts";
import { SHIFT_FIELDS, shiftAir } from "../shift/shift-air.ts";
import { SHIFT_OPERATIONS, shiftRow } from "../shift/shift-trace.ts";
import { SIGNED_FIELDS, signedAir } from "../signed/signed-air.ts";
import { SIGNED_OPERATIONS, signedRow } from "../signed/signed-trace.ts";
import type { Answer, Ask, OperationName, Request } from "../operations/operation.ts";

/** The cells of one row, by field, without the number of its uses. */
export type RowCells = Readonly<Record<string, number | readonly number[]>>;

/** A table that answers requests on the `alu` bus. */
export interface ArithmeticTable {
  readonly air: () => Air;
  readonly fields: Fields;
  readonly operations: readonly OperationName[];
  /** The row that answers a request for one of the operations. */
  readonly row: (request: Request, ask: Ask) => Answer<RowCells>;
  /** The first operand of the request that fills the table up, of its first operation; other operands are zero. */
  readonly padding: bigint;
}

/**
 * All tables of arithmetic, by name, those that ask others before those they ask. A request for an operation fits one table only.
 * Padding is chosen to ask for nothing where that is possible.
 */
export const ARITHMETIC_TABLES = {
  extract: { air: extractAir, fields: EXTRACT_FIELDS, operations: EXTRACT_OPERATIONS, row: extractRow, padding: 32n },
  exp: { air: expAir, fields: EXP_FIELDS, operations: EXP_OPERATIONS, row: expRow, padding: 0n },
  shift: { air: shiftAir, fields: SHIFT_FIELDS, operations: SHIFT_OPERATIONS, row: shiftRow, padding: 256n },
  signed: { air: signedAir, fields: SIGNED_FIELDS, operations: SIGNED_OPERATIONS, row: signedRow, padding: 0n },
  mul: { air: mulAir, fields: MUL_FIELDS, operations: MUL_OPERATIONS, row: mulRow, padding: 0n },
  modular: { air: modularAir, fields: MODULAR_FIELDS, operations: MODULAR_OPERATIONS, row: modularRow, padding: 0n },
  logic: { air: logicAir, fields: LOGIC_FIELDS, operations: LOGIC_OPERATIONS, row: logicRow, padding: 0n },
  add: { air: addAir, fields: ADD_FIELDS, operations: ADD_OPERATIONS, row: addRow, padding: 0n },
} as const satisfies Readonly<Record<string, ArithmeticTable>>;

export type ArithmeticTableName = keyof typeof ARITHMETIC_TABLES;

export const ARITHMETIC_TABLE_NAMES = Object.keys(ARITHMETIC_TABLES) as readonly ArithmeticTableName[];
