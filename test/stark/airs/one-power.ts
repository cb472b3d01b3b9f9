import { add, pow } from "../../../src/proofs/field/koala-bear.ts";
import { AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { decodePair } from "./fibonacci.ts";

/** x counts up from the first public value, y = x^exponent: the highest degree of a constraint is the exponent, 2 at least. */
export function onePowerSystem(exponent: number, parameters: ProofParameters): System {
  const t = new AirBuilder("one power", 2);
  const [x, y] = [t.column("x"), t.column("y")];
  t.assertEqual("power", "everyRow", y, t.mul(...Array.from({ length: exponent }, () => x)));
  t.assertEqual("count", "transition", t.next(x), t.add(x, t.public(1)));
  t.assertEqual("start", "firstRow", x, t.public(0));
  return compileSystem({
    name: "one power/1",
    parameters: { ...parameters, maxConstraintDegree: exponent },
    tables: [{ air: t.build() }],
    statementValueCount: 2,
    publicValues: decodePair,
  });
}

export function onePowerInput(exponent: number, logRows: number): ProverInput {
  const [start, step] = [3, 5];
  const x = Uint32Array.from({ length: 2 ** logRows }, (_, row) => add(start, row * step));
  return { statement: Uint8Array.of(start, step), auxiliary: [[]], traces: [[x, x.map((value) => pow(value, exponent))]] };
}
