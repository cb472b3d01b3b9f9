import type { Ext, ExtensionField } from "../../field/extension.ts";
import { inv, rootOfUnity } from "../../field/koala-bear.ts";
import type { ConstraintScope } from "../constraints/air.ts";
import { evaluateGraph } from "../constraints/expression.ts";
import { lookupConstraints, type LookupPlan } from "../constraints/lookup.ts";
import { quotientStep } from "./hiding.ts";
import { ABSENT, type Block, type Shape } from "./shape.ts";
import type { System, Table } from "./system.ts";

/** Challenges of the lookup phase: β folds messages, γ offsets them. */
export interface LookupChallenges {
  readonly fold: Ext;
  readonly offset: Ext;
}

/** Opened values for the constraints. */
interface OpenedValues {
  /** Per opened value, in the order of their columns. */
  readonly atPoint: readonly Ext[];
  /** Per value opened at the next row, same order. */
  readonly atNext: readonly Ext[];
  /** Per table: statement values and the table's own. */
  readonly publicValues: readonly (readonly number[])[];
  /** Per table: claimed lookup sums, none of a table that is absent or has no interactions. */
  readonly sums: readonly (readonly Ext[])[];
  /** Undefined when no table that is present has interactions. */
  readonly lookup: LookupChallenges | undefined;
}

/**
 * Σ over all present tables of α^index · selector(z_t) · constraint(z_t), where z_t = z^(n/n_t) is the point of a table of
 * height n_t and `index` counts constraints through all tables, absent ones too. For a proof this equals (z^n − 1) · Q(z).
 * `point` must lie outside the trace domain.
 */
export function compositionAtPoint(system: System, shape: Shape, values: OpenedValues, point: Ext, alpha: Ext): Ext {
  const { field } = system;
  let sum = field.zero;
  for (const table of system.tables) {
    const logRows = shape.logRows[table.index] ?? ABSENT;
    if (logRows === ABSENT) continue;
    const tablePoint = powerOfTwo(field, point, shape.tallest - logRows);
    const selectors = rowSelectors(field, tablePoint, logRows);
    let weight = field.pow(alpha, table.firstConstraint);
    for (const { scope, value } of tableConstraints(system, table, shape, values)) {
      sum = field.add(sum, field.mul(weight, field.mul(selectors[scope], value)));
      weight = field.mul(weight, alpha);
    }
  }
  return sum;
}

/** Q(z) = Σ_j z^(js) Σ_c X^c · value of chunk j, coordinate c, with s from `quotientStep`. */
export function quotientAtPoint(system: System, shape: Shape, atPoint: readonly Ext[], point: Ext): Ext {
  const { field } = system;
  const quotient = shape.blocks.at(-1);
  if (quotient?.phase !== "quotient") throw new Error("the quotient's block is the last");
  const step = field.pow(point, quotientStep(system.parameters, shape.tallest));
  let sum = field.zero;
  for (let chunk = system.chunkCount - 1; chunk >= 0; chunk--) {
    sum = field.add(field.mul(sum, step), extensionValue(field, quotient, atPoint, quotient.firstValue, chunk));
  }
  return sum;
}

/** x^(2^log). */
export function powerOfTwo(field: ExtensionField, x: Ext, log: number): Ext {
  let power = x;
  for (let i = 0; i < log; i++) power = field.mul(power, power);
  return power;
}

/**
 * The row selectors of a table of 2^logRows rows at x: 1; x − g⁻¹; Z(x)/(x − 1); Z(x)/(x − g⁻¹) with Z(x) = x^n − 1 and g
 * the trace domain's generator. Throws RangeError at x = 1 or x = g⁻¹.
 */
export function rowSelectors(field: ExtensionField, x: Ext, logRows: number): Record<ConstraintScope, Ext> {
  const vanishing = field.sub(powerOfTwo(field, x, logRows), field.one);
  const fromFirst = field.sub(x, field.one);
  const fromLast = field.sub(x, field.fromBase(inv(rootOfUnity(logRows))));
  return {
    everyRow: field.one,
    transition: fromLast,
    firstRow: field.mul(vanishing, field.inv(fromFirst)),
    lastRow: field.mul(vanishing, field.inv(fromLast)),
  };
}

/** The value of an extension column, which is sent as such, or is Σ_c X^c times the values of its coordinate columns. */
function extensionValue(
  field: ExtensionField,
  { joined }: Pick<Block, "joined">,
  values: readonly Ext[],
  firstValue: number,
  index: number,
): Ext {
  if (joined > 1) return valueAt(values, firstValue + index);
  const first = firstValue + index * field.degree;
  let sum = field.zero;
  for (let c = field.degree - 1; c >= 0; c--) sum = field.add(field.mul(sum, generator(field)), valueAt(values, first + c));
  return sum;
}

