import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { Decision } from "./command.ts";

/** Position of operations that the first batch must not leave waiting. */
export type OperationsPlace =
  /** Behind what the batch holds, so that its transactions find what they found: an operation uses up a nonce of its sender. */
  | "end"
  /** Before everything, where a full batch would be sealed without them. */
  | "front";

/**
 * Plan of a chain's replay from a batch: the same commands in the same order, but with all operations that later batches
 * took, and `waiting` ones, in the first batch, in the queue's order. L1 accepts a batch at any time if it has taken an
 * operation. Imports with an index in `without` are left out.
 */
export function replan(
  commands: readonly Decision[],
  waiting: readonly PriorityOperation[],
  place: OperationsPlace,
  without: ReadonlySet<bigint> = new Set(),
): readonly Decision[] {
  return takeOperationsFirst(
    decisions(commands).flatMap((command) => withoutImports(command, without)),
    waiting.map((operation) => ({ type: "operation", operation }) as const),
    place,
  );
}

/**
 * Decisions since the beginning of a batch, in their order, with all operations of L1's queue in the first batch: those of later
 * batches, and then `waiting`.
 */
export function takeOperationsFirst<Decided extends { readonly type: string }>(
  done: readonly Decided[],
  waiting: readonly Decided[],
  place: OperationsPlace,
): readonly Decided[] {
  const firstSeal = done.findIndex(({ type }) => type === "seal");
  const end = firstSeal === -1 ? done.length : firstSeal;
  const isOperation = ({ type }: Decided): boolean => type === "operation";
  const [first, later] = [done.slice(0, end), done.slice(end)];
  const added = [...later.filter(isOperation), ...waiting];
  const rest = later.filter((decision) => !isOperation(decision));
  return place === "end"
    ? [...first, ...added, ...rest]
    : [...first.filter(isOperation), ...added, ...first.filter((decision) => !isOperation(decision)), ...rest];
}

function withoutImports(command: Decision, without: ReadonlySet<bigint>): readonly Decision[] {
  if (command.type !== "imports") return [command];
  const roots = command.roots.filter(({ registryIndex }) => !without.has(registryIndex));
  return roots.length === 0 ? [] : [{ ...command, roots }];
}

/**
 * Decided commands: batches open automatically, and make the empty blocks again that move blocks with unknown hashes out
 * of reach.
 */
function decisions(commands: readonly Decision[]): readonly Decision[] {
  let passesUnknown = false;
  return commands.filter((command) => {
    if (command.type === "open") {
      passesUnknown = command.forgetsHashes === true;
      return false;
    }
    passesUnknown &&= command.type === "block" && command.transactions.length === 0;
    return !passesUnknown;
  });
}

/** Whether the first batch ended before the first operation, though there is one. */
export function leavesOperationsOut(done: readonly Decision[]): boolean {
  const firstOperation = done.findIndex(({ type }) => type === "operation");
  const firstSeal = done.findIndex(({ type }) => type === "seal");
  return firstSeal !== -1 && firstSeal < firstOperation;
}
