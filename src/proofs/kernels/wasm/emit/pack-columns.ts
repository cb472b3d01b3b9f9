import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { I32, i32, i64, narrowed, V128, type Value, v128 } from "../assembler/values.ts";

/** Rows of a block: so few that they lie in the processor's caches. */
export const BLOCK_ROWS = 256;
/** Bytes of the four columns that are written out of the rows at a time. */
export const COLUMNS_BYTES = 4 * 4 * BLOCK_ROWS;

/**
 * packColumns(cells, width, columns, sizes, at, bytes) → bytes written: a block of rows by column, each cell in as many bytes as
 * the column's largest takes.
 * Layout: `cells` are BLOCK_ROWS rows of `width` words, with 12 bytes behind them that may be anything; `columns` is room of
 * COLUMNS_BYTES. `sizes` gets a byte a column: 0 where all its cells are the same, 1, 2 or 4. `at` gets a word a column: that
 * cell, or where the column begins in `bytes`, which needs room for as much as the cells take. Nothing overlaps.
 */
export function packColumns(): FunctionBuilder {
  const { f, p } = i32Function("packColumns", ["cells", "width", "columns", "sizes", "at", "bytes"], I32);
  const stride = f.let(i32.mul(p.width, i32.const(4)));
  const [from, left, to] = [f.let(p.cells), f.let(p.width), f.let(p.bytes)];
  const [first, all, different] = [f.declare(V128), f.declare(V128), f.declare(V128)];
  f.repeat(i32.shru(i32.add(p.width, i32.const(3)), 2), () => {
    f.set(first, v128.load(from));
    f.set(all, first);
    f.set(different, v128.const32(0));
    turnFourColumns(f, { from, stride, to: p.columns }, (rows) => {
      for (const row of rows) {
        f.set(all, v128.or(all, row));
        f.set(different, v128.or(different, v128.xor(row, first)));
      }
    });
    for (let lane = 0; lane < 4; lane++)
      f.if(i32.gtu(left, i32.const(lane)), () => {
        const column = f.let(i32.add(p.columns, i32.const(4 * BLOCK_ROWS * lane)));
        const bits = f.let(v128.extract32(all, lane));
        f.if(
          i32.eqz(v128.extract32(different, lane)),
          () => note(f, p, 0, v128.extract32(first, lane)),
          () => writeNarrow(f, p, { column, bits, to }),
        );
        f.increase(p.sizes, 1);
        f.increase(p.at, 4);
      });
    f.increase(from, 16);
    f.increase(left, -4);
  });
  f.result(i32.sub(to, p.bytes));
  return f;
}

type Notes = Readonly<Record<"sizes" | "at" | "bytes", Local>>;

function note(f: FunctionBuilder, { sizes, at }: Notes, size: number, place: Value): void {
  f.storeLow(sizes, i64.const(BigInt(size)), 1);
  f.store(at, place);
}

/** Writes four columns of all rows in sequence; `see` receives four rows of them at a time. */
function turnFourColumns(
  f: FunctionBuilder,
  { from, stride, to }: Readonly<Record<"from" | "stride" | "to", Local>>,
  see: (rows: readonly Local[]) => void,
): void {
  const [row, column] = [f.let(from), f.let(to)];
  f.repeat(i32.const(BLOCK_ROWS / 4), () => {
    const rows = [0, 1, 2, 3].map(() => {
      const own = f.let(v128.load(row));
      f.set(row, i32.add(row, stride));
      return own;
    });
    see(rows);
    const [a, b, c, d] = rows as [Local, Local, Local, Local];
    const pair = (left: Local, right: Local, isUpper: boolean): Local =>
      f.let(v128.shuffle32(left, right, isUpper ? [2, 6, 3, 7] : [0, 4, 1, 5]));
    [false, true].forEach((isUpper, half) => {
      const [upper, lower] = [pair(a, b, isUpper), pair(c, d, isUpper)];
      f.store(column, v128.shuffle32(upper, lower, [0, 1, 4, 5]), 4 * BLOCK_ROWS * 2 * half);
      f.store(column, v128.shuffle32(upper, lower, [2, 3, 6, 7]), 4 * BLOCK_ROWS * (2 * half + 1));
    });
    f.increase(column, 16);
  });
}

/** Writes a column whose cells differ, at the end of what is written; `bits` are those of all its cells. */
function writeNarrow(
  f: FunctionBuilder,
  p: Notes,
  { column, bits, to }: Readonly<Record<"column" | "bits" | "to", Local>>,
): void {
  const copy = (size: 1 | 2 | 4, take: (at: (i: number) => Value) => Value): void => {
    note(f, p, size, i32.sub(to, p.bytes));
    f.repeat(i32.const((size * BLOCK_ROWS) / 16), () => {
      f.store(
        to,
        take((i) => v128.load(column, 16 * i)),
      );
      f.increase(column, 64 / size);
      f.increase(to, 16);
    });
  };
  f.if(
    i32.ltu(bits, i32.const(2 ** 8)),
    () => copy(1, (at) => narrowed.to8(narrowed.to16(at(0), at(1)), narrowed.to16(at(2), at(3)))),
    () =>
      f.if(
        i32.ltu(bits, i32.const(2 ** 16)),
        () => copy(2, (at) => narrowed.to16(at(0), at(1))),
        () => copy(4, (at) => at(0)),
      ),
  );
}
