import type { Ext, ExtensionField } from "../../field/extension.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { rowSums } from "../openings/deep.ts";

const PARTS = 2 ** LOG_PARTS;

/** Columns opened at one point, with their weights in the claim. */
interface WeightedColumns {
  readonly point: Ext;
  /** Values of the parts of each column in turn at the point's 16th power, coordinate by coordinate. */
  readonly parts: Uint32Array;
  readonly weights: readonly Ext[];
}

/** Contribution of the columns of one point. */
interface PointSums {
  readonly point: Ext;
  /** The point, squared with every round. */
  power: Ext;
  /** Π over the rounds of 1 − r + r·power. */
  factor: Ext;
  /** Σ over the columns of weight · part, by part. */
  parts: Ext[];
}

/**
 * The first rounds, over the bits of a place that tell the 16 parts of a leaf apart. On these bits W is the same for all columns
 * of a point, z^j at part j, so each round is a sum over as many terms as there are points, times 16.
 */
export class LeafRounds {
  readonly #field: ExtensionField;
  readonly #sums: readonly PointSums[];

  constructor(field: ExtensionField, ranges: readonly WeightedColumns[]) {
    this.#field = field;
    const byPoint = new Map<string, PointSums>();
    for (const range of ranges) {
      const { point } = range;
      const key = point.join();
      const known = byPoint.get(key)?.parts ?? [];
      const parts = weightedParts(field, range).map((part, j) => field.add(part, known[j] ?? field.zero));
      byPoint.set(key, { point, power: point, factor: field.one, parts });
    }
    this.#sums = [...byPoint.values()];
  }

  /** h(0) and h(2). */
  sums(): readonly [Ext, Ext] {
    return [this.#sumAt(this.#field.zero), this.#sumAt(this.#field.fromBase(2))];
  }

  fold(challenge: Ext): void {
    const field = this.#field;
    for (const sums of this.#sums) {
      sums.parts = this.#folded(sums.parts, challenge);
      sums.factor = field.mul(sums.factor, this.#line(field.one, sums.power, challenge));
      sums.power = field.mul(sums.power, sums.power);
    }
  }

  /** Factor of W that remains after the rounds for columns of a point. */
  factorOf(point: Ext): Ext {
    const sums = this.#sums.find((candidate) => this.#field.equal(candidate.point, point));
    if (sums === undefined) throw new Error("no column has this point");
    return sums.factor;
  }

  #sumAt(x: Ext): Ext {
    const field = this.#field;
    return this.#sums.reduce((sum, { parts, power, factor }) => {
      const square = field.mul(power, power);
      const values = this.#folded(parts, x).reduceRight((total, part) => field.add(field.mul(total, square), part), field.zero);
      return field.add(sum, field.mul(field.mul(factor, this.#line(field.one, power, x)), values));
    }, field.zero);
  }

  #folded(parts: readonly Ext[], x: Ext): Ext[] {
    return Array.from({ length: parts.length / 2 }, (_, i) =>
      this.#line(parts[2 * i] ?? this.#field.zero, parts[2 * i + 1] ?? this.#field.zero, x),
    );
  }

  #line(a: Ext, b: Ext, x: Ext): Ext {
    return this.#field.add(a, this.#field.mul(x, this.#field.sub(b, a)));
  }
}

/** Σ over columns of weight · part, by part: sums of coordinates, each times the weight's product with its power of X. */
function weightedParts(field: ExtensionField, { parts, weights }: WeightedColumns): Ext[] {
  const { degree } = field;
  const sumOf = rowSums(
    field,
    weights.flatMap((weight) => field.multiplesByX(weight)),
  );
  const row = new Uint32Array(degree * weights.length);
  const all = Array.from(row, (_, i) => i);
  return Array.from({ length: PARTS }, (_, j) => {
    for (let i = 0; i < weights.length; i++) {
      for (let k = 0; k < degree; k++) row[degree * i + k] = parts[degree * (PARTS * i + j) + k] ?? 0;
    }
    return sumOf(row, all);
  });
}
