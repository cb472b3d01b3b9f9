/*
 * Second implementation of the stacked opening, for comparison: dense vectors of big integers, sums in their written form,
 * none of the engine's code. Slow, so for small stacks only.
 */

const P = 2130706433n;
export type Big = readonly bigint[];

const mod = (x: bigint): bigint => ((x % P) + P) % P;
export const ZERO: Big = [0n, 0n, 0n, 0n, 0n];
export const ONE: Big = [1n, 0n, 0n, 0n, 0n];
export const add = (a: Big, b: Big): Big => a.map((x, i) => mod(x + b[i]!));
export const sub = (a: Big, b: Big): Big => a.map((x, i) => mod(x - b[i]!));
export const scale = (a: Big, s: bigint): Big => a.map((x) => mod(x * s));
/** Modulo X⁵ + X² − 1. */
export function mul(a: Big, b: Big): Big {
  const c = new Array<bigint>(9).fill(0n);
  a.forEach((x, i) => b.forEach((y, j) => (c[i + j] = c[i + j]! + x * y)));
  for (let k = 8; k >= 5; k--) {
    c[k - 5] = c[k - 5]! + c[k]!;
    c[k - 3] = c[k - 3]! - c[k]!;
  }
  return c.slice(0, 5).map(mod);
}
export function power(a: Big, exponent: bigint): Big {
  let result = ONE;
  for (const bit of exponent.toString(2)) {
    result = mul(result, result);
    if (bit === "1") result = mul(result, a);
  }
  return result;
}
const basePower = (a: bigint, exponent: bigint): bigint => power([a, 0n, 0n, 0n, 0n], exponent)[0]!;
/** Root of unity of order 2^log. */
export const root = (log: number): bigint => basePower(3n, (P - 1n) >> BigInt(log));

/** Columns of one table in one phase, by phase index 0 to 3. */
export interface PlainBlock {
  readonly phase: number;
  readonly logRows: number;
  readonly width: number;
  readonly nextWidth: number;
  /** Number of columns that one value represents: Σ X^c times the value of the c-th. */
  readonly joined: number;
}

export interface PlainColumn {
  readonly block: number;
  readonly index: number;
  readonly phase: number;
  readonly logRows: number;
  readonly isNext: boolean;
  /** Index among the columns that one value represents. */
  readonly coordinate: number;
  place: number;
}

export interface PlainLayout {
  readonly m: number;
  readonly s: number;
  readonly widths: readonly number[];
  /** In opening order. */
  readonly columns: readonly PlainColumn[];
}

/** Tries positions in sequence until stack columns of 2^m fit. */
export function plainLayout(blocks: readonly PlainBlock[], logStackMin: number): PlainLayout {
  const columns = blocks.flatMap((block, b) =>
    Array.from({ length: block.width }, (_, index): PlainColumn => {
      const { phase, logRows, nextWidth, joined } = block;
      return { block: b, index, phase, logRows, isNext: index < nextWidth, coordinate: index % joined, place: -1 };
    }),
  );
  const order = columns.toSorted(
    (a, b) =>
      a.phase - b.phase || b.logRows - a.logRows || Number(b.isNext) - Number(a.isNext) || a.block - b.block || a.index - b.index,
  );
  for (let m = Math.max(logStackMin, ...blocks.map((block) => block.logRows)); ; m++) {
    let place = 0;
    const widths: number[] = [];
    for (let phase = 0; phase < 4; phase++) {
      const start = place;
      for (const column of order.filter((candidate) => candidate.phase === phase)) {
        column.place = place;
        place += 2 ** column.logRows;
      }
      while (place % 2 ** m !== 0) place++;
      widths.push((place - start) / 2 ** m);
    }
    const all = widths.reduce((a, b) => a + b, 0);
    if (all > 16) continue;
    let s = 0;
    while (2 ** s < all) s++;
    return { m, s, widths, columns };
  }
}

/** α by bit of a place (entries below the shortest column are not used), δ, z. */
export interface PlainChallenges {
  readonly alpha: readonly Big[];
  readonly delta: Big;
  readonly z: Big;
}

/** W at every place, from its definition. */
export function plainWeights(layout: PlainLayout, { alpha, delta, z }: PlainChallenges): Big[] {
  const tallest = Math.max(...layout.columns.map((column) => column.logRows));
  const weights = new Array<Big>(2 ** (layout.m + layout.s)).fill(ZERO);
  for (const column of layout.columns) {
    const { place, logRows, isNext } = column;
    const tau = columnWeight(layout, column, alpha);
    const zt = power(z, 2n ** BigInt(tallest - logRows));
    const gz = scale(zt, root(logRows));
    let [atPoint, atNext] = [ONE, isNext ? delta : ZERO];
    for (let k = 0; k < 2 ** logRows; k++) {
      weights[place + k] = mul(tau, add(atPoint, atNext));
      [atPoint, atNext] = [mul(atPoint, zt), mul(atNext, gz)];
    }
  }
  return weights;
}

/** The basis element X^c. */
const powerOfX = (c: number): Big => ONE.map((_, i) => (i === c ? 1n : 0n));

/**
 * Weight of a column that a value represents: X^c times τ of the place of the value's first column, which lies c columns
 * before.
 */
function columnWeight(layout: PlainLayout, { place, logRows, coordinate }: PlainColumn, alpha: readonly Big[]): Big {
  return mul(powerOfX(coordinate), tauOf(layout, place - coordinate * 2 ** logRows, logRows, alpha));
}

