import type { ComponentChildren } from "preact";
import type { Asked } from "../ecosystem.ts";

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
  if (rows.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, i) => (
                <Cell column={columns[i]}>{cell}</Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A cell that has its column's name too, for narrow screens, on which each row is a record of lines. */
export function Cell({ column, children }: { readonly column: string | undefined; readonly children: ComponentChildren }) {
  return (
    <td data-column={column}>
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
            <dt>{name}</dt>
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
  if (asked.state === "waiting") return <p class="quiet">asking…</p>;
  if (asked.state === "failed")
    return (
      <p class="bad" role="alert">
        The chain refused the question: {asked.reason}
      </p>
    );
  return asked.value === null ? <p class="quiet">{missing}</p> : <>{children(asked.value)}</>;
}

/** A state in a word, with a colour that only repeats it. */
export function Mark({
  kind,
  children,
}: {
  readonly kind: "good" | "under-way" | "ready" | "bad" | "quiet";
  readonly children: ComponentChildren;
}) {
  return <span class={`mark ${kind}`}>{children}</span>;
}
