import { inv, rootOfUnity } from "../field/koala-bear.ts";
import type { ConstraintScope } from "../stark/constraints/air.ts";
import { evaluateGraph } from "../stark/constraints/expression.ts";
import { lookupConstraints } from "../stark/constraints/lookup.ts";
import { ABSENT, type Shape } from "../stark/systems/shape.ts";
import type { System, Table } from "../stark/systems/system.ts";
import type { Form, FormArithmetic } from "./forms.ts";

/** Opened values for a proof's constraints, in a program. */
export interface OpenedForms {
  readonly atPoint: readonly Form[];
  readonly atNext: readonly Form[];
  /** Per table. */
  readonly publicValues: readonly (readonly Form[])[];
  /** Per table. */
  readonly sums: readonly (readonly Form[])[];
  /** Undefined when no table that is present has interactions. */
  readonly lookup: { readonly fold: Form; readonly offset: Form } | undefined;
  readonly alpha: Form;
  /** z^(2^k), from k = 0 on to the tallest height. */
  readonly powers: readonly Form[];
  /** z^n − 1. */
  readonly vanishing: Form;
}

/** A constraint's value, and by which power of α it counts. */
interface CountedValue {
  readonly exponent: number;
  readonly value: Form;
}

/** Writes "constraints at z = (z^n − 1) · Q(z)" (`stark/evaluate.ts`), in the order of Horner's rule. */
export function writeConstraints(system: System, shape: Shape, forms: FormArithmetic, opened: OpenedForms): void {
  const selectors = new Map<number, Record<ConstraintScope, () => Form>>();
  const values = system.tables.flatMap((table): CountedValue[] => {
    const logRows = shape.logRows[table.index] ?? ABSENT;
    if (logRows === ABSENT) return [];
    const own = selectors.get(logRows) ?? rowSelectors(forms, opened, shape.tallest, logRows);
    selectors.set(logRows, own);
    return tableConstraints(table, shape, forms, opened).map(({ scope, value }, i) => ({
      exponent: table.firstConstraint + i,
      value: scope === "everyRow" ? value : forms.mul(own[scope](), value),
    }));
  });
  const left = weighted(forms, values, opened.alpha);
  forms.assertEqual(left, forms.mul(opened.vanishing, quotient(system, shape, forms, opened)));
}

/** Σ α^exponent · value; exponents ascend. */
function weighted(forms: FormArithmetic, values: readonly CountedValue[], alpha: Form): Form {
  let sum = forms.zero;
  values.toReversed().forEach(({ exponent, value }, i, reversed) => {
    const above = reversed[i - 1]?.exponent ?? exponent;
    sum = forms.add(forms.mul(sum, power(forms, alpha, above - exponent)), value);
  });
  return forms.mul(sum, power(forms, alpha, values[0]?.exponent ?? 0));
}

function power(forms: FormArithmetic, base: Form, exponent: number): Form {
  let [result, square] = [forms.one, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = forms.mul(result, square);
    if (left > 1) square = forms.mul(square, square);
  }
  return result;
}

/** The selectors of a height's tables, each written when a constraint needs it. */
function rowSelectors(
  forms: FormArithmetic,
  { powers, vanishing }: OpenedForms,
  tallest: number,
  logRows: number,
): Record<ConstraintScope, () => Form> {
  const point = formAt(powers, tallest - logRows);
  const fromLast = forms.sub(point, forms.base(inv(rootOfUnity(logRows))));
  const boundary = (distance: Form): (() => Form) => {
    let known: Form | undefined;
    return () => (known ??= forms.cell(forms.word(forms.mul(vanishing, forms.inverse(distance)))));
  };
  return {
    everyRow: () => forms.one,
    transition: () => fromLast,
    firstRow: boundary(forms.sub(point, forms.one)),
    lastRow: boundary(fromLast),
  };
}

