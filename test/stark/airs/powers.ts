import { add, mul, pow } from "../../../src/proofs/field/koala-bear.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { defineGadget } from "../../../src/proofs/stark/constraints/expression.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { decodePair } from "./fibonacci.ts";

const cube = defineGadget("cube", 1, (b, [x]) => [b.mul(x!, x!, x!)]);

/**
 * Degree 9: x' = x^9 + step on the rows that `run` selects (degree 8 body under a selector), x' = x elsewhere. A gadget
 * called twice makes the power; `ninth` repeats x^9 and is not read at the next row.
 */
export function powersAir(): Air {
  const t = new AirBuilder("powers", 2);
  const x = t.column("x");
  const run = t.column("run");
  const ninth = t.column("ninth");
  const [x3] = t.apply(cube, [x]);
  const [x9] = t.apply(cube, [x3!]);
  t.assertZero("run is boolean", "everyRow", t.mul(run, t.sub(run, t.constant(1))));
  t.assertEqual("ninth", "everyRow", ninth, x9!);
  t.assertEqual("power step", "transition", t.next(x), t.add(ninth, t.public(1)), run);
  t.assertEqual("rest", "transition", t.next(x), x, t.sub(t.constant(1), run));
  t.assertZero("start is a root of x^8 − start^8", "firstRow", t.sub(t.mul(x3!, x3!, x, x), power(t, t.public(0), 8)));
  t.assertZero("the last row rests", "lastRow", run);
  return t.build();
}

function power(t: AirBuilder, x: ReturnType<AirBuilder["public"]>, exponent: number): ReturnType<AirBuilder["public"]> {
  return t.mul(...Array.from({ length: exponent }, () => x));
}

export function powersSystem(parameters: ProofParameters): System {
  return compileSystem({
    name: "powers/1",
    parameters,
    tables: [{ air: powersAir() }],
    statementValueCount: 2,
    publicValues: decodePair,
  });
}

export function powersInput(logRows: number, [start, step]: readonly [number, number] = [3, 5]): ProverInput {
  const rows = 2 ** logRows;
  const [x, run, ninth] = Array.from({ length: 3 }, () => new Uint32Array(rows)) as [Uint32Array, Uint32Array, Uint32Array];
  let value = start;
  for (let row = 0; row < rows; row++) {
    x[row] = value;
    run[row] = row % 3 === 0 && row < rows - 1 ? 1 : 0;
    ninth[row] = pow(value, 9);
    if (run[row] === 1) value = add(mul(pow(value, 8), value), step);
  }
  return { statement: Uint8Array.of(start, step), auxiliary: [[]], traces: [[x, run, ninth]] };
}
