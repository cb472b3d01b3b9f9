import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createJoinSplitSystem } from "../../src/proofs/circuits/join-split/join-split-system.ts";
import { listParameters, listSystem } from "../../src/proofs/circuits/state-transition/list-system.ts";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { uncommittedSystem } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { systemForL1 } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { relistingSystem } from "../../src/proofs/execution-proof/batch/relisting-system.ts";
import { WRITTEN_PROGRAMS } from "../../src/proofs/execution-proof/batch/written-programs.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { segmentedDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { LONGEST_LIST } from "../../src/proofs/prover/claimed-security.ts";
import { AGGREGATE, CHUNKS, WRAPPED } from "../../src/proofs/recursion/nodes/layout.ts";
import { batchParameters, compressParameters, programParameters } from "../../src/proofs/recursion/tables/program-parameters.ts";
import { systemOfForm } from "../../src/proofs/recursion/tables/program-system.ts";
import { leastProvenBits } from "../../src/proofs/stark/security/proof-security.ts";
import type { AgreementTheorem } from "../../src/proofs/stark/security/proximity.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";

const PAGE = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
const HASHES = { keccak: "keccak", poseidon: "Poseidon" } as const;
const { forms } = WRITTEN_PROGRAMS;

/** Proofs of one system. By hand: what its queries prove at least, or its trees, whichever is less. */
interface Listed {
  readonly proof: string;
  readonly checkedBy: string;
  readonly system: System;
  readonly byHand: number;
  readonly statementTerms?: number;
  readonly isJohnson?: boolean;
}

/** 2^logPoints positions, (N − n)/2 − 1 of which a codeword may differ in. */
function unique(logPoints: number, logBlowup: number, queries: number, grindingBits: number): number {
  const [positions, coefficients] = [2 ** logPoints, 2 ** (logPoints - logBlowup)];
  return grindingBits - queries * Math.log2(1 - ((positions - coefficients) / 2 - 1) / positions);
}

/** Bits for the multiplicity at which the queries and the rounds over the leaves' values are nearest. */
function inJohnson(queries: number, blowup: number, multiplicity: number, grindingBits: number): number {
  return grindingBits - queries * Math.log2(Math.sqrt(1 / blowup) * (1 + 1 / (2 * multiplicity)));
}

function listed(): readonly Listed[] {
  const run = uncommittedSystem(0x203n, executionParameters());
  const inSegments = ({ definition, system }: typeof run): System =>
    compileSystem(segmentedDefinition(definition), system.preprocessedRoots);
  const forPrograms = unique(13, 1, 194, 20);
  const programs = "a program";
  return [
    {
      ...{ proof: "list of a batch's changes", checkedBy: "L1", system: createStateTransitionSystem() },
      // 2^15 rows, one coefficient more: rate (2^15 + 1)/2^22.
      ...{ byHand: 22 - 23 * Math.log2(Math.sqrt((2 ** 15 + 1) / 2 ** 22) * (1 + 1 / 14)), statementTerms: LONGEST_LIST },
      isJohnson: true,
    },
    {
      // 2^7 rows, one coefficient more: rate (2^7 + 1)/2^14; with the multiplicity 16 queries have the fewest bits.
      ...{ proof: "join-split", checkedBy: "a shielded pool", system: createJoinSplitSystem() },
      ...{ byHand: 16 - 25 * Math.log2(Math.sqrt((2 ** 7 + 1) / 2 ** 14) * (1 + 1 / 32)), isJohnson: true },
    },
    { proof: "chunk", checkedBy: programs, system: run.system, byHand: forPrograms },
    { proof: "segment of a run", checkedBy: programs, system: inSegments(run), byHand: forPrograms },
    {
      ...{ proof: "relisted leaves", checkedBy: programs },
      ...{ system: relistingSystem(executionParameters()), byHand: forPrograms },
    },
    {
      ...{ proof: "list, on its way", checkedBy: programs, system: listSystem(listParameters()) },
      ...{ byHand: unique(13, 3, 97, 20), statementTerms: LONGEST_LIST },
    },
    {
      ...{ proof: "leaf, join, end of a run", checkedBy: programs, byHand: unique(17, 1, 194, 20) },
      system: systemOfForm(CHUNKS.count, forms.chunks, programParameters()),
    },
    {
      ...{ proof: "batch, aggregate", checkedBy: programs, byHand: unique(18, 2, 119, 20) },
      system: systemOfForm(AGGREGATE.count, forms.batches, batchParameters()),
    },
    {
      ...{ proof: "compress", checkedBy: programs, byHand: inJohnson(41, 16, 26, 20), isJohnson: true },
      // System with this number of public values; no round with the fewest bits depends on the width of its
      // tables.
      system: systemOfForm(WRAPPED.count, forms.wrap, compressParameters()),
    },
    {
      ...{ proof: "fast", checkedBy: "L1", system: systemForL1("fast") },
      ...{ byHand: inJohnson(41, 16, 26, 20), isJohnson: true },
    },
    { proof: "wrap", checkedBy: "L1", system: systemForL1("small"), byHand: inJohnson(20, 256, 7, 23), isJohnson: true },
  ];
}