/** All constraints of one table in order: the AIR's, then the lookups'. */
function tableConstraints(
  table: Table,
  shape: Shape,
  forms: FormArithmetic,
  opened: OpenedForms,
): { readonly scope: ConstraintScope; readonly value: Form }[] {
  const { air, lookup, index } = table;
  const first = firstValues(shape, index);
  const terms = lookup?.groups.flat() ?? [];
  const roots = [
    ...air.constraints.map(({ body }) => body),
    ...air.constraints.flatMap(({ selector }) => (selector === undefined ? [] : [selector])),
    ...terms.flatMap(({ multiplicity, message }) => [multiplicity, ...message]),
  ];
  const results = evaluateGraph<Form>(air.nodes, roots, {
    constant: (value) => forms.base(value),
    column: (phase, column, next) =>
      next ? formAt(opened.atNext, first.next + column) : formAt(opened.atPoint, first[phase] + column),
    public: (publicIndex) => formAt(opened.publicValues[index] ?? [], publicIndex),
    add: forms.add,
    sub: forms.sub,
    mul: forms.mul,
  });
  let cursor = 0;
  const take = (): Form => formAt(results, cursor++);
  const bodies = air.constraints.map(take);
  const own = air.constraints.map(({ scope, selector }, i) => {
    const body = formAt(bodies, i);
    return { scope, value: selector === undefined ? body : forms.mul(take(), body) };
  });
  return [...own, ...lookupValues(table, shape, forms, opened, { first, take })];
}

/** The values of a table's lookup constraints; `take` gives each term's multiplicity and message. */
function lookupValues(
  { lookup, index }: Table,
  shape: Shape,
  forms: FormArithmetic,
  { sums: allSums, lookup: challenges, atPoint, atNext }: OpenedForms,
  { first, take }: { readonly first: FirstValues; readonly take: () => Form },
): { readonly scope: ConstraintScope; readonly value: Form }[] {
  const sums = allSums[index] ?? [];
  if (lookup === undefined || challenges === undefined || sums.length === 0) return [];
  const fractions = lookup.groups.map((group) =>
    group.map(({ bus, message }) => {
      const multiplicity = take();
      const elements = message.map(take);
      const offset = forms.add(challenges.offset, forms.base(bus.tag));
      return { multiplicity, fingerprint: forms.polynomial([offset, ...elements], challenges.fold) };
    }),
  );
  const running = sums.map((_, s) => formAt(atPoint, first.lookup + s));
  const steps = lookupConstraints<Form, Form>(
    lookup,
    {
      running,
      runningNext: sums.map((_, s) => formAt(atNext, first.lookupNext + s)),
      helpers: lookup.groups.slice(sums.length).map((_, g) => formAt(atPoint, first.lookup + sums.length + g)),
      steps: sums.map((sum) => forms.scale(sum, inv(2 ** (shape.logRows[index] ?? 0)))),
      fingerprints: fractions.map((group) => group.map(({ fingerprint }) => fingerprint)),
      multiplicities: fractions.map((group) => group.map(({ multiplicity }) => multiplicity)),
    },
    {
      add: forms.add,
      sub: forms.sub,
      mul: forms.mul,
      scale: forms.mul,
      embed: (multiplicity, sign) => (sign === 1 ? multiplicity : forms.neg(multiplicity)),
    },
  );
  return [
    ...running.map((value) => ({ scope: "firstRow" as const, value })),
    ...steps.map((value) => ({ scope: "everyRow" as const, value })),
  ];
}

/** Index of a table's first values among those that are opened. */
interface FirstValues {
  readonly preprocessed: number;
  readonly main: number;
  readonly lookup: number;
  readonly next: number;
  readonly lookupNext: number;
}

function firstValues({ blocks }: Shape, table: number): FirstValues {
  const of = (phase: "preprocessed" | "main" | "lookup") =>
    blocks.find((block) => block.table === table && block.phase === phase);
  const [preprocessed, main, lookup] = [of("preprocessed"), of("main"), of("lookup")];
  return {
    preprocessed: preprocessed?.firstValue ?? 0,
    main: main?.firstValue ?? 0,
    lookup: lookup?.firstValue ?? 0,
    next: main?.firstNext ?? 0,
    lookupNext: lookup?.firstNext ?? 0,
  };
}

/** Q(z) = Σ_j z^(jn) · value of chunk j. */
function quotient({ chunkCount }: System, shape: Shape, forms: FormArithmetic, { atPoint, powers }: OpenedForms): Form {
  return forms.polynomial(atPoint.slice(-chunkCount), formAt(powers, shape.tallest));
}

export function formAt(list: readonly Form[], index: number): Form {
  const form = list[index];
  if (form === undefined) throw new RangeError(`form ${index} of ${list.length} is missing`);
  return form;
}
