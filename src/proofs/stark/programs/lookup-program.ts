import type { Ext, ExtensionField } from "../../field/extension.ts";
import { P } from "../../field/koala-bear.ts";
import type { RowProgram } from "../../kernels/backend.ts";
import { evaluateGraph } from "../constraints/expression.ts";
import { type LookupPlan, sumOfFractions } from "../constraints/lookup.ts";
import type { Table } from "../systems/system.ts";
import {
  type ExtensionValue,
  lowerExtension,
  RowProgramBuilder,
  type ScalarSource,
  type VectorValue,
  type ValueArithmetic,
} from "./vector-program.ts";

/** Program that computes a table's lookup columns from its rows. */
export interface LookupProgram {
  /**
   * Stores `degree` columns a group: in those of a running sum the sum of all its groups, whose running sum φ is, and behind
   * them the sums of the other groups' fractions.
   */
  readonly program: RowProgram;
  readonly scalars: readonly ScalarSource[];
  readonly width: number;
  /** Number of groups that are running sums. */
  readonly sums: number;
}

/**
 * Compiles the lookup columns that `lookup.ts` defines. One inversion a row serves all groups (Montgomery's trick over the
 * groups), so a zero among a row's fingerprints makes that inversion fail.
 */
export function compileLookupProgram(field: ExtensionField, table: Table, plan: LookupPlan): LookupProgram {
  const { air } = table;
  const builder = new RowProgramBuilder();
  const firstColumn = { preprocessed: 0, main: table.preprocessedWidth };
  const values = evaluateGraph<VectorValue>(
    air.nodes,
    plan.groups.flat().flatMap((term) => [term.multiplicity, ...term.message]),
    {
      constant: (value) => builder.constant(value),
      column: (phase, column, next) => {
        if (phase === "lookup") throw new Error(`an interaction of table ${air.name} reads a lookup column`);
        return builder.column(firstColumn[phase] + column, next);
      },
      public: (index) => builder.scalar({ kind: "public", index }),
      add: (a, b) => builder.add(a, b),
      sub: (a, b) => builder.sub(a, b),
      mul: (a, b) => builder.mul(a, b),
    },
  );
  const arithmetic = lowerExtension(builder, field);
  const fractions = lookupFractions(builder, field, plan, values).map((group, g) =>
    sumOfFractions(
      plan.groups[g] ?? [],
      group.map(({ fingerprint }) => fingerprint),
      group.map(({ multiplicity }) => multiplicity),
      arithmetic,
    ),
  );
  const inverses = invertAll(
    builder,
    field,
    fractions.map(({ denominator }) => denominator),
  );
  const sums = fractions.map(({ numerator }, g) => arithmetic.mul(numerator, inverses[g] ?? []));
  const running = plan.kinds.length;
  sums.slice(running).forEach((sum, g) => sum.forEach((value, c) => builder.store(value, (running + g) * field.degree + c)));
  plan.kinds.forEach((_, s) => {
    const own = sums.filter((_sum, g) => plan.sumOf[g] === s);
    own.reduce(arithmetic.add).forEach((value, c) => builder.store(value, s * field.degree + c));
  });
  return { ...builder.build(), width: plan.groups.length * field.degree, sums: running };
}

/** Multiplicity and fingerprint of every term by group. `values` holds each term's multiplicity and message, in order. */
export function lookupFractions(
  builder: ValueArithmetic,
  field: ExtensionField,
  plan: LookupPlan,
  values: readonly VectorValue[],
): { readonly multiplicity: VectorValue; readonly fingerprint: ExtensionValue }[][] {
  let cursor = 0;
  const take = (): VectorValue => {
    const value = values[cursor++];
    if (value === undefined) throw new Error("an interaction has no value");
    return value;
  };
  return plan.groups.map((group) =>
    group.map((term) => {
      const multiplicity = take();
      const message = term.message.map(take);
      const fingerprint = Array.from({ length: field.degree }, (_, coordinate) =>
        message.reduce(
          (sum, element, i) =>
            builder.add(sum, builder.mul(element, builder.scalar({ kind: "foldPower", exponent: i + 1, coordinate }))),
          builder.scalar({ kind: "fingerprintOffset", busTag: term.bus.tag, coordinate }),
        ),
      );
      return { multiplicity, fingerprint };
    }),
  );
}

/** Inverses of all elements by one inversion (Montgomery 1987). */
function invertAll(builder: RowProgramBuilder, field: ExtensionField, elements: readonly ExtensionValue[]): ExtensionValue[] {
  const { mul } = lowerExtension(builder, field);
  const [first, ...others] = elements;
  if (first === undefined) return [];
  const prefixes = [first];
  for (const element of others) prefixes.push(mul(prefixes.at(-1) ?? first, element));
  let inverse = invert(builder, field, prefixes.at(-1) ?? first);
  const inverses: ExtensionValue[] = [];
  for (let i = elements.length - 1; i > 0; i--) {
    inverses.unshift(mul(inverse, prefixes[i - 1] ?? first));
    inverse = mul(inverse, elements[i] ?? first);
  }
  return [inverse, ...inverses];
}

/** The product of an element's other conjugates, divided by its norm, which is an element of the base field. */
function invert(builder: RowProgramBuilder, field: ExtensionField, element: ExtensionValue): ExtensionValue {
  const { add, mul, scale } = lowerExtension(builder, field);
  const zero = field.zero.map((coordinate) => builder.constant(coordinate));
  const conjugates = powersOfFrobenius(field).map((images) =>
    images
      .map((image, j) =>
        scale(
          image.map((coordinate) => builder.constant(coordinate)),
          element[j] ?? builder.constant(0),
        ),
      )
      .reduce<ExtensionValue>((sum, term) => add(sum, term), zero),
  );
  const cofactor = conjugates.reduce((product, conjugate) => mul(product, conjugate));
  const [norm] = mul(element, cofactor);
  if (norm === undefined) throw new Error("an extension element has a constant term");
  return scale(cofactor, builder.invert(norm));
}

const known = new WeakMap<ExtensionField, readonly (readonly Ext[])[]>();

/**
 * (X^j)^(p^i) for every i from 1 and every j: raising to p^i is linear, because it leaves the base field
 * unchanged.
 */
function powersOfFrobenius(field: ExtensionField): readonly (readonly Ext[])[] {
  const images =
    known.get(field) ??
    Array.from({ length: field.degree - 1 }, (_, i) =>
      Array.from({ length: field.degree }, (_unused, j) => {
        const power = Array.from({ length: field.degree }, (_coordinate, k) => (k === j ? 1 : 0));
        return field.pow(power, BigInt(P) ** BigInt(i + 1));
      }),
    );
  known.set(field, images);
  return images;
}
