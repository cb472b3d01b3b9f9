import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type RegimeReport,
  type SecurityParameters,
  securityReport,
  type StackedSecurityShape,
} from "../../../src/proofs/stark/security/security.ts";
import { proofSecurity } from "../../../src/proofs/stark/security/proof-security.ts";
import { createShape } from "../../../src/proofs/stark/systems/shape.ts";
import { compileSystem } from "../../../src/proofs/stark/systems/system.ts";
import { fibonacciSystem } from "../airs/fibonacci.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { freeSystem } from "./free-columns.ts";

interface Layer {
  readonly logCommitted: number;
  readonly logBlowup: number;
  readonly queries: number;
  readonly grindingBits: number;
  readonly logRows?: number;
}

// Figures of a calculator apart from this code: 2^27 fractions of messages of 64, 6,054 constraints, tables of 2^20 rows, arity 8.
function reportOf({ logCommitted, logBlowup, queries, grindingBits, logRows = 20 }: Layer) {
  const parameters: SecurityParameters = {
    fieldModulus: 2130706433,
    extensionDegree: 5,
    challengeCoordinate: { bits: 51 },
    logBlowup,
    queries,
    grindingBits,
    digestBytes: 31,
    circuitDigestElements: 0,
  };
  const folds = Math.floor((logCommitted - 7) / 3);
  const rest = (logCommitted - 7) % 3;
  const shape: StackedSecurityShape = {
    opening: "stacked",
    logRows,
    logCommitted,
    batchVariables: 26,
    leafRounds: 8,
    foldingArities: [...Array<number>(folds).fill(8), ...(rest > 0 ? [2 ** rest] : [])],
    finalRounds: 7,
    constraints: 6055,
    maxDegree: 3,
    quotientChunks: 2,
    lookup: { fractions: 2 ** 27, messageDegree: 64 },
    statementTerms: 0,
  };
  return securityReport(parameters, shape);
}

function bitsOf(report: RegimeReport, round: string): number {
  const found = report.rounds.find((candidate) => candidate.round === round);
  assert.ok(found, round);
  return Math.round(found.bits * 10) / 10;
}

test("rounds of a chunk of 2^22 places, blowup 2 and 193 queries, in unique decoding", () => {
  const { uniqueDecoding: report } = reportOf({ logCommitted: 18, logBlowup: 1, queries: 193, grindingBits: 20 });
  const rounds = ["lookup", "constraint composition", "out-of-domain", "tensor batching", "leaf folding", "closing", "queries"];
  assert.deepEqual(
    rounds.map((round) => bitsOf(report, round)),
    [121.9, 142.4, 132.9, 150.2, 135.9, 153.9, 100.1],
  );
  // Layers of 2^16 leaves to 2^8: 2^18 coefficients to 2^7 by eight, three times, and then four.
  assert.deepEqual(
    [0, 1, 2, 3].map((layer) => bitsOf(report, `folding ${layer}`)),
    [138.9, 141.9, 144.9, 146.9],
  );
});

test("the layers of a recursion have 100 bits in unique decoding with the queries chosen, and not with one less", () => {
  const layers: readonly (readonly [Layer, number])[] = [
    ...[16, 17, 18, 19].map((logCommitted) => [{ logCommitted, logBlowup: 2, queries: 124, grindingBits: 16 }, 100.1] as const),
    ...[16, 18, 20].map((logCommitted) => [{ logCommitted, logBlowup: 1, queries: 193, grindingBits: 20 }, 100.1] as const),
    // 16 + 203 · log2(4/3), less than 0.01 of it for the least distance.
    ...[16, 17, 18].map((logCommitted) => [{ logCommitted, logBlowup: 1, queries: 203, grindingBits: 16 }, 100.25] as const),
    [{ logCommitted: 16, logBlowup: 2, queries: 118, grindingBits: 20, logRows: 17 }, 100.0],
    [{ logCommitted: 14, logBlowup: 3, queries: 97, grindingBits: 20, logRows: 16 }, 100.5],
  ];
  for (const [layer, bits] of layers) {
    const report = reportOf(layer);
    assert.equal(report.provenBits, report.uniqueDecoding.weakest.bits);
    assert.equal(report.uniqueDecoding.weakest.round, "queries");
    assert.ok(report.provenBits >= 100 && Math.abs(report.provenBits - bits) < 0.06, `${report.provenBits}`);
  }
  assert.ok(reportOf({ logCommitted: 16, logBlowup: 2, queries: 123, grindingBits: 16 }).provenBits < 100);
  assert.ok(reportOf({ logCommitted: 18, logBlowup: 1, queries: 202, grindingBits: 16 }).provenBits < 100);
});

