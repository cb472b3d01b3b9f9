import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { STACK } from "../buses.ts";
import { assertBoolean } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/** One word that was left on the stack a row. */
export const STACK_REST_FIELDS = { real: 1, place: 1, time: 1, word: LIMBS } as const;

/** A word that was put on the stack and not taken away. */
export interface StackedWord {
  readonly place: number;
  readonly time: number;
  readonly word: readonly number[];
}

/** The table that takes away what is left on the stack at the end of a run. */
export function stackRestAir(): Air {
  const b = new AirBuilder("stackRest", 0);
  const { real, place, time, word } = b.declare(STACK_REST_FIELDS);
  assertBoolean(b, { real });
  b.receive(STACK, real, { place, time, word });
  return b.build();
}

/** The main columns of the table; of no rows for an empty stack. */
export function stackRestColumns(words: readonly StackedWord[], minLogRows: LeastHeight): Uint32Array[] {
  const padding = () => ({ real: 0, place: 0, time: 0, word: new Array<number>(LIMBS).fill(0) });
  const rows = words.map((each) => ({ real: 1, ...each }));
  return traceColumns("stackRest", STACK_REST_FIELDS, rows, { padding, minLogRows });
}
