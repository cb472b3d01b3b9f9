import type { Air } from "./air.ts";
import type { Bus, BusKind } from "./bus.ts";
import { degrees, type NodeIndex } from "./expression.ts";

/*
 * LogUp. A message m of the bus with tag b has the fingerprint
 *
 *     d = γ + b + Σᵢ β^(i+1) · mᵢ            (β and γ are drawn after the main commitment)
 *
 * and a bus balances when Σ ± multiplicity / d = 0 over all interactions of all rows of all tables (sends count
 * positive, receives negative). Distinct (bus, message) pairs have distinct fingerprints as polynomials in β and γ,
 * because every message of one bus has the same length. What a balance says of the messages is in `multiplicities.ts`.
 *
 * A table's interactions are split into groups. Group 0 belongs to the running sum φ, each further group g to a helper
 * column h_g. With σ the table's claimed sum and n its height, the constraints are, in this order,
 *
 *     first row:   φ = 0
 *     every row:   (φ' − φ − Σ_g h_g + σ/n) · D₀ − N₀ = 0
 *     every row:   h_g · D_g − N_g = 0          for g = 1, 2, …
 *
 * where N_g / D_g is the sum of the group's fractions. "Every row" includes the last, whose next row is the first: the
 * sum therefore returns to φ = 0 exactly when the fractions of all rows add up to σ.
 *
 * In a system whose runs are cut into segments, a table has such a sum for each kind of bus that it speaks on, local ones
 * first. No group has terms of two kinds; the groups of the running sums come first, and each helper belongs to one of them.
 */

/** One fraction: sign · multiplicity / fingerprint(bus, message). */
interface LookupTerm {
  readonly bus: Bus;
  readonly sign: 1 | -1;
  readonly multiplicity: NodeIndex;
  readonly message: readonly NodeIndex[];
}

/**
 * Distribution of one table's interactions over its lookup columns (`groups.length` extension columns,
 * running sums first).
 */
export interface LookupPlan {
  readonly groups: readonly (readonly LookupTerm[])[];
  /** Index of each group's sum. The first groups are the running sums', one each. */
  readonly sumOf: readonly number[];
  /** The kinds of buses of which each sum is; both in a system without segments, which has one sum. */
  readonly kinds: readonly (readonly BusKind[])[];
  /** Highest degree of the lookup constraints, at least 2 (the first-row constraint with its selector). */
  readonly degree: number;
}

/** The buses of all tables by tag, ascending. Throws TypeError when two of them share a tag or a name. */
export function collectBuses(airs: readonly Air[]): Bus[] {
  const buses = new Set(airs.flatMap((air) => air.interactions.map(({ bus }) => bus)));
  for (const bus of buses) {
    for (const other of buses) {
      if (bus === other || (bus.tag !== other.tag && bus.name !== other.name)) continue;
      throw new TypeError(
        `bus ${bus.name} of tag ${bus.tag} and bus ${other.name} of tag ${other.tag} are two: give each its own name and tag, or define the bus once`,
      );
    }
  }
  return [...buses].sort((a, b) => a.tag - b.tag);
}

/**
 * Groups the interactions first-fit, in order, so that no lookup constraint exceeds `maxDegree`. Undefined for a table
 * without interactions. Throws RangeError when one interaction alone exceeds the degree.
 */
