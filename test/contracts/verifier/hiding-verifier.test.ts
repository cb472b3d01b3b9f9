import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { leastHiding } from "../../../src/proofs/stark/systems/hiding.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { lineInput, lineSystem } from "../../stark/hiding/hidden-line.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { type DeployedVerifier, deployVerifier, verdictOf } from "./support/small-verifier.ts";

/* A hiding system with small parameters (NOT SECURE): preprocessed columns and a quotient whose chunks overlap, in a contract. */

const backend = createReferenceBackend();
const small = smallParameters({ grindingBits: 12, minLogRows: 6, maxLogRows: 6, maxConstraintDegree: 4 });
const parameters = { ...small, hiding: leastHiding(small) };
let chain: CodeChain;
let system: System;
let contract: DeployedVerifier;
let statement: Uint8Array;
let proof: Uint8Array;
let sections: readonly ProofSection[] = [];

before(async () => {
  chain = await startCodeChain();
  system = await lineSystem(parameters, backend, true);
  contract = await deployVerifier(chain, system);
  const input = lineInput(system, [3, 1, 4, 1, 5, 9, 2, 6], true);
  statement = input.statement;
  proof = await prove(system, input, backend);
  assert.deepEqual(verify(system, statement, proof, { onSections: (all) => (sections = all) }), { ok: true });
});
after(() => chain.close());

describe("the contract of a hiding system", () => {
  test("accepts a proof that the TypeScript verifier accepts", async () => {
    assert.equal(await contract.verify(statement, proof), "accepted");
  });

  test("refuses the proof for another statement", async () => {
    const other = Uint8Array.of(0, 0, 0, 1);
    const expected = verdictOf(verify(system, other, proof));
    assert.notEqual(expected, "accepted");
    assert.equal(await contract.verify(other, proof), expected);
  });

  test("refuses a changed byte of each section with the TypeScript verifier's code", async () => {
    const seen = new Set<string>();
    for (const { name, offset, length } of sections) {
      for (const at of new Set([offset, offset + (length >> 1), offset + length - 1])) {
        const changed = proof.slice();
        changed[at] = ((changed[at] ?? 0) + 1) % 256;
        const expected = verdictOf(verify(system, statement, changed));
        assert.notEqual(expected, "accepted", name);
        assert.equal(await contract.verify(statement, changed), expected, `${name}, byte ${at - offset}`);
        seen.add(expected);
      }
    }
    // Trees 0, 1 and 2: preprocessed, main, quotient.
    for (const code of ["ConstraintMismatch", "MerkleMismatch 0", "MerkleMismatch 1", "MerkleMismatch 2"])
      assert.ok(seen.has(code), `${code} was provoked`);
  });

  test("refuses rows of other preprocessed columns", async () => {
    const rows = sections.find(({ name }) => name.startsWith("tree[0].rows"));
    assert.ok(rows);
    const changed = proof.slice();
    changed.fill(0, rows.offset, rows.offset + rows.length);
    assert.equal(await contract.verify(statement, changed), "MerkleMismatch 0");
  });
});
