import {
  type AgreementTheorem,
  type ReedSolomonCode,
  johnson,
  mutualAgreement,
  type Regime,
  uniqueDecoding,
} from "./proximity.ts";

/** Everything chosen once for a proof system. Plain numbers, so that nothing here depends on how the prover stores them. */
export interface SecurityParameters {
  /** The prime p. */
  readonly fieldModulus: number;
  readonly extensionDegree: number;
  /**
   * Kind of a challenge's coordinate: `bits` bits of a hash, reduced mod p (fewer mean a larger bias); or an
   * unchanged element of an algebraic hash. Positions and grinding take its low bits.
   */
  readonly challengeCoordinate: { readonly bits: number } | "element";
  readonly logBlowup: number;
  /** Distinct query positions. */
  readonly queries: number;
  /** Leading zero bits demanded of a hash right before the queries are drawn. */
  readonly grindingBits: number;
  /** Length of a Merkle digest in bytes. */
  readonly digestBytes: number;
  /** Elements in a digest of the algebraic hash inside the circuit; 0 if the circuit hashes nothing. */
  readonly circuitDigestElements: number;
}

/** One proof's size: what grows the error of the rounds. */
export type SecurityShape = RowsSecurityShape | StackedSecurityShape;

interface CommonSecurityShape {
  /** log2 of the rows of the tallest table. Shorter tables are lifted to it, so they have the same cost. */
  readonly logRows: number;
  /** Arity of each FRI layer in order, powers of two; may be empty. */
  readonly foldingArities: readonly number[];
  /** Constraints combined with powers of one challenge, over all tables. */
  readonly constraints: number;
  /** Highest degree of a constraint in the columns, without the row selectors of its scope. */
  readonly maxDegree: number;
  readonly quotientChunks: number;
  /** LogUp; undefined for a system without buses. */
  readonly lookup: LookupShape | undefined;
  /** Terms in the largest random evaluation that the statement itself contains; 0 if it contains none. */
  readonly statementTerms: number;
}

/** Columns opened by rows. */
export interface RowsSecurityShape extends CommonSecurityShape {
  readonly opening: "rows";
  /** Every committed base-field column: preprocessed, main, lookup and quotient. */
  readonly columns: number;
  /** One more than the largest global index of a column that is opened at the next row too; 0 if none is. */
  readonly nextOpenedEnd: number;
}

/** Columns opened by a stack. */
export interface StackedSecurityShape extends CommonSecurityShape {
  readonly opening: "stacked";
  /** log2 of the coefficients of the columns that stack columns are cut into: the code's dimension. */
  readonly logCommitted: number;
  /** Challenges that combine the opened values, total degree of what they combine. */
  readonly batchVariables: number;
  /** Rounds that fold what a leaf of the trees holds. */
  readonly leafRounds: number;
  /** Rounds over the final polynomial. */
  readonly finalRounds: number;
}

interface LookupShape {
  /** Σ over the tables of rows × interactions. */
  readonly fractions: number;
  /** Highest power of the fold challenge in a message, at least 1. */
  readonly messageDegree: number;
}

export type RoundName =
  | "statement evaluation"
  | "lookup"
  | "constraint composition"
  | "out-of-domain"
  | "batching"
  | "tensor batching"
  | "leaf folding"
  | "closing"
  | `folding ${number}`
  | "queries"
  | "commitment hash"
  | "circuit hash";

interface RoundBits {
  readonly round: RoundName;
  /** −log2 of the round's soundness error; for a hash, half its digest's bits. */
  readonly bits: number;
}

export interface RegimeReport {
  readonly regime: Regime["name"];
  /** Johnson multiplicity that maximises the minimum; undefined for unique decoding. */
  readonly multiplicity: number | undefined;
  readonly rounds: readonly RoundBits[];
  readonly weakest: RoundBits;
}

export interface SecurityReport {
  /** The claim: the better regime's weakest round. Not rounded; round down to quote it. */
  readonly provenBits: number;
  readonly claimed: RegimeReport;
  readonly uniqueDecoding: RegimeReport;
  readonly johnson: RegimeReport;
}

/** Beyond this the query gain of a larger multiplicity, log2(1 + 1/(2m)) per query, is below a thousandth of a bit. */
const MAX_MULTIPLICITY = 1000;

/**
 * Proven bits of every round of the protocol, in both regimes, and their minimum. Round-by-round soundness error 2^−b is
 * what the Fiat–Shamir transform preserves: a prover that makes T hash calls succeeds with probability about T · 2^−b.
 * Formulas and their sources: docs/security.md. They follow the Ethereum Foundation's soundcalc and are stricter where
 * docs/security.md says so. `theorem` replaces the correlated-agreement bound, for comparison only: the default is BCHKS25, for a
 * stack its printed form. The claim for a stack is unique decoding, whose agreement is proven in docs/security.md, unless
 * `stacksInJohnson`.
 * Throws RangeError for figures that describe no proof (not integers, out of range, folds longer than the trace).
 */
