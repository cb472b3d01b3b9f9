import { add as addBase, inv as invBase, mul as mulBase, neg as negBase, P, sub as subBase } from "./koala-bear.ts";

const INVERSE_P = 1 / P;

/** An extension element: its `degree` coordinates over KoalaBear, constant term first. */
export type Ext = readonly number[];

/**
 * Arithmetic in an extension of KoalaBear. Degrees and moduli:
 * 4: X⁴ − 3, 5: X⁵ + X² − 1, 6: X⁶ + X³ + 1 (irreducibility is checked by the tests).
 */
export interface ExtensionField {
  readonly degree: number;
  readonly zero: Ext;
  readonly one: Ext;
  fromBase(x: number): Ext;
  add(a: Ext, b: Ext): Ext;
  sub(a: Ext, b: Ext): Ext;
  neg(a: Ext): Ext;
  mul(a: Ext, b: Ext): Ext;
  scale(a: Ext, s: number): Ext;
  /** a·X^j for j below the degree: what coordinate j of a factor is multiplied with. For less than one multiplication. */
  multiplesByX(a: Ext): Ext[];
  pow(a: Ext, exponent: number | bigint): Ext;
  /** Throws RangeError for zero. */
  inv(a: Ext): Ext;
  equal(a: Ext, b: Ext): boolean;
}

/** For each degree, X^degree written in lower powers (coefficient of X^i at index i). */
const REDUCTIONS: Readonly<Record<number, readonly number[]>> = {
  4: [3, 0, 0, 0],
  5: [1, 0, P - 1, 0, 0],
  6: [P - 1, 0, 0, P - 1, 0, 0],
};

/** Builds the extension of the given degree (4, 5 or 6). Throws RangeError for any other. */
export function createExtension(degree: number): ExtensionField {
  const reduction = REDUCTIONS[degree];
  if (reduction === undefined) throw new RangeError(`no extension of degree ${degree} is defined (4, 5 and 6 are)`);

  const at = (a: Ext, i: number): number => a[i] ?? 0;
  // A plain loop: verifiers spend much of their time here.
  const map2 = (a: Ext, b: Ext, f: (x: number, y: number) => number): Ext => {
    const result: number[] = [];
    for (let i = 0; i < degree; i++) result.push(f(at(a, i), at(b, i)));
    return result;
  };
  const zeros = new Array<number>(degree - 1).fill(0);
  const fromBase = (x: number): Ext => [x, ...zeros];
  const zero = fromBase(0);
  const one = fromBase(1);

  function mulByRows(a: Ext, b: Ext): Ext {
    const product = new Array<number>(2 * degree - 1).fill(0);
    for (let i = 0; i < degree; i++) {
      for (let j = 0; j < degree; j++) {
        product[i + j] = addBase(at(product, i + j), mulBase(at(a, i), at(b, j)));
      }
    }
    for (let k = 2 * degree - 2; k >= degree; k--) {
      const top = at(product, k);
      reduction?.forEach((c, i) => {
        product[k - degree + i] = addBase(at(product, k - degree + i), mulBase(top, c));
      });
    }
    return product.slice(0, degree);
  }

  const mul = degree === 5 ? mulQuintic : mulByRows;

  function pow(a: Ext, exponent: number | bigint): Ext {
    let result = one;
    let square = a;
    for (let e = BigInt(exponent); e > 0n; e >>= 1n) {
      if (e & 1n) result = mul(result, square);
      square = mul(square, square);
    }
    return result;
  }

  /** (p^degree − 1)/(p − 1): raising to it gives the norm, an element of the base field. */
  let normExponent = 0n;
  for (let i = 0; i < degree; i++) normExponent += BigInt(P) ** BigInt(i);

  function inv(a: Ext): Ext {
    if (a.every((x) => x === 0)) throw new RangeError("zero has no inverse in the extension field");
    const conjugates = pow(a, normExponent - 1n);
    return mul(conjugates, fromBase(invBase(at(mul(a, conjugates), 0))));
  }

  return {
    degree,
    zero,
    one,
    fromBase,
    add: (a, b) => map2(a, b, addBase),
    sub: (a, b) => map2(a, b, subBase),
    neg: (a) => a.map(negBase),
    mul,
    scale: (a, s) => a.map((x) => mulBase(x, s)),
    multiplesByX: (a) => multiplesByX(reduction, a),
    pow,
    inv,
    equal: (a, b) => a.length === b.length && a.every((x, i) => x === b[i]),
  };
}

