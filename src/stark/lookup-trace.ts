import type { Ext, ExtensionField } from "../field/extension.ts";
import { mul, P } from "../field/koala-bear.ts";
import { evaluateRows, rowRange, type TableColumns } from "./column-arithmetic.ts";
import type { LookupChallenges } from "./evaluate.ts";
import type { LookupPlan } from "./lookup.ts";
import type { System, Table } from "./system.ts";

/** Rows handled at once: bounds the memory of intermediate expression values. */
const CHUNK_ROWS = 1024;

/** A table's lookup columns (running sum's coordinates first, then each helper's) and the sum of all its fractions. */
export interface LookupTrace {
  readonly columns: readonly Uint32Array[];
  readonly sum: Ext;
}

/**
 * Computes a table's lookup columns after the challenges are drawn; the definition is in `lookup.ts`. Yields to the event
 * loop between chunks of rows. Throws Error when a fingerprint is zero, which happens with probability about
 * (number of fractions) / p^degree.
 */
export async function buildLookupTrace(
  system: System,
  table: Table,
  plan: LookupPlan,
  columns: TableColumns,
  publicValues: readonly number[],
  challenges: LookupChallenges,
  signal?: AbortSignal,
): Promise<LookupTrace> {
  const { field } = system;
  const { degree } = field;
  const height = columns.main[0]?.length ?? 0;
  const arithmetic = new ExtensionLanes(field);
  const fractionSums = new FractionEvaluator(arithmetic, table, plan, columns, publicValues, challenges);
  const lookupColumns = Array.from({ length: plan.groups.length * degree }, () => new Uint32Array(height));
  const total = new Uint32Array(degree);
  for (let first = 0; first < height; first += CHUNK_ROWS) {
    signal?.throwIfAborted();
    const count = Math.min(CHUNK_ROWS, height - first);
    const groups = fractionSums.evaluate(first, count);
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < degree; c++) {
        // Exclusive for now: the running value before this row, without the share σ/n that the constraint subtracts.
        (lookupColumns[c] ?? total)[first + row] = total[c] ?? 0;
        let rowSum = total[c] ?? 0;
        groups.forEach((group, g) => {
          const value = group[row * degree + c] ?? 0;
          if (g > 0) (lookupColumns[g * degree + c] ?? total)[first + row] = value;
          rowSum = (rowSum + value) % P;
        });
        total[c] = rowSum;
      }
    }
    await new Promise(setImmediate);
  }
  const sum = [...total];
  subtractShares(field, lookupColumns.slice(0, degree), sum);
  return { columns: lookupColumns, sum };
}

/** running[i] −= i · σ/n, coordinate by coordinate. */
function subtractShares(field: ExtensionField, running: readonly Uint32Array[], sum: Ext): void {
  const height = running[0]?.length ?? 1;
  const share = field.mul(sum, field.inv(field.fromBase(height)));
  running.forEach((column, c) => {
    const step = share[c] ?? 0;
    let due = 0;
    for (let row = 0; row < height; row++) {
      const value = (column[row] ?? 0) - due;
      column[row] = value < 0 ? value + P : value;
      due = due + step >= P ? due + step - P : due + step;
    }
  });
}

/** Extension multiplication on interleaved coordinates (element i at i · degree), without an object per element. */
class ExtensionLanes {
  readonly field: ExtensionField;
  readonly degree: number;
  /** X^degree in lower powers. */
  readonly #reduction: Ext;
  readonly #product: Float64Array;

  constructor(field: ExtensionField) {
    this.field = field;
    this.degree = field.degree;
    const unit = (power: number): Ext => Array.from({ length: field.degree }, (_, i) => (i === power ? 1 : 0));
    this.#reduction = field.mul(unit(field.degree - 1), unit(1));
    this.#product = new Float64Array(2 * field.degree - 1);
  }

  /** out[o] := a[i] · b[j]; the output may be an operand. */
  multiply(out: Uint32Array, o: number, a: Uint32Array, i: number, b: Uint32Array, j: number): void {
    const { degree } = this;
    const product = this.#product;
    product.fill(0); // sums of up to `degree` canonical values and reductions stay far below 2^53
    for (let x = 0; x < degree; x++) {
      const left = a[i * degree + x] ?? 0;
      for (let y = 0; y < degree; y++) product[x + y] = (product[x + y] ?? 0) + mul(left, b[j * degree + y] ?? 0);
    }
    for (let k = 2 * degree - 2; k >= degree; k--) {
      const top = (product[k] ?? 0) % P;
      for (let x = 0; x < degree; x++) {
        const factor = this.#reduction[x] ?? 0;
        if (factor !== 0) product[k - degree + x] = (product[k - degree + x] ?? 0) + mul(top, factor);
      }
    }
    for (let c = 0; c < degree; c++) out[o * degree + c] = (product[c] ?? 0) % P;
  }

  read(values: Uint32Array, index: number): Ext {
    return [...values.subarray(index * this.degree, (index + 1) * this.degree)];
  }
}

/** Products of a canonical element with 16 bits are below 2^47: so many of them add up exactly in a double. */
const EXACT_TERMS = 32;

