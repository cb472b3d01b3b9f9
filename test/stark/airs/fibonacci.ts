import { add } from "../../../src/proofs/field/koala-bear.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";

/**
 * One table: (a, b) → (b, a + b) from public starting values to a public last value; `copy` is not read at the next row
 * and repeats a. Public values: a₀, b₀ from the statement; the last b is auxiliary.
 */
export function fibonacciAir(): Air {
  const t = new AirBuilder("fibonacci", 3);
  const a = t.column("a");
  const b = t.column("b");
  const copy = t.column("copy");
  t.assertEqual("first a", "firstRow", a, t.public(0));
  t.assertEqual("first b", "firstRow", b, t.public(1));
  t.assertEqual("next a", "transition", t.next(a), b);
  t.assertEqual("next b", "transition", t.next(b), t.add(a, b));
  t.assertEqual("copy", "everyRow", copy, a);
  t.assertEqual("last b", "lastRow", b, t.public(2));
  return t.build();
}

export function fibonacciSystem(parameters: ProofParameters): System {
  return compileSystem({
    name: "fibonacci/1",
    parameters,
    tables: [{ air: fibonacciAir(), auxiliaryCount: 1 }],
    statementValueCount: 2,
    publicValues: decodePair,
  });
}

/** Two bytes, each a value. */
export function decodePair(statement: Uint8Array): number[] | undefined {
  return statement.length === 2 ? [...statement] : undefined;
}

export function fibonacciInput(logRows: number, first: readonly [number, number] = [1, 1]): ProverInput {
  const rows = 2 ** logRows;
  const a = new Uint32Array(rows);
  const b = new Uint32Array(rows);
  let [x, y]: readonly [number, number] = first;
  for (let i = 0; i < rows; i++) {
    a[i] = x;
    b[i] = y;
    [x, y] = [y, add(x, y)];
  }
  return { statement: Uint8Array.of(...first), auxiliary: [[b[rows - 1] ?? 0]], traces: [[a, b, a.slice()]] };
}