function rowOf({ proof, checkedBy, system, statementTerms = 0, isJohnson = false }: Listed): string {
  const { parameters } = system;
  const isStacked = parameters.opening.kind === "stacked";
  const application = { circuitDigestElements: 8, statementTerms, stacksInJohnson: isStacked && isJohnson };
  const { logBlowup, queryCount, grindingBits } = parameters;
  const cells = [
    ...[proof, checkedBy, `${2 ** logBlowup}; ${queryCount}; ${grindingBits}`, isJohnson ? "Johnson" : "unique decoding"],
    ...[treesOf(parameters), leastProvenBits(system, application).toFixed(1)],
  ];
  return `| ${cells.join(" | ")} |`;
}

function treesOf({ hash, transcript }: ProofParameters): string {
  const digest = hash.kind === "poseidon" ? "8 elements" : `${hash.digestBytes} bytes`;
  return `${HASHES[hash.kind]}, ${digest}; ${HASHES[transcript]}`;
}

const SYSTEMS = listed();
const READINGS: readonly AgreementTheorem[] = ["bchks25-printed", "bchks25", "dkt26", "bciks20"];
/** Readings with less than 100 bits of a system; docs/security.md names them. */
const EXCEPTIONS: readonly string[] = [
  "list of a batch's changes: bchks25-printed",
  ...["list of a batch's changes", "join-split", "compress", "fast", "wrap"].map((proof) => `${proof}: bciks20`),
];

/** Bits of a system in Johnson's regime by each theorem. */
function readingsOf({ system, statementTerms = 0 }: Listed): number[] {
  const stacksInJohnson = system.parameters.opening.kind === "stacked";
  const application = { circuitDigestElements: 8, statementTerms, stacksInJohnson };
  return READINGS.map((theorem) => leastProvenBits(system, application, theorem));
}

/** Rows of one of the page's tables. */
function tableOf(name: string): string {
  const [, body = ""] = new RegExp(`<!-- table: ${name} -->\\n(?:\\|.*\\n){2}([^<]*)<!-- end -->`).exec(PAGE) ?? [];
  return body.trim();
}

test("security.md has every system whose proofs are checked, with its bits", () => {
  assert.equal(tableOf("systems"), SYSTEMS.map(rowOf).join("\n"));
});

test("each has the bits that are computed by hand, at least 100, and a reserve of 0.3 on the way to L1", () => {
  for (const each of SYSTEMS) {
    const bits = rowOf(each).split(" | ").at(-1) ?? "";
    assert.equal(Number.parseFloat(bits), Math.floor(each.byHand * 10 + 1e-9) / 10, each.proof);
    assert.ok(Number.parseFloat(bits) >= (each.proof === "list of a batch's changes" ? 100 : 100.3), each.proof);
  }
});

test("security.md has the bits of every system in Johnson's regime by each theorem, at least 100 except by name", () => {
  const rows = SYSTEMS.filter(({ isJohnson }) => isJohnson).map((each) => ({ proof: each.proof, bits: readingsOf(each) }));
  const lines = rows.map(({ proof, bits }) => `| ${proof} | ${bits.map((each) => each.toFixed(1)).join(" | ")} |`);
  assert.equal(tableOf("readings"), lines.join("\n"));
  const low = rows.flatMap(({ proof, bits }) =>
    READINGS.flatMap((name, i) => ((bits[i] ?? 0) < 100 ? [`${proof}: ${name}`] : [])),
  );
  assert.deepEqual(low.toSorted(), EXCEPTIONS.toSorted());
});
