import { type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { i32, v128 } from "../assembler/values.ts";

/** Bytes of a column that are staged at a time: a line of the caches. */
export const STAGED_BYTES = 64;

/**
 * stageRows(columns, columnsEnd, offset, target, stride, bytes): copies `bytes` bytes of each column, from
 * its address + offset, to the target; columns are `stride` bytes apart there. `bytes` is a positive multiple
 * of `STAGED_BYTES`, `columns` a table of at least one address. Target and columns do not overlap.
 */
export function stageRows(): FunctionBuilder {
  const { f, p } = i32Function("stageRows", ["columns", "columnsEnd", "offset", "target", "stride", "bytes"]);
  f.loop(() => {
    const source = f.let(i32.add(i32.load(p.columns), p.offset));
    const target = f.let(p.target);
    const end = f.let(i32.add(p.target, p.bytes));
    f.loop(() => {
      for (let at = 0; at < STAGED_BYTES; at += 16) f.store(target, v128.load(source, at), at);
      f.increase(source, STAGED_BYTES);
      f.increase(target, STAGED_BYTES);
      f.continueIf(i32.ltu(target, end));
    });
    f.increase(p.columns, 4);
    f.increase(p.target, p.stride);
    f.continueIf(i32.ltu(p.columns, p.columnsEnd));
  });
  return f;
}
