import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { number30 } from "../words/earlier.ts";
import { VISITS_FIELDS, type VisitCells } from "./visits-air.ts";

/** The main columns of the table; of no rows where user mode is not entered. */
export function visitsColumns(rows: readonly VisitCells[], minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("visits", VISITS_FIELDS, rows, { padding: noVisit, minLogRows });
}

/** A row of no visit. */
export function noVisit(): VisitCells {
  return {
    real: 0,
    time: 0,
    elapsed: 0,
    frame: 0,
    opcode: 0,
    codeFrame: 0,
    length: 0,
    placeBefore: 0,
    placeAfter: 0,
    heightBefore: 0,
    heightAfter: 0,
    gasBefore: number30(0),
    gasAfter: number30(0),
    wordsBefore: number30(0),
    wordsAfter: number30(0),
    budgetBefore: number30(0),
    budgetAfter: number30(0),
    budgetGap: number30(0),
    spent: 0,
    positionGap: number30(0),
    gasGap: number30(0),
    wordsGap: number30(0),
  };
}