export function tauOf(layout: PlainLayout, place: number, logRows: number, alpha: readonly Big[]): Big {
  let tau = ONE;
  for (let k = logRows; k < layout.m + layout.s; k++) if (Math.floor(place / 2 ** k) % 2 === 1) tau = mul(tau, alpha[k]!);
  return tau;
}

/** Σ_x eq(x; point)·values(x), `point` by bits of x, bit by bit. */
export function plainExtension(values: readonly Big[], point: readonly Big[]): Big {
  return point.reduce<readonly Big[]>((left, r) => folded(left, r), values)[0]!;
}

/** (1 − x)·v_2i + x·v_(2i+1). */
function folded(values: readonly Big[], x: Big): Big[] {
  const pairs = Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!] as const);
  return pairs.map(([a, b]) => add(mul(sub(ONE, x), a), mul(x, b)));
}

/** Everything that the prover says after the values, and the verifier's sums. */
export interface PlainOpening {
  readonly atPoint: readonly Big[];
  readonly atNext: readonly Big[];
  readonly sigma: Big;
  /** h(0) and h(2) of every round, and the claim after it. */
  readonly rounds: readonly { readonly atZero: Big; readonly atTwo: Big; readonly claim: Big }[];
  /** Coefficients before each layer is committed. */
  readonly layers: readonly (readonly Big[])[];
  readonly finalPolynomial: readonly Big[];
  readonly weight: Big;
  readonly finalValue: Big;
}

/** `coefficients` of the columns in opening order; `r` by round; folds by up to 2^logArity down to 2^logFinal coefficients. */
export function plainOpening(
  layout: PlainLayout,
  coefficients: readonly (readonly bigint[])[],
  challenges: PlainChallenges,
  r: readonly Big[],
  { logArity, logFinal }: { readonly logArity: number; readonly logFinal: number },
): PlainOpening {
  const { m, s, columns } = layout;
  const tallest = Math.max(...columns.map((column) => column.logRows));
  const valueAt = (i: number, factor: bigint): Big => {
    const x = scale(power(challenges.z, 2n ** BigInt(tallest - columns[i]!.logRows)), factor);
    return coefficients[i]!.reduce((sum, c, k) => add(sum, scale(power(x, BigInt(k)), c)), ZERO);
  };
  const [atPoint, atNext]: [Big[], Big[]] = [[], []];
  columns.forEach(({ coordinate, isNext, logRows }, i) => {
    const say = (values: Big[], value: Big): void => {
      if (coordinate === 0) values.push(value);
      else values[values.length - 1] = add(values.at(-1)!, mul(powerOfX(coordinate), value));
    };
    say(atPoint, valueAt(i, 1n));
    if (isNext) say(atNext, valueAt(i, root(logRows)));
  });
  let [value, next] = [0, 0];
  const sigma = columns.reduce((sum, { place, logRows, isNext, coordinate }) => {
    if (coordinate > 0) return sum;
    const own = atPoint[value++]!;
    const both = isNext ? add(own, mul(challenges.delta, atNext[next++]!)) : own;
    return add(sum, mul(tauOf(layout, place, logRows, challenges.alpha), both));
  }, ZERO);

  const dense = new Array<Big>(2 ** (m + s)).fill(ZERO);
  columns.forEach(({ place }, i) => coefficients[i]!.forEach((c, k) => (dense[place + k] = [c, 0n, 0n, 0n, 0n])));
  // A vector by bits of places, of which the first rounds take 0 to 3, then m to m + s − 1, then the rest.
  const bitOfRound = [0, 1, 2, 3, ...range(m, m + s), ...range(4, m)];
  const rearranged = (values: readonly Big[]): Big[] =>
    Array.from({ length: values.length }, (_, i) => {
      const x = bitOfRound.reduce((place, bit, k) => place + (Math.floor(i / 2 ** k) % 2) * 2 ** bit, 0);
      return values[x]!;
    });
  let q = rearranged(dense);
  let w = rearranged(plainWeights(layout, challenges));
  let claim = sigma;
  const rounds: { atZero: Big; atTwo: Big; claim: Big }[] = [];
  const layers: Big[][] = [];
  const product = (left: readonly Big[], right: readonly Big[]): Big =>
    left.reduce((sum, value, i) => add(sum, mul(value, right[i]!)), ZERO);
  const sumAt = (x: Big): Big => product(folded(q, x), folded(w, x));
  const round = (): void => {
    const x = r[rounds.length]!;
    const atZero = sumAt(ZERO);
    const atTwo = sumAt(scale(ONE, 2n));
    if (add(atZero, sumAt(ONE)).some((c, i) => c !== claim[i])) throw new Error("the claim is not the sum");
    q = folded(q, x);
    w = folded(w, x);
    claim = product(q, w);
    rounds.push({ atZero, atTwo, claim });
  };
  for (let k = 0; k < 4 + s; k++) round();
  let left = m - 4;
  while (left > logFinal) {
    layers.push(q);
    const folds = Math.min(logArity, left - logFinal);
    for (let k = 0; k < folds; k++) round();
    left -= folds;
  }
  const finalPolynomial = q;
  for (let k = 0; k < left; k++) round();
  return { atPoint, atNext, sigma, rounds, layers, finalPolynomial, weight: w[0]!, finalValue: q[0]! };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
