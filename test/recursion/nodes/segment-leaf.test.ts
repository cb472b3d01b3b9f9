import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { Ext } from "../../../src/proofs/field/extension.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { nodeHints, type StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import { chunkLeaf } from "../../../src/proofs/recursion/nodes/chunks-program.ts";
import type { NodeProgram } from "../../../src/proofs/recursion/nodes/node-program.ts";
import { endedRun, joinedRun, runEndProgram } from "../../../src/proofs/recursion/nodes/run-program.ts";
import { segmentLeaf } from "../../../src/proofs/recursion/nodes/segment-leaf.ts";
import { cellsOf } from "../../../src/proofs/recursion/relation.ts";
import { ProofReader, readHead, readValues } from "../../../src/proofs/stark/openings/proof.ts";
import { commitSegment } from "../../../src/proofs/stark/proofs/prove.ts";
import { verifySegment } from "../../../src/proofs/stark/proofs/verify-run.ts";
import { FIRST_FOLD, foldSegment } from "../../../src/proofs/stark/segments/fold.ts";
import { elementBytes, wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { createRandom } from "../../circuits/support/random.ts";
import { forgedRun } from "../../stark/segments/forged-run.ts";
import * as toy from "../../stark/segments/toy-machine.ts";
import { freeProgram } from "./free-program.ts";
import { brokenRule, rulesOf } from "./judged-rules.ts";
import { PROGRAMS } from "./statements.ts";
import { provenSegments, toyInputs, toyRun, toySegments } from "./toy-run.ts";
import { checkByNode, sectionOf } from "../check-by-program.ts";

const backend = await createWasmBackend({ workers: 1 });
after(() => backend.close());
const system = await toySegments(backend);
const said = toyRun(5, 71);
const inputs = toyInputs(system, 3, said);
const segments = await provenSegments(system, inputs, backend);
const [opening, inner, closing] = segments as [(typeof segments)[0], (typeof segments)[0], (typeof segments)[0]];
/** All have the same heights. */
const leaf = segmentLeaf(opening.shape);

/** Relation that refuses it; undefined if it is accepted. */
function refusal(elements: readonly number[], proof: StatedProof, node = leaf): string | undefined {
  const verdict = checkByNode(node, elementBytes(elements), [proof]);
  return verdict.ok ? undefined : verdict.where.replace(/, relation.*/s, "");
}

/** Early statement with elements changed from an index on. */
function early({ statement, proof }: StatedProof, at: number, ...others: readonly number[]): StatedProof {
  return { statement: elementBytes(wordsOf(statement).toSpliced(at, others.length, ...others)), proof };
}

/** The program without the last relation of a section that only compares. */
function without(section: string, node = leaf): NodeProgram {
  const { program } = node;
  const known = new Set<string>();
  const compared = program.relations.map((relation) => {
    const keys = cellsOf(relation).map(({ memory, cell }) => `${memory} ${cell}`);
    const isComparison = keys.every((key) => known.has(key));
    for (const key of keys) known.add(key);
    return isComparison;
  });
  const relation = program.relations.findLastIndex((_, i) => compared[i] && sectionOf(program, i).title === section);
  assert.ok(relation >= 0, section);
  // Relations behind it move up by one.
  const sections = program.sections.map((own) => (own.first > relation ? { ...own, first: own.first - 1 } : own));
  return { ...node, program: { ...program, relations: program.relations.toSpliced(relation, 1), sections } };
}

/** The sums of a proof's fractions on carried buses. */
function carriedOf(proof: Uint8Array): Ext {
  const { sums } = readValues(system, readHead(system, new ProofReader(proof)));
  const own = system.tables.flatMap(({ lookup, index }) => sums[index]!.filter((_, s) => lookup!.kinds[s]!.includes("carried")));
  return own.reduce(system.field.add, system.field.zero);
}

describe("the leaf of a segment", () => {
  it("accepts each segment of a run, and says what verifySegment shows of it", () => {
    for (const segment of segments) assert.equal(refusal(segment.leaf, segment), undefined);
    // What an opening, an inner and a closing segment of three are, by PROTOCOL's places.
    assert.deepEqual(
      segments.map(({ leaf: own }) => [own[0], own[30], own[31], own.slice(9, 17).every((element) => element === 0)]),
      [
        [1, 1, 1, true],
        [1, 2, 2, false],
        [1, 3, 3, false],
      ],
    );
    assert.deepEqual(closing.leaf.slice(17, 25), closing.leaf.slice(1, 9));
    assert.deepEqual(opening.leaf.slice(36, 152), said.slice(0, 116));
    assert.deepEqual(inner.leaf.slice(36, 152), [...said.slice(0, 6), ...new Array<number>(110).fill(0)]);
  });

  it("refuses, by the proof, another seed, fold before or behind, carried sum, index, version or chain", () => {
    for (let at = 1; at < 30; at++) {
      const where = refusal(inner.leaf.with(at, (inner.leaf[at]! + 1) % 2 ** 30), inner);
      assert.match(where ?? "accepted", /^segment: /, `element ${at}`);
    }
    const further = inner.leaf.with(30, 3).with(31, 3);
    assert.match(refusal(further, early(inner, 0, 3)) ?? "accepted", /^segment: /, "index");
    for (let at = 0; at < 6; at++) {
      const other = said[at]! + 1;
      assert.match(refusal(inner.leaf.with(36 + at, other), early(inner, 8 + at, other)) ?? "accepted", /^segment: /);
    }
  });

  it("refuses, by the proof, another statement of the opening segment, in each of its elements", () => {
    for (let at = 6; at < 116; at++) {
      const other = said[at]! + 1;
      const where = refusal(opening.leaf.with(36 + at, other), early(opening, 8 + at, other));
      assert.match(where ?? "accepted", /^segment: /, `element ${at}`);
    }
  });

  it("accepts no changed proof: of changes at random each that verifySegment refuses is refused", () => {
    const random = createRandom(3);
    for (let round = 0; round < 60; round++) {
      const i = round % 3;
      const own = segments[i]!;
      const proof = own.proof.slice();
      const at = random(proof.length);
      proof[at]! ^= 1 << random(8);
      const { statement, segment } = inputs[i]!;
      const before = i === 0 ? FIRST_FOLD : segments[i - 1]!.part.after;
      const verdict = verifySegment(system, statement, { ...segment!, seed: own.part.seed, before }, proof);
      assert.equal(verdict.ok, false, `byte ${at} of segment ${i + 1}`);
      assert.notEqual(refusal(own.leaf, { ...own, proof }), undefined, `byte ${at} of segment ${i + 1}`);
    }
  });

  it("is of the segment in its own place: attack: segments of a run, of another run and of another end in each other's places", async () => {
    const foreign = await provenSegments(system, toyInputs(system, 3, toyRun(6, 72)), backend);
    for (const [i, own] of segments.entries())
      for (const other of [...segments, ...foreign]) {
        if (other === own) continue;
        assert.notEqual(refusal(own.leaf, { ...own, proof: other.proof }), undefined);
        assert.notEqual(refusal(own.leaf, other), undefined);
        assert.equal(refusal(foreign[i]!.leaf, own) === undefined, false);
      }
    // A segment under the seed of another run.
    const [seed] = [foreign[1]!.leaf.slice(1, 9)];
    assert.match(refusal(inner.leaf.toSpliced(1, 8, ...seed), inner) ?? "accepted", /^segment: /);
  });

  it("is for segments: a leaf of a chunk refuses their system, and a system that leaves rules out has none", async () => {
    assert.throws(() => chunkLeaf(opening.shape), /is proven in segments/);
    const { segments: _, ...whole } = system.definition;
    assert.throws(() => segmentLeaf({ ...opening.shape, system: { ...system, definition: whole } }), /is proven as a whole/);
    const weak = { ...system.definition, segments: { most: 5, without: ["load"] as const } };
    assert.throws(
      () => segmentLeaf({ ...opening.shape, system: { ...system, definition: weak } }),
      /leaves rules of segments out/,
    );
  });
});

describe("attack on the leaf of a segment", () => {
  it("root in S is not the opened root: columns filled again after S; without the fold they are accepted", async () => {
    const honest = toyInputs(system, 2, said);
    const run = await provenSegments(system, honest, backend);
    // Step 24, in the last segment, finds another word than was left.
    const other = toyInputs(system, 2, said, toy.runMachine({ lies: { 23: { old: 777 } } }));
    const forged = await forgedRun(system, honest, backend, () => [honest[0]!, other[1]!]);
    const last = { ...run[1]!, proof: forged.proofs[1]! };
    const elements = last.leaf.toSpliced(25, 5, ...carriedOf(last.proof));
    assert.equal(refusal(elements, last), "segment: fold");
    assert.equal(refusal(elements, last, without("segment: fold")), undefined);
  });

  it("another carried sum: without the comparison any is accepted", () => {
    const other = inner.leaf.with(27, 12345);
    assert.equal(refusal(other, inner), "segment: carried sum");
    assert.equal(refusal(other, inner, without("segment: carried sum")), undefined);
  });

  it("local bus balanced across segments: without the sum of each segment it is accepted", async () => {
    const unbalanced = toyInputs(system, 2, said);
    const uses = (i: number): Uint32Array => unbalanced[i]!.traces[3]![0]!;
    uses(0)[0]! -= 1;
    uses(1)[0]! += 1;
    const { seed, proofs } = await forgedRun(system, unbalanced, backend, () => unbalanced);
    const first = { statement: opening.statement, proof: proofs[0]! };
    const fold = wordsOf(foldSegment(system, FIRST_FOLD, await commitSegment(system, unbalanced[0]!, backend)));
    const carried = carriedOf(proofs[0]!);
    const elements = opening.leaf.toSpliced(1, 29, ...wordsOf(seed), ...new Array<number>(8).fill(0), ...fold, ...carried);
    assert.equal(refusal(elements, first), "segment: lookup sums");
    assert.equal(refusal(elements, first, without("segment: lookup sums")), undefined);
  });

  it("carried but not closed: leaves of a run with a false read are accepted, its end is not", async () => {
    // Step 10 finds 777, which no step has left.
    const run = toy.runMachine({ lies: { 10: { old: 777 } } });
    const lying = await provenSegments(system, toyInputs(system, 2, toyRun(run.before, run.after), run), backend);
    for (const own of lying) assert.equal(refusal(own.leaf, own, segmentLeaf(own.shape)), undefined);
    const rules = rulesOf(
      runEndProgram({ ...(await freeProgram(161, backend)), depth: 2 }, { most: 5, clock: { below: 65, ticks: {} } }),
    );
    const children = lying.map(({ leaf: own }) => own);
    assert.equal(brokenRule(rules, { statement: endedRun(children[0]!, PROGRAMS), children }), "what is carried adds up to 0");
    const honest = await provenSegments(system, toyInputs(system, 2, said), backend);
    const leaves = honest.map(({ leaf: own }) => own);
    assert.equal(brokenRule(rules, { statement: endedRun(leaves[0]!, PROGRAMS), children: leaves }), undefined);
    // Three are one as well, and five are longer than the toy's clock may run.
    const [a, b, c] = segments.map(({ leaf: own }) => own) as [number[], number[], number[]];
    const joined = joinedRun(a, b, PROGRAMS);
    assert.equal(brokenRule(rules, { statement: endedRun(joined, PROGRAMS), children: [joined, c] }), undefined);
    const five = (await provenSegments(system, toyInputs(system, 5, said), backend)).map(({ leaf: own }) => own);
    const four = five.slice(0, 4).reduce((all, own) => joinedRun(all, own, PROGRAMS));
    const long = { statement: endedRun(four, PROGRAMS), children: [four, five[4]!] };
    assert.equal(brokenRule(rules, long), "the clock stays below its bound");
  });

  it("hints are what is said early and the proof, and nothing else", () => {
    const { words } = nodeHints(leaf, [inner]);
    assert.deepEqual(
      words.slice(0, 128).map(([element]) => element),
      wordsOf(inner.statement),
    );
  });
});
