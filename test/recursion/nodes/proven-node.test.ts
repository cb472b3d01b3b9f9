import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createWasmBackend, type WasmBackend } from "../../../src/kernels/wasm/backend.ts";
import { Assembler } from "../../../src/recursion/assembler.ts";
import { aggregateProgram, compressProgram } from "../../../src/recursion/nodes/aggregate-program.ts";
import { aggregateOf, firstStart, wrappedOf } from "../../../src/recursion/nodes/aggregate-statement.ts";
import { checkByNode, nodeHints, type StatedProof } from "../../../src/recursion/nodes/check-by-node.ts";
import { joinedChunks, joinProgram } from "../../../src/recursion/nodes/chunks-program.ts";
import type { NodeProgram } from "../../../src/recursion/nodes/node-program.ts";
import { programShape } from "../../../src/recursion/nodes/program-shape.ts";
import { statementCells, writeProofCheck } from "../../../src/recursion/proof-code.ts";
import { programInput, type ProgramSystem, programSystem, runProgram } from "../../../src/recursion/tables/program-system.ts";
import { prove } from "../../../src/stark/proofs/prove.ts";
import { verify } from "../../../src/stark/proofs/verify.ts";
import { elementBytes } from "../../../src/stark/transcript-form.ts";
import { forcedRun } from "../forced-run.ts";
import { leafParameters } from "../squares-leaf.ts";
import { type FreeProgram, freeProgram } from "./free-program.ts";
import { boundary, chunks } from "./statements.ts";

/** NOT SECURE: proofs of few queries. */
const parameters = leafParameters({
  ...{ queryCount: 2, grindingBits: 3, maxLogRows: 18, logFinalMax: 5, logArity: 3 },
  opening: { kind: "stacked", logStackMin: 18, logStackMax: 18 },
});

const [start, middle, end] = [boundary(1000, 5, 0, 40), boundary(2000, 5, 1, 41), boundary(3000, 6, 0, 42)];
const [left, right] = [chunks(start, middle), chunks(middle, end)];
const joined = joinedChunks(left, right);
const statement = elementBytes(joined);

