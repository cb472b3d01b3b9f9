import type { ComponentChildren } from "preact";
import { allSeen } from "../all-seen.ts";

interface SourceLinesProps {
  readonly caption: ComponentChildren;
  /** Number of the first of `lines`. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  /** Number of the highlighted line. */
  readonly line: number;
  readonly isFailing: boolean;
}

/** Lines of a source with a highlighted one. */
export function SourceLines({ caption, firstLine, lines, line, isFailing }: SourceLinesProps) {
  return (
    <figure class="source">
      <figcaption>{caption}</figcaption>
      <ol start={firstLine}>
        {lines.map((text, place) => {
          const isIt = firstLine + place === line;
          return (
            <li key={place} class={isIt ? (isFailing ? "failing" : "here") : ""} aria-current={isIt ? "true" : undefined}>
              <code>{allSeen(text)}</code>
            </li>
          );
        })}
      </ol>
    </figure>
  );
}
