import type { EnvironmentDecision } from "./environment-command.ts";

/**
 * Decisions since the beginning of a batch, in their order, with all operations of L1's queue in the first batch: L1 takes a late
 * batch if it has taken an operation.
 */
export function replanDecisions<Command>(
  decisions: readonly EnvironmentDecision<Command>[],
  waiting: readonly Extract<EnvironmentDecision<Command>, { readonly type: "operation" }>[],
): readonly EnvironmentDecision<Command>[] {
  const firstSeal = decisions.findIndex(({ type }) => type === "seal");
  const end = firstSeal === -1 ? decisions.length : firstSeal;
  const later = decisions.slice(end);
  const isOperation = ({ type }: EnvironmentDecision<Command>): boolean => type === "operation";
  return [
    ...decisions.slice(0, end),
    ...later.filter(isOperation),
    ...waiting,
    ...later.filter((decision) => !isOperation(decision)),
  ];
}