test("regime mix-up: Johnson figures take the theorem as printed and are not claimed", () => {
  const figures: readonly (readonly [Layer, number])[] = [
    [{ logCommitted: 18, logBlowup: 1, queries: 193, grindingBits: 20 }, 108.9],
    [{ logCommitted: 16, logBlowup: 2, queries: 118, grindingBits: 20, logRows: 17 }, 117.9],
    [{ logCommitted: 14, logBlowup: 3, queries: 97, grindingBits: 20, logRows: 16 }, 118.6],
    [{ logCommitted: 14, logBlowup: 5, queries: 33, grindingBits: 22, logRows: 16 }, 103.1],
  ];
  for (const [layer, bits] of figures) {
    const report = reportOf(layer);
    assert.ok(Math.abs(report.johnson.weakest.bits - bits) < 0.06, `${report.johnson.weakest.bits}, not ${bits}`);
    assert.equal(report.claimed, report.uniqueDecoding);
  }
  // Far below 100 in unique decoding: a system with so few queries has not the bits that Johnson would give it.
  assert.ok(reportOf({ logCommitted: 14, logBlowup: 5, queries: 33, grindingBits: 22 }).provenBits < 54);
});

test("counts rounds, challenges and layers of a system's stack as by hand", () => {
  const system = fibonacciSystem(
    smallParameters({ minLogRows: 4, logFinalMax: 2, opening: { kind: "stacked", logStackMin: 8, logStackMax: 12 } }),
  );
  const shape = createShape(system, [9]);
  assert.ok(typeof shape !== "number");
  // Three columns and five of the quotient, of 2^9 each: stack columns of 2^9, eight, s = 3; 2^5 coefficients, 2^7 positions.
  const bits = (errors: number): number => Math.round((5 * Math.log2(2130706433) - Math.log2(errors)) * 10) / 10;
  const { uniqueDecoding: report } = proofSecurity(system, shape, { circuitDigestElements: 0, statementTerms: 0 });
  assert.equal(bitsOf(report, "leaf folding"), bits(2 ** 7 + 2));
  assert.equal(bitsOf(report, "folding 0"), bits(2 ** 4 + 2));
  assert.equal(bitsOf(report, "tensor batching"), bits(1 + 9 + 3 - 4));
  assert.equal(bitsOf(report, "closing"), bits(2));
  // (1 + 1/4)/2 + 1/128 a query, 6 of them, and 4 bits of grinding.
  assert.equal(bitsOf(report, "queries"), Math.round((4 - 6 * Math.log2(0.625 + 1 / 128)) * 10) / 10);
});

test("counts challenges, positions and grinding of a transcript of elements as by hand", () => {
  const p = 2130706433;
  const system = compileSystem({
    ...freeSystem(smallParameters({ minLogRows: 4, opening: { kind: "stacked", logStackMin: 8, logStackMax: 12 } })).definition,
    statementElements: { count: 0, shared: 0 },
    parameters: {
      ...smallParameters({ minLogRows: 4, queryCount: 193, grindingBits: 20, logBlowup: 1, grindingBaseLogRows: 12 }),
      ...{ opening: { kind: "stacked", logStackMin: 12, logStackMax: 12 }, hash: { kind: "poseidon" }, transcript: "poseidon" },
    },
  });
  const shape = createShape(system, [8, 6, 0, 5, 4]);
  assert.ok(typeof shape !== "number");
  const { uniqueDecoding: report } = proofSecurity(system, shape, { circuitDigestElements: 0, statementTerms: 0 });
  const bits = (round: string): number => report.rounds.find((each) => each.round === round)?.bits ?? NaN;
  // Columns of 2^8 coefficients on 2^9 points: at most one codeword is within 127 of them. p − 1 is 127·2^24, so that zero
  // low bits have one element more: 2,033 of p elements end in twenty zeros.
  const query = Math.log2(1 - 127 / 512 + 1 / p);
  assert.ok(Math.abs(bits("queries") - (Math.log2(p / 2033) - 193 * query)) < 1e-9);
  assert.ok(Math.abs(bits("closing") - (5 * Math.log2(p) - 1)) < 1e-9);
  assert.ok(Math.abs(bits("circuit hash") - 4 * Math.log2(p)) < 1e-9);
});

test("refuses a stack whose rounds do not add up", () => {
  const report = (change: Partial<StackedSecurityShape>) =>
    securityReport(
      {
        fieldModulus: 2130706433,
        extensionDegree: 5,
        challengeCoordinate: { bits: 51 },
        logBlowup: 2,
        queries: 124,
        grindingBits: 16,
        digestBytes: 26,
        circuitDigestElements: 0,
      },
      {
        opening: "stacked",
        logRows: 16,
        logCommitted: 10,
        batchVariables: 10,
        leafRounds: 4,
        foldingArities: [8],
        finalRounds: 7,
        constraints: 1,
        maxDegree: 2,
        quotientChunks: 1,
        lookup: undefined,
        statementTerms: 0,
        ...change,
      },
    );
  assert.ok(report({}).provenBits >= 100);
  for (const change of [{ finalRounds: 6 }, { logCommitted: 11 }, { batchVariables: 0 }, { foldingArities: [6] }])
    assert.throws(() => report(change), RangeError, JSON.stringify(change));
});
