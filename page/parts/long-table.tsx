import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { capital } from "../format.ts";
import { Cell } from "./layout.tsx";

/** Pixels of a row; in records of a cell, and of the last one with the space around. The style has the same numbers. */
const [ROW, LINE, AROUND] = [32, 34, 29];
const NARROW = "(max-width: 46rem)";
/** Rows that are asked for together. */
const PIECE = 20;
/** Rows that the window shows at most, on a high screen. */
const MOST_VISIBLE = 40;
/** Rows on either side of the last ones that were asked for are kept. */
const MOST_KEPT = 200;

export interface LongTableProps<T> {
  readonly caption: string;
  readonly columns: readonly string[];
  /** The column of longer texts, which is given half of the width. */
  readonly wide?: string;
  readonly total: number;
  readonly empty: string;
  /** Asks for rows by their numbers, of which 0 is the oldest and shown last; fewer come where the list has become shorter. */
  readonly load: (first: number, count: number) => Promise<readonly T[]>;
  readonly cells: (row: T) => readonly ComponentChildren[];
  /** Version of the list; a change causes new requests. */
  readonly version: unknown;
}

/**
 * A table of any length: only the rows near those that are seen are in the document, and only these are asked for, so that
 * scrolling costs the same however long the list is.
 */
export function LongTable<T>(props: LongTableProps<T>) {
  const { caption, columns, wide, total, empty, cells } = props;
  const [piece, setPiece] = useState(0);
  const rows = useRows(props, piece);
  const isNarrow = useIsNarrow();
  const high = isNarrow ? columns.length * LINE + AROUND : ROW;
  if (total === 0) return <p class="panel empty">{empty}</p>;
  const from = Math.max(0, (piece - 1) * PIECE);
  const to = Math.min(total, (piece + 1) * PIECE + MOST_VISIBLE);
  const follow = ({ currentTarget }: { readonly currentTarget: HTMLElement }): void =>
    setPiece(Math.floor(currentTarget.scrollTop / high / PIECE));
  return (
    <div class="long-table" role="region" aria-label={caption} tabIndex={0} onScroll={follow}>
      <table aria-rowcount={total + 1}>
        <caption>{caption}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th scope="col" class={column === wide ? "wide" : undefined}>
                {capital(column)}
              </th>
            ))}
          </tr>
        </thead>
        <Space pixels={from * high} columns={columns.length} />
        <tbody>
          {Array.from({ length: to - from }, (_, i) => {
            const row = rows.get(total - 1 - from - i);
            const shown = row === undefined ? columns.map(() => "…") : cells(row);
            return (
              <tr key={total - from - i} aria-rowindex={from + i + 2}>
                {shown.map((cell, place) => (
                  <Cell column={columns[place]}>{cell}</Cell>
                ))}
              </tr>
            );
          })}
        </tbody>
        <Space pixels={(total - to) * high} columns={columns.length} />
      </table>
    </div>
  );
}

/** The height of rows that are not in the document. */
function Space({ pixels, columns }: { readonly pixels: number; readonly columns: number }) {
  return (
    <tbody aria-hidden="true">
      {pixels > 0 && (
        <tr class="space">
          <td colSpan={columns} style={{ height: `${pixels}px` }} />
        </tr>
      )}
    </tbody>
  );
}

function useIsNarrow(): boolean {
  const [isNarrow, set] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const follow = (): void => set(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return isNarrow;
}

/** Loaded rows of a list. A loaded piece is not requested again until the list changes. */
interface Known<T> {
  rows: ReadonlyMap<number, T>;
  asked: Set<number>;
  version: unknown;
  total: number;
}

interface Wanted<T> extends Pick<LongTableProps<T>, "total" | "load" | "version"> {
  readonly piece: number;
}

/**
 * Loaded rows around a piece. One request is pending at a time: pieces that the reader scrolled past are
 * never requested.
 */
function useRows<T>({ total, load, version }: LongTableProps<T>, piece: number): ReadonlyMap<number, T> {
  const [rows, set] = useState<ReadonlyMap<number, T>>(new Map());
  const wanted = useRef<Wanted<T> | undefined>(undefined);
  const known = useRef<Known<T>>({ rows, asked: new Set(), version: undefined, total: 0 });
  const isAsking = useRef(false);
  wanted.current = { piece, total, load, version };
  useEffect(() => {
    if (isAsking.current) return;
    isAsking.current = true;
    void fill(known.current, () => wanted.current, set).finally(() => (isAsking.current = false));
  }, [piece, total, version]);
  useEffect(() => () => void (wanted.current = undefined), []);
  return rows;
}

/** Requests the visible pieces until all of them are current. */
async function fill<T>(
  known: Known<T>,
  wanted: () => Wanted<T> | undefined,
  set: (rows: ReadonlyMap<number, T>) => void,
): Promise<void> {
  for (let now = wanted(); now !== undefined; now = wanted()) {
    const { piece, total, load, version } = now;
    if (known.version !== version || known.total > total) known.asked.clear();
    // The newest piece may have become longer.
    else if (known.total < total) known.asked.delete(Math.floor(known.total / PIECE));
    Object.assign(known, { version, total });
    const seen = Math.floor((total - 1) / PIECE) - piece;
    const next = [0, -1, -2, -3, 1].map((each) => seen + each).find((each) => isWanted(each, total, known));
    if (next === undefined) return;
    known.asked.add(next);
    const first = next * PIECE;
    const found = await load(first, Math.min(PIECE, total - first)).catch(() => []);
    const near = (number: number): boolean => Math.abs(number - first) < MOST_KEPT;
    known.rows = new Map([
      ...[...known.rows].filter(([number]) => near(number)),
      ...found.map((row, i) => [first + i, row] as const),
    ]);
    known.asked = new Set([...known.asked].filter((each) => near(each * PIECE)));
    set(known.rows);
  }
}

function isWanted(piece: number, total: number, { asked }: Known<unknown>): boolean {
  return piece >= 0 && piece * PIECE < total && !asked.has(piece);
}
