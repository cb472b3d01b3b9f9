import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { WORD_RANGE } from "../buses.ts";
import { lookUpLimbs } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/** One word a row. */
const WORD_RANGE_FIELDS = { word: LIMBS, uses: 1 } as const;

/** The table whose words have limbs below 2^16. */
export function wordRangeAir(): Air {
  const b = new AirBuilder("wordRange", 0);
  const { word, uses } = b.declare(WORD_RANGE_FIELDS);
  lookUpLimbs(b, word);
  b.receive(WORD_RANGE, uses, { word });
  return b.build();
}

/** The main columns of the table; of no rows without words. */
export function wordRangeColumns(words: readonly (readonly number[])[], minLogRows: LeastHeight): Uint32Array[] {
  const rows = words.map((word) => ({ word, uses: 1 }));
  const padding = () => ({ word: new Array<number>(LIMBS).fill(0), uses: 0 });
  return traceColumns("wordRange", WORD_RANGE_FIELDS, rows, { padding, minLogRows });
}
