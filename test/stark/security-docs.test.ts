import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type SecurityParameters, securityReport, type SecurityShape } from "../../src/stark/security.ts";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

function parameters(grindingBits: number): SecurityParameters {
  return {
    fieldModulus: 0x7f000001,
    extensionDegree: 5,
    challengeCoordinateBits: 51,
    logBlowup: 7,
    queries: 23,
    grindingBits,
    digestBytes: 26,
    circuitDigestElements: 8,
  };
}

function shape(logRows: number): SecurityShape {
  const foldingArities = Array<number>(Math.max(0, Math.ceil((logRows - 8) / 3))).fill(8);
  return {
    logRows,
    foldingArities,
    columns: 180,
    nextOpenedEnd: 63,
    constraints: 300,
    maxDegree: 9,
    quotientChunks: 8,
    lookup: undefined,
    // An update publishes 24 limbs in at least 8 rows, an insertion 48 in at least 21.
    statementTerms: 3 * 2 ** logRows,
  };
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

test("the page's table of heights is what the report computes", () => {
  const rows = Array.from({ length: 9 }, (_, i) => i + 9).map((logRows) => {
    const [low, high] = [22, 23].map((grindingBits) => securityReport(parameters(grindingBits), shape(logRows)));
    assert.ok(low !== undefined && high !== undefined);
    const cells = [low, high].flatMap(({ provenBits, claimed }) => [bits(provenBits), claimed.multiplicity]);
    return `| 2^${logRows} | ${cells.join(" | ")} | ${high.claimed.weakest.round} |`;
  });
  assert.equal(tableBody("heights"), rows.join("\n"));
});

test("the page's table of rounds is what the report computes", () => {
  const { uniqueDecoding, johnson } = securityReport(parameters(23), shape(13));
  const rows = johnson.rounds.map((round, i) => `| ${round.round} | ${bits(uniqueDecoding.rounds[i]!.bits)} | ${bits(round.bits)} |`);
  assert.equal(tableBody("rounds"), rows.join("\n"));
});

test("the page's variants of the agreement bound are what the report computes", () => {
  const claim = securityReport(parameters(23), shape(13)).provenBits;
  const older = securityReport(parameters(23), shape(13), "bciks20").provenBits;
  const printed = securityReport(parameters(23), shape(13), "bchks25-printed").provenBits;
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
