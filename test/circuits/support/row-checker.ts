import { add, mul, sub } from "../../../src/proofs/field/koala-bear.ts";
import type { Air, ConstraintScope } from "../../../src/proofs/stark/constraints/air.ts";
import { evaluateGraph } from "../../../src/proofs/stark/constraints/expression.ts";

/** Names of the constraints that do not hold at a row. */
export type RowChecker = (columns: readonly Uint32Array[], publics: readonly number[], row: number) => string[];

/**
 * Flattens an AIR into straight-line code and evaluates it at single rows, so that thousands of mutated traces can be
 * checked where they were mutated. `evaluateGraph` gives the code; nothing of the prover is involved.
 */
export function createRowChecker(air: Air): RowChecker {
  const code: number[] = [];
  const constants: number[] = [];
  const push = (op: number, a: number, b: number): number => {
    code.push(op, a, b);
    return code.length / 3 - 1;
  };
  const roots = air.constraints.flatMap(({ selector, body }) => (selector === undefined ? [body] : [body, selector]));
  const registers = evaluateGraph<number>(air.nodes, roots, {
    constant: (value) => push(0, constants.push(value) - 1, 0),
    column: (_phase, column, next) => push(next ? 2 : 1, column, 0),
    public: (index) => push(3, index, 0),
    add: (a, b) => push(4, a, b),
    sub: (a, b) => push(5, a, b),
    mul: (a, b) => push(6, a, b),
  });
  const program = Uint32Array.from(code);
  const values = new Float64Array(program.length / 3);
  let at = 0;
  const targets = air.constraints.map((constraint) => ({
    name: constraint.name,
    scope: constraint.scope,
    body: registers[at++]!,
    selector: constraint.selector === undefined ? undefined : registers[at++]!,
  }));

  return (columns, publics, row) => {
    const height = columns[0]!.length;
    const next = (row + 1) % height;
    for (let i = 0; i < values.length; i++) {
      const a = program[3 * i + 1]!;
      const b = program[3 * i + 2]!;
      switch (program[3 * i]!) {
        case 0:
          values[i] = constants[a]!;
          break;
        case 1:
          values[i] = columns[a]![row]!;
          break;
        case 2:
          values[i] = columns[a]![next]!;
          break;
        case 3:
          values[i] = publics[a]!;
          break;
        case 4:
          values[i] = add(values[a]!, values[b]!);
          break;
        case 5:
          values[i] = sub(values[a]!, values[b]!);
          break;
        default:
          values[i] = mul(values[a]!, values[b]!);
      }
    }
    const applies = (scope: ConstraintScope): boolean =>
      scope === "everyRow" ||
      (scope === "transition" && row < height - 1) ||
      (scope === "firstRow" && row === 0) ||
      (scope === "lastRow" && row === height - 1);
    return targets
      .filter(
        ({ scope, body, selector }) => applies(scope) && values[body] !== 0 && (selector === undefined || values[selector] !== 0),
      )
      .map(({ name }) => name);
  };
}

/** A constraint that fails, and where. */
export interface Failure {
  readonly row: number;
  readonly name: string;
}

/** All failures of a trace; identical rows that follow one another (the padding) are checked once. */
export function checkRows(check: RowChecker, columns: readonly Uint32Array[], publics: readonly number[]): Failure[] {
  const height = columns[0]!.length;
  const failures: Failure[] = [];
  for (let row = 0; row < height; row++) {
    const repeats = row > 1 && row < height - 1 && columns.every((c) => c[row] === c[row - 1] && c[row] === c[row + 1]);
    if (!repeats) for (const name of check(columns, publics, row)) failures.push({ row, name });
  }
  return failures;
}
