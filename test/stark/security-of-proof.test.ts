import assert from "node:assert/strict";
import { test } from "node:test";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { DEFAULT_PARAMETERS, type ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { securityReport } from "../../src/proofs/stark/security/security.ts";
import { proofSecurity } from "../../src/proofs/stark/security/proof-security.ts";
import { createShape, type Shape } from "../../src/proofs/stark/systems/shape.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";

const bus = defineBus("bus", 1, { elements: 3 });

/** `width` columns, the first two read at the next row, one constraint of degree `degree`. */
function table(name: string, width: number, degree: number, interactions: number) {
  const b = new AirBuilder(name, 0);
  const columns = b.columns("c", width);
  const [first, second] = columns;
  assert.ok(first !== undefined && second !== undefined);
  b.assertZero("steps", "transition", b.sub(b.next(first), b.next(second)));
  b.assertZero("power", "everyRow", b.mul(...Array<typeof first>(degree).fill(first)));
  for (let i = 0; i < interactions; i++) b.send(bus, b.constant(1), { elements: columns.slice(0, 3) });
  return { air: b.build() };
}

function systemOf(parameters: ProofParameters, tables: readonly ReturnType<typeof table>[]): System {
  return compileSystem({ name: "test", parameters, tables, statementValueCount: 0, publicValues: () => [] });
}

function shapeOf(system: System, logRows: readonly number[]): Shape {
  const shape = createShape(system, logRows);
  assert.ok(typeof shape !== "number");
  return shape;
}

const circuit = { circuitDigestElements: 8, statementTerms: 1000 };

test("counts columns, powers, constraints, chunks and folds of a one-table system as by hand", () => {
  const system = systemOf(DEFAULT_PARAMETERS, [table("one", 140, 9, 0)]);
  const expected = securityReport(
    {
      fieldModulus: 2130706433,
      extensionDegree: 5,
      challengeCoordinate: { bits: 51 },
      logBlowup: 7,
      queries: DEFAULT_PARAMETERS.queryCount,
      grindingBits: DEFAULT_PARAMETERS.grindingBits,
      digestBytes: 26,
      circuitDigestElements: 8,
    },
    // 140 main columns, 8 chunks of 5 coordinates; 2^13 → 2^10 → 2^7.
    {
      opening: "rows",
      logRows: 13,
      foldingArities: [8, 8],
      columns: 180,
      nextOpenedEnd: 2,
      constraints: 2,
      maxDegree: 9,
      quotientChunks: 8,
      lookup: undefined,
      statementTerms: 1000,
    },
  );
  assert.deepEqual(proofSecurity(system, shapeOf(system, [13]), circuit), expected);
});

test("counts the lookups of all tables at their own heights and the last next-opened column of all", () => {
  const parameters: ProofParameters = { ...DEFAULT_PARAMETERS, maxConstraintDegree: 3 };
  const system = systemOf(parameters, [table("tall", 10, 3, 2), table("short", 5, 2, 1)]);
  const shape = shapeOf(system, [12, 10]);
  const report = proofSecurity(system, shape, circuit);
  // 2 · 2^12 + 2^10 = 9216 fractions, messages of three elements: (3 + 1) · 9216 = 36864 in unique decoding.
  const lookup = report.uniqueDecoding.rounds.find(({ round }) => round === "lookup");
  assert.ok(Math.abs((lookup?.bits ?? 0) - (5 * Math.log2(2130706433) - Math.log2(36864))) < 1e-5);
  // Two interactions of degree 1 share a group in the tall table (degree 3): one lookup column each, 5 coordinates.
  // Order: main 10 + 5, lookup 5 + 5, quotient 2 · 5. The last next-opened column is the second lookup block's last, 24.
  const batching = report.uniqueDecoding.rounds.find(({ round }) => round === "batching");
  const points = 2 ** 19;
  const radius = (1 - (2 ** 12 + 1) / points) / 2;
  const byHand = 5 * Math.log2(2130706433) - Math.log2((35 + 24) * (radius * points + 1));
  assert.ok(Math.abs((batching?.bits ?? 0) - byHand) < 1e-5);
});

test("a Poseidon commitment is worth half of eight elements", () => {
  const system = systemOf({ ...DEFAULT_PARAMETERS, hash: { kind: "poseidon" } }, [table("one", 20, 3, 0)]);
  const report = proofSecurity(system, shapeOf(system, [10]), { circuitDigestElements: 0, statementTerms: 0 });
  const hashes = report.johnson.rounds.filter(({ round }) => round.endsWith("hash")).map(({ bits }) => bits);
  assert.ok(Math.abs(Math.min(...hashes) - 4 * Math.log2(2130706433)) < 1e-9);
});
