import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { multiproofSteps } from "../../src/proofs/kernels/multiproof.ts";
import { packOpenings, unpackExtensions, unpackRows } from "../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { RejectedProof } from "../../src/proofs/stark/openings/rejection.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";
import { recordingTranscript, type TranscriptEvent } from "./airs/transcripts.ts";

const backend = createReferenceBackend();

describe("the proof format", () => {
  it("holds one table's parts in the documented order and size", async () => {
    // 2^6 rows, blowup 4, arity 8, final ≤ 4 coefficients: two layers, final polynomial of one coefficient.
    const system = fibonacciSystem(smallParameters());
    const input = fibonacciInput(6);
    const events: TranscriptEvent[] = [];
    const proof = await prove(system, input, backend, { createTranscript: recordingTranscript(events) });
    const queries = events.flatMap((event) => (event.kind === "output" && event.label === "queries" ? event.value : []));
    assert.equal(queries.length, 6);

    let sections: (readonly [string, number])[] = [];
    verify(system, input.statement, proof, { onSections: (all) => (sections = all.map(({ name, length }) => [name, length])) });
    const siblings = (leaves: readonly number[], depth: number) =>
      26 * multiproofSteps(leaves, depth).filter(({ kind }) => kind === "sibling").length;
    const above = (positions: readonly number[]) => [...new Set(positions.map((position) => Math.floor(position / 8)))];
    const [first, second] = [above(queries), above(above(queries))];
    const expected: readonly (readonly [string, number])[] = [
      ["header", 2],
      ["auxiliary", 4],
      ["mainRoot", 26],
      ["quotientRoot", 26],
      // 3 main columns and one chunk of 5: 8 columns fill 31 bytes, per coordinate.
      ["openingsAtPoint", 5 * 31],
      // a and b: 62 bits.
      ["openingsAtNext", 5 * 8],
      ["friRoot[0]", 26],
      ["friRoot[1]", 26],
      ["finalPolynomial", 20],
      ["nonce", 8],
      ["tree[0].rows[6]", 6 * 12],
      ["tree[0].siblings", siblings(queries, 8)],
      ["tree[1].rows[6]", 6 * 20],
      ["tree[1].siblings", siblings(queries, 8)],
      ["tree[2].rows", first.length * 7 * 20],
      ["tree[2].siblings", siblings(first, 5)],
      ["tree[3].rows", second.length * 7 * 20],
      ["tree[3].siblings", siblings(second, 2)],
    ];
    // A part without bytes is not listed: queries may touch all leaves of a small tree.
    assert.deepEqual(
      sections,
      expected.filter(([, length]) => length > 0),
    );
    assert.deepEqual([...proof.subarray(0, 2)], [1, 6]);
    assert.equal(new DataView(proof.buffer).getUint32(2), input.auxiliary[0]![0]);
  });

  it("sends a row that several leaves share once", async () => {
    const system = await squaresSystem(smallParameters({ queryCount: 8 }), backend);
    const input = squaresInput({ squares: 2, requests: 6 }, { start: 3, stride: 2, realRows: 4 });
    const events: TranscriptEvent[] = [];
    const proof = await prove(system, input, backend, { createTranscript: recordingTranscript(events) });
    const queries = events.flatMap((event) => (event.kind === "output" && event.label === "queries" ? event.value : []));
    const lengths = new Map<string, number>();
    verify(system, input.statement, proof, { onSections: (all) => all.forEach(({ name, length }) => lengths.set(name, length)) });
    const rowsAbove = (layers: number) => new Set(queries.map((query) => query >> layers)).size;
    assert.equal(lengths.get("tree[1].rows[6]"), 8 * 12);
    assert.equal(lengths.get("tree[1].rows[4]"), rowsAbove(2) * 4);
    assert.equal(lengths.get("tree[1].rows[2]"), rowsAbove(4) * 12);
    assert.ok(rowsAbove(4) < 8, "the test needs queries that share a row");
  });

  it("is the same for the same input", async () => {
    const system = fibonacciSystem(smallParameters());
    assert.deepEqual(
      await prove(system, fibonacciInput(5), backend),
      await prove(system, fibonacciInput(5), createReferenceBackend()),
    );
  });
});

describe("packing", () => {
  it("puts the first element into the lowest bits", () => {
    assert.deepEqual(unpackRows("x", [Uint8Array.of(0, 0, 0, 5)], 1), [[5]]);
    // 2^31 · 3 + 4 in 62 bits.
    assert.deepEqual(unpackRows("x", [Uint8Array.of(0, 0, 0, 1, 0x80, 0, 0, 4)], 2), [[4, 3]]);
    assert.deepEqual(unpackExtensions("x", [Uint8Array.of(...new Array<number>(19).fill(0), 9)], 5), [[9, 0, 0, 0, 0]]);
  });

  it("lists one coordinate of all opened values, times 2^40, before the next", () => {
    const packed = packOpenings(
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      4,
    );
    assert.equal(packed.length, 4 * 8);
    // 2^31 = 2^24 − 1, so 2^40 = 2^9 · (2^24 − 1) = 2^33 − 2^9 = 4 · (2^24 − 1) − 2^9 = 67108348.
    assert.deepEqual(unpackRows("x", [packed.subarray(8, 16)], 2), [[2 * 67108348, 6 * 67108348]]);
  });

  it("rejects the modulus and set padding bits", () => {
    const code = (...rows: readonly (readonly number[])[]) => {
      try {
        unpackRows(
          "x",
          rows.map((row) => Uint8Array.from(row)),
          1,
        );
        return undefined;
      } catch (error) {
        return error instanceof RejectedProof ? error.rejection.code : error;
      }
    };
    assert.equal(code([0x7f, 0, 0, 0]), undefined);
    assert.equal(code([0x7f, 0, 0, 1]), "NonCanonicalElement");
    assert.equal(code([0x80, 0, 0, 0]), "MalformedProof");
    assert.equal(code([0x7f, 0, 0, 1], [0x80, 0, 0, 0]), "MalformedProof", "padding of all rows comes first");
  });
});
