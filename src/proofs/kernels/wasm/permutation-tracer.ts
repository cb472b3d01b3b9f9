import { ModuleBuilder } from "./assembler/module-builder.ts";
import { TRACE_COLUMNS, TRACE_CONSTANTS, tracePermutations } from "./emit/trace-permutations.ts";

/**
 * Poseidon on `count` states: `before` has a column for each of the 16 elements, `to` those of what `permuteByRounds` tells and
 * then those of the states behind it, 148 in all. Columns have `count` rows or more. Canonical in and out. Throws RangeError for
 * other numbers of columns, or shorter ones.
 */
type TracePermutations = (count: number, before: readonly Uint32Array[], to: readonly Uint32Array[]) => void;

/** Rows per call into WebAssembly: their columns fit the second-level cache. */
const BLOCK = 256;
const STRIDE = 4 * BLOCK;
const COLUMNS = TRACE_COLUMNS.before + TRACE_COLUMNS.interior + TRACE_COLUMNS.after;
const PAGE_BYTES = 65536;
const COLUMNS_OFFSET = 4 * 1024;
const PAGES = Math.ceil((COLUMNS_OFFSET + COLUMNS * STRIDE) / PAGE_BYTES);

let compiled: WebAssembly.Module | undefined;

/** Allocates a tracer's memory, about 0.2 MiB, which is garbage collected with it. */
export function createPermutationTracer(): TracePermutations {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const kernel = new WebAssembly.Instance((compiled ??= compile()), { env: { memory } }).exports.tracePermutations as (
    ...places: readonly [groups: number, columns: number, stride: number, constants: number]
  ) => void;
  const words = new Uint32Array(memory.buffer);
  words.set(TRACE_CONSTANTS);
  const columns = Array.from({ length: COLUMNS }, (_, i) => {
    const first = (COLUMNS_OFFSET + STRIDE * i) / 4;
    return words.subarray(first, first + BLOCK);
  });

  return (count, before, to) => {
    if (before.length !== TRACE_COLUMNS.before || to.length !== COLUMNS - before.length)
      throw new RangeError(`a trace reads 16 columns and writes ${COLUMNS - 16}, not ${before.length} and ${to.length}`);
    const short = [...before, ...to].find(({ length }) => length < count);
    if (short !== undefined) throw new RangeError(`${count} permutations take columns of as many rows, not ${short.length}`);
    for (let first = 0; first < count; first += BLOCK) {
      const last = Math.min(count, first + BLOCK);
      before.forEach((column, i) => columns[i]?.set(column.subarray(first, last)));
      // The lanes behind the last row permute what an earlier block left there: any words are safe to compute with.
      kernel(Math.ceil((last - first) / 4), COLUMNS_OFFSET, STRIDE, 0);
      to.forEach((column, i) => {
        const written = columns[before.length + i];
        if (written !== undefined) column.set(written.subarray(0, last - first), first);
      });
    }
  };
}

function compile(): WebAssembly.Module {
  const builder = new ModuleBuilder();
  builder.add(tracePermutations());
  return new WebAssembly.Module(builder.build({ initialPages: PAGES, maximumPages: PAGES, shared: false }));
}
