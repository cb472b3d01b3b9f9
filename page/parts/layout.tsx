import { isValidElement, type ComponentChildren } from "preact";
import type { Asked } from "../ecosystem.ts";
import { capital } from "../format.ts";
import { Shape, type ShapeName } from "./shape.tsx";

/** A section with a heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export interface TableProps {
  /** Content of the table, for readers that cannot see it. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[];
  /** Instead of a table without rows. */
  readonly empty: string;
}

export function Table({ caption, columns, rows, empty }: TableProps) {
  if (rows.length === 0) return empty === "" ? null : <p class="panel empty">{empty}</p>;
  const isFigure = columns.map((_, i) => rows.every(({ cells }) => FIGURE.test(textIn(cells[i]))));
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, i) => (
              <th scope="col" class={isFigure[i] === true ? "end" : undefined}>
                {capital(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, i) => (
                <Cell column={columns[i]} isFigure={isFigure[i]}>
                  {cell}
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Numbers are at the end of their column. */
const FIGURE = /^[\d,.]+$/;

/** Text of a cell, or of the link that it is. */
function textIn(cell: ComponentChildren): string {
  return isValidElement(cell) ? textIn((cell.props as { readonly children?: ComponentChildren }).children) : String(cell);
}

interface CellProps {
  readonly column: string | undefined;
  readonly isFigure?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** A cell that has its column's name too, for narrow screens, on which each row is a record of lines. */
export function Cell({ column, isFigure, children }: CellProps) {
  return (
    <td data-column={capital(column ?? "")} class={isFigure === true ? "end" : undefined}>
      <span>{children}</span>
    </td>
  );
}

/** Names and values; undefined values are left out. */
export function Facts({ facts }: { readonly facts: Readonly<Record<string, ComponentChildren>> }) {
  return (
    <dl>
      {Object.entries(facts).map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{capital(name)}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/**
 * Answer to a request, or the reason why it is missing. `children` receives null if the object does not
 * exist.
 */
export function Answer<T>({
  asked,
  missing,
  children,
}: {
  readonly asked: Asked<T | null>;
  readonly missing: string;
  readonly children: (value: T) => ComponentChildren;
}) {
  if (asked.state === "waiting") return <Skeleton />;
  if (asked.state === "failed")
    return (
      <p class="bad" role="alert">
        The chain refused the question: {asked.reason}
      </p>
    );
  return asked.value === null ? <p class="quiet">{missing}</p> : <>{children(asked.value)}</>;
}

/** Room of an answer that has not arrived; words follow after three seconds. */
export function Skeleton() {
  return (
    <div class="skeleton">
      <i />
      <i />
      <span>asking…</span>
    </div>
  );
}

const SHAPES = { good: "ok", "under-way": "run", ready: "ready", bad: "fail", quiet: "none" } as const;

interface MarkProps {
  readonly kind: keyof typeof SHAPES;
  /** Shape other than the kind's. */
  readonly shape?: ShapeName;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A state by its shape and in a word, with a colour that only repeats it. */
export function Mark({ kind, shape = SHAPES[kind], title, children }: MarkProps) {
  return (
    <span class={`mark ${kind}`} title={title}>
      <Shape name={shape} />
      <span>{children}</span>
    </span>
  );
}
