import type { RowTypeName } from "./row-types.ts";

/** A cell of a row's input (0–7 left, 8–15 right) and its factor in the evaluation of the diff list: X^coordinate · r^power. */
export interface AbsorbedCell {
  readonly input: number;
  readonly coordinate: number;
  readonly power: number;
}

/** Contribution of a row to the evaluation. */
export interface Absorption {
  /** Whether the row begins a block, that is, multiplies the evaluation by r³ first. */
  readonly beginsBlock: boolean;
  readonly cells: readonly AbsorbedCell[];
}

/** Cell `cell` of a block (`protocol/evaluation.ts`) is at this row's input `input`. */
function cellOfBlock(input: number, cell: number): AbsorbedCell {
  return { input, coordinate: Math.floor(cell / 3), power: 2 - (cell % 3) };
}

function consecutive(count: number, firstInput: number, firstCell: number): AbsorbedCell[] {
  return Array.from({ length: count }, (_, i) => cellOfBlock(firstInput + i, firstCell + i));
}

/** Inputs 1 to 15 fill a block, on key rows and value rows alike. */
const ALL_BUT_FIRST = consecutive(15, 1, 0);
/** Limb 0 of a value is the last cell of the block before. */
const VALUE: Absorption = { beginsBlock: true, cells: [...ALL_BUT_FIRST, { input: 0, coordinate: 4, power: 3 }] };

/** The rows that hold limbs of the diff list. Blocks of a key: tag + kind, address, slot. */
export const ABSORPTIONS: Partial<Record<RowTypeName, Absorption>> = {
  header: { beginsBlock: true, cells: [cellOfBlock(8, 2), cellOfBlock(9, 5), cellOfBlock(10, 8)] },
  keyStart: { beginsBlock: true, cells: [...ALL_BUT_FIRST, cellOfBlock(0, 0)] },
  keyMiddle: { beginsBlock: true, cells: consecutive(8, 8, 0) },
  keyEnd: { beginsBlock: false, cells: consecutive(4, 8, 8) },
  value: VALUE,
  insertedValue: VALUE,
};
