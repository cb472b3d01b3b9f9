import type { LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import { IDLE, USER_OPCODE_FIELDS } from "../shapes/user-opcode.ts";
import { number30 } from "../words/earlier.ts";
import { LIMBS } from "../shapes/word.ts";
import type { USER_FIELDS, UserCells } from "./user-air.ts";

/** The main columns of the table; of no rows where user mode is not entered. */
export function userColumns(rows: TableRows<typeof USER_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  return rows.columns({ padding: () => NO_OPCODE, minLogRows });
}

const ZERO = new Array<number>(LIMBS).fill(0);
const NO_EFFECT = Object.fromEntries(Object.keys(USER_OPCODE_FIELDS).map((name) => [name, 0])) as unknown as Pick<
  UserCells,
  keyof typeof USER_OPCODE_FIELDS
>;

/** A row that runs nothing. */
export const NO_OPCODE: UserCells = {
  ...NO_EFFECT,
  ...{ byte: IDLE, follows: 0, start: 0, frame: 0, codeFrame: 0, length: 0, clock: 0, place: 0, isTarget: 0 },
  ...{ height: 0, gas: 0, words: 0, budget: 0, begins: 0, ends: 0, a: ZERO, b: ZERO, c: ZERO, d: ZERO, rest: number30(0) },
  ...{
    leadingZeros: 0,
    exponentBytes: 0,
    asked: 0,
    extra: 0,
    units: 0,
    wordsAfter: 0,
    refused: 0,
    spent: 0,
    writes1C: 0,
    writes2C: 0,
  },
  ...{ fails: 0, underflows: 0, overflows: 0, lacksGas: 0, jumpsFar: 0, jumpsBehind: 0, jumpsWrong: 0 },
  ...{ access1: 0, access2: 0, access3: 0, gap1: number30(0), gap2: number30(0), gap3: number30(0) },
  ...{ zero: 0, inverse: 0, taken: 0 },
};
