import { add } from "../../field/koala-bear.ts";
import { fieldValues } from "../../stark/constraints/fields.ts";
import { permuteByRounds } from "../poseidon/permutation-trace.ts";
import { CUBIC_FIELDS } from "../poseidon/cubic-permutation.ts";
import { DIGEST } from "../shapes/digest.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { COMPRESSION_FIELDS, type CompressionCells } from "./compression-air.ts";

type Digest = readonly number[];

/** The compressions that tables ask for; equal ones share a row. */
export class CompressionRequests {
  readonly #rows = new Map<string, { readonly cells: CompressionCells; uses: number }>();

  /** The compression of two digests, which is counted as asked for once. */
  readonly compress = (tag: number, left: Digest, right: Digest): number[] => {
    const name = `${tag} ${left.join()} ${right.join()}`;
    const known = this.#rows.get(name) ?? { cells: compressionRow(tag, left, right), uses: 0 };
    known.uses++;
    this.#rows.set(name, known);
    return [...known.cells.output];
  };

  /** In the order in which they were asked for first. */
  list(): CompressionCells[] {
    return [...this.#rows.values()].map(({ cells, uses }) => ({ ...cells, uses }));
  }
}

/** The row of a compression that is not asked for. */
export function compressionRow(tag: number, left: Digest, right: Digest): CompressionCells {
  const state = Float64Array.from([...left.map((x, i) => (i === 0 ? add(x, tag) : x)), ...right]);
  const cells = permuteByRounds(state);
  const output = left.map((x, i) => add(x, state[i] ?? 0));
  return { tag, left, right, ...fieldValues(CUBIC_FIELDS, cells), output, uses: 0 };
}

/** The main columns of the table; of no rows without compressions. */
export function compressionColumns(rows: readonly CompressionCells[], minLogRows: LeastHeight): Uint32Array[] {
  const zero = new Array<number>(DIGEST).fill(0);
  const idle = compressionRow(0, zero, zero);
  return traceColumns("compression", COMPRESSION_FIELDS, rows, { padding: () => idle, minLogRows });
}
