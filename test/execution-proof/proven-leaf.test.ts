import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { formOf } from "../../src/proofs/execution-proof/run-statement.ts";
import { runDefinition, runInput } from "../../src/proofs/execution-proof/run-system.ts";
import { statementCode } from "../../src/proofs/execution-proof/statement-code.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { proofHints, shapeOfProof } from "../../src/proofs/recursion/proof-hints.ts";
import { programParameters } from "../../src/proofs/recursion/tables/program-parameters.ts";
import { programSystem, runProgram } from "../../src/proofs/recursion/tables/program-system.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { callingTransaction, PROGRAM } from "./support/calling-transaction.ts";
import { leafProgram, checkByProgram } from "../recursion/check-by-program.ts";

/** NOT SECURE: few queries, in the run's proof and in the one of its leaf. Paths of both end at caps. */
const FEW_QUERIES = { paths: "capped", queryCount: 4, grindingBits: 4 } as const;

describe("the leaf of a run of the kernel", () => {
  let backend: WasmBackend;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
  });
  after(() => backend.close());

  it("is proven: a proof that the program of proofs of its shape accepts the run's", async () => {
    const definition = runDefinition(PROGRAM, { ...executionParameters(), ...FEW_QUERIES });
    const system = compileSystem(definition, await commitPreprocessed(definition, backend));
    const input = runInput({ program: PROGRAM, definition }, callingTransaction().trace);
    const proof = await prove(system, input, backend);
    const leaf = leafProgram(system, shapeOfProof(system, proof), statementCode(formOf(PROGRAM)));
    assert.deepEqual(checkByProgram(leaf, input.statement, proof), { ok: true });

    const own = await programSystem(leaf.program, { ...programParameters(), ...FEW_QUERIES }, backend);
    // Hashes and the arithmetic at the point are cut in two: filled up they would have up to as many rows again.
    assert.deepEqual(
      own.system.tables.map(({ air }) => air.name),
      ["hash", "hashRest", "arithmetic", "arithmeticRest", "dot", "deal", "bits", "pack", "constant", "offer", "pick", "public"],
    );
    const elements = wordsOf(input.statement);
    const run = runProgram(own, elements, proofHints(system, proof));
    assert.ok(run.ok);
    const proven = await prove(own.system, run.input, backend);
    assert.deepEqual(verify(own.system, input.statement, proven), { ok: true });
    for (const at of [0, elements.length >> 1, elements.length - 1]) {
      const other = elementBytes(elements.with(at, elements[at]! ^ 1));
      assert.equal(verify(own.system, other, proven).ok, false, `element ${at}`);
    }
  });
});