/** Reduces an integer of less than 2^53, of either sign. The quotient's estimate is off by at most one. */
function reduced(x: number): number {
  const remainder = x - Math.floor(x * INVERSE_P) * P;
  if (remainder < 0) return remainder + P;
  return remainder >= P ? remainder - P : remainder;
}

/**
 * a · b in degree 5, whose verifiers spend much of their time here: sixteen times as fast as by rows. Each coordinate of b is
 * low + 2^16·high, so that sums of its products with a, each below 2^47, are exact; by X⁵ = 1 − X² and its multiples by X the
 * products of X⁵ … X⁸ are added to lower ones. Eleven products and a reduced one times 2^16 are below 2^51 in sum.
 */
function mulQuintic(a: Ext, b: Ext): Ext {
  const a0 = a[0] ?? 0;
  const a1 = a[1] ?? 0;
  const a2 = a[2] ?? 0;
  const a3 = a[3] ?? 0;
  const a4 = a[4] ?? 0;
  const b0 = b[0] ?? 0;
  const b1 = b[1] ?? 0;
  const b2 = b[2] ?? 0;
  const b3 = b[3] ?? 0;
  const b4 = b[4] ?? 0;
  const l0 = b0 & 0xffff;
  const l1 = b1 & 0xffff;
  const l2 = b2 & 0xffff;
  const l3 = b3 & 0xffff;
  const l4 = b4 & 0xffff;
  const h0 = b0 >>> 16;
  const h1 = b1 >>> 16;
  const h2 = b2 >>> 16;
  const h3 = b3 >>> 16;
  const h4 = b4 >>> 16;
  const low5 = a1 * l4 + a2 * l3 + a3 * l2 + a4 * l1;
  const low6 = a2 * l4 + a3 * l3 + a4 * l2;
  const low7 = a3 * l4 + a4 * l3;
  const low8 = a4 * l4;
  const high5 = a1 * h4 + a2 * h3 + a3 * h2 + a4 * h1;
  const high6 = a2 * h4 + a3 * h3 + a4 * h2;
  const high7 = a3 * h4 + a4 * h3;
  const high8 = a4 * h4;
  return [
    reduced(a0 * l0 + low5 - low8 + reduced(a0 * h0 + high5 - high8) * 65536),
    reduced(a0 * l1 + a1 * l0 + low6 + reduced(a0 * h1 + a1 * h0 + high6) * 65536),
    reduced(
      a0 * l2 + a1 * l1 + a2 * l0 - low5 + low7 + low8 + reduced(a0 * h2 + a1 * h1 + a2 * h0 - high5 + high7 + high8) * 65536,
    ),
    reduced(
      a0 * l3 +
        a1 * l2 +
        a2 * l1 +
        a3 * l0 -
        low6 +
        low8 +
        reduced(a0 * h3 + a1 * h2 + a2 * h1 + a3 * h0 - high6 + high8) * 65536,
    ),
    reduced(
      a0 * l4 +
        a1 * l3 +
        a2 * l2 +
        a3 * l1 +
        a4 * l0 -
        low7 +
        reduced(a0 * h4 + a1 * h3 + a2 * h2 + a3 * h1 + a4 * h0 - high7) * 65536,
    ),
  ];
}

/** a·X^j for j below the degree; `reduction` is X^degree in lower powers. */
function multiplesByX(reduction: readonly number[], a: Ext): Ext[] {
  const multiples: Ext[] = [a];
  while (multiples.length < reduction.length) {
    const last = multiples.at(-1) ?? a;
    const top = last[reduction.length - 1] ?? 0;
    multiples.push(reduction.map((c, i) => addBase(i === 0 ? 0 : (last[i - 1] ?? 0), c === 0 ? 0 : mulBase(top, c))));
  }
  return multiples;
}
