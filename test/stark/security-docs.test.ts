import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AUXILIARY_COUNT, STATEMENT_PUBLIC_COUNT } from "../../src/air/state-transition/public-values.ts";
import { createStateTransitionAir } from "../../src/air/state-transition/state-transition-air.ts";
import type { SecurityReport } from "../../src/stark/security.ts";
import { proofSecurity } from "../../src/stark/security/proof-security.ts";
import type { AgreementTheorem } from "../../src/stark/security/proximity.ts";
import { createShape } from "../../src/stark/shape.ts";
import { compileSystem } from "../../src/stark/system.ts";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

const air = createStateTransitionAir();

/** The state transition with the page's parameters, which are written out so that a change of defaults shows up here. */
function report(logRows: number, theorem?: AgreementTheorem): SecurityReport {
  const system = compileSystem({
    name: "state-transition",
    parameters: {
      extensionDegree: 5,
      logBlowup: 7,
      queryCount: 23,
      grindingBits: 22,
      grindingBaseLogRows: 15,
      logArity: 3,
      logFinalMax: 8,
      hash: { kind: "keccak", digestBytes: 26 },
      maxConstraintDegree: 9,
      minLogRows: 9,
      maxLogRows: 17,
    },
    tables: [{ air, auxiliaryCount: AUXILIARY_COUNT }],
    statementValueCount: STATEMENT_PUBLIC_COUNT,
    publicValues: () => undefined,
  });
  const shape = createShape(system, [logRows]);
  assert.ok(typeof shape !== "number");
  // The list that L1 read may be longer than the table's: 65,535 updates of six coefficients, as many insertions of nine, the
  // outputs. In the table an update has at least 8 rows, an insertion at least 21.
  return proofSecurity(system, shape, { circuitDigestElements: 8, statementTerms: 983_031 }, theorem);
}

function tableBody(name: string): string {
  const [, body] = new RegExp(`<!-- table: ${name} -->\\n(?:\\|.*\\n){2}([^<]*)<!-- end -->`).exec(page) ?? [];
  assert.ok(body !== undefined, `docs/security.md has the table "${name}"`);
  return body.trim();
}

/** Rounded down, so that no digit of the page claims more than the report. */
function bits(value: number): string {
  return (Math.floor(value * 10) / 10).toFixed(1);
}

test("the page counts the state transition's constraints and degree", () => {
  assert.match(page, new RegExp(`63 of them opened at the next row too, ${air.constraints.length} constraints of degree at\\smost ${air.degree}, no lookups`));
});

test("the page's table of heights is what the report computes", () => {
  const rows = Array.from({ length: 9 }, (_, i) => i + 9).map((logRows) => {
    const { provenBits, claimed } = report(logRows);
    const cells = [22 + Math.max(0, logRows - 15), bits(provenBits), claimed.multiplicity, claimed.weakest.round];
    return `| 2^${logRows} | ${cells.join(" | ")} |`;
  });
  assert.equal(tableBody("heights"), rows.join("\n"));
});

test("the state transition has at least 100 proven bits at every height", () => {
  for (let logRows = 9; logRows <= 17; logRows++) {
    const { provenBits } = report(logRows);
    assert.ok(provenBits >= 100, `2^${logRows} rows: ${provenBits} bits`);
  }
});

test("the page's table of rounds is what the report computes", () => {
  const { uniqueDecoding, johnson } = report(13);
  const rows = johnson.rounds.map((round, i) => `| ${round.round} | ${bits(uniqueDecoding.rounds[i]!.bits)} | ${bits(round.bits)} |`);
  assert.equal(tableBody("rounds"), rows.join("\n"));
});

test("the page's variants of the agreement bound are what the report computes", () => {
  const claim = report(13).provenBits;
  const older = report(13, "bciks20").provenBits;
  const printed = report(13, "bchks25-printed").provenBits;
  assert.match(page, new RegExp(`would be ${Math.floor(older)} bits instead of ${Math.floor(claim)}\\.`));
  assert.match(page, new RegExp(`at 2\\^13 rows would be ${(Math.ceil((claim - printed) * 10) / 10).toFixed(1)} bits lower`));
});

test("the page's table of query counts is what soundcalc computes", () => {
  const fixture = JSON.parse(readFileSync(new URL("../../fixtures/security/soundcalc.json", import.meta.url), "utf8")) as {
    readonly queries: readonly { readonly logBlowup: number; readonly johnson: number; readonly uniqueDecoding: number }[];
  };
  const row = (name: string, values: readonly number[]): string => `| ${name} | ${values.join(" | ")} |`;
  for (const expected of [
    row("blowup", fixture.queries.map(({ logBlowup }) => 2 ** logBlowup)),
    row("Johnson", fixture.queries.map(({ johnson }) => johnson)),
    row("unique decoding", fixture.queries.map(({ uniqueDecoding }) => uniqueDecoding)),
  ]) {
    assert.ok(page.includes(`${expected}\n`), `docs/security.md has the row ${expected}`);
  }
});