export function securityReport(
  parameters: SecurityParameters,
  shape: SecurityShape,
  theorem: AgreementTheorem = shape.opening === "stacked" ? "bchks25-printed" : "bchks25",
  stacksInJohnson = false,
): SecurityReport {
  const outer = outerCode(parameters, shape);
  const stacked = shape.opening === "stacked";
  const johnsonOf = (m: number): Regime => johnson(outer, m, theorem, stacked ? 2 ** outer.logRate : undefined);
  const report = (regime: Regime, multiplicity: number | undefined): RegimeReport => {
    const rounds = roundsOf(parameters, shape, outer, regime);
    const weakest = rounds.reduce((a, b) => (b.bits < a.bits ? b : a));
    return { regime: regime.name, multiplicity, rounds, weakest };
  };
  const unique = report(stacked ? mutualAgreement(outer) : uniqueDecoding(outer, theorem), undefined);
  let best = report(johnsonOf(3), 3);
  for (let m = 4; m <= MAX_MULTIPLICITY; m++) {
    const candidate = report(johnsonOf(m), m);
    if (candidate.weakest.bits > best.weakest.bits) best = candidate;
  }
  const claimed = (!stacked || stacksInJohnson) && best.weakest.bits > unique.weakest.bits ? best : unique;
  return { provenBits: claimed.weakest.bits, claimed, uniqueDecoding: unique, johnson: best };
}

function outerCode(parameters: SecurityParameters, shape: SecurityShape): ReedSolomonCode {
  checkFigures(parameters, shape);
  const { fieldModulus, extensionDegree, challengeCoordinate, logBlowup } = parameters;
  const logField = extensionDegree * coordinateBits(fieldModulus, challengeCoordinate);
  const logDimension = shape.opening === "stacked" ? shape.logCommitted : shape.logRows;
  return { logRate: -logBlowup, logDimension, logField };
}

/** −log2 of the probability of a challenge coordinate's likeliest value. */
function coordinateBits(fieldModulus: number, coordinate: SecurityParameters["challengeCoordinate"]): number {
  if (coordinate === "element") return Math.log2(fieldModulus);
  // It is c uniform bits mod p, so its likeliest value has probability ⌈2^c / p⌉ / 2^c.
  const space = 1n << BigInt(coordinate.bits);
  const hits = (space + BigInt(fieldModulus) - 1n) / BigInt(fieldModulus);
  return coordinate.bits - Math.log2(Number(hits));
}

/**
 * log2 of the probability that a query finds nothing, and of that of a nonce. The low b bits of a uniform element are any given
 * value with probability ⌈p / 2^b⌉ / p at most, and one value alone has more than ⌊p / 2^b⌋ of the elements.
 */
function drawnErrors(
  { fieldModulus, challengeCoordinate, grindingBits }: SecurityParameters,
  { logAgreement }: Regime,
): { readonly query: number; readonly nonce: number } {
  if (challengeCoordinate !== "element") return { query: logAgreement, nonce: -grindingBits };
  return {
    query: Math.log2(2 ** logAgreement + 1 / fieldModulus),
    nonce: Math.log2(Math.ceil(fieldModulus / 2 ** grindingBits) / fieldModulus),
  };
}

function roundsOf(parameters: SecurityParameters, shape: SecurityShape, outer: ReedSolomonCode, regime: Regime): RoundBits[] {
  // Destructured to the last field: a parameter that is added and not accounted for here breaks the build.
  // The field, the bias of challenges and the rate are in `outer` already.
  const { fieldModulus, extensionDegree: _degree, challengeCoordinate: _bias, logBlowup: _rate, ...chosen } = parameters;
  const { queries, grindingBits: _work, digestBytes, circuitDigestElements, ...unaccountedParameters } = chosen;
  const { logRows, constraints, maxDegree, quotientChunks, lookup, statementTerms, ...opening } = shape;
  assertEmpty(unaccountedParameters);

  const rounds: RoundBits[] = [];
  const add = (round: RoundName, logError: number): void => {
    rounds.push({ round, bits: Math.max(0, -logError) });
  };
  const overField = (count: number): number => Math.log2(count) - outer.logField;

  if (statementTerms > 0) add("statement evaluation", overField(statementTerms));
  if (lookup !== undefined) {
    // For each of the listed traces: a denominator vanishes, or the cleared sum of fractions does at (β, γ).
    const { fractions, messageDegree, ...unaccountedLookup } = lookup;
    assertEmpty(unaccountedLookup);
    add("lookup", regime.logListSize + overField(fractions * (messageDegree + 1)));
  }
  // A violated constraint survives as a non-zero polynomial in the challenge, of degree constraints − 1.
  add("constraint composition", regime.logListSize + overField(Math.max(1, constraints - 1)));
  // Both sides of the identity at z: opened polynomials have degree ≤ n, a row selector adds ≤ n, and so does Z.
  const identityDegree = (Math.max(maxDegree, quotientChunks) + 1) * 2 ** logRows;
  add("out-of-domain", regime.logListSize + overField(identityDegree));
  for (const [round, logError] of opening.opening === "rows"
    ? rowRounds(opening, outer, regime)
    : stackRounds(opening, outer, regime))
    add(round, logError);
  // Distinct positions can only do better than independent ones, which those of an algebraic hash are.
  const { query, nonce } = drawnErrors(parameters, regime);
  add("queries", queries * query + nonce);
  add("commitment hash", -(digestBytes * 8) / 2);
  if (circuitDigestElements > 0) add("circuit hash", -(circuitDigestElements * Math.log2(fieldModulus)) / 2);
  return rounds;
}

