import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { transcriptFactory } from "../../src/proofs/stark/transcripts/begin-transcript.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresDefinition, squaresInput } from "./airs/squares.ts";
import {
  alteredTranscript,
  frozenTranscript,
  type InputPlace,
  recordingTranscript,
  type TranscriptEvent,
} from "./airs/transcripts.ts";
import { answer, provenRun } from "./segments/forged-run.ts";
import { cutMachine, machineInputs, machineStatement, machineSystem, runMachine } from "./segments/toy-machine.ts";
import { toyParameters } from "./segments/toy-parameters.ts";

const backend = createReferenceBackend();
const wasm = await createWasmBackend({ workers: 1 });
after(() => wasm.close());

// NOT SECURE; no grinding, so that a changed nonce is not refused before the queries are drawn.
const POSEIDON = { hash: { kind: "poseidon" }, transcript: "poseidon", grindingBits: 0 } as const;
const STACK: Partial<ProofParameters> = {
  opening: { kind: "stacked", logStackMin: 8, logStackMax: 10 },
  logFinalMax: 1,
  logArity: 2,
  minLogRows: 4,
};
const OPENINGS: readonly Partial<ProofParameters>[] = [
  { opening: { kind: "rows" }, minLogRows: 4 },
  STACK,
  { ...STACK, paths: "capped" },
];
const real = transcriptFactory(POSEIDON);

