import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { mul } from "../../../src/proofs/field/koala-bear.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../../src/proofs/stark/constraints/bus.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System, type SystemDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { decodePair } from "./fibonacci.ts";

/*
 * Three tables of free, different heights. `requests` asks for the squares of values: it sends each value to the range
 * bus and (value, square) to the squares bus, when `real`. `squares` answers with multiplicities; `range` holds the
 * numbers below its height in a preprocessed column. The statement is (start, stride): value = start + stride · row,
 * reduced into the range by the trace and not by the constraints.
 */

/** log2 of the range table's height. */
export const RANGE_LOG_ROWS = 4;

/** Squares are tag 1, the range 2. */
const SQUARES = defineBus("squares", 1, { root: 1, square: 1 });
const RANGE = defineBus("range", 2, { value: 1 });

export function requestsAir(): Air {
  const t = new AirBuilder("requests", 2);
  const value = t.column("value");
  const real = t.column("real");
  const square = t.column("square");
  t.assertZero("real is boolean", "everyRow", t.mul(real, t.sub(real, t.constant(1))));
  t.assertEqual("first value", "firstRow", value, t.public(0));
  t.assertZero("real rows come first", "transition", t.mul(t.next(real), t.sub(t.constant(1), real)));
  t.assertEqual("values advance", "transition", t.next(value), t.add(value, t.public(1)), t.next(real));
  t.send(RANGE, real, { value });
  t.send(SQUARES, real, { root: value, square });
  return t.build();
}

export function squaresAir(): Air {
  const t = new AirBuilder("squares", 2);
  const root = t.column("root");
  const square = t.column("square");
  const uses = t.column("uses");
  t.assertEqual("square", "everyRow", square, t.mul(root, root));
  t.receive(SQUARES, uses, { root, square });
  return t.build();
}

export function rangeAir(): Air {
  const t = new AirBuilder("range", 0);
  const value = t.preprocessedColumn("value");
  const uses = t.column("uses");
  t.receive(RANGE, uses, { value });
  return t.build();
}

export function squaresDefinition(parameters: ProofParameters): SystemDefinition {
  const rangeColumn = Uint32Array.from({ length: 2 ** RANGE_LOG_ROWS }, (_, i) => i);
  return {
    name: "squares/1",
    parameters,
    tables: [
      { air: squaresAir() },
      { air: requestsAir() },
      { air: rangeAir(), preprocessed: { logRows: RANGE_LOG_ROWS, columns: () => [rangeColumn] } },
    ],
    statementValueCount: 2,
    publicValues: decodePair,
  };
}

export async function squaresSystem(parameters: ProofParameters, backend: Backend): Promise<System> {
  const definition = squaresDefinition(parameters);
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

/** `realRows` requests start, start + stride, …; all below 2^RANGE_LOG_ROWS and no more than there are squares. */
export function squaresInput(
  heights: { readonly squares: number; readonly requests: number },
  { start, stride, realRows }: { readonly start: number; readonly stride: number; readonly realRows: number },
): ProverInput {
  const requestRows = 2 ** heights.requests;
  const squareRows = 2 ** heights.squares;
  const requests = Array.from({ length: 3 }, () => new Uint32Array(requestRows));
  const squares = Array.from({ length: 3 }, () => new Uint32Array(squareRows));
  const uses = new Uint32Array(2 ** RANGE_LOG_ROWS);
  for (let row = 0; row < realRows; row++) {
    const value = start + stride * row;
    requests[0]![row] = value;
    requests[1]![row] = 1;
    requests[2]![row] = mul(value, value);
    // Answers are in reverse order, so that rows of the two tables never line up.
    const answer = squareRows - 1 - (row % squareRows);
    squares[0]![answer] = value;
    squares[1]![answer] = mul(value, value);
    squares[2]![answer] = squares[2]![answer]! + 1;
    uses[value] = uses[value]! + 1;
  }
  return { statement: Uint8Array.of(start, stride), auxiliary: [[], [], []], traces: [squares, requests, [uses]] };
}