/** X itself. */
function generator(field: ExtensionField): Ext {
  return Array.from({ length: field.degree }, (_, i) => (i === 1 ? 1 : 0));
}

function valueAt(values: readonly Ext[], index: number): Ext {
  const value = values[index];
  if (value === undefined) throw new RangeError(`opened value ${index} of ${values.length} is missing`);
  return value;
}

/** Indices of a table's first values among those that are opened, and of its lookups' first values. */
function firstValues({ index }: Table, shape: Shape) {
  const first = { preprocessed: 0, main: 0, lookup: 0, next: 0, lookupNext: 0, joined: 1 };
  for (const block of shape.blocks) {
    if (block.table !== index || block.phase === "quotient") continue;
    first[block.phase] = block.firstValue;
    if (block.phase === "main") first.next = block.firstNext;
    if (block.phase === "lookup") [first.lookupNext, first.joined] = [block.firstNext, block.joined];
  }
  return first;
}

/**
 * Contribution of each term of each group of lookups; `take` returns multiplicities and messages in the
 * terms' order.
 */
function fractionsOf(field: ExtensionField, { groups }: LookupPlan, { fold, offset }: LookupChallenges, take: () => Ext) {
  return groups.map((group) =>
    group.map((term) => {
      const multiplicity = take();
      let fingerprint = field.add(offset, field.fromBase(term.bus.tag));
      let power = fold;
      for (let i = 0; i < term.message.length; i++) {
        fingerprint = field.add(fingerprint, field.mul(take(), power));
        power = field.mul(power, fold);
      }
      return { multiplicity, fingerprint };
    }),
  );
}

/** All constraints of one table in order: the AIR's, then the lookups'. */
function tableConstraints(
  system: System,
  table: Table,
  shape: Shape,
  values: OpenedValues,
): { readonly scope: ConstraintScope; readonly value: Ext }[] {
  const { field } = system;
  const { air, lookup } = table;
  const first = firstValues(table, shape);
  const publics = values.publicValues[table.index] ?? [];
  const terms = lookup?.groups.flat() ?? [];
  const roots = [
    ...air.constraints.map((constraint) => constraint.body),
    ...air.constraints.flatMap((constraint) => (constraint.selector === undefined ? [] : [constraint.selector])),
    ...terms.flatMap((term) => [term.multiplicity, ...term.message]),
  ];
  const results = evaluateGraph<Ext>(air.nodes, roots, {
    constant: field.fromBase,
    column: (phase, column, next) =>
      next ? valueAt(values.atNext, first.next + column) : valueAt(values.atPoint, first[phase] + column),
    public: (index) => field.fromBase(publics[index] ?? 0),
    add: field.add,
    sub: field.sub,
    mul: field.mul,
  });
  let cursor = 0;
  const take = (): Ext => valueAt(results, cursor++);
  const bodies = air.constraints.map(take);
  const constraints = air.constraints.map(({ scope, selector }, i) => {
    const body = valueAt(bodies, i);
    return { scope, value: selector === undefined ? body : field.mul(take(), body) };
  });
  const sums = values.sums[table.index] ?? [];
  if (lookup === undefined || values.lookup === undefined || sums.length === 0) return constraints;

  const fractions = fractionsOf(field, lookup, values.lookup, take);
  const extension = (opened: readonly Ext[], from: number, group: number): Ext =>
    extensionValue(field, first, opened, from, group);
  const running = sums.map((_, s) => extension(values.atPoint, first.lookup, s));
  const steps = lookupConstraints<Ext, Ext>(
    lookup,
    {
      running,
      runningNext: sums.map((_, s) => extension(values.atNext, first.lookupNext, s)),
      helpers: lookup.groups.slice(sums.length).map((_, g) => extension(values.atPoint, first.lookup, sums.length + g)),
      steps: sums.map((sum) => field.scale(sum, inv(2 ** (shape.logRows[table.index] ?? 0)))),
      fingerprints: fractions.map((group) => group.map((fraction) => fraction.fingerprint)),
      multiplicities: fractions.map((group) => group.map((fraction) => fraction.multiplicity)),
    },
    {
      ...field,
      scale: field.mul,
      embed: (multiplicity, sign) => (sign === 1 ? multiplicity : field.neg(multiplicity)),
    },
  );
  return [
    ...constraints,
    ...running.map((value) => ({ scope: "firstRow" as const, value })),
    ...steps.map((value) => ({ scope: "everyRow" as const, value })),
  ];
}
