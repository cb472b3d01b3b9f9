import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { WORD_BYTES } from "../shapes/word.ts";
import { CODE_WORDS_FIELDS, type CodeWordsCells } from "./code-words-air.ts";

/** The main columns of the table; of no rows without words. */
export function codeWordsColumns(rows: readonly CodeWordsCells[], minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("codeWords", CODE_WORDS_FIELDS, rows, { padding: noWord, minLogRows });
}

/** A row of no word. */
export function noWord(): CodeWordsCells {
  const zeros = new Array<number>(WORD_BYTES).fill(0);
  return { real: 0, frame: 0, block: 0, bytes: zeros, uses: zeros };
}
