import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExtension } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { type BatchStatement, encodeStatement, STATEMENT_BYTES } from "../../src/ground/protocol/statement.ts";
import { PUBLIC, STATEMENT_PUBLIC_COUNT } from "../../src/proofs/circuits/state-transition/layout/public-values.ts";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { statementValues } from "../../src/proofs/circuits/state-transition/statement-values.ts";

const statement: BatchStatement = {
  commitment: `0xc0${"0".repeat(62)}`,
  oldStateRoot: [1, 2, 3, 4, 5, 6, 7, 8],
  newStateRoot: [0x01020304, 9, 9, 9, 9, 9, 9, P - 1],
  diffDigest: [0, 0, 0, 0, 0, 0, 0, 0x0a],
  point: [5, 6, 7, 8, 9],
  evaluation: [10, 11, 12, 13, 0x7f000000],
  outputsHash: `0x01234567${"0".repeat(52)}fffe`,
};

describe("the public values of a statement", () => {
  it("are roots, digest, evaluation, outputs hash limbs and the powers of r", () => {
    const values = statementValues(encodeStatement(statement));
    assert.ok(values !== undefined);
    assert.equal(values.length, STATEMENT_PUBLIC_COUNT);
    assert.deepEqual(values.slice(0, 8), statement.oldStateRoot);
    assert.deepEqual(values.slice(8, 16), statement.newStateRoot);
    assert.deepEqual(values.slice(16, 24), statement.diffDigest);
    assert.deepEqual(values.slice(24, 29), statement.evaluation);
    assert.deepEqual(values.slice(29, 45), [0xfffe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4567, 0x0123]);
    const field = createExtension(5);
    for (let k = 1; k <= 3; k++) {
      const at = PUBLIC.rPowers + 5 * (k - 1);
      assert.deepEqual(values.slice(at, at + 5), field.pow(statement.point, k), `r^${k}`);
    }
  });

  it("are read from a view into a larger buffer, too", () => {
    const bytes = encodeStatement(statement);
    const buffer = new Uint8Array(STATEMENT_BYTES + 7);
    buffer.set(bytes, 7);
    assert.deepEqual(statementValues(buffer.subarray(7)), statementValues(bytes));
  });

  it("do not exist for another length", () => {
    assert.equal(statementValues(new Uint8Array(STATEMENT_BYTES - 1)), undefined);
    assert.equal(statementValues(new Uint8Array(STATEMENT_BYTES + 1)), undefined);
    assert.equal(statementValues(new Uint8Array(0)), undefined);
  });

  it("do not exist when an element is not canonical", () => {
    const encoded = encodeStatement(statement);
    // All elements lie between the commitment and the outputs hash.
    for (let offset = 32; offset < 168; offset += 4) {
      const bytes = encoded.slice();
      new DataView(bytes.buffer).setUint32(offset, P);
      assert.equal(statementValues(bytes), undefined, `offset ${offset}`);
    }
  });

  it("are those of the compiled system, whose constraints fit its degree", () => {
    const system = createStateTransitionSystem();
    assert.deepEqual(system.definition.publicValues(encodeStatement(statement)), statementValues(encodeStatement(statement)));
    assert.equal(system.constraintDegree, 9);
    assert.equal(system.chunkCount, 8);
  });
});