/** out[start + row · stride] := constant + Σ columnᵢ[row] · weightᵢ mod p for `count` rows. Weights are split into halves of 16 bits. */
function weightedSum(
  columns: readonly Uint32Array[],
  weights: readonly number[],
  constant: number,
  count: number,
  { out, start, stride }: { readonly out: Uint32Array; readonly start: number; readonly stride: number },
): void {
  const low = new Float64Array(count).fill(constant);
  const high = new Float64Array(count);
  columns.forEach((column, i) => {
    const weight = weights[i] ?? 0;
    const weightLow = weight & 0xffff;
    const weightHigh = weight >>> 16;
    for (let row = 0; row < count; row++) {
      const value = column[row] ?? 0;
      low[row] = (low[row] ?? 0) + value * weightLow;
      high[row] = (high[row] ?? 0) + value * weightHigh;
    }
    if (i % EXACT_TERMS === EXACT_TERMS - 2) {
      for (let row = 0; row < count; row++) {
        low[row] = (low[row] ?? 0) % P;
        high[row] = (high[row] ?? 0) % P;
      }
    }
  });
  // high is reduced to below 2^31 first: 2^47 from it and less than 2^52 from low.
  for (let row = 0; row < count; row++) out[start + row * stride] = (((high[row] ?? 0) % P) * 0x10000 + (low[row] ?? 0)) % P;
}

/** Per group, the sum of its fractions at each row of a chunk. */
class FractionEvaluator {
  readonly #lanes: ExtensionLanes;
  readonly #table: Table;
  readonly #plan: LookupPlan;
  readonly #columns: TableColumns;
  readonly #publicValues: readonly number[];
  readonly #offset: Ext;
  /** β^1, β^2, … */
  readonly #powers: readonly Ext[];

  constructor(
    lanes: ExtensionLanes,
    table: Table,
    plan: LookupPlan,
    columns: TableColumns,
    publicValues: readonly number[],
    challenges: LookupChallenges,
  ) {
    this.#lanes = lanes;
    this.#table = table;
    this.#plan = plan;
    this.#columns = columns;
    this.#publicValues = publicValues;
    this.#offset = challenges.offset;
    const longest = Math.max(...plan.groups.flat().map((term) => term.message.length));
    const powers: Ext[] = [];
    for (let i = 0, power = challenges.fold; i < longest; i++, power = lanes.field.mul(power, challenges.fold)) powers.push(power);
    this.#powers = powers;
  }

  evaluate(first: number, count: number): Uint32Array[] {
    const { degree, field } = this.#lanes;
    const terms = this.#plan.groups.flat();
    const roots = terms.flatMap((term) => [term.multiplicity, ...term.message]);
    const values = evaluateRows(this.#table.air, roots, this.#columns, this.#publicValues, rowRange(first, count));
    const multiplicities: Uint32Array[] = [];
    // Fingerprints of all terms, term by term, so that one batch inversion serves the chunk.
    const fingerprints = new Uint32Array(terms.length * count * degree);
    let cursor = 0;
    terms.forEach((term, t) => {
      multiplicities.push(values[cursor++] ?? new Uint32Array(count));
      const message = values.slice(cursor, (cursor += term.message.length));
      const offset = field.add(this.#offset, field.fromBase(term.busId));
      for (let c = 0; c < degree; c++) {
        const weights = message.map((_, i) => this.#powers[i]?.[c] ?? 0);
        weightedSum(message, weights, offset[c] ?? 0, count, { out: fingerprints, start: t * count * degree + c, stride: degree });
      }
    });
    const inverses = this.#invert(fingerprints);
    let t = 0;
    return this.#plan.groups.map((group) => {
      const sums = new Uint32Array(count * degree);
      for (const term of group) {
        const multiplicity = multiplicities[t] ?? new Uint32Array(count);
        for (let row = 0; row < count; row++) {
          const m = multiplicity[row] ?? 0;
          const signed = term.sign === 1 || m === 0 ? m : P - m;
          for (let c = 0; c < degree; c++) {
            const at = row * degree + c;
            const sum = (sums[at] ?? 0) + mul(signed, inverses[(t * count + row) * degree + c] ?? 0);
            sums[at] = sum >= P ? sum - P : sum;
          }
        }
        t++;
      }
      return sums;
    });
  }

  /** Inverses of all elements by Montgomery's trick. */
  #invert(elements: Uint32Array): Uint32Array {
    const lanes = this.#lanes;
    const { degree, field } = lanes;
    const length = elements.length / degree;
    const inverses = new Uint32Array(elements.length);
    const running = Uint32Array.from(field.one);
    for (let i = 0; i < length; i++) {
      inverses.set(running, i * degree);
      lanes.multiply(running, 0, running, 0, elements, i);
    }
    const product = lanes.read(running, 0);
    if (field.equal(product, field.zero)) {
      throw new Error(`a lookup fingerprint of table ${this.#table.air.name} is zero: prove again with a changed trace`);
    }
    running.set(field.inv(product));
    for (let i = length - 1; i >= 0; i--) {
      lanes.multiply(inverses, i, inverses, i, running, 0);
      lanes.multiply(running, 0, running, 0, elements, i);
    }
    return inverses;
  }
}
