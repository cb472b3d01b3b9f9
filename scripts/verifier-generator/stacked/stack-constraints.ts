import { inv } from "../../../src/proofs/field/koala-bear.ts";
import { slotAccess } from "../core-head.ts";
import { ARGUMENT_WORDS, SHARED_WORDS } from "../core-layout.ts";
import { fail } from "../errors.ts";
import { hex, MONTGOMERY, PRIME } from "../lanes.ts";
import { type EvaluatorPart, splitEvaluator } from "../split-evaluator.ts";
import type { StackLayout, StackTable } from "./stack-layout.ts";

/** The contracts that evaluate a verifier's constraints. */
export interface StackEvaluators {
  readonly parts: readonly EvaluatorPart[];
  /** Numbers of the parts of each table: tables of the same constraints have the same ones. */
  readonly ofTable: readonly (readonly number[])[];
}

/** Evaluators of all tables, each once. */
export function stackEvaluators({ tables }: StackLayout): StackEvaluators {
  const parts: EvaluatorPart[] = [];
  const ofTable = tables.map(({ graph }) => {
    const own = splitEvaluator(graph);
    const known = parts.findIndex((_, i) => own.every((part, j) => parts[i + j]?.yul === part.yul));
    const first = known < 0 ? parts.length : known;
    if (known < 0) parts.push(...own);
    return own.map((_, j) => first + j);
  });
  // Their addresses and that of the claim's contract have as much room (`memory.evaluators`).
  const most = 2 * tables.length - 1;
  if (parts.length > most) throw new RangeError(`${parts.length} contracts of constraints, ${most} are taken`);
  return { parts, ofTable };
}

/** Constraints of all tables at z, the last table's first: Horner's rule in the composition challenge. */
export function checkStackConstraints(layout: StackLayout, evaluators: StackEvaluators): string {
  const { memory, tables, shape, system } = layout;
  const { load } = slotAccess(layout);
  const quotientStart = memory.values + 32 * (shape.openedCount - system.chunkCount);
  const shares = tables.toReversed().map((own) => {
    const calls = (evaluators.ofTable[own.table.index] ?? []).map((number) =>
      callPart(layout, own, evaluators.parts[number], number),
    );
    return `{
    ${giveTable(layout, own)}
    composition := extMul(extPower(mload(${hex(memory.evaluator)}), ${own.table.constraintCount}), composition)
    ${calls.join("\n    ")}
  }`;
  });
  return `
  let composition := 0
  ${shares.join("\n  ")}
  // Q(z) = sum over chunks of z^(jn) times the chunk's value, highest first
  let q := 0
  for { let at := ${hex(quotientStart + 32 * system.chunkCount)} } gt(at, ${hex(quotientStart)}) { } {
    at := sub(at, 32)
    q := extNormalize(add(extMul(mload(${hex(memory.points + 32 * shape.tallest)}), q), mload(at)))
  }
  if sub(extCanonical(composition), extCanonical(extMul(${load("vanishing")}, q))) { ${fail("constraintMismatch")} }`;
}

/** The evaluator's input: the selector of the first row, public values if it reads them, columns. */
function giveTable(
  { memory, statementCount, shape }: StackLayout,
  { table, graph, logRows, first, firstNext }: StackTable,
): string {
  const start = memory.evaluator;
  let at = start + 32 * ARGUMENT_WORDS;
  const copy = (from: number, words: number): string => {
    const line = `mcopy(${hex(at)}, ${hex(from)}, ${32 * words})`;
    at += 32 * words;
    return line;
  };
  const put = (value: string): string => {
    const line = `mstore(${hex(at)}, ${value})`;
    at += 32;
    return line;
  };
  const step = hex((BigInt(inv(2 ** logRows)) * MONTGOMERY) % PRIME);
  return [
    `mstore(${hex(start + 64)}, mload(${hex(memory.selectors + 32 * (shape.tallest - logRows))}))`,
    ...(graph.statementCount > 0 ? [copy(memory.publicValues, statementCount)] : []),
    copy(memory.values + 32 * first.preprocessed, table.preprocessedWidth),
    copy(memory.values + 32 * first.main, table.mainWidth),
    copy(memory.values + 32 * first.lookup, 1 + graph.helperCount),
    put(`mload(${hex(memory.nextValues + 32 * firstNext)})`),
    copy(memory.foldPowers, graph.powerCount),
    put(`mload(${hex(memory.slots.offset)})`),
    // sums are sent plain
    put(`extCanonical(extMul(mload(${hex(memory.sums + 32 * table.index)}), ${hex((BigInt(step) * MONTGOMERY) % PRIME)}))`),
  ].join("\n    ");
}

/** Calls one of the constraint contracts; what it hands on goes behind its input, where the table's next part reads it. */
function callPart({ memory }: StackLayout, { graph }: StackTable, part: EvaluatorPart | undefined, number: number): string {
  if (part === undefined) throw new Error("a table has evaluators");
  const columns = 32 * (ARGUMENT_WORDS + graph.statementCount + graph.columnCount);
  const shared = columns + 32 * part.importCount;
  const exports = 32 * part.exportCount;
  if (part.importCount + part.exportCount > SHARED_WORDS) throw new RangeError("the constraint contracts share too many values");
  return `if iszero(staticcall(gas(), mload(${hex(memory.evaluators + 32 * number)}), ${hex(memory.evaluator)}, ${shared}, 0, 32)) { revert(0, 0) }
    if sub(returndatasize(), ${32 + exports}) { revert(0, 0) }
    composition := extNormalize(add(composition, mload(0)))${exports === 0 ? "" : `\n    returndatacopy(${hex(memory.evaluator + shared)}, 32, ${exports})`}`;
}