/** The part of a shape that says how its columns are opened. */
export type OpeningOf<Shape> = Omit<
  Shape,
  "logRows" | "constraints" | "maxDegree" | "quotientChunks" | "lookup" | "statementTerms"
>;

function rowRounds(shape: OpeningOf<RowsSecurityShape>, outer: ReedSolomonCode, regime: Regime): [RoundName, number][] {
  const { opening: _opening, foldingArities, columns, nextOpenedEnd, ...unaccounted } = shape;
  assertEmpty(unaccounted);
  // Column i has a^i at z and a^(columns + i) at the next row.
  const highestPower = nextOpenedEnd > 0 ? columns + nextOpenedEnd - 1 : columns - 1;
  let { logDimension } = outer;
  return [
    ["batching", regime.logCurveError(outer, Math.max(1, highestPower))],
    ...foldingArities.map((arity, layer): [RoundName, number] => {
      logDimension -= Math.log2(arity);
      return [`folding ${layer}`, regime.logCurveError({ ...outer, logDimension }, arity - 1)];
    }),
  ];
}

function stackRounds(shape: OpeningOf<StackedSecurityShape>, outer: ReedSolomonCode, regime: Regime): [RoundName, number][] {
  const { opening: _opening, logCommitted, batchVariables, leafRounds, foldingArities, finalRounds, ...unaccounted } = shape;
  assertEmpty(unaccounted);
  // A round's polynomial, of degree 2, differs from each codeword's own; and the fold may agree with a codeword by chance.
  const ofRound = (code: ReedSolomonCode): number =>
    Math.log2(2 ** (regime.logCurveError(code, 1) + code.logField) + 2 * 2 ** regime.logListSize) - code.logField;
  let logDimension = logCommitted;
  const layers = foldingArities.map((arity, layer): [RoundName, number] => {
    logDimension -= Math.log2(arity);
    return [`folding ${layer}`, ofRound({ ...outer, logDimension })];
  });
  return [
    ["tensor batching", regime.logListSize + Math.log2(batchVariables) - outer.logField],
    ...(leafRounds > 0 ? [["leaf folding", ofRound(outer)] satisfies [RoundName, number]] : []),
    ...layers,
    ...(finalRounds > 0 ? [["closing", 1 - outer.logField] satisfies [RoundName, number]] : []),
  ];
}

function assertEmpty(_rest: Record<string, never>): void {}

function checkFigures(parameters: SecurityParameters, shape: SecurityShape): void {
  const { lookup, foldingArities, opening: _opening, ...counts } = shape;
  const integer = (name: string, value: number, minimum: number): void => {
    if (!Number.isSafeInteger(value) || value < minimum)
      throw new RangeError(`${name} is ${value}, expected an integer ≥ ${minimum}`);
  };
  const mayBeZero = new Set([
    "grindingBits",
    "circuitDigestElements",
    "nextOpenedEnd",
    "statementTerms",
    "leafRounds",
    "finalRounds",
  ]);
  const { challengeCoordinate: coordinate, ...plain } = parameters;
  if (coordinate !== "element") integer("bits of a challenge's coordinate", coordinate.bits, 1);
  for (const [name, value] of Object.entries({ ...plain, ...counts })) integer(name, value, mayBeZero.has(name) ? 0 : 1);
  if (lookup !== undefined) for (const [name, value] of Object.entries(lookup)) integer(`lookup.${name}`, value, 1);
  const logCommitted = shape.opening === "stacked" ? shape.logCommitted : shape.logRows;
  let logDimension = logCommitted;
  for (const arity of foldingArities) {
    const logArity = Math.log2(arity);
    integer("log2 of a folding arity", logArity, 1);
    logDimension -= logArity;
  }
  if (logDimension < 0) throw new RangeError(`folding by ${foldingArities.join("·")} goes below one row of 2^${logCommitted}`);
  if (shape.opening === "stacked" && logDimension !== shape.finalRounds)
    throw new RangeError(`${shape.finalRounds} rounds do not close a polynomial of 2^${logDimension} coefficients`);
  if (shape.opening === "rows" && shape.nextOpenedEnd > shape.columns)
    throw new RangeError(`${shape.nextOpenedEnd} next-opened columns, but only ${shape.columns} columns`);
}
