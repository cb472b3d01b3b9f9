import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { proofHints, shapeOfProof } from "../../src/proofs/recursion/proof-hints.ts";
import { programInput, type ProgramSystem, programSystem, runProgram } from "../../src/proofs/recursion/tables/program-system.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProofSection } from "../../src/proofs/stark/openings/proof.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { forcedRun } from "./forced-run.ts";
import { leafParameters, squaresLeafInput, squaresLeafSystem } from "./squares-leaf.ts";
import { leafProgram, type LeafProgram, checkByProgram } from "./check-by-program.ts";

/** NOT SECURE: a proof of two queries, and one of a program that checks it. */
const parameters = leafParameters({ paths: "capped", queryCount: 2, grindingBits: 3 });
const programParameters = leafParameters({
  ...{ paths: "capped", queryCount: 2, grindingBits: 3, maxLogRows: 16, logFinalMax: 5 },
  opening: { kind: "stacked", logStackMin: 16, logStackMax: 18 },
});

describe("a leaf", () => {
  let backend: Backend;
  let squares: System;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    squares = await squaresLeafSystem(parameters, backend);
  });
  after(() => backend.close());

  /** The proof system of the program that checks proofs of this one's shape. */
  async function leafOver(system: System, proof: Uint8Array): Promise<{ leaf: LeafProgram; own: ProgramSystem }> {
    const leaf = leafProgram(system, shapeOfProof(system, proof), (_assembler, elements) => elements);
    return { leaf, own: await programSystem(leaf.program, programParameters, backend) };
  }

  /** A proof that the program accepts a proof of the statement. */
  async function provenBy(own: ProgramSystem, system: System, statement: Uint8Array, proof: Uint8Array): Promise<Uint8Array> {
    const run = runProgram(own, wordsOf(statement), proofHints(system, proof));
    assert.ok(run.ok);
    return prove(own.system, run.input, backend);
  }

  it("represents the proof that it checks, and a further program checks its proof", async () => {
    const { statement, ...input } = squaresLeafInput({ squares: 4, requests: 4 });
    const proof = await prove(squares, { ...input, statement }, backend);
    const first = await leafOver(squares, proof);
    const proven = await provenBy(first.own, squares, statement, proof);
    assert.equal(verify(first.own.system, statement, proven).ok, true);
    const other = elementBytes(wordsOf(statement).map((element) => element + 1));
    assert.equal(verify(first.own.system, other, proven).ok, false);

    const second = await leafOver(first.own.system, proven);
    assert.deepEqual(checkByProgram(second.leaf, statement, proven), { ok: true });
    assert.equal(checkByProgram(second.leaf, other, proven).ok, false);
    const twice = await provenBy(second.own, first.own.system, statement, proven);
    assert.equal(verify(second.own.system, statement, twice).ok, true);
    assert.equal(verify(second.own.system, other, twice).ok, false);
    assert.equal(verify(first.own.system, statement, twice).ok, false);
  });

  it("has no accepted proof for a changed proof, also if its prover ignores relations that do not hold", async () => {
    const { statement, ...input } = squaresLeafInput({ squares: 4, requests: 4 });
    const proof = await prove(squares, { ...input, statement }, backend);
    const { leaf, own } = await leafOver(squares, proof);
    let sections: readonly ProofSection[] = [];
    verify(squares, statement, proof, { onSections: (read) => (sections = read) });
    const refused = new Set<string>();
    for (const { offset, length } of sections) {
      const changed = proof.with(offset + length - 1, proof[offset + length - 1]! ^ 1);
      const verdict = checkByProgram(leaf, statement, changed);
      const code = verdict.ok ? "" : verdict.code;
      // One of each is enough here; another test shows that all are refused. Some changes leave too few elements to
      // continue.
      if (verdict.ok || refused.has(code) || !verdict.where.includes("relation ")) continue;
      refused.add(code);
      const memory = forcedRun(leaf.program, wordsOf(statement), proofHints(squares, changed));
      const forged = await prove(own.system, programInput(own, wordsOf(statement), memory), backend);
      assert.equal(verify(own.system, statement, forged).ok, false, code);
    }
    const comparing = ["ClaimMismatch", "ConstraintMismatch", "FoldMismatch"];
    assert.deepEqual([...refused].sort(), [...comparing, "GrindingTooWeak", "LookupSumMismatch", "MerkleMismatch"]);
  });
});
