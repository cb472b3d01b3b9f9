import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type RoundName,
  type SecurityParameters,
  securityReport,
  type RowsSecurityShape,
  type SecurityShape,
} from "../../src/proofs/stark/security/security.ts";
import { johnson, uniqueDecoding } from "../../src/proofs/stark/security/proximity.ts";

/** Fewest queries that reach `targetBits`, or undefined if another round stays below the target whatever the queries. */
function queriesFor(
  targetBits: number,
  parameters: Omit<SecurityParameters, "queries">,
  shape: SecurityShape,
): number | undefined {
  // Rate 1/2 with multiplicity 3 gives 0.28 bits a query, and unique decoding 0.41: four queries a bit always suffice.
  const most = Math.ceil(targetBits * 4);
  const bits = (queries: number): number => securityReport({ ...parameters, queries }, shape).provenBits;
  if (bits(most) < targetBits) return undefined;
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (bits(middle) >= targetBits) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** soundcalc's view of a proof: `batchedFunctions` polynomials combined with the powers of one challenge. */
interface SoundcalcCase {
  readonly logRows: number;
  readonly logBlowup: number;
  readonly extensionDegree: number;
  readonly grindingBits: number;
  readonly batchedFunctions: number;
  readonly constraints: number;
  readonly maxDegree: number;
  readonly foldingArities: readonly number[];
}
interface SoundcalcRegime {
  readonly multiplicity?: number;
  readonly rounds: Readonly<Record<string, number>>;
  readonly floors: Readonly<Record<string, number>>;
}
interface Fixture {
  readonly cases: readonly (SoundcalcCase & { queries: number; johnson: SoundcalcRegime; uniqueDecoding: SoundcalcRegime })[];
  readonly queries: readonly (SoundcalcCase & { targetBits: number; johnson: number; uniqueDecoding: number })[];
  readonly heights: readonly (SoundcalcCase & { targetBits: number; johnson: number })[];
  readonly lookups: readonly { rows: number; interactions: number; messageDegree: number; bits: number }[];
}

const fixture = JSON.parse(readFileSync(new URL("../../fixtures/security/soundcalc.json", import.meta.url), "utf8")) as Fixture;

const stage0: SecurityParameters = {
  fieldModulus: 0x7f000001,
  extensionDegree: 5,
  challengeCoordinate: { bits: 51 },
  logBlowup: 7,
  queries: 23,
  grindingBits: 23,
  digestBytes: 26,
  circuitDigestElements: 8,
};

const stage0Shape: RowsSecurityShape = {
  opening: "rows",
  logRows: 13,
  foldingArities: [8, 8],
  columns: 180,
  nextOpenedEnd: 63,
  constraints: 300,
  maxDegree: 9,
  quotientChunks: 8,
  lookup: undefined,
  statementTerms: 0,
};

function parametersOf(a: SoundcalcCase, queries: number): SecurityParameters {
  const challengeCoordinate = { bits: Math.floor(255 / a.extensionDegree) };
  const { extensionDegree, logBlowup, grindingBits } = a;
  return { ...stage0, extensionDegree, challengeCoordinate, logBlowup, grindingBits, queries };
}

function shapeOf(a: SoundcalcCase): RowsSecurityShape {
  const { logRows, foldingArities, constraints, maxDegree } = a;
  return {
    ...stage0Shape,
    logRows,
    foldingArities,
    constraints,
    maxDegree,
    quotientChunks: maxDegree - 1,
    columns: a.batchedFunctions,
    nextOpenedEnd: 0,
  };
}

function bitsOf(rounds: readonly { round: RoundName; bits: number }[], name: string): number {
  const found = rounds.find(({ round }) => round === name);
  assert.ok(found, `round ${name} is reported`);
  return found.bits;
}

test("every round agrees with soundcalc, in both regimes, at the same best multiplicity", () => {
  for (const expected of fixture.cases) {
    const report = securityReport(parametersOf(expected, expected.queries), shapeOf(expected));
    assert.equal(report.johnson.multiplicity, expected.johnson.multiplicity, `2^${expected.logRows} rows`);
    for (const [ours, theirs] of [
      [report.johnson, expected.johnson],
      [report.uniqueDecoding, expected.uniqueDecoding],
    ] as const) {
      for (const [name, bits] of Object.entries(theirs.rounds)) {
        // Our radius is taken for n + 1 coefficients: at most log2 √(1 + 1/n) per query less than theirs. The smaller
        // radius also shrinks the agreement errors, in the fifth digit.
        const stricter = name === "queries" ? (expected.queries * Math.log2(1 + 2 ** -expected.logRows)) / 2 : 0;
        const difference = bits - bitsOf(ours.rounds, name);
        assert.ok(
          difference >= -1e-4 && difference <= stricter + 1e-4,
          `${ours.regime} ${name}: ${difference} bits below soundcalc`,
        );
      }
      // They count one constraint more and one row less: under 0.02 bits either way, in addition to their rounding down.
      for (const [name, floor] of Object.entries(theirs.floors)) {
        const difference = bitsOf(ours.rounds, name) - floor;
        assert.ok(difference > -0.02 && difference < 1.02, `${ours.regime} ${name}: ${difference} above soundcalc's floor`);
      }
    }
  }
});

test("the fewest queries for 100 bits agree with soundcalc for blowups 4 to 256", () => {
  for (const expected of fixture.queries) {
    const { queries: _, ...parameters } = parametersOf(expected, 1);
    assert.equal(
      queriesFor(expected.targetBits, parameters, shapeOf(expected)),
      expected.johnson,
      `blowup 2^${expected.logBlowup}`,
    );
    const { uniqueDecoding } = securityReport({ ...parameters, queries: expected.uniqueDecoding }, shapeOf(expected));
    const { uniqueDecoding: oneLess } = securityReport(
      { ...parameters, queries: expected.uniqueDecoding - 1 },
      shapeOf(expected),
    );
    assert.ok(
      uniqueDecoding.weakest.bits >= 100 && oneLess.weakest.bits < 100,
      `unique decoding, blowup 2^${expected.logBlowup}`,
    );
  }
});

test("the fewest queries at every supported height agree with soundcalc, columns and next-opened columns counted", () => {
  for (const expected of fixture.heights) {
    const { queries: _, ...parameters } = parametersOf(expected, 1);
    const shape = { ...shapeOf(expected), columns: 180, nextOpenedEnd: expected.batchedFunctions - 180 };
    assert.equal(
      queriesFor(expected.targetBits, parameters, shape),
      expected.johnson,
      `2^${expected.logRows}, ${expected.grindingBits} bits of grinding`,
    );
  }
});

test("LogUp agrees with soundcalc in unique decoding and pays for the list beyond it", () => {
  for (const { rows, interactions, messageDegree, bits } of fixture.lookups) {
    const shape = { ...stage0Shape, lookup: { fractions: rows * interactions, messageDegree } };
    const report = securityReport(stage0, shape);
    assert.ok(Math.abs(bitsOf(report.uniqueDecoding.rounds, "lookup") - bits) < 1e-5);
    const multiplicity = report.johnson.multiplicity ?? assert.fail("the Johnson regime names its multiplicity");
    const listSize = (multiplicity + 0.5) * Math.sqrt(128 / (1 + 2 ** -13));
    const loss = bitsOf(report.uniqueDecoding.rounds, "lookup") - bitsOf(report.johnson.rounds, "lookup");
    assert.ok(Math.abs(loss - Math.log2(listSize)) < 1e-9);
  }
});

test("reproduces the published row of ZisK's Dma circuit", () => {
  // soundcalc pins the gap to 0.005333; m = 67 is the multiplicity it derives from that gap.
  const logField = 3 * Math.log2(2 ** 64 - 2 ** 32 + 1);
  const outer = { logRate: -1, logDimension: 21, logField };
  const folds: readonly (readonly [arity: number, logDimension: number])[] = [
    [8, 18],
    [8, 15],
    [8, 12],
    [8, 9],
    [8, 6],
    [4, 4],
  ];
  const rows = [
    { regime: uniqueDecoding(outer, "bchks25"), batching: 166, commits: [172, 175, 178, 181, 184, 187], queries: 111 },
    { regime: johnson(outer, 67, "bchks25"), batching: 133, commits: [138, 141, 144, 147, 150, 154], queries: 128 },
  ];
  for (const { regime, batching, commits, queries } of rows) {
    assert.equal(Math.floor(-regime.logCurveError(outer, 45)), batching);
    const folded = folds.map(([arity, logDimension]) => Math.floor(-regime.logCurveError({ ...outer, logDimension }, arity - 1)));
    assert.deepEqual(folded, commits);
    assert.equal(Math.floor(-229 * regime.logAgreement + 16), queries);
  }
});

test("reproduces the regression vector of Plonky3's security crate", () => {
  // A field of exactly 2^252 elements with unbiased challenges.
  const report = securityReport(
    {
      ...stage0,
      fieldModulus: 2 ** 28,
      extensionDegree: 9,
      challengeCoordinate: { bits: 28 },
      logBlowup: 1,
      queries: 100,
      grindingBits: 16,
      digestBytes: 32,
    },
    {
      ...stage0Shape,
      logRows: 20,
      foldingArities: [8, 8, 8, 8, 8, 8],
      columns: 1,
      nextOpenedEnd: 1,
      constraints: 1,
      maxDegree: 2,
      quotientChunks: 1,
    },
  );
  assert.equal(Math.floor(report.uniqueDecoding.weakest.bits), 57);
  assert.equal(Math.floor(report.johnson.weakest.bits), 65);
});

test("the claim is the weakest round of the better regime", () => {
  const report = securityReport(stage0, stage0Shape);
  assert.equal(report.claimed, report.johnson);
  assert.equal(report.provenBits, Math.min(...report.johnson.rounds.map(({ bits }) => bits)));
  // One query at rate 1/2 proves more by unique decoding of a tiny field, where Johnson's errors exceed one.
  const tiny = securityReport({ ...stage0, extensionDegree: 1, logBlowup: 1, queries: 1, grindingBits: 0 }, stage0Shape);
  assert.equal(tiny.claimed, tiny.uniqueDecoding);
});

test("never credits a query with more than the Johnson bound, half the rate's bits", () => {
  for (let logBlowup = 1; logBlowup <= 10; logBlowup++) {
    for (const logRows of [7, 12, 20]) {
      const report = securityReport({ ...stage0, logBlowup, grindingBits: 0 }, { ...stage0Shape, logRows });
      for (const { rounds } of [report.uniqueDecoding, report.johnson]) {
        assert.ok(bitsOf(rounds, "queries") / stage0.queries < logBlowup / 2);
      }
    }
  }
});

test("a biased challenge counts as the smaller field it amounts to", () => {
  // 2^31 < 2p, so reducing 31 bits makes some residues twice as likely: probability 2 / 2^31 per coordinate, 150 bits.
  const biased = securityReport({ ...stage0, challengeCoordinate: { bits: 31 } }, stage0Shape).uniqueDecoding.rounds;
  const degreeOfIdentity = 10 * 2 ** 13;
  assert.equal(bitsOf(biased, "out-of-domain"), 150 - Math.log2(degreeOfIdentity));
  assert.equal(bitsOf(biased, "constraint composition"), 150 - Math.log2(299));
});

test("a short digest caps the claim at half its bits", () => {
  const report = securityReport({ ...stage0, digestBytes: 20 }, stage0Shape);
  assert.equal(report.provenBits, 80);
  assert.equal(report.claimed.weakest.round, "commitment hash");
  const circuit = securityReport({ ...stage0, circuitDigestElements: 4 }, stage0Shape);
  assert.equal(circuit.claimed.weakest.round, "circuit hash");
  assert.ok(Math.abs(circuit.provenBits - 2 * Math.log2(0x7f000001)) < 1e-9);
});

test("a random evaluation in the statement costs its number of terms", () => {
  const { rounds } = securityReport(stage0, { ...stage0Shape, statementTerms: 2 ** 19 }).johnson;
  assert.ok(Math.abs(bitsOf(rounds, "statement evaluation") - (5 * Math.log2(0x7f000001) - 19)) < 1e-5);
});

test("older or more cautious agreement bounds never prove more", () => {
  const bits = (["dkt26", "bchks25", "bchks25-printed", "bciks20"] as const).map(
    (theorem) => securityReport(stage0, stage0Shape, theorem).provenBits,
  );
  assert.deepEqual(
    [...bits].sort((a, b) => b - a),
    bits,
  );
  assert.ok(bits[1]! - bits[3]! > 10);
});

/** Vectors of Plonky3's crate of security figures, an implementation without code in common. */
test("counts the exceptions of Dao, Kominers and Thaler as an independent implementation does", () => {
  for (const [logDimension, logBlowup, m, expected] of [
    [1, 1, 3, 10.837102265451657],
    [2, 1, 3, 11.2521397647305],
    [20, 2, 3, 30.83710364131352],
    [20, 2, 10, 35.59199114347699],
  ] as const) {
    const code = { logDimension, logRate: -logBlowup, logField: 155 };
    const of = (degree: number): number => johnson(code, m, "dkt26").logCurveError(code, degree) + 155;
    assert.ok(Math.abs(of(1) - expected) < 1e-9, `${of(1)}`);
    assert.ok(Math.abs(of(7) - expected - Math.log2(7)) < 1e-9);
  }
  const constants = { logDimension: 0, logRate: -2, logField: 155 };
  assert.equal(johnson(constants, 3, "dkt26").logCurveError(constants, 1), Infinity);
});

test("reports no query count where another round is below the target", () => {
  const { queries: _, ...parameters } = stage0;
  assert.equal(queriesFor(128, parameters, stage0Shape), undefined);
});

test("refuses figures that describe no proof", () => {
  const wrong: readonly [Partial<SecurityParameters>, Partial<RowsSecurityShape>][] = [
    [{ queries: 0 }, {}],
    [{ queries: 1.5 }, {}],
    [{ logBlowup: 0 }, {}],
    [{ grindingBits: -1 }, {}],
    [{ digestBytes: Number.NaN }, {}],
    [{}, { logRows: 5 }],
    [{}, { foldingArities: [6] }],
    [{}, { foldingArities: [1] }],
    [{}, { columns: 0 }],
    [{}, { nextOpenedEnd: 181 }],
    [{}, { lookup: { fractions: 0, messageDegree: 1 } }],
    [{}, { lookup: { fractions: 10, messageDegree: 0 } }],
  ];
  for (const [parameters, shape] of wrong) {
    assert.throws(
      () => securityReport({ ...stage0, ...parameters }, { ...stage0Shape, ...shape }),
      RangeError,
      JSON.stringify([parameters, shape]),
    );
  }
  assert.throws(() => johnson({ logRate: -7, logDimension: 13, logField: 155 }, 2, "bchks25"), RangeError);
});
