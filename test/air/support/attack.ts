import assert from "node:assert/strict";
import type { InsertionWitness, StateTransitionWitness, UpdateWitness } from "../../../src/protocol/state-transition-witness.ts";
import type { RowTypeName } from "../../../src/air/state-transition/row-types.ts";
import type { BatchStatement } from "../../../src/protocol/statement.ts";
import type { RowCells } from "../../../src/air/state-transition/trace/trace-writer.ts";
import { claim, failingConstraints, type Forge, forgeTrace } from "./scenario.ts";
import { StateModel } from "./state-model.ts";

/**
 * An attack: a whole trace for a lie, made as well as it can be made, so that all digests and
 * evaluations in it and in the statement follow from the lie. It must fail at exactly the named constraints: what is
 * not named would not have stopped it.
 */
export function assertStopped(
  witness: StateTransitionWitness,
  expected: readonly string[],
  { forge, statement = {}, auxiliary }: { forge?: Forge; statement?: Partial<BatchStatement>; auxiliary?: readonly number[] } = {},
): void {
  const trace = forgeTrace(witness, forge);
  const publics = claim(auxiliary === undefined ? trace : { ...trace, auxiliary }, witness, statement);
  assert.deepEqual(failingConstraints(trace.columns, publics), [...expected].sort());
}

/** The outputs hash of most batches. */
export const OUTPUTS = 77n;

/** A tree with three storage leaves (2, 3, 4), an account (5) and code (6). */
export function tree(depth = 4): StateModel {
  const model = new StateModel(depth);
  for (const slot of [1n, 2n, 3n]) model.insert(0, 0xaan, slot, 10n + slot);
  model.insert(1, 0xaan, 0n, 14n);
  model.insert(2, 0xaan, 0n, 15n);
  return model;
}

/** Changes the first operation of a witness. */
export function withFirst<T extends UpdateWitness | InsertionWitness>(
  witness: StateTransitionWitness,
  change: (operation: T) => UpdateWitness | InsertionWitness,
): StateTransitionWitness {
  const [first, ...rest] = witness.operations;
  return { ...witness, operations: [change(first as T), ...rest] };
}

/** Forges the n-th row of a type. */
export function atRow(type: RowTypeName, change: (cells: RowCells) => RowCells, occurrence = 0): Forge {
  let seen = 0;
  return (name, cells) => (name === type && seen++ === occurrence ? change(cells) : cells);
}

/** The same elements but one. */
export function replaced(values: ArrayLike<number>, index: number, value: number): number[] {
  return Array.from(values, (x, i) => (i === index ? value : x));
}

/** Base-8 digits, least significant first. */
export function octal(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 8 ** i) % 8);
}