export function planLookups(air: Air, maxDegree: number, inSegments = false): LookupPlan | undefined {
  if (air.interactions.length === 0) return undefined;
  const spoken = new Set(air.interactions.map(({ bus }) => bus.kind));
  const kinds: (readonly BusKind[])[] = inSegments ? KINDS.filter((kind) => spoken.has(kind)).map((kind) => [kind]) : [KINDS];
  const groups: TermGroup[] = [];
  const roots = air.interactions.flatMap(({ multiplicity, message }) => [multiplicity, ...message]);
  const rootDegrees = degrees(air.nodes, roots);
  let cursor = 0;
  for (const interaction of air.interactions) {
    const [multiplicityDegree = 0, ...messageDegrees] = rootDegrees.slice(cursor, cursor + 1 + interaction.message.length);
    cursor += 1 + interaction.message.length;
    const fingerprintDegree = Math.max(0, ...messageDegrees);
    const joined = (group: { denominatorDegree: number; numeratorDegree: number }) => ({
      denominatorDegree: group.denominatorDegree + fingerprintDegree,
      numeratorDegree: Math.max(group.numeratorDegree + fingerprintDegree, multiplicityDegree + group.denominatorDegree),
    });
    const degreeOf = (group: { denominatorDegree: number; numeratorDegree: number }): number =>
      Math.max(1 + group.denominatorDegree, group.numeratorDegree);
    const alone = joined({ denominatorDegree: 0, numeratorDegree: 0 });
    if (degreeOf(alone) > maxDegree) {
      throw new RangeError(
        `an interaction of table ${air.name} on bus ${interaction.bus.name} needs degree ${degreeOf(alone)}, the system allows ${maxDegree}`,
      );
    }
    const term: LookupTerm = {
      bus: interaction.bus,
      sign: interaction.direction === "send" ? 1 : -1,
      multiplicity: interaction.multiplicity,
      message: interaction.message,
    };
    const sum = kinds.findIndex((group) => group.includes(interaction.bus.kind));
    const group = groups.find((candidate) => candidate.sum === sum && degreeOf(joined(candidate)) <= maxDegree);
    if (group === undefined) groups.push({ sum, terms: [term], ...alone });
    else {
      group.terms.push(term);
      Object.assign(group, joined(group));
    }
  }
  const running = kinds.flatMap((_, sum) => groups.find((group) => group.sum === sum) ?? []);
  const ordered = [...running, ...groups.filter((group) => !running.includes(group))];
  return {
    groups: ordered.map((group) => group.terms),
    sumOf: ordered.map((group) => group.sum),
    kinds,
    degree: Math.max(2, ...groups.map((group) => Math.max(1 + group.denominatorDegree, group.numeratorDegree))),
  };
}

const KINDS: readonly BusKind[] = ["local", "carried"];

/** An incomplete group, and the degrees of the sum of its fractions. */
interface TermGroup {
  readonly sum: number;
  readonly terms: LookupTerm[];
  denominatorDegree: number;
  numeratorDegree: number;
}

/** Arithmetic that lookups are written in: E extension values, M multiplicities. */
interface LookupArithmetic<E, M> {
  add(a: E, b: E): E;
  sub(a: E, b: E): E;
  mul(a: E, b: E): E;
  scale(a: E, multiplicity: M): E;
  /** sign · multiplicity as an extension value. */
  embed(multiplicity: M, sign: 1 | -1): E;
}

/** One table's lookup columns and fractions at a row or point. */
interface LookupValues<E, M> {
  /** One per sum. */
  readonly running: readonly E[];
  readonly runningNext: readonly E[];
  /** One per group behind those of the running sums. */
  readonly helpers: readonly E[];
  /** σ / n of each sum. */
  readonly steps: readonly E[];
  /** Per group and term. */
  readonly fingerprints: readonly (readonly E[])[];
  readonly multiplicities: readonly (readonly M[])[];
}

/**
 * The constraint values that hold on every row, group 0 first. The first-row constraints (the running sums themselves) are not
 * among them. The one definition behind the verifier's evaluation and the prover's program.
 */
export function lookupConstraints<E, M>(plan: LookupPlan, values: LookupValues<E, M>, arithmetic: LookupArithmetic<E, M>): E[] {
  const { add, sub, mul } = arithmetic;
  const running = plan.kinds.map((_, s) => {
    const own = values.helpers.filter((_helper, i) => plan.sumOf[plan.kinds.length + i] === s);
    const step = own.reduce((sum, helper) => sub(sum, helper), sub(at(values.runningNext, s), at(values.running, s)));
    return add(step, at(values.steps, s));
  });
  const sums = [...running, ...values.helpers];
  return plan.groups.map((terms, g) => {
    const { numerator, denominator } = sumOfFractions(
      terms,
      at(values.fingerprints, g),
      at(values.multiplicities, g),
      arithmetic,
    );
    return sub(mul(at(sums, g), denominator), numerator);
  });
}

/** N and D of a group: the sum of its fractions on one denominator. */
export function sumOfFractions<E, M>(
  terms: readonly LookupTerm[],
  fingerprints: readonly E[],
  multiplicities: readonly M[],
  { add, sub, mul, scale, embed }: LookupArithmetic<E, M>,
): { readonly numerator: E; readonly denominator: E } {
  const [first, ...others] = terms;
  if (first === undefined) throw new Error("a lookup group has at least one term");
  let numerator = embed(at(multiplicities, 0), first.sign);
  let denominator = at(fingerprints, 0);
  others.forEach(({ sign }, i) => {
    const fingerprint = at(fingerprints, i + 1);
    const join = sign === 1 ? add : sub;
    numerator = join(mul(numerator, fingerprint), scale(denominator, at(multiplicities, i + 1)));
    denominator = mul(denominator, fingerprint);
  });
  return { numerator, denominator };
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`lookup value ${index} of ${list.length} is missing`);
  return value;
}