/** Statements are elements here. */
async function squares(parameters: ProofParameters): Promise<System> {
  const definition = {
    ...squaresDefinition(parameters),
    statementElements: { count: 2, shared: 0 },
    publicValues: (statement: Uint8Array) => (statement.length === 8 ? wordsOf(statement) : undefined),
  };
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

function inputOf(heights: { squares: number; requests: number }, start: number, stride: number, realRows: number): ProverInput {
  const input = squaresInput(heights, { start, stride, realRows });
  return { ...input, statement: elementBytes([...input.statement]) };
}

const places = (list: readonly TranscriptEvent[]) => list.flatMap((event) => (event.kind === "input" ? [event] : []));
const inputsOf = (list: readonly TranscriptEvent[], label: string): Uint8Array[] =>
  places(list).flatMap((place) => (place.label === label ? [place.bytes] : []));

for (const opening of OPENINGS) {
  const isStacked = opening.opening?.kind === "stacked";
  const way = isStacked ? `by a stack${opening.paths === "capped" ? " with caps" : ""}` : "by rows";
  const parameters = smallParameters({ ...POSEIDON, logFinalMax: 2, maxLogRows: 6, queryCount: 20, ...opening });
  const system = await squares(parameters);
  const heights = { squares: 4, requests: 6 };
  const input = inputOf(heights, 1, 2, 7);
  const events: TranscriptEvent[] = [];
  const proof = await prove(system, input, backend, { createTranscript: recordingTranscript(events, real) });

  describe(`a proof by Poseidon of columns opened ${way}`, () => {
    it("is accepted, made by either backend, and opens each query separately", async () => {
      assert.deepEqual(verify(system, input.statement, proof), { ok: true });
      assert.deepEqual(await prove(system, input, wasm), proof);
      const drawn = events.flatMap((event) => (event.kind === "output" && event.label === "queries" ? [...event.value] : []));
      assert.equal(drawn.length, 20);
      let rows = 0;
      verify(system, input.statement, proof, {
        onSections: (sections) => (rows = sections.filter(({ name }) => name.startsWith("tree[1].siblings")).length),
      });
      assert.equal(rows, 20);
    });

    it("is accepted where a position is drawn twice", async () => {
      const few = await squares({ ...parameters, queryCount: 32 });
      const seen: TranscriptEvent[] = [];
      const repeated = await prove(few, input, wasm, { createTranscript: recordingTranscript(seen, real) });
      assert.deepEqual(verify(few, input.statement, repeated), { ok: true });
      const queries = seen.flatMap((event) => (event.kind === "output" && event.label === "queries" ? [...event.value] : []));
      assert.ok(new Set(queries).size < queries.length);
    });

    it("is refused with any part changed, by the part's check", () => {
      const offsets: number[] = [];
      verify(system, input.statement, proof, {
        onSections: (sections) => offsets.push(...sections.map(({ offset, length }) => offset + length - 1)),
      });
      for (const at of offsets.filter((_, i) => i < 20 || i % 7 === 0)) {
        const changed = proof.slice();
        changed[at]! ^= 1;
        assert.equal(verify(system, input.statement, changed).ok, false, `byte ${at}`);
      }
      assert.equal(verify(system, input.statement, Buffer.concat([proof, Uint8Array.of(0)])).ok, false);
      assert.equal(verify(system, input.statement, proof.subarray(0, -1)).ok, false);
    });

    it("has a nonce of one encoding", () => {
      const changed = proof.slice();
      const view = new DataView(changed.buffer, sectionOffset("nonce"));
      view.setBigUint64(0, view.getBigUint64(0) + BigInt(P));
      const result = verify(system, input.statement, changed);
      assert.deepEqual(result, { ok: false, rejection: { code: "NonCanonicalElement", section: "nonce" } });
    });

    it("takes in every part of the proof's head, in order", () => {
      const labels = events.map((event) => `${event.kind === "input" ? "<" : ">"}${event.label}`);
      const begin = ["<verificationKey", "<statement", "<header", "<auxiliary", "<mainRoot", ">lookupFold", ">lookupOffset"];
      const until = [...begin, "<lookupRootAndSums", ">composition", "<quotientRoot", ">point", "<openings"];
      assert.deepEqual(labels.slice(0, until.length), until);
      assert.deepEqual(labels.slice(-2), ["<nonce", ">queries"]);
      const rest = labels.slice(until.length, -2);
      const count = (label: string) => rest.filter((each) => each === label).length;
      assert.equal(count("<round"), count(">fold"));
      assert.equal(count("<finalPolynomial"), 1);
      assert.ok(isStacked ? count(">batch") > 0 && count("<round") > 5 : count(">deep") === 1 && count(">friFold") > 0);
    });

    it("changes every later challenge with each input, and no earlier one", () => {
      for (const { label, occurrence, bytes } of places(events)) {
        if (bytes.length === 0) continue;
        const flipped: TranscriptEvent[] = [];
        const createTranscript = alteredTranscript(
          (place, actual) => {
            if (place.label !== label || place.occurrence !== occurrence) return actual;
            const changed = actual.slice();
            changed[changed.length - 1]! ^= 1;
            return changed;
          },
          flipped,
          real,
        );
        assert.equal(verify(system, input.statement, proof, { createTranscript }).ok, false);
        const at = events.findIndex(
          (event) => event.kind === "input" && event.label === label && event.occurrence === occurrence,
        );
        const outputs = events.flatMap((event, i) => (event.kind === "output" ? [{ ...event, late: i > at }] : []));
        const changed = flipped.flatMap((event) => (event.kind === "output" ? [event] : []));
        assert.equal(changed.length, outputs.length);
        outputs.forEach(({ late, value, label: output }, i) => {
          const same = value.join() === changed[i]!.value.join();
          assert.equal(same, !late, `${label}[${occurrence}]: ${output} ${late ? "must change" : "must stay"}`);
        });
      }
    });
  });

  /** A verifier that forgot to take the input in would accept these; the real one must not. */
  describe(`a proof that passes only with one input frozen is refused, columns opened ${way}`, () => {
    const sameStatement = inputOf(heights, 1, 2, 5);
    const cases: readonly (readonly [InputPlace["label"], ProverInput, number?])[] = [
      ["statement", inputOf(heights, 2, 1, 6)],
      ["header", inputOf({ squares: 5, requests: 6 }, 1, 2, 7)],
      ["mainRoot", sameStatement],
      ["lookupRootAndSums", sameStatement],
      ["quotientRoot", sameStatement],
      ["openings", sameStatement],
      ["friRoot", sameStatement],
      ["finalPolynomial", sameStatement],
      ...(isStacked
        ? ([
            ["round", sameStatement],
            ["round", sameStatement, 6],
          ] as const)
        : []),
    ];
    for (const [label, changed, occurrence = 0] of cases) {
      it(`${label}[${occurrence}]`, async () => {
        const bytes = inputsOf(events, label)[occurrence]!;
        const madeFrom: TranscriptEvent[] = [];
        const createTranscript = frozenTranscript({ label, occurrence }, bytes, madeFrom, real);
        const forged = await prove(system, changed, wasm, { createTranscript });
        assert.notDeepEqual(inputsOf(madeFrom, label)[occurrence], bytes);
        assert.deepEqual(verify(system, changed.statement, forged, { createTranscript }), { ok: true });
        assert.equal(verify(system, changed.statement, forged).ok, false);
      });
    }

    it("nonce", () => {
      const changed = proof.slice();
      changed[sectionOffset("nonce") + 7]! ^= 1;
      const createTranscript = frozenTranscript({ label: "nonce", occurrence: 0 }, inputsOf(events, "nonce")[0]!, [], real);
      assert.deepEqual(verify(system, input.statement, changed, { createTranscript }), { ok: true });
      assert.equal(verify(system, input.statement, changed).ok, false);
    });

    it("verification key", () => {
      const renamed = compileSystem({ ...system.definition, name: "squares/2" }, system.preprocessedRoots);
      const key = inputsOf(events, "verificationKey")[0]!;
      const createTranscript = frozenTranscript({ label: "verificationKey", occurrence: 0 }, key, [], real);
      assert.deepEqual(verify(renamed, input.statement, proof, { createTranscript }), { ok: true });
      assert.equal(verify(renamed, input.statement, proof).ok, false);
    });

    it("auxiliary values", async () => {
      const { paths: _, ...uncapped } = parameters;
      const plain = fibonacciSystem(smallParameters({ ...uncapped, transcript: "keccak" }));
      const fibonacci = compileSystem({
        ...{ ...plain.definition, parameters, statementElements: { count: 2, shared: 0 } },
        publicValues: (statement) => (statement.length === 8 ? wordsOf(statement) : undefined),
      });
      const of = (first: readonly [number, number]): ProverInput => ({
        ...fibonacciInput(4, first),
        statement: elementBytes(first),
      });
      const seen: TranscriptEvent[] = [];
      await prove(fibonacci, of([1, 1]), wasm, { createTranscript: recordingTranscript(seen, real) });
      // The auxiliary value follows from statement and height, so the statement differs and is frozen too.
      const changed = of([2, 3]);
      const frozen = alteredTranscript(
        (place, actual) =>
          place.label === "auxiliary" || place.label === "statement" ? inputsOf(seen, place.label)[0]! : actual,
        [],
        real,
      );
      const onlyStatement = frozenTranscript({ label: "statement", occurrence: 0 }, inputsOf(seen, "statement")[0]!, [], real);
      const forged = await prove(fibonacci, changed, wasm, { createTranscript: frozen });
      assert.deepEqual(verify(fibonacci, changed.statement, forged, { createTranscript: frozen }), { ok: true });
      assert.equal(verify(fibonacci, changed.statement, forged, { createTranscript: onlyStatement }).ok, false);
    });
  });

  function sectionOffset(name: string): number {
    let offset = -1;
    verify(system, input.statement, proof, {
      onSections: (sections) => (offset = sections.find((section) => section.name === name)!.offset),
    });
    return offset;
  }
}

describe("a system with a transcript of elements", () => {
  it("says how many elements its statements have, and accepts no others", async () => {
    const parameters = smallParameters({ ...POSEIDON, logFinalMax: 2, maxLogRows: 6 });
    assert.throws(() => fibonacciSystem(parameters), /takes elements: say how many a statement has/);
    const system = await squares(parameters);
    const input = inputOf({ squares: 3, requests: 6 }, 1, 2, 7);
    const proof = await prove(system, input, backend);
    const [start = 0, stride = 0] = wordsOf(input.statement);
    const lifted = new Uint8Array(8);
    new DataView(lifted.buffer).setUint32(0, start + P);
    new DataView(lifted.buffer).setUint32(4, stride);
    for (const statement of [lifted, input.statement.slice(1), Uint8Array.of(...input.statement, 0)])
      assert.deepEqual(verify(system, statement, proof), { ok: false, rejection: { code: "BadStatement" } });
  });
});

describe("a run in segments by Poseidon", () => {
  const parameters = { ...toyParameters(), ...POSEIDON };
  const run = runMachine();
  const said = machineStatement(run.before, run.after);
  it("is accepted, and shows nothing of another statement, without a segment, or in another order", async () => {
    const system = await machineSystem(wasm, [], parameters);
    const proof = await provenRun(system, machineInputs(cutMachine(run, 3), said), wasm);
    assert.equal(answer(system, said, proof), "accepted");
    assert.match(answer(system, machineStatement(5, run.after + 1), proof), /^SegmentRefused/);
    const [a, b, c] = proof.proofs as [Uint8Array, Uint8Array, Uint8Array];
    for (const proofs of [
      [a, c],
      [a, c, b],
      [a, b],
      [a, b, b, c],
    ])
      assert.match(answer(system, said, { ...proof, proofs }), /^SegmentRefused: (SegmentFlag|Constraint)Mismatch$/);
  });
});
