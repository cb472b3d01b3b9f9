import type { CallFailure } from "../answers.ts";

/** Where a call failed: the line in the project's source with those around it, and the calls within contracts that led there. */
export function FailingLine({
  failure: { source, stackTrace },
}: {
  readonly failure: Pick<CallFailure, "source" | "stackTrace">;
}) {
  return (
    <>
      {source !== undefined && (
        <figure class="source">
          <figcaption>
            <code>
              {source.source}:{source.line}
            </code>
          </figcaption>
          <ol start={source.firstLine}>
            {source.lines.map((text, place) => {
              const isIt = source.firstLine + place === source.line;
              return (
                <li key={place} class={isIt ? "failing" : ""} aria-current={isIt ? "true" : undefined}>
                  <code>{text}</code>
                </li>
              );
            })}
          </ol>
        </figure>
      )}
      {stackTrace.length > 0 && <pre>{stackTrace.join("\n")}</pre>}
    </>
  );
}
