import type { Ext, ExtensionField } from "../../field/extension.ts";
import { add, mul, sub } from "../../field/koala-bear.ts";
import type { VectorProgram } from "../../kernels/backend.ts";
import type { ConstraintScope } from "../constraints/air.ts";
import type { LookupChallenges } from "../systems/evaluate.ts";
import { evaluateGraph } from "../constraints/expression.ts";
import { lookupConstraints } from "../constraints/lookup.ts";
import { lookupFractions } from "./lookup-program.ts";
import type { Table } from "../systems/system.ts";
import {
  ConstraintProgramBuilder,
  type ExtensionValue,
  lowerExtension,
  type ScalarSource,
  type VectorValue,
} from "./vector-program.ts";

/** One table's constraints, lookups included, as vector code over its concatenated blocks. */
export interface TableProgram {
  readonly program: VectorProgram;
  readonly scalars: readonly ScalarSource[];
  /** Per accumulate weight: constraint index within the table and, for lookup constraints, the coordinate it belongs to. */
  readonly weights: readonly { readonly constraint: number; readonly coordinate: number }[];
}

const SCOPES: Readonly<Record<ConstraintScope, 0 | 1 | 2 | 3>> = { everyRow: 0, transition: 1, firstRow: 2, lastRow: 3 };

/**
 * Compiles a table's constraints in their order (AIR constraints, then lookups). A lookup constraint is an equation
 * between extension values; it becomes one accumulation per coordinate, all under the same power of the challenge.
 */
export function compileTableProgram(field: ExtensionField, table: Table): TableProgram {
  const { air, lookup } = table;
  const builder = new ConstraintProgramBuilder();
  const weights: { constraint: number; coordinate: number }[] = [];
  const firstColumn = { preprocessed: 0, main: table.preprocessedWidth, lookup: table.preprocessedWidth + table.mainWidth };
  const accumulate = (value: VectorValue, scope: ConstraintScope, constraint: number, coordinate: number): void => {
    builder.accumulate(value, SCOPES[scope], weights.length);
    weights.push({ constraint, coordinate });
  };

  const terms = lookup?.groups.flat() ?? [];
  const roots = [
    ...air.constraints.map((constraint) => constraint.body),
    ...air.constraints.flatMap((constraint) => (constraint.selector === undefined ? [] : [constraint.selector])),
    ...terms.flatMap((term) => [term.multiplicity, ...term.message]),
  ];
  const values = evaluateGraph<VectorValue>(air.nodes, roots, {
    constant: (value) => builder.constant(value),
    column: (phase, column, next) => builder.column(firstColumn[phase] + column, next),
    public: (index) => builder.scalar({ kind: "public", index }),
    add: (a, b) => builder.add(a, b),
    sub: (a, b) => builder.sub(a, b),
    mul: (a, b) => builder.mul(a, b),
  });
  let cursor = 0;
  const take = (): VectorValue => {
    const value = values[cursor++];
    if (value === undefined) throw new Error("a constraint has no value");
    return value;
  };
  const bodies = air.constraints.map(take);
  air.constraints.forEach(({ scope, selector }, i) => {
    const body = bodies[i];
    if (body === undefined) throw new Error("a constraint has no body");
    accumulate(selector === undefined ? body : builder.mul(take(), body), scope, i, 0);
  });
  if (lookup === undefined) return { ...builder.build(), weights };

  const coordinates = <T>(of: (coordinate: number) => T): T[] => Array.from({ length: field.degree }, (_, c) => of(c));
  const column = (group: number, next: boolean): ExtensionValue =>
    coordinates((c) => builder.column(firstColumn.lookup + group * field.degree + c, next));
  const fractions = lookupFractions(builder, field, lookup, values.slice(cursor));
  const running = lookup.kinds.map((_, s) => column(s, false));
  const steps = lookupConstraints<ExtensionValue, VectorValue>(
    lookup,
    {
      running,
      runningNext: lookup.kinds.map((_, s) => column(s, true)),
      helpers: lookup.groups.slice(running.length).map((_, g) => column(running.length + g, false)),
      steps: lookup.kinds.map((_, sum) => coordinates((coordinate) => builder.scalar({ kind: "lookupStep", sum, coordinate }))),
      fingerprints: fractions.map((group) => group.map((fraction) => fraction.fingerprint)),
      multiplicities: fractions.map((group) => group.map((fraction) => fraction.multiplicity)),
    },
    lowerExtension(builder, field),
  );
  const first = air.constraints.length;
  running.forEach((sum, s) => sum.forEach((value, c) => accumulate(value, "firstRow", first + s, c)));
  const everyRow = first + running.length;
  steps.forEach((step, g) => step.forEach((value, c) => accumulate(value, "everyRow", everyRow + g, c)));
  return { ...builder.build(), weights };
}

/** Values that a program's scalars take in one proof. `steps` are the claimed sums over the height. */
export function fillScalars(
  field: ExtensionField,
  sources: readonly ScalarSource[],
  values: {
    readonly publicValues: readonly number[];
    readonly lookup: LookupChallenges | undefined;
    readonly steps: readonly Ext[];
  },
): Uint32Array {
  const scalars = new Uint32Array(sources.length);
  const at = (index: number): number => scalars[index] ?? 0;
  const powers: Ext[] = [field.one];
  const foldPower = (exponent: number): Ext => {
    const { fold } = required(values.lookup, "lookup challenges");
    while (powers.length <= exponent) powers.push(field.mul(powers.at(-1) ?? field.one, fold));
    return powers[exponent] ?? field.one;
  };
  sources.forEach((source, i) => {
    scalars[i] = ((): number => {
      switch (source.kind) {
        case "constant":
          return source.value;
        case "public":
          return required(values.publicValues[source.index], `public value ${source.index}`);
        case "foldPower":
          return foldPower(source.exponent)[source.coordinate] ?? 0;
        case "fingerprintOffset": {
          const coordinate = required(values.lookup, "lookup challenges").offset[source.coordinate] ?? 0;
          return source.coordinate === 0 ? add(coordinate, source.busTag) : coordinate;
        }
        case "lookupStep":
          return required(values.steps[source.sum], "claimed sum")[source.coordinate] ?? 0;
        case "add":
          return add(at(source.a), at(source.b));
        case "sub":
          return sub(at(source.a), at(source.b));
        case "mul":
          return mul(at(source.a), at(source.b));
      }
    })();
  });
  return scalars;
}

/** α^(firstConstraint + constraint) · X^coordinate per accumulate weight. */
export function fillWeights(field: ExtensionField, table: Table, { weights }: TableProgram, alpha: Ext): Ext[] {
  const powers: Ext[] = [field.pow(alpha, table.firstConstraint)];
  for (let i = 1; i < table.constraintCount; i++) powers.push(field.mul(powers.at(-1) ?? field.one, alpha));
  const unit = (power: number): Ext => Array.from({ length: field.degree }, (_, i) => (i === power ? 1 : 0));
  return weights.map(({ constraint, coordinate }) => {
    const power = required(powers[constraint], `power ${constraint} of the composition challenge`);
    return coordinate === 0 ? power : field.mul(power, unit(coordinate));
  });
}

function required<T>(value: T | undefined, subject: string): T {
  if (value === undefined) throw new Error(`a constraint program needs a missing ${subject}`);
  return value;
}
