import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { programInput, type ProgramSystem, programSystem } from "../../../src/proofs/recursion/tables/program-system.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { type CapClaim, capInput, capProgram, siblingsOf, treeOf } from "../../recursion/cap-program.ts";
import { forcedRun } from "../../recursion/forced-run.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { type DeployedVerifier, deployStackVerifier, verdictOf } from "./support/small-verifier.ts";

/* Proofs of a program that offers and picks entries of trees, by small parameters (NOT SECURE), checked by both verifiers. */

const PARAMETERS: ProofParameters = {
  ...{ extensionDegree: 5, logBlowup: 3, queryCount: 7, grindingBits: 8, grindingBaseLogRows: 20 },
  ...{ logArity: 3, logFinalMax: 6 },
  opening: { kind: "stacked", logStackMin: 13, logStackMax: 13, singleColumnLeaves: "paired" },
  hash: { kind: "keccak", digestBytes: 26 },
  ...{ transcript: "keccak", maxConstraintDegree: 5, minLogRows: 6, maxLogRows: 12 },
};
const TREES = [treeOf(1), treeOf(2)];
const POSITION = 6;
const HONEST: CapClaim = {
  position: POSITION,
  leaves: TREES.map((tree) => tree[0]![POSITION]!),
  siblings: TREES.map((tree) => siblingsOf(tree, POSITION)),
};

describe("a generated verifier of proofs with tables of offers and picks", () => {
  let backend: Backend;
  let chain: CodeChain;
  let own: ProgramSystem;
  let contract: DeployedVerifier;
  before(async () => {
    backend = await createWasmBackend({ workers: 1 });
    chain = await startCodeChain();
    own = await programSystem(capProgram(), PARAMETERS, backend);
    contract = await deployStackVerifier(chain, own.system);
  });
  after(async () => {
    await backend.close();
    await chain.close();
  });

  /** Statement and proof of a claim; the prover ignores relations that do not hold. */
  async function proven(claim: CapClaim): Promise<{ readonly statement: Uint8Array; readonly proof: Uint8Array }> {
    const { publicValues, hints } = capInput(TREES, claim);
    const input = programInput(own, publicValues, forcedRun(own.wired.program, publicValues, hints));
    return { statement: input.statement, proof: await prove(own.system, input, backend) };
  }

  /** Both verdicts; fails if they differ. */
  async function agreed(statement: Uint8Array, proof: Uint8Array): Promise<string> {
    const expected = verdictOf(verify(own.system, statement, proof));
    assert.equal(await contract.verify(statement, proof), expected);
    return expected;
  }

  it("accepts a proof, and refuses a change of each part with the code of the TypeScript verifier", async () => {
    const { statement, proof } = await proven(HONEST);
    assert.ok(own.system.tables.some(({ air }) => air.name === "offer"));
    assert.ok(own.system.tables.some(({ air }) => air.name === "pick"));
    assert.equal(await agreed(statement, proof), "accepted");
    let sections: readonly ProofSection[] = [];
    verify(own.system, statement, proof, { onSections: (all) => (sections = all) });
    for (const { offset, length } of sections) {
      const at = offset + length - 1;
      assert.notEqual(await agreed(statement, proof.with(at, proof[at]! ^ 1)), "accepted");
    }
  });

  it("refuses a false leaf and a leaf of another position", async () => {
    const wrong = Array.from({ length: 8 }, (_, i) => 777 + i);
    for (const claim of [
      { ...HONEST, leaves: [wrong, HONEST.leaves[1]!] },
      { ...HONEST, position: POSITION + 8 },
    ]) {
      const { statement, proof } = await proven(claim);
      assert.equal(await agreed(statement, proof), "LookupSumMismatch");
    }
  });
});
