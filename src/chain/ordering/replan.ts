import type { PriorityOperation } from "../model/system-transactions.ts";
import type { ChainCommand } from "./command.ts";

/** Where operations go that the first batch must not leave waiting. */
export type OperationsPlace =
  /** Behind what the batch holds, so that its transactions find what they found: an operation uses up a nonce of its sender. */
  | "end"
  /** Before everything, where a full batch would be sealed without them. */
  | "front";

/**
 * What a chain does again from a batch on: the same in the same order, but with all operations that later batches took, and
 * `waiting` ones, in the first batch, in the queue's order. L1 takes a batch whenever it comes if it has taken an operation.
 */
export function replan(
  done: readonly ChainCommand[],
  waiting: readonly PriorityOperation[],
  place: OperationsPlace,
): readonly ChainCommand[] {
  const firstSeal = done.findIndex(({ type }) => type === "seal");
  const end = firstSeal === -1 ? done.length : firstSeal;
  const isOperation = ({ type }: ChainCommand): boolean => type === "operation";
  const first = done.slice(0, end);
  const later = done.slice(end);
  const added: ChainCommand[] = [
    ...later.filter(isOperation),
    ...waiting.map((operation) => ({ type: "operation", operation }) as const),
  ];
  const rest = later.filter((command) => !isOperation(command));
  return place === "end"
    ? [...first, ...added, ...rest]
    : [...first.filter(isOperation), ...added, ...first.filter((command) => !isOperation(command)), ...rest];
}

/** Whether the first batch ended before the first operation, though there is one. */
export function leavesOperationsOut(done: readonly ChainCommand[]): boolean {
  const firstOperation = done.findIndex(({ type }) => type === "operation");
  const firstSeal = done.findIndex(({ type }) => type === "seal");
  return firstSeal !== -1 && firstSeal < firstOperation;
}