describe("a join", () => {
  let backend: WasmBackend;
  let child: FreeProgram;
  let node: NodeProgram;
  let proofs: readonly StatedProof[];
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    child = await freeProgram(152, backend);
    node = joinProgram(child, child);
    proofs = await Promise.all([left, right].map((elements) => child.prove(elements)));
  });
  after(() => backend.close());

  it("accepts two proofs, and neither in the other's place", () => {
    assert.deepEqual(checkByNode(node, statement, proofs), { ok: true });
    assert.equal(checkByNode(node, statement, proofs.toReversed()).ok, false);
  });

  it("refuses a proof of another statement than a child's, also where the statements follow from each other", async () => {
    const others: readonly (readonly [string, readonly number[], readonly number[]])[] = [
      ["left", chunks(boundary(1001, 5, 0, 40), middle), right],
      ["right", left, chunks(middle, boundary(3000, 6, 0, 43))],
    ];
    for (const [place, first, second] of others) {
      const stated = [first, second].map((elements, i) => ({ statement: elementBytes(elements), proof: proofs[i]!.proof }));
      const verdict = checkByNode(node, elementBytes(joinedChunks(first, second)), stated);
      assert.ok(!verdict.ok);
      assert.match(verdict.where, new RegExp(`^${place}: `));
    }
  });

  it("refuses each child's proof that is changed, in the child's place", () => {
    for (const [i, place] of ["left", "right"].entries()) {
      const { proof } = proofs[i]!;
      for (const at of [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => Math.floor(part * proof.length))) {
        const changed = proofs.with(i, { ...proofs[i]!, proof: proof.with(at, proof[at]! ^ 1) });
        const verdict = checkByNode(node, statement, changed);
        assert.ok(!verdict.ok, `byte ${at} of the ${place} one`);
        if (verdict.where.includes("relation ")) assert.match(verdict.where, new RegExp(`^${place}: `));
      }
    }
  });

  it("refuses a foreign program's proof of the same statement, which a join of that program's proofs accepts", async () => {
    const foreign = await freeProgram(152, backend, 2);
    assert.deepEqual(foreign.shape.logRows, child.shape.logRows);
    const other = await foreign.prove(left);
    assert.equal(checkByNode(node, statement, proofs.with(0, other)).ok, false);
    assert.deepEqual(checkByNode(joinProgram(foreign, child), statement, proofs.with(0, other)), { ok: true });
  });

  it("has each child's statement wired to its proof: a program without that wire accepts any", () => {
    const a = new Assembler();
    a.section("statements", "BadStatement");
    const said = Array.from({ length: 152 }, () => a.public());
    const loose = statementCells(a, a.newWords(152));
    said.forEach((c) => a.arithmetic({ linear: { factor: 1, c } }, c));
    a.scope("child");
    writeProofCheck(a, child, loose);
    const without: NodeProgram = {
      children: [{ name: "child", ...child, logRows: child.shape.logRows }],
      program: a.build("loose"),
    };
    const any = elementBytes(joined.with(50, 1));
    assert.deepEqual(checkByNode(without, any, proofs.slice(0, 1)), { ok: true });
  });

  it("is proven, and no statement but its own is, nor one over a gap where a prover goes on over what does not hold", async () => {
    const own: ProgramSystem = await programSystem(node.program, parameters, backend);
    const run = runProgram(own, joined, nodeHints(node, proofs));
    assert.ok(run.ok);
    const proof = await prove(own.system, run.input, backend);
    assert.deepEqual(verify(own.system, statement, proof), { ok: true });
    // All elements are changed where rules are judged; here some of each part.
    for (let i = 0; i < joined.length; i += 5) {
      const other = elementBytes(joined.with(i, (joined[i] ?? 0) + 1));
      assert.equal(verify(own.system, other, proof).ok, false, `element ${i}`);
    }

    const gap = chunks(boundary(2001, 5, 1, 41), end);
    const apart = [proofs[0]!, await child.prove(gap)];
    const memory = forcedRun(node.program, joined, nodeHints(node, apart));
    const forged = await prove(own.system, programInput(own, joined, memory), backend);
    assert.equal(verify(own.system, statement, forged).ok, false);
  });
});

describe("an aggregate", () => {
  it("of batches of two chains is proven, and what L1 is to have follows from its proof alone", async () => {
    const backend = await createWasmBackend({ workers: 2 });
    try {
      const child = await freeProgram(108, backend);
      const batches = [271, 272].map((chainId) => Array.from({ length: 108 }, (_, i) => (i === 2 ? chainId : i < 74 ? i : 0)));
      const proofs = await Promise.all(batches.map((batch) => child.prove(batch)));
      const part = { ...child, of: "batch" } as const;
      const node = aggregateProgram([part, part]);
      const elements = aggregateOf(batches, firstStart(2), [1, 2, 3, 4, 5]);
      assert.deepEqual(checkByNode(node, elementBytes(elements), proofs), { ok: true });
      assert.equal(checkByNode(node, elementBytes(elements), proofs.toReversed()).ok, false);
      const own = await programSystem(node.program, parameters, backend);
      const run = runProgram(own, elements, nodeHints(node, proofs));
      assert.ok(run.ok);
      const proven = { statement: run.input.statement, proof: await prove(own.system, run.input, backend) };
      assert.deepEqual(verify(own.system, proven.statement, proven.proof), { ok: true });

      const outermost = compressProgram([{ ...programShape(own), of: "aggregate" }]);
      const said = wrappedOf(elements);
      assert.deepEqual(checkByNode(outermost, elementBytes(said), [proven]), { ok: true });
      said.forEach((element, i) => {
        const other = elementBytes(said.with(i, element + 1));
        assert.equal(checkByNode(outermost, other, [proven]).ok, false, `element ${i}`);
      });
    } finally {
      await backend.close();
    }
  });
});
