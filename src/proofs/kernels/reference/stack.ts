import { createExtension, type Ext, type ExtensionField } from "../../field/extension.ts";
import type { Columns, Neighbours, StackOperations, StackRequest } from "../backend.ts";
import { LOG_PARTS } from "../stack-layout.ts";
import { evaluateAt, fromCoordinateColumns, toCoordinateColumns } from "./polynomial.ts";

const PARTS = 2 ** LOG_PARTS;

type Hold = (data: readonly Uint32Array[], logRows: number) => Columns;
type DataOf = (handle: Columns) => readonly Uint32Array[];

/** The operations on stacks, as `StackOperations` defines them. */
export function stackOperations(hold: Hold, dataOf: DataOf): StackOperations {
  return {
    layOut: async (request) => hold(deal(request, request.blocks.map(dataOf)), request.logStack - LOG_PARTS),
    evaluateParts: async (parts, { logRows, places }, point) => {
      const field = createExtension(point.length);
      const data = dataOf(parts);
      const values = places.flatMap((place) =>
        Array.from({ length: PARTS }, (_, j) => {
          const { part, row } = partOf(place + j, parts.logRows + LOG_PARTS);
          const own = (data[part] ?? new Uint32Array(0)).subarray(row, row + 2 ** (logRows - LOG_PARTS));
          return evaluateAt(field, own, point);
        }),
      );
      return Uint32Array.from(values.flat());
    },
    combineParts: async (blocks, weights, width) => {
      const field = createExtension(weights[0]?.length ?? 0);
      const rows = 2 ** (blocks[0]?.logRows ?? 0);
      const parts = blocks.flatMap(dataOf);
      const columns = Array.from({ length: width }, (_, c) =>
        Array.from({ length: rows }, (_unused, row) =>
          parts
            .slice(PARTS * c, PARTS * (c + 1))
            .reduce(
              (sum, part, j) => field.add(sum, field.scale(weights[PARTS * c + j] ?? field.zero, part[row] ?? 0)),
              field.zero,
            ),
        ),
      );
      return hold(coordinates(field, columns), Math.log2(rows));
    },
    layProgressions: async ({ width, logRows, progressions, degree }) => {
      const field = createExtension(degree);
      const columns = Array.from({ length: width }, () => new Array<Ext>(2 ** logRows).fill(field.zero));
      for (const { ratio, logLength, starts } of progressions) {
        for (const { place, start } of starts) {
          const column = columns[Math.floor(place / 2 ** logRows)];
          if (column === undefined) throw new RangeError(`place ${place} is beyond ${width} columns of 2^${logRows}`);
          let term = start;
          for (let k = place % 2 ** logRows; k < (place % 2 ** logRows) + 2 ** logLength; k++) {
            column[k] = field.add(column[k] ?? field.zero, term);
            term = field.mul(term, ratio);
          }
        }
      }
      return hold(coordinates(field, columns), logRows);
    },
    roundSums: async (a, b, neighbours, degree) => {
      const field = createExtension(degree);
      const [left, right] = [pairsOf(field, dataOf(a), neighbours).flat(), pairsOf(field, dataOf(b), neighbours).flat()];
      const sumAt = (x: Ext): Ext =>
        left.reduce((sum, pair, i) => {
          return field.add(sum, field.mul(onLine(field, pair, x), onLine(field, right[i] ?? [field.zero, field.zero], x)));
        }, field.zero);
      return [sumAt(field.zero), sumAt(field.fromBase(2))];
    },
    foldNeighbours: async (columns, neighbours, challenge) => {
      const field = createExtension(challenge.length);
      const folded = pairsOf(field, dataOf(columns), neighbours).map((pairs) =>
        pairs.map((pair) => onLine(field, pair, challenge)),
      );
      return hold(coordinates(field, folded), columns.logRows - (neighbours === "rows" ? 1 : 0));
    },
  };
}

/** The parts of stack columns, filled with the columns of blocks. */
function deal({ places, logStack, width }: StackRequest, blocks: readonly (readonly Uint32Array[])[]): Uint32Array[] {
  const parts = Array.from({ length: PARTS * width }, () => new Uint32Array(2 ** (logStack - LOG_PARTS)));
  blocks.forEach((columns, b) =>
    columns.forEach((column, i) => {
      const first = places[b]?.[i] ?? 0;
      column.forEach((value, k) => {
        const { part, row } = partOf(first + k, logStack);
        const target = parts[part];
        if (target === undefined) throw new RangeError(`place ${first + k} is beyond ${width} columns of 2^${logStack}`);
        target[row] = value;
      });
    }),
  );
  return parts;
}

/** The part that a place of a stack is in, and its row there. */
function partOf(place: number, logStack: number): { readonly part: number; readonly row: number } {
  const inColumn = place % 2 ** logStack;
  return { part: PARTS * Math.floor(place / 2 ** logStack) + (inColumn % PARTS), row: Math.floor(inColumn / PARTS) };
}

/** Neighbours, by folded column. */
function pairsOf(field: ExtensionField, data: readonly Uint32Array[], neighbours: Neighbours): (readonly [Ext, Ext])[][] {
  const columns = Array.from({ length: data.length / field.degree }, (_, c) =>
    fromCoordinateColumns(data.slice(c * field.degree, (c + 1) * field.degree)),
  );
  const at = (column: number, row: number): Ext => columns[column]?.[row] ?? field.zero;
  const rows = columns[0]?.length ?? 0;
  if (neighbours === "rows") {
    return columns.map((_, c) => Array.from({ length: rows / 2 }, (_unused, i) => [at(c, 2 * i), at(c, 2 * i + 1)] as const));
  }
  return Array.from({ length: columns.length / 2 }, (_, c) =>
    Array.from({ length: rows }, (_unused, i) => [at(2 * c, i), at(2 * c + 1, i)] as const),
  );
}

function onLine(field: ExtensionField, [a, b]: readonly [Ext, Ext], x: Ext): Ext {
  return field.add(a, field.mul(x, field.sub(b, a)));
}

function coordinates(field: ExtensionField, columns: readonly (readonly Ext[])[]): Uint32Array[] {
  return columns.flatMap((column) => toCoordinateColumns(field, column));
}
