import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { proofHints } from "../../src/proofs/recursion/proof-hints.ts";
import { capLevels } from "../../src/proofs/stark/openings/caps.ts";
import type { ProofSection } from "../../src/proofs/stark/openings/proof.ts";
import { RejectedProof, type Rejection } from "../../src/proofs/stark/openings/rejection.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";
import { transcriptFactory } from "../../src/proofs/stark/transcripts/begin-transcript.ts";
import { wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { leafParameters, squaresLeafInput, squaresLeafSystem } from "../recursion/squares-leaf.ts";
import { recordingTranscript, type TranscriptEvent } from "./airs/transcripts.ts";
import { answer, provenRun } from "./segments/forged-run.ts";
import { cutMachine, machineInputs, machineStatement, machineSystem, runMachine } from "./segments/toy-machine.ts";
import { toyParameters } from "./segments/toy-parameters.ts";

const DIGEST_BYTES = 32;

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());

const parameters = leafParameters({ queryCount: 9, paths: "capped" });
const system = await squaresLeafSystem(parameters, backend);
const input = squaresLeafInput({ squares: 4, requests: 6 });
const events: TranscriptEvent[] = [];
const proof = await prove(system, input, backend, {
  createTranscript: recordingTranscript(events, transcriptFactory(parameters)),
});
const shape = createShape(system, [4, 6, 4]);
if (typeof shape === "number") throw new Error("the proof has a shape");
const levels = capLevels(parameters, shape);
const LOG_DOMAIN = 7;

function rejectionOf(changed: Uint8Array): Rejection | "accepted" {
  const result = verify(system, input.statement, changed);
  return result.ok ? "accepted" : result.rejection;
}

/** The code of a rejection, with the tree whose root was missed, or the part of the proof. */
function codeOf(changed: Uint8Array): string {
  const rejection = rejectionOf(changed);
  if (rejection === "accepted") return rejection;
  if (rejection.code === "MerkleMismatch") return `${rejection.code} ${rejection.tree}`;
  return "section" in rejection ? `${rejection.code} ${rejection.section}` : rejection.code;
}

function sectionsOf(bytes: Uint8Array): readonly ProofSection[] {
  let sections: readonly ProofSection[] = [];
  verify(system, input.statement, bytes, { onSections: (read) => (sections = read) });
  return sections;
}

function capOf(tree: number): ProofSection {
  const section = sectionsOf(proof).find(({ name }) => name === `tree[${tree}].cap`);
  if (section === undefined) throw new Error(`tree ${tree} has no cap`);
  return section;
}

/** Bytes with a part replaced, which may have another length. */
function replaced(offset: number, length: number, part: Uint8Array): Uint8Array {
  return Buffer.concat([proof.subarray(0, offset), part, proof.subarray(offset + length)]);
}

const QUERIES = events.flatMap((event) => (event.kind === "output" && event.label === "queries" ? [...event.value] : []));
/** The nodes of a cap at which no query's path ends. */
function unreadNodes(tree: number): number[] {
  const level = levels[tree] ?? 0;
  const read = new Set(QUERIES.map((query) => query >>> (LOG_DOMAIN - level)));
  return Array.from({ length: 2 ** level }, (_, node) => node).filter((node) => !read.has(node));
}

describe("a proof with caps", () => {
  it("has each cap once, between nonce and queries, and shorter paths", () => {
    assert.equal(codeOf(proof), "accepted");
    const names = sectionsOf(proof).map(({ name }) => name);
    const caps = levels.map((_, tree) => `tree[${tree}].cap`);
    const at = names.indexOf("nonce");
    assert.deepEqual(names.slice(at + 1, at + 1 + caps.length), caps);
    assert.equal(names.filter((name) => name.endsWith(".cap")).length, caps.length);
    for (const [tree, level] of levels.entries()) {
      assert.equal(capOf(tree).length, DIGEST_BYTES * 2 ** level);
      const depth: number = [7, 7, 7, 7, 5, 4][tree] ?? 0;
      const paths = sectionsOf(proof).filter(({ name }) => name === `tree[${tree}].siblings`);
      // Paths without siblings have no section.
      assert.deepEqual(
        paths.map(({ length }) => length),
        depth === level ? [] : QUERIES.map(() => DIGEST_BYTES * (depth - level)),
      );
    }
    assert.deepEqual(levels, [4, 4, 4, 4, 4, 4]);
  });

  it("is shorter than one without by the siblings that the caps replace", async () => {
    const plain = await squaresLeafSystem(leafParameters({ queryCount: 9 }), backend);
    const longer = await prove(plain, input, backend);
    const saved = levels.reduce((sum, level) => sum + 9 * level - 2 ** level, 0);
    assert.equal(longer.length - proof.length, DIGEST_BYTES * saved);
    assert.deepEqual(verify(plain, input.statement, longer), { ok: true });
  });

  it("proves nothing to the system without caps, nor the other way round", async () => {
    const plain = await squaresLeafSystem(leafParameters({ queryCount: 9 }), backend);
    const other = await prove(plain, input, backend);
    assert.notDeepEqual(plain.verificationKeyDigest, system.verificationKeyDigest);
    assert.equal(codeOf(other), "MalformedProof version");
    const result = verify(plain, input.statement, proof);
    assert.deepEqual(result, { ok: false, rejection: { code: "MalformedProof", section: "version", expected: 6, got: 22 } });
  });

  it("can be a segment's", async () => {
    const capped = { ...toyParameters(), hash: { kind: "poseidon" }, transcript: "poseidon", paths: "capped" } as const;
    const run = runMachine();
    const said = machineStatement(run.before, run.after);
    const machine = await machineSystem(backend, [], capped);
    const proven = await provenRun(machine, machineInputs(cutMachine(run, 2), said), backend);
    assert.equal(answer(machine, said, proven), "accepted");
    const [first, second] = proven.proofs as [Uint8Array, Uint8Array];
    assert.notEqual(answer(machine, said, { ...proven, proofs: [first.with(first.length - 1, 1), second] }), "accepted");
  });
});

