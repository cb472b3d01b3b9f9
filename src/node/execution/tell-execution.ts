import type { ExecutionInfo } from "./execution-info.ts";
import type { ExecutionView } from "./node-execution.ts";

/** What is proven now. */
export function executionInfo(view: ExecutionView): ExecutionInfo {
  const outcomes = view.outcomes();
  const pending = view.pending();
  const upTo = provenUpTo(view);
  const standing = pending[0] === undefined ? undefined : view.standing(pending[0]);
  return {
    ...(upTo === undefined ? {} : { provenUpTo: Number(upTo) }),
    proven: [...outcomes.values()].filter(({ kind }) => kind === "proven").length,
    labelled: [...outcomes].flatMap(([number, outcome]) =>
      outcome.kind === "labelled" ? [{ batch: Number(number), reason: outcome.reason, detail: outcome.detail }] : [],
    ),
    pending: pending.map(Number),
    ...(standing?.kind === "proving" ? { proving: { batch: Number(pending[0]), ...standing.progress } } : {}),
  };
}

/** Every batch from the first to this one has a proof that was checked. */
function provenUpTo(view: ExecutionView): bigint | undefined {
  const outcomes = view.outcomes();
  let next = 0n;
  while (outcomes.get(next)?.kind === "proven") next++;
  return next === 0n ? undefined : next - 1n;
}
