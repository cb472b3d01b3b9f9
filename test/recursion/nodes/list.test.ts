import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { encodeListStatement, listParameters, listSystem } from "../../../src/proofs/circuits/state-transition/list-system.ts";
import { buildTrace } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { createRandomBatch } from "../../../src/tool/demo/random-batch.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import { LONGEST_LIST } from "../../../src/proofs/prover/claimed-security.ts";
import { listStatementCode } from "../../../src/proofs/recursion/nodes/list-statement-code.ts";
import { shapeOfProof } from "../../../src/proofs/recursion/proof-hints.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { leastProvenBits } from "../../../src/proofs/stark/security/proof-security.ts";
import { elementBytes, wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { leafProgram, type LeafProgram, checkByProgram } from "../check-by-program.ts";

const { witness, statement } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 }).job;
const stated = encodeListStatement(statement);

describe("a list proof that a program checks", () => {
  /** NOT SECURE: few queries. */
  const system = listSystem({ ...listParameters(), paths: "capped", queryCount: 3, grindingBits: 3 });
  let backend: WasmBackend;
  let proof: Uint8Array;
  let leaf: LeafProgram;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    const trace = buildTrace(witness, statement.point);
    proof = await prove(system, { statement: stated, auxiliary: [trace.auxiliary], traces: [trace.columns] }, backend);
    leaf = leafProgram(system, shapeOfProof(system, proof), listStatementCode);
  });
  after(() => backend.close());

  it("is accepted by both, for its statement", () => {
    assert.deepEqual(verify(system, stated, proof), { ok: true });
    assert.deepEqual(checkByProgram(leaf, stated, proof), { ok: true });
  });

  it("is refused by both for each element that is another, and for limbs of more than 16 bits", () => {
    const elements = wordsOf(stated);
    const others = elements.map((element, i) => elements.with(i, element ^ 1));
    // Limbs of the commitment and of the outputs' hash.
    for (const at of [0, 15, 50, 65]) others.push(elements.with(at, (elements[at] ?? 0) + 2 ** 16));
    for (const other of others) {
      const verdict = verify(system, elementBytes(other), proof);
      const own = checkByProgram(leaf, elementBytes(other), proof);
      assert.ok(!verdict.ok && !own.ok);
      assert.equal(own.code, verdict.rejection.code);
    }
  });

  it("has 100 proven bits by its parameters, and fewer with a query less", () => {
    const bits = (queryCount: number): number =>
      leastProvenBits(listSystem({ ...listParameters(), queryCount }), {
        circuitDigestElements: 8,
        statementTerms: LONGEST_LIST,
      });
    const { queryCount } = listParameters();
    assert.ok(bits(queryCount) >= 100);
    assert.ok(bits(queryCount - 1) < 100);
  });
});
