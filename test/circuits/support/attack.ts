import assert from "node:assert/strict";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type {
  InsertionWitness,
  StateTransitionWitness,
  UpdateWitness,
} from "../../../src/ground/protocol/state-transition-witness.ts";
import type { RowTypeName } from "../../../src/proofs/circuits/state-transition/layout/row-types.ts";
import type { BatchStatement } from "../../../src/ground/protocol/statement.ts";
import {
  type WrittenCells,
  type TraceWriter,
  ZERO_DIGEST,
} from "../../../src/proofs/circuits/state-transition/trace/trace-writer.ts";
import { comparisonCells } from "../../../src/proofs/circuits/state-transition/trace/write-insertion.ts";
import { claim, failingConstraints, type Forge, type ForgedCells, forgeTrace } from "./scenario.ts";
import { StateModel } from "./state-model.ts";

/**
 * An attack: a whole trace for a lie, made as well as it can be made, so that all digests and
 * evaluations in it and in the statement follow from the lie. It must fail at exactly the named constraints: what is
 * not named would not have stopped it.
 */
export function assertStopped(
  witness: StateTransitionWitness,
  expected: readonly string[],
  {
    forge,
    statement = {},
    auxiliary,
  }: { forge?: Forge; statement?: Partial<BatchStatement>; auxiliary?: readonly number[] } = {},
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
export function atRow(
  type: RowTypeName,
  change: (cells: ForgedCells, writer: TraceWriter) => ForgedCells,
  occurrence = 0,
): Forge {
  let seen = 0;
  return (name, cells, writer) => (name === type && seen++ === occurrence ? change(cells, writer) : cells);
}

/** Copies the elements with one replaced. */
export function replaced(values: ArrayLike<number>, index: number, value: number): number[] {
  return Array.from(values, (x, i) => (i === index ? value : x));
}

/** An insertion as if the low leaf were `lowIndex`. */
export function withLow(model: StateModel, lowIndex: number, address: bigint, slot: bigint): StateTransitionWitness {
  return model.batch((t) => [t.insert(0, address, slot, 5n, { lowIndex }), t.update(1, OUTPUTS)]);
}

const CARRYING: readonly RowTypeName[] = ["highDigits", "highGap", "keyStart", "keyMiddle", "keyEnd", "absorbKey", "lowKeys"];

/**
 * Shows other elements than those of the keys in the first (low) or second (high) comparison, and remembers them. y may
 * be given with p added. `change` spoils the cells of the two digit rows.
 */
export function showing(
  which: "low" | "high",
  x: number,
  y: number,
  change: (gap: WrittenCells) => WrittenCells = (gap) => gap,
): Forge {
  const { digits, gap } = comparisonCells(x, y);
  const at = which === "low" ? 0 : 2;
  return (name, cells) => {
    const memory = replaced(replaced(cells.memory ?? ZERO_DIGEST, at, x), at + 1, y % P);
    if (name === `${which}Digits`) return { ...cells, ...digits };
    if (name === `${which}Gap`) return { ...cells, ...change(gap), memory };
    return CARRYING.includes(name) && !(name === "highDigits" && which === "high") ? { ...cells, memory } : cells;
  };
}

/** Applies several forgeries to each row, in order. */
export function all(...forgeries: readonly Forge[]): Forge {
  return (name, cells, writer) => forgeries.reduce<ForgedCells>((changed, forge) => forge(name, changed, writer), cells);
}
