import type { Backend } from "../../kernels/backend.ts";
import { laterStatement, type ProverInput } from "../../stark/proving/prover-input.ts";
import { proveRun } from "../../stark/proofs/prove-run.ts";
import type { ProveOptions } from "../../stark/proofs/prove.ts";
import type { System } from "../../stark/systems/system.ts";

/**
 * Simulates the work of a run whose segments have the given numbers of rows in each table, on a backend that counts its
 * memory: this does not depend on values, and is freed after each segment, so one segment of zeros represents all. No
 * columns are necessary.
 */
export async function planRun(
  system: System,
  heights: readonly number[],
  backend: Backend,
  options: ProveOptions = {},
): Promise<void> {
  const input = zerosOf(system, heights);
  await proveRun(system, { count: 1, fill: () => input }, backend, options);
}

function zerosOf({ tables, definition }: System, heights: readonly number[]): ProverInput {
  const zeros = new Map(heights.map((rows) => [rows, new Uint32Array(rows)]));
  const columnOf = (table: number): Uint32Array => zeros.get(heights[table] ?? 0) ?? new Uint32Array();
  return {
    // Of a segment that neither opens nor closes its run, which says nothing of the statement's own values.
    statement: laterStatement(definition, new Uint8Array(4 * (definition.statementElements?.count ?? 0))),
    segment: { index: 2, opens: 0, closes: 0 },
    auxiliary: tables.map(({ auxiliaryCount }) => new Array<number>(auxiliaryCount).fill(0)),
    traces: tables.map(({ mainWidth, index }) => Array.from({ length: mainWidth }, () => columnOf(index))),
  };
}
