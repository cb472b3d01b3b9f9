import { allSeen } from "../all-seen.ts";
import type { CallFailure } from "../answers.ts";
import { SourceLines } from "./source-lines.tsx";

/**
 * Location of a failed call: the line in the project's source with those around it, and the calls within
 * contracts that led there.
 */
export function FailingLine({
  failure: { source, stackTrace },
  isFailing = true,
}: {
  readonly failure: Pick<CallFailure, "source" | "stackTrace">;
  /** Otherwise it is the line that led there. */
  readonly isFailing?: boolean;
}) {
  return (
    <>
      {source !== undefined && (
        <SourceLines
          caption={
            <code>
              {allSeen(source.source)}:{source.line}
            </code>
          }
          {...source}
          isFailing={isFailing}
        />
      )}
      {stackTrace.length > 0 && <pre>{stackTrace.map(allSeen).join("\n")}</pre>}
    </>
  );
}
