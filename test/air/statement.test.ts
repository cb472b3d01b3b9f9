import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExtension } from "../../src/field/extension.ts";
import { P } from "../../src/field/koala-bear.ts";
import { PUBLIC, STATEMENT_PUBLIC_COUNT } from "../../src/air/state-transition/public-values.ts";
import {
  decodeStatement,
  encodeStatement,
  publicValues,
  STATEMENT_BYTES,
  type StateTransitionStatement,
} from "../../src/air/state-transition/statement.ts";
import { bytes32 } from "./support/scenario.ts";

const statement: StateTransitionStatement = {
  commitment: bytes32(0xc0n << 248n),
  oldStateRoot: [1, 2, 3, 4, 5, 6, 7, 8],
  newStateRoot: [0x01020304, 9, 9, 9, 9, 9, 9, P - 1],
  diffDigest: [0, 0, 0, 0, 0, 0, 0, 0x0a],
  r: [5, 6, 7, 8, 9],
  y: [10, 11, 12, 13, 0x7f000000],
  outputsHash: bytes32(0x0123_4567n << 224n | 0xfffen),
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const word = (x: number): string => x.toString(16).padStart(8, "0");

describe("the statement's encoding", () => {
  it("is commitment, roots, digest, r, y and outputs hash, element 0 first, big-endian", () => {
    assert.equal(
      hex(encodeStatement(statement)),
      [
        `c0${"0".repeat(62)}`,
        [1, 2, 3, 4, 5, 6, 7, 8].map(word).join(""),
        "01020304" + word(9).repeat(6) + "7f000000",
        word(0).repeat(7) + word(10),
        [5, 6, 7, 8, 9].map(word).join(""),
        [10, 11, 12, 13].map(word).join("") + "7f000000",
        `01234567${"0".repeat(52)}fffe`,
      ].join(""),
    );
    assert.equal(STATEMENT_BYTES, 200);
  });

  it("is read back as it was written", () => {
    assert.deepEqual(decodeStatement(encodeStatement(statement)), statement);
    assert.equal(decodeStatement(new Uint8Array(STATEMENT_BYTES + 1)), undefined);
    assert.equal(decodeStatement(new Uint8Array(STATEMENT_BYTES - 1)), undefined);
  });

  it("refuses parts of the wrong length", () => {
    assert.throws(() => encodeStatement({ ...statement, commitment: new Uint8Array(31) }), RangeError);
    assert.throws(() => encodeStatement({ ...statement, r: [1, 2, 3, 4] }), RangeError);
    assert.throws(() => encodeStatement({ ...statement, y: [1, 2, 3, 4, 2 ** 32] }), RangeError);
  });
});

describe("the public values of a statement", () => {
  it("are roots, digest, y, outputs hash limbs and the powers of r", () => {
    const values = publicValues(statement);
    assert.ok(values !== undefined);
    assert.equal(values.length, STATEMENT_PUBLIC_COUNT);
    assert.deepEqual(values.slice(0, 8), statement.oldStateRoot);
    assert.deepEqual(values.slice(8, 16), statement.newStateRoot);
    assert.deepEqual(values.slice(16, 24), statement.diffDigest);
    assert.deepEqual(values.slice(24, 29), statement.y);
    assert.deepEqual(values.slice(29, 45), [0xfffe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4567, 0x0123]);
    const field = createExtension(5);
    for (let k = 1; k <= 16; k++) {
      const at = PUBLIC.rPowers + 5 * (k - 1);
      assert.deepEqual(values.slice(at, at + 5), field.pow(statement.r, k), `r^${k}`);
    }
  });

  it("do not exist when an element is not canonical", () => {
    for (const part of ["oldStateRoot", "newStateRoot", "diffDigest", "r", "y"] as const) {
      statement[part].forEach((_, i) => {
        const elements = statement[part].map((x, j) => (i === j ? P : x));
        assert.equal(publicValues({ ...statement, [part]: elements }), undefined, `${part}[${i}]`);
      });
    }
  });
});