describe("attacks on caps", () => {
  it("an element above p: a second encoding of a digest's element", () => {
    for (const tree of levels.keys()) {
      const { offset, length } = capOf(tree);
      const cap = proof.subarray(offset, offset + length);
      wordsOf(cap).forEach((element, i) => {
        if (i % 13 > 0) return;
        const lifted = cap.slice();
        new DataView(lifted.buffer).setUint32(4 * i, element + P);
        assert.equal(codeOf(replaced(offset, length, lifted)), `NonCanonicalElement tree[${tree}].cap`);
      });
    }
  });

  it("a cap node changed that no query reads", () => {
    for (const tree of levels.keys()) {
      const { offset } = capOf(tree);
      const unread = unreadNodes(tree);
      assert.ok(unread.length > 0);
      for (const node of unread) {
        const at = offset + DIGEST_BYTES * node + 3;
        assert.equal(codeOf(proof.with(at, proof[at]! ^ 1)), `MerkleMismatch ${tree}`);
      }
    }
  });

  it("nodes swapped that no query reads", () => {
    // All nodes of the preprocessed tree's cap are the same: it has one column of few coefficients.
    for (const tree of [...levels.keys()].slice(1)) {
      const { offset } = capOf(tree);
      const [a, b] = unreadNodes(tree) as [number, number];
      const node = (index: number) => proof.slice(offset + DIGEST_BYTES * index, offset + DIGEST_BYTES * (index + 1));
      const swapped = proof.slice();
      swapped.set(node(b), offset + DIGEST_BYTES * a);
      swapped.set(node(a), offset + DIGEST_BYTES * b);
      assert.equal(codeOf(swapped), `MerkleMismatch ${tree}`);
    }
  });

  it("caps of two trees exchanged", () => {
    const [main, lookup] = [capOf(1), capOf(2)];
    const part = ({ offset, length }: ProofSection) => proof.subarray(offset, offset + length);
    const exchanged = replaced(main.offset, main.length + lookup.length, Buffer.concat([part(lookup), part(main)]));
    assert.equal(codeOf(exchanged), "MerkleMismatch 1");
  });

  it("a short cap, by a node or by all its nodes", () => {
    const { offset, length } = capOf(0);
    // The next cap's first node is read as the last of this one.
    assert.equal(codeOf(replaced(offset, DIGEST_BYTES, new Uint8Array(0))), "MerkleMismatch 0");
    assert.match(codeOf(replaced(offset, length, new Uint8Array(0))), /^(MerkleMismatch 0|NonCanonicalElement tree\[0\].cap)$/);
    const last = capOf(levels.length - 1);
    assert.match(codeOf(replaced(last.offset, DIGEST_BYTES, new Uint8Array(0))), /^(Merkle|NonCanonical|Malformed)/);
    assert.match(codeOf(proof.subarray(0, last.offset + 1)), /^MalformedProof tree\[5\].cap$/);
  });

  it("spare nodes: after a cap, after all caps, after the proof", () => {
    const { offset, length } = capOf(0);
    const node = proof.subarray(offset, offset + DIGEST_BYTES);
    assert.equal(codeOf(replaced(offset + length, 0, node)), "MerkleMismatch 1");
    const last = capOf(levels.length - 1);
    assert.notEqual(codeOf(replaced(last.offset + last.length, 0, node)), "accepted");
    assert.equal(codeOf(Buffer.concat([proof, node])), "MalformedProof end");
  });

  it("a path that ends at another node of its cap: leaves and siblings of another position", () => {
    // All of one query's rows and siblings in tree 1 in the place of another one's, under another node.
    const parts = sectionsOf(proof);
    const rows = parts.filter(({ name }) => name.startsWith("tree[1].rows"));
    const paths = parts.filter(({ name }) => name === "tree[1].siblings");
    const level = levels[1] ?? 0;
    const nodeOf = (query: number) => (QUERIES[query] ?? 0) >>> (LOG_DOMAIN - level);
    const other = QUERIES.findIndex((_, query) => nodeOf(query) !== nodeOf(0));
    assert.ok(other > 0);
    const copied = proof.slice();
    for (const list of [rows, paths]) {
      const [to, from] = [list[0]!, list[other]!];
      copied.set(proof.subarray(from.offset, from.offset + from.length), to.offset);
    }
    assert.equal(codeOf(copied), "MerkleMismatch 1");
  });

  it("verdicts of verify and program differ: bytes that encode no caps yield no hints, with the verifier's code", () => {
    const refusal = (changed: Uint8Array): string => {
      try {
        proofHints(system, changed);
        return "hints";
      } catch (error) {
        if (!(error instanceof RejectedProof)) throw error;
        return error.rejection.code;
      }
    };
    const { octets } = proofHints(system, proof);
    const cap = capOf(1);
    const nodes = wordsOf(proof.subarray(cap.offset, cap.offset + DIGEST_BYTES));
    assert.equal(octets.filter((octet) => octet.join() === nodes.join()).length, 1);
    const above = proof.slice();
    new DataView(above.buffer).setUint32(cap.offset, P);
    const last = capOf(levels.length - 1);
    for (const changed of [above, proof.subarray(0, last.offset + 1), Buffer.concat([proof, Uint8Array.of(0)])])
      assert.equal(refusal(changed), codeOf(changed).split(" ")[0]);
  });
});
