import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";
import {
  alteredTranscript,
  frozenTranscript,
  type InputPlace,
  recordingTranscript,
  type TranscriptEvent,
} from "./airs/transcripts.ts";

const backend = createReferenceBackend();
// Small and not secure; no grinding, so that a changed nonce is not refused before the queries are drawn.
const parameters = smallParameters({ grindingBits: 0, logFinalMax: 2, maxLogRows: 6 });
const squares = await squaresSystem(parameters, backend);
const input = squaresInput({ squares: 3, requests: 6 }, { start: 1, stride: 2, realRows: 7 });
const proof = await prove(squares, input, backend);
const events: TranscriptEvent[] = [];
assert.deepEqual(verify(squares, input.statement, proof, { createTranscript: recordingTranscript(events) }), { ok: true });

function places(list: readonly TranscriptEvent[]): (InputPlace & { readonly bytes: Uint8Array })[] {
  return list.flatMap((event) => (event.kind === "input" ? [event] : []));
}
const inputsOf = (list: readonly TranscriptEvent[], label: string): Uint8Array[] =>
  places(list).flatMap((place) => (place.label === label ? [place.bytes] : []));

describe("the transcript's order", () => {
  it("is the documented one", () => {
    assert.deepEqual(
      events.map((event) => `${event.kind === "input" ? "<" : ">"}${event.label}`),
      [
        "<verificationKey",
        "<statement",
        "<header",
        "<auxiliary",
        "<mainRoot",
        ">lookupFold",
        ">lookupOffset",
        "<lookupRootAndSums",
        ">composition",
        "<quotientRoot",
        ">point",
        "<openings",
        ">deep",
        "<friRoot",
        ">friFold",
        "<friRoot",
        ">friFold",
        "<finalPolynomial",
        "<nonce",
        ">queries",
      ],
    );
  });

  it("takes in every byte of the proof's head", () => {
    const fromProof = places(events).filter(({ label }) => label !== "verificationKey" && label !== "statement");
    const head = Buffer.concat(fromProof.map((place) => place.bytes));
    assert.deepEqual(head, Buffer.from(proof.subarray(0, sectionOffset("nonce") + 8)));
  });
});

describe("a changed transcript input changes every later challenge and no earlier one", () => {
  for (const { label, occurrence, bytes } of places(events)) {
    if (bytes.length === 0) continue; // this system has no auxiliary values; the next suite covers them
    it(`${label}[${occurrence}]`, () => {
      const flipped: TranscriptEvent[] = [];
      const createTranscript = alteredTranscript((place, actual) => {
        if (place.label !== label || place.occurrence !== occurrence) return actual;
        const changed = actual.slice();
        changed[changed.length - 1]! ^= 1;
        return changed;
      }, flipped);
      assert.equal(verify(squares, input.statement, proof, { createTranscript }).ok, false);
      const at = events.findIndex((event) => event.kind === "input" && event.label === label && event.occurrence === occurrence);
      const outputs = events.flatMap((event, i) => (event.kind === "output" ? [{ ...event, late: i > at }] : []));
      const changed = flipped.flatMap((event) => (event.kind === "output" ? [event] : []));
      assert.equal(changed.length, outputs.length);
      outputs.forEach(({ late, value, label: output }, i) => {
        const same = value.join() === changed[i]!.value.join();
        assert.equal(same, !late, `${output} ${late ? "must change" : "must stay"}`);
      });
    });
  }
});

/**
 * For each input: a proof whose input differs from `first`'s there, made against a transcript that takes the first proof's
 * bytes at that place. A verifier that forgot to absorb the input would accept it; the real one must not.
 */
describe("a proof that passes only with one input frozen is rejected", () => {
  const other = squaresInput({ squares: 3, requests: 6 }, { start: 2, stride: 1, realRows: 6 });
  const sameStatement = squaresInput({ squares: 3, requests: 6 }, { start: 1, stride: 2, realRows: 5 });
  const cases = [
    ["statement", other],
    ["header", squaresInput({ squares: 3, requests: 3 }, { start: 1, stride: 2, realRows: 7 })],
    ["mainRoot", sameStatement],
    ["lookupRootAndSums", sameStatement],
    ["quotientRoot", sameStatement],
    ["openings", sameStatement],
    ["friRoot", sameStatement],
    ["finalPolynomial", sameStatement],
    ["friRoot", sameStatement, 1],
  ] as const;
  for (const [label, changed, occurrence = 0] of cases) {
    it(`${label}[${occurrence}]`, async () => {
      const bytes = inputsOf(events, label)[occurrence]!;
      const madeFrom: TranscriptEvent[] = [];
      const createTranscript = frozenTranscript({ label, occurrence }, bytes, madeFrom);
      const forged = await prove(squares, changed, backend, { createTranscript });
      assert.notDeepEqual(inputsOf(madeFrom, label)[occurrence], bytes);
      assert.deepEqual(verify(squares, changed.statement, forged, { createTranscript }), { ok: true });
      assert.equal(verify(squares, changed.statement, forged).ok, false);
    });
  }

  it("nonce", () => {
    const changed = proof.slice();
    const nonce = sectionOffset("nonce");
    changed[nonce]! ^= 1;
    const createTranscript = frozenTranscript({ label: "nonce", occurrence: 0 }, inputsOf(events, "nonce")[0]!);
    assert.deepEqual(verify(squares, input.statement, changed, { createTranscript }), { ok: true });
    assert.equal(verify(squares, input.statement, changed).ok, false);
  });

  it("verification key", () => {
    const renamed = compileSystem({ ...squares.definition, name: "squares/2" }, squares.preprocessedRoots);
    const createTranscript = frozenTranscript({ label: "verificationKey", occurrence: 0 }, squares.verificationKeyDigest);
    assert.deepEqual(verify(renamed, input.statement, proof, { createTranscript }), { ok: true });
    assert.equal(verify(renamed, input.statement, proof).ok, false);
  });

  it("auxiliary values", async () => {
    const system = fibonacciSystem(parameters);
    const first: TranscriptEvent[] = [];
    await prove(system, fibonacciInput(4, [1, 1]), backend, { createTranscript: recordingTranscript(first) });
    // The auxiliary value follows from statement and height, so the statement differs and is frozen too.
    const changed = fibonacciInput(4, [2, 3]);
    const frozen = alteredTranscript((place, actual) =>
      place.label === "auxiliary" || place.label === "statement" ? inputsOf(first, place.label)[0]! : actual,
    );
    const onlyStatement = frozenTranscript({ label: "statement", occurrence: 0 }, inputsOf(first, "statement")[0]!);
    const forged = await prove(system, changed, backend, { createTranscript: frozen });
    assert.deepEqual(verify(system, changed.statement, forged, { createTranscript: frozen }), { ok: true });
    assert.equal(verify(system, changed.statement, forged, { createTranscript: onlyStatement }).ok, false);
  });
});

function sectionOffset(name: string): number {
  let offset = -1;
  verify(squares, input.statement, proof, {
    onSections: (sections) => (offset = sections.find((section) => section.name === name)!.offset),
  });
  return offset;
}
