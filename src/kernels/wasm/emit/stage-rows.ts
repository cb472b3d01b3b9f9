import { type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { i32, v128 } from "../assembler/values.ts";

/** Bytes of a column that are staged: a line of the caches. */
export const STAGED_BYTES = 64;

/**
 * stageRows(columns, columnsEnd, offset, target): `STAGED_BYTES` of each column from its address + offset on, one column's behind
 * the other's. `columns` is a table of addresses, of one at least. Target and columns do not overlap.
 */
export function stageRows(): FunctionBuilder {
  const { f, p } = i32Function("stageRows", ["columns", "columnsEnd", "offset", "target"]);
  f.loop(() => {
    const source = f.let(i32.add(i32.load(p.columns), p.offset));
    for (let at = 0; at < STAGED_BYTES; at += 16) f.store(p.target, v128.load(source, at), at);
    f.increase(p.columns, 4);
    f.increase(p.target, STAGED_BYTES);
    f.continueIf(i32.ltu(p.columns, p.columnsEnd));
  });
  return f;
}
