import type { CurveMultipleCells } from "../../../../src/circuits/curve-multiple/curve-multiple-air.ts";
import { curveMultipleColumns, curveMultipleRow } from "../../../../src/circuits/curve-multiple/curve-multiple-trace.ts";
import {
  type CurveProduct,
  curveProductColumns,
  curveProductRow,
} from "../../../../src/circuits/curve-product/curve-product-trace.ts";
import type { CurveSumCells } from "../../../../src/circuits/curve-sum/curve-sum-air.ts";
import { curveSumColumns, type CurveSumRow, curveSumRow } from "../../../../src/circuits/curve-sum/curve-sum-trace.ts";
import { GENERATOR, INFINITY, modulo, type Point, PRIME } from "../../../../src/circuits/curve/secp256k1.ts";
import { bytesOf, limbsOf } from "../../../../src/circuits/words/word.ts";
import { inv } from "../../../../src/field/koala-bear.ts";
import type { MultipleClaim } from "./multiple-claim.ts";
import { multiple } from "./sum-forgeries.ts";

/** A claim with columns of curveMultiple, curveSum and curveProduct for it. */
export interface Witness {
  readonly claim: MultipleClaim;
  readonly columns: readonly Uint32Array[][];
}

const POINT = multiple(7n);
/** A root of s³ − 2 · x · s + y for the point: (0, y − s · x) and the point have a sum with y = 0. */
const ROOT = 0xd88e46b6_f394f984_a53a4337_a19ac878_318979bd_db4d8124_2b7eb1bb_47548cc0n;
/** On the curve y² = x³ + b of another b, where its double is its opposite, and the double of that the point itself. */
const START: Point = { x: 0n, y: modulo(POINT.y - ROOT * POINT.x) };
const TURNED: Point = { x: 0n, y: modulo(-START.y) };

/** The scalars 0 and 0 have `START` as their sum, since they have `TURNED`, since they have `START`. All sums are right. */
export function twoCycle(): Witness {
  const trace = new ForgedTrace();
  trace.addCycle();
  return trace.witness({ u: 0n, v: 0n, point: POINT, result: START });
}

/**
 * 3 · P = P: the sum for 1 is (x, p), whose y is 0 in the curve's field. It is its own opposite, so that its double is infinity,
 * and the upper bit is lost.
 */
export function lostBit(): Witness {
  const trace = new ForgedTrace();
  trace.addCycle();
  const one = trace.addRow(1n, TURNED, { adding: withPrime(curveSumRow(START, POINT)) });
  const result = trace.addRow(3n, one, { doubling: ownOpposite(one) });
  return trace.witness({ u: 0n, v: 3n, point: POINT, result });
}

/** A sum with y = 0 of which the prover says that y is the prime: the same modulo the prime. */
function withPrime({ cells, sum, products }: CurveSumRow): CurveSumRow {
  if (sum.y !== 0n) throw new Error("the sum has another y than 0");
  const last = products.at(-1)!;
  const r = last.r.map((limb, i) => limb + limbsOf(PRIME)[i]!);
  return {
    cells: { ...cells, y3: bytesOf(PRIME) },
    sum: { x: sum.x, y: PRIME },
    products: [...products.slice(0, -1), { ...last, r }],
  };
}

/** (x, p) + (x, p) = infinity, as of opposite points. */
function ownOpposite({ x }: Point): CurveSumRow {
  const honest = curveSumRow({ x, y: 1n }, { x, y: PRIME - 1n });
  const y = bytesOf(PRIME);
  const inverse = inv(y.reduce((sum, byte) => sum + byte, 0));
  const product = { x: y, z: bytesOf(1n), r: limbsOf(PRIME).map((limb) => -limb) };
  return { ...honest, cells: { ...honest.cells, y1: y, y2: y, inverse1: inverse, inverse2: inverse }, products: [product] };
}

/** What the prover says of sums, where it is not what `curveSumRow` says. */
interface Sums {
  readonly doubling?: CurveSumRow;
  readonly adding?: CurveSumRow;
}

/** Rows that all go on, with as many uses as are asked for. */
class ForgedTrace {
  readonly #rows: { readonly answer: string; readonly cells: Omit<CurveMultipleCells, "uses"> }[] = [];
  readonly #asked: string[] = [];
  readonly #sums = new Map<string, CurveSumCells>();
  readonly #products: CurveProduct[] = [];

  /** The two rows of 0 and 0 that rest on each other. */
  addCycle(): void {
    this.addRow(0n, TURNED);
    this.addRow(0n, START);
  }

  /** The row of v points, with this sum for the half; returns its result. */
  addRow(v: bigint, half: Point, { doubling, adding }: Sums = {}): Point {
    const doubled = this.#sum(half, half, doubling);
    const chosen = (v & 1n) === 1n ? POINT : INFINITY;
    const result = this.#sum(doubled, chosen, adding);
    const { cells } = curveMultipleRow({ u: 0n, v, point: POINT }, { multiple: () => INFINITY, sum: () => INFINITY });
    const both = this.#sum(GENERATOR, POINT);
    const own = {
      ...{ goesOn: 1, bothX: bytesOf(both.x), bothY: bytesOf(both.y), sumX: bytesOf(half.x), sumY: bytesOf(half.y) },
      ...{ doubledX: bytesOf(doubled.x), doubledY: bytesOf(doubled.y), chosenX: bytesOf(chosen.x), chosenY: bytesOf(chosen.y) },
      ...{ inverse: v > 1n ? inv(Number(v >> 1n)) : 0, resultX: bytesOf(result.x), resultY: bytesOf(result.y) },
    };
    this.#rows.push({ answer: [v, result.x, result.y].join(), cells: { ...cells, ...own } });
    this.#asked.push([v >> 1n, half.x, half.y].join());
    return result;
  }

  witness(claim: MultipleClaim): Witness {
    const asked = [...this.#asked, [claim.v, claim.result.x, claim.result.y].join()];
    const rows = this.#rows.map(({ answer, cells }) => ({ ...cells, uses: asked.filter((other) => other === answer).length }));
    const sums = [...this.#sums.values()];
    return {
      claim,
      columns: [
        curveMultipleColumns(rows, 2),
        curveSumColumns(sums, 2),
        curveProductColumns(this.#products.map(curveProductRow), 2),
      ],
    };
  }

  /** Equal questions share a row. */
  #sum(first: Point, second: Point, row = curveSumRow(first, second)): Point {
    const key = [first.x, first.y, second.x, second.y].join();
    const known = this.#sums.get(key);
    if (known === undefined) this.#products.push(...row.products);
    this.#sums.set(key, { ...(known ?? row.cells), uses: (known?.uses ?? 0) + 1 });
    return row.sum;
  }
}
