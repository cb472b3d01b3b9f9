import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProofSection } from "../../src/proofs/stark/openings/proof.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import type { RunProof } from "../../src/proofs/stark/proofs/verify-run.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import type { TranscriptFactory } from "../../src/proofs/stark/transcripts/transcript.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresDefinition, squaresInput } from "./airs/squares.ts";
import { answer, provenRun } from "./segments/forged-run.ts";
import * as toy from "./segments/toy-machine.ts";
import { toyParameters } from "./segments/toy-parameters.ts";

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());

/** Trees of Poseidon under both transcripts. NOT SECURE. */
const TREES = { hash: { kind: "poseidon" }, grindingBits: 0 } as const;
const TRANSCRIPTS = ["keccak", "poseidon"] as const;
const OPENINGS: readonly Partial<ProofParameters>[] = [
  { opening: { kind: "rows" } },
  { opening: { kind: "stacked", logStackMin: 8, logStackMax: 10 }, logFinalMax: 1, logArity: 2 },
];

async function squares(parameters: ProofParameters): Promise<System> {
  const definition = {
    ...squaresDefinition(parameters),
    statementElements: { count: 2, shared: 0 },
    publicValues: (statement: Uint8Array) => (statement.length === 8 ? wordsOf(statement) : undefined),
  };
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

const plain = squaresInput({ squares: 4, requests: 6 }, { start: 1, stride: 2, realRows: 7 });
const input: ProverInput = { ...plain, statement: elementBytes([...plain.statement]) };

/** A transcript that hashes nothing: what it takes in is kept, and challenges are always the same. */
function listening(heard: Uint8Array[]): TranscriptFactory {
  return (degree, inputs) => {
    heard.push(...inputs.map(({ bytes }) => bytes.slice()));
    return {
      absorb: (_label, bytes) => void heard.push(bytes.slice()),
      challenge: () => Array.from({ length: degree }, (_, i) => i + 2),
      grindingSeed: () => new Uint8Array(32),
      grind: () => 32,
      queries: () => [0],
    };
  };
}

function heardOf(system: System, proof: Uint8Array): string {
  const heard: Uint8Array[] = [];
  verify(system, input.statement, proof, { createTranscript: listening(heard) });
  return heard.map((bytes) => Buffer.from(bytes).toString("hex")).join();
}

function sectionsOf(system: System, proof: Uint8Array): readonly ProofSection[] {
  let sections: readonly ProofSection[] = [];
  verify(system, input.statement, proof, { onSections: (read) => (sections = read) });
  return sections;
}

for (const opening of OPENINGS) {
  describe(`attacks on proofs by Poseidon whose columns are opened ${opening.logArity === 2 ? "by a stack" : "by rows"}`, async () => {
    const parameters = smallParameters({ ...TREES, minLogRows: 4, maxLogRows: 6, queryCount: 4, ...opening });
    const systems = await Promise.all(TRANSCRIPTS.map((transcript) => squares({ ...parameters, transcript })));
    const proofs = await Promise.all(systems.map((system) => prove(system, input, backend)));

    for (const [i, transcript] of TRANSCRIPTS.entries()) {
      const [system, proof] = [systems[i]!, proofs[i]!];

      it(`byte that no challenge depends on: all in front of the nonce are taken in by ${transcript}`, () => {
        const sections = sectionsOf(system, proof);
        const header = sections[0]!.length;
        const { offset: end } = sections.find(({ name }) => name === "nonce")!;
        const said = heardOf(system, proof);
        // Another header is another shape, and most are invalid. Elements have 31 bits, so that changes reach bytes and
        // bits at all offsets.
        for (let at = header; at < end; at += 3) {
          const changed = proof.slice();
          changed[at]! ^= 1 << (at % 8);
          assert.notEqual(heardOf(system, changed), said, `byte ${at}`);
        }
      });
    }

    it("proof under the other transcript's key: refused both ways, whatever the statement", () => {
      const [byKeccak, byPoseidon] = systems as [System, System];
      assert.notDeepEqual(byKeccak.verificationKeyDigest, byPoseidon.verificationKeyDigest);
      for (const [system, proof] of [
        [byKeccak, proofs[1]!],
        [byPoseidon, proofs[0]!],
      ] as const)
        assert.deepEqual(codeOf(system, proof), "ConstraintMismatch");
      for (const [i, system] of systems.entries()) assert.equal(codeOf(system, proofs[i]!), "accepted");
    });

    it("part of ones: is refused by name, and nothing is thrown", () => {
      const [, system] = systems as [System, System];
      for (const { name, offset, length } of sectionsOf(system, proofs[1]!)) {
        const changed = proofs[1]!.slice().fill(0xff, offset, offset + length);
        assert.match(codeOf(system, changed), /^(MalformedProof|NonCanonicalElement|[A-Z]\w+Mismatch)$/, name);
      }
    });
  });
}

function codeOf(system: System, proof: Uint8Array): string {
  const result = verify(system, input.statement, proof);
  return result.ok ? "accepted" : result.rejection.code;
}

describe("attacks on runs in segments by Poseidon", async () => {
  const parameters = { ...toyParameters(), ...TREES, transcript: "poseidon" } as const;
  const system = await toy.machineSystem(backend, [], parameters);
  const run = toy.runMachine();
  const said = toy.machineStatement(run.before, run.after);
  const inputsOf = (segments: number) => toy.machineInputs(toy.cutMachine(run, segments), said);
  const [two, three] = await Promise.all([provenRun(system, inputsOf(2), backend), provenRun(system, inputsOf(3), backend)]);

  it("segment of another run: the same rows under another seed", () => {
    assert.deepEqual(
      [two, three].map((proof) => answer(system, said, proof)),
      ["accepted", "accepted"],
    );
    // Both begin with the same rows, and say the same early; only the seed is another.
    assert.deepEqual(inputsOf(2)[0], inputsOf(3)[0]);
    const exchanged = { ...three, proofs: three.proofs.with(0, two.proofs[0]!) };
    assert.match(answer(system, said, exchanged), /^SegmentRefused: \w+Mismatch$/);
    assert.match(answer(system, said, { ...three, seed: two.seed }), /^SegmentRefused: \w+Mismatch$/);
  });

  it("seed of a second encoding: an element and the field's modulus", () => {
    for (const [i, element] of wordsOf(three.seed).entries()) {
      const seed = three.seed.slice();
      new DataView(seed.buffer).setUint32(4 * i, element + P);
      assert.notEqual(answer(system, said, { ...three, seed }), "accepted");
    }
  });

  it("seed that no segment was folded into, among them the first fold", () => {
    for (const seed of [new Uint8Array(32), three.seed.toReversed()])
      assert.match(answer(system, said, { ...three, seed }), /^SegmentRefused: \w+Mismatch$/);
  });

  it("run under a key of the other transcript, of which the trees are the same", async () => {
    const byKeccak = await toy.machineSystem(backend, [], { ...parameters, transcript: "keccak" });
    const other: RunProof = await provenRun(byKeccak, inputsOf(2), backend);
    assert.equal(answer(byKeccak, said, other), "accepted");
    assert.notEqual(answer(system, said, other), "accepted");
    assert.notEqual(answer(byKeccak, said, two), "accepted");
  });

  it("k = 1 closes at once, and a first segment of several does not", async () => {
    const rows = {
      steps: [...run.steps, ...toy.idleSteps(toy.STEPS + 1, 32 - toy.STEPS)],
      places: [...run.places, ...toy.idlePlaces(toy.PLACES, 12)],
    };
    const one = await provenRun(system, toy.machineInputs([rows], said), backend);
    assert.equal(answer(system, said, one), "accepted");
    const part = { ...two, proofs: two.proofs.slice(0, 1) };
    assert.equal(answer(system, said, part), "SegmentRefused: SegmentFlagMismatch");
    for (const { seed } of [one, two])
      assert.match(
        answer(system, said, { seed, proofs: [...one.proofs, ...one.proofs] }),
        /^SegmentRefused: (SegmentFlag|Constraint)Mismatch$/,
      );
  });
});
