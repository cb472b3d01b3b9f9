import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { LONGEST_LIST, stateTransitionSecurity } from "../../src/proofs/prover/claimed-security.ts";
import { grindingBitsFor } from "../../src/proofs/stark/systems/parameters.ts";
import type { SecurityReport } from "../../src/proofs/stark/security/security.ts";
import type { AgreementTheorem } from "../../src/proofs/stark/security/proximity.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
const contract = readFileSync(new URL("../../contracts/verifier/generated/StateTransitionStark.sol", import.meta.url), "utf8");

/** The system as the product makes it. Nothing of it is repeated here. */
const system = createStateTransitionSystem();
const { parameters } = system;
const heights = Array.from({ length: parameters.maxLogRows - parameters.minLogRows + 1 }, (_, i) => i + parameters.minLogRows);

function report(logRows: number, theorem?: AgreementTheorem): SecurityReport {
  return stateTransitionSecurity(system, logRows, theorem);
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

/** The page's text without its line breaks. */
const text = page.replaceAll(/\s+/g, " ");

test("the contract that is deployed checks this system, with its number of queries", () => {
  const digest = Buffer.from(system.verificationKeyDigest).toString("hex");
  assert.ok(contract.includes(`Verification key 0x${digest}.`), "the contract's key is this system's");
  assert.ok(contract.includes(digest, contract.indexOf("assembly")), "the contract's transcript starts with this key");
  const draws = [...contract.matchAll(/drawPositions\([^,()]*\([^()]*\), 0x[0-9a-f]+, (\d+), /g)].map(([, count]) =>
    Number(count),
  );
  assert.deepEqual(draws, [parameters.queryCount]);
  const paths = [...contract.matchAll(/merkleRoot\(mload\(0x[0-9a-f]+\), (\d+), /g)].map(([, count]) => Number(count));
  assert.ok(paths.length > 0 && paths.every((count) => count === parameters.queryCount), `paths of ${paths.join(", ")} queries`);
});

test("a state transition has at least 100 proven bits at every height that the deployed system allows", () => {
  for (const logRows of heights) {
    const { provenBits } = report(logRows);
    assert.ok(provenBits >= 100, `2^${logRows} rows: ${provenBits} bits`);
  }
});

test("with fewer queries or less grinding the same report falls below 100 bits", () => {
  for (const weaker of [
    { queryCount: 15 },
    { queryCount: parameters.queryCount - 1 },
    { grindingBits: parameters.grindingBits - 4 },
  ]) {
    const weakened = createStateTransitionSystem({ ...parameters, ...weaker });
    const bits = heights.map((logRows) => stateTransitionSecurity(weakened, logRows).provenBits);
    assert.ok(Math.min(...bits) < 100, JSON.stringify(weaker));
  }
});

test("the page describes the deployed system", () => {
  const [table] = system.tables;
  const shape = createShape(system, [parameters.minLogRows]);
  assert.ok(table !== undefined && typeof shape !== "number" && parameters.hash.kind === "keccak");
  const sentence =
    `The state-transition system (${shape.columnCount} committed columns, ${shape.nextCount} of them opened at the next row too, ` +
    `${system.constraintCount} constraints of degree at most ${table.air.degree}, no lookups), blowup ${2 ** parameters.logBlowup}, ` +
    `${parameters.queryCount} queries, arity ${2 ** parameters.logArity}, quintic extension, ${parameters.hash.digestBytes}-byte digests`;
  assert.ok(text.includes(sentence), `docs/security.md says: ${sentence}`);
  assert.ok(!system.hasLookups && parameters.extensionDegree === 5);
  assert.ok(text.includes(`the longest that pubdata can count, ${LONGEST_LIST.toLocaleString("en")} |`));
  const reach =
    `${parameters.queryCount} queries reach 100 bits with ${parameters.grindingBits} bits of grinding up to ` +
    `2^${parameters.grindingBaseLogRows} rows`;
  assert.ok(text.includes(reach), `docs/security.md says: ${reach}`);
});

test("the page's table of heights is what the report computes", () => {
  const rows = heights.map((logRows) => {
    const { provenBits, claimed } = report(logRows);
    const cells = [grindingBitsFor(parameters, logRows), bits(provenBits), claimed.multiplicity, claimed.weakest.round];
    return `| 2^${logRows} | ${cells.join(" | ")} |`;
  });
  assert.equal(tableBody("heights"), rows.join("\n"));
});

test("the page's table of rounds is what the report computes", () => {
  const { uniqueDecoding, johnson } = report(13);
  const rows = johnson.rounds.map(
    (round, i) => `| ${round.round} | ${bits(uniqueDecoding.rounds[i]!.bits)} | ${bits(round.bits)} |`,
  );
  assert.equal(tableBody("rounds"), rows.join("\n"));
});

test("the page's variants of the agreement bound are what the report computes", () => {
  const names = {
    dkt26: "DKT26",
    bchks25: "BCHKS25, as computed with",
    "bchks25-printed": "BCHKS25, as printed",
    bciks20: "BCIKS20",
  };
  const rows = (["dkt26", "bchks25", "bchks25-printed", "bciks20"] as const).map((theorem) => {
    const name = names[theorem];
    return `| ${name} | ${[13, 16].map((logRows) => bits(report(logRows, theorem).provenBits)).join(" | ")} |`;
  });
  assert.equal(tableBody("theorems"), rows.join("\n"));
});

test("the page's table of query counts is what soundcalc computes", () => {
  const fixture = JSON.parse(readFileSync(new URL("../../fixtures/security/soundcalc.json", import.meta.url), "utf8")) as {
    readonly queries: readonly { readonly logBlowup: number; readonly johnson: number; readonly uniqueDecoding: number }[];
  };
  const row = (name: string, values: readonly number[]): string => `| ${name} | ${values.join(" | ")} |`;
  for (const expected of [
    row(
      "blowup",
      fixture.queries.map(({ logBlowup }) => 2 ** logBlowup),
    ),
    row(
      "Johnson",
      fixture.queries.map(({ johnson }) => johnson),
    ),
    row(
      "unique decoding",
      fixture.queries.map(({ uniqueDecoding }) => uniqueDecoding),
    ),
  ]) {
    assert.ok(page.includes(`${expected}\n`), `docs/security.md has the row ${expected}`);
  }
});
