import { add as addBase, inv as invBase, mul as mulBase, neg as negBase, P, sub as subBase } from "./koala-bear.ts";

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
  const fromBase = (x: number): Ext => Array.from({ length: degree }, (_, i) => (i === 0 ? x : 0));
  const zero = fromBase(0);
  const one = fromBase(1);

  function mul(a: Ext, b: Ext): Ext {
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
