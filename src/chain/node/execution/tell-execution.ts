import type { ExecutionInfo } from "./execution-info.ts";
import type { ExecutionView } from "./node-execution.ts";

/** Summarizes execution proofs. */
export function executionInfo(view: ExecutionView): ExecutionInfo {
  const outcomes = view.outcomes();
  const pending = view.pending();
  const standing = pending[0] === undefined ? undefined : view.standing(pending[0]);
  return {
    ...provenUpTo(view),
    proven: [...outcomes.values()].filter(({ kind }) => kind === "proven").length,
    unproven: [...outcomes].flatMap(([number, outcome]) =>
      outcome.kind === "unproven" ? [{ batch: Number(number), reason: outcome.reason, detail: outcome.detail }] : [],
    ),
    pending: pending.map(Number),
    ...(standing?.kind === "proving" ? { proving: { batch: Number(pending[0]), ...standing.progress } } : {}),
  };
}

/** The last batch up to which each has a proof that was checked; empty if the first has none. */
export function provenUpTo(view: ExecutionView): Pick<ExecutionInfo, "provenUpTo"> {
  const outcomes = view.outcomes();
  let next = 0n;
  while (outcomes.get(next)?.kind === "proven") next++;
  return next === 0n ? {} : { provenUpTo: Number(next - 1n) };
}
