/**
 * Proven statements about Reed–Solomon codes near a random combination: the permitted distance of a word from
 * the code (the radius), the number of possible codewords (the list), and the probability that a random
 * combination is closer than its parts.
 *
 * Every function returns log2 of a probability or a size, because |K| does not fit a double for large
 * extensions.
 * Sources: BCIKS20 = "Proximity Gaps for Reed–Solomon Codes" (eprint 2020/654), BCHKS25 = "On Proximity Gaps
 * for Reed–Solomon Codes" (eprint 2025/2055), Ha22 = "A summary on the FRI low degree test" (eprint
 * 2022/1216), DKT26 = "Reed–Solomon Codes Beyond Johnson" (eprint 2026/2056).
 * The up-to-capacity conjecture was disproved in 2025 and appears nowhere here.
 */

/**
 * Which bound on the correlated-agreement error to use. `bchks25` is the claim, of stacks `bchks25-printed`. The others only
 * show how it depends on them in the Johnson regime. `bchks25-printed` takes the multiplicity of Theorem 4.2 as first printed,
 * √ρ/η; its authors have confirmed √ρ/(2η) to soundcalc. `dkt26` is Theorem 5.12 of that paper, which is linear in the domain as
 * well and bounds mutual agreement itself. `bciks20` is the oldest bound, quadratic in the domain.
 */
export type AgreementTheorem = "bchks25" | "bchks25-printed" | "dkt26" | "bciks20";

/** The code of one FRI layer. */
export interface ReedSolomonCode {
  readonly logRate: number;
  /** Degree bound of the polynomials, a power of two, as its logarithm. */
  readonly logDimension: number;
  /** log2 of one over the largest probability of any single challenge value; log2 |K| for an unbiased challenge. */
  readonly logField: number;
}

/** A way to choose the radius. All functions are pure; `log2` figures throughout. */
export interface Regime {
  readonly name: "unique-decoding" | "johnson";
  /** log2(1 − radius): what one query contributes to the soundness error. */
  readonly logAgreement: number;
  /** log2 of the number of codewords within the radius. */
  readonly logListSize: number;
  /** log2 of the probability that Σ c^i f_i, i ≤ degree, is within the radius although the f_i have no common agreement. */
  logCurveError(code: ReedSolomonCode, degree: number): number;
}

/**
 * Rate of the code that the openings live in. FRI bounds the quotient (f − f(z))/(x − z) by degree < n, so f itself may
 * have degree n: one more coefficient than the code that FRI tests (Ha22 calls this rate ρ⁺). The radius and the list
 * size are taken for this larger code; they then hold for both.
 */
function openedRate(logRate: number, logDimension: number): number {
  return 2 ** logRate * (1 + 2 ** -logDimension);
}

/**
 * Radius (1 − ρ⁺)/2: at most one codeword is possible. Errors from BCHKS25 Theorem 1.3, or BCIKS20 Theorem
 * 6.1.
 */
export function uniqueDecoding(outer: ReedSolomonCode, theorem: AgreementTheorem): Regime {
  const radius = (1 - openedRate(outer.logRate, outer.logDimension)) / 2;
  return {
    name: "unique-decoding",
    logAgreement: Math.log2(1 - radius),
    logListSize: 0,
    logCurveError(code, degree) {
      const points = 2 ** (code.logDimension - code.logRate);
      const bad = theorem === "bciks20" ? points : radius * points + 1;
      return Math.log2(degree) + Math.log2(bad) - code.logField;
    },
  };
}

/**
 * The largest radius at which whole errors are fewer than half of the difference of two codewords: e = (N −
 * n)/2 − 1 of N positions. Then, except for max(N, e) challenges, every codeword within e of a combination of
 * two words agrees with it on a set on which both words agree with codewords (docs/security.md, Lemma A;
 * BCIKS20 Theorem 4.1). Openings live in the code itself: ρ is its rate.
 */
export function mutualAgreement(outer: ReedSolomonCode): Regime {
  const points = 2 ** (outer.logDimension - outer.logRate);
  const radius = (points - 2 ** outer.logDimension) / 2 - 1;
  return {
    name: "unique-decoding",
    logAgreement: Math.log2(1 - radius / points),
    logListSize: 0,
    logCurveError: (code, degree) => Math.log2(degree) + code.logDimension - code.logRate - code.logField,
  };
}

/**
 * Radius 1 − √ρ⁺ (1 + 1/(2m)) for an integer multiplicity m ≥ 3. A larger m is nearer the Johnson bound: queries count
 * for more, and the list and the agreement errors grow. List size (m + ½)/√ρ⁺ (Guruswami–Sudan; an interleaved code is
 * a Reed–Solomon code over a larger field, so the bound holds for all columns together). Errors from BCHKS25 Theorem
 * 4.2, DKT26 Theorem 5.12 or BCIKS20 Theorem 6.2. `rate` replaces ρ⁺. Throws RangeError for other m.
 */
export function johnson(
  outer: ReedSolomonCode,
  multiplicity: number,
  theorem: AgreementTheorem,
  rate = openedRate(outer.logRate, outer.logDimension),
): Regime {
  if (!Number.isInteger(multiplicity) || multiplicity < 3)
    throw new RangeError(`multiplicity ${multiplicity} is not an integer ≥ 3`);
  const sqrtOpened = Math.sqrt(rate);
  const agreement = sqrtOpened * (1 + 1 / (2 * multiplicity));
  const shifted = (theorem === "bchks25-printed" ? 2 * multiplicity : multiplicity) + 0.5;
  return {
    name: "johnson",
    logAgreement: Math.log2(agreement),
    logListSize: Math.log2((multiplicity + 0.5) / sqrtOpened),
    logCurveError(code, degree) {
      const codeRate = 2 ** code.logRate;
      const points = 2 ** (code.logDimension - code.logRate);
      if (theorem === "dkt26") return Math.log2(degree) + linearExceptions(code, multiplicity) - code.logField;
      const cubed = 3 * codeRate * Math.sqrt(codeRate);
      const bad =
        theorem === "bciks20"
          ? (shifted ** 7 * points ** 2) / cubed
          : ((2 * shifted ** 5 + 3 * shifted * (1 - agreement) * codeRate) * points) / cubed + shifted / Math.sqrt(codeRate);
      return Math.log2(degree) + Math.log2(bad) - code.logField;
    },
  };
}

/**
 * log2 of the exceptions of a line by DKT26, Theorem 5.12: 8N(m + ½)³/(3ρ⁻), where ρ⁻ is the rate of one coefficient less; a
 * curve has as many for each of its degrees. Infinite for a code of constants, for which that theorem has no bound.
 */
function linearExceptions({ logDimension, logRate }: ReedSolomonCode, multiplicity: number): number {
  const points = 2 ** (logDimension - logRate);
  const rate = (2 ** logDimension - 1) / points;
  return Math.log2((8 * points * (multiplicity + 0.5) ** 3) / (3 * rate));
}
