import { partOf } from "../../circuits/shapes/stated-elements.ts";
import { countsOf, type RunPart } from "../../stark/proofs/verify-run.ts";
import { flagValues, type SegmentFlags } from "../../stark/constraints/segment-bounds.ts";
import { wordsOf } from "../../stark/transcripts/transcript-form.ts";
import { Assembler } from "../assembler.ts";
import type { CheckedShape } from "../proof-code.ts";
import { earlyCells, placedLength, SEGMENT_PLACE, writeSegmentCheck } from "../segment-code.ts";
import type { Word } from "../relation.ts";
import { CHUNK_RUN, CHUNKS, RUN } from "./layout.ts";
import type { NodeProgram } from "./node-program.ts";
import { assertBit, assertSame, assertWhetherSame, assertZeros, beginRule, limbsOfNumber } from "./rule-code.ts";
import { assertChecksNoPrograms, statedPrograms } from "./stated-programs.ts";

const SAID = ["version", "chainId", "before", "after"] as const;

/** Early data of a segment: its place, and the statement of a run, or that of segments that do not open it. */
export function earlyOf(flags: SegmentFlags, statement: readonly number[]): number[] {
  return [...flagValues(flags), ...new Array<number>(SEGMENT_PLACE.parts.zeros.count).fill(0), ...statement];
}

/** Statement of a segment's leaf, from the facts that its proof shows about the run and from its statement. */
export function chunksOfSegment(part: RunPart, statement: readonly number[]): number[] {
  const { seed, before, after, carried, first, last, load, clock } = part;
  const folds = [seed, before, after].flatMap(wordsOf);
  const ofRun = [1, ...folds, ...carried, first, last, ...limbsOfNumber(load), ...limbsOfNumber(clock)];
  return [...ofRun, ...SAID.flatMap((name) => partOf(statement, CHUNK_RUN.parts[name])), ...statedPrograms()];
}

/**
 * The leaf of a segment of a run: its proof, as segments are joined. Flags follow from the folds, the fold behind it from this
 * proof's own root, what it counts from its heights: nothing of it is the prover's to choose. Throws RangeError for a shape whose
 * segments no run can have.
 */
export function segmentLeaf(segment: CheckedShape): NodeProgram {
  const { system, shape } = segment;
  const a = new Assembler();
  a.section("statements", "BadStatement");
  const statement = Array.from({ length: CHUNKS.count }, () => a.public());
  const early = earlyCells(a, segment);
  const ofRun = (name: keyof typeof RUN.parts): readonly Word[] => partOf(partOf(statement, CHUNKS.parts.ofRun), RUN.parts[name]);
  const claim = {
    seed: ofRun("seed"),
    before: ofRun("foldBefore"),
    after: ofRun("foldAfter"),
    carried: ofRun("carried"),
  };
  beginRule(a, "a run is open");
  assertSame(a, ofRun("isRun"), [a.constant(1)]);
  writePlace(a, early.elements, claim, [...ofRun("first"), ...ofRun("last")]);
  writeSilence(a, segment, early.elements);
  const { load, clock } = countsOf(system, shape.logRows);
  for (const [name, count] of Object.entries({ load, clock })) {
    beginRule(a, `${name} by the heights`);
    assertSame(a, ofRun(name as "load" | "clock"), a.constants(limbsOfNumber(count)));
  }
  const run = early.elements.slice(SEGMENT_PLACE.count);
  for (const part of SAID) {
    beginRule(a, `${part} of the segment`);
    assertSame(a, partOf(run, CHUNK_RUN.parts[part]), partOf(statement, CHUNKS.parts[part]));
  }
  beginRule(a, "checks no other programs");
  assertChecksNoPrograms(a, statement);
  const name = "segment";
  a.scope(name);
  writeSegmentCheck(a, segment, early, claim);
  const children = [{ name, system, logRows: shape.logRows, statementCount: placedLength(system), isAdmitted: false }];
  return { children, program: a.build(`leaf of a segment, heights ${shape.logRows.join(" ")}`) };
}

/**
 * Asserts that the segment opens the run exactly if nothing is folded before it, and as segment 1; and that it closes the
 * run exactly if its fold is the seed.
 */
function writePlace(
  a: Assembler,
  early: readonly Word[],
  { seed, before, after }: Parameters<typeof writeSegmentCheck>[3],
  indexes: readonly Word[],
): void {
  const [index, opens, closes] = early as readonly [Word, Word, Word];
  const zero = a.constant(0);
  beginRule(a, "its index");
  for (const said of indexes) assertSame(a, [index], [said]);
  assertZeros(a, partOf(early, SEGMENT_PLACE.parts.zeros));
  beginRule(a, "opens the run where nothing is folded before it");
  assertBit(a, opens);
  assertWhetherSame(
    a,
    opens,
    before,
    before.map(() => zero),
  );
  beginRule(a, "opens the run as its first segment");
  assertWhetherSame(a, opens, [index], [a.constant(1)]);
  beginRule(a, "closes the run where the fold behind it is the seed");
  assertBit(a, closes);
  assertWhetherSame(a, closes, after, seed);
}

/** But in the opening segment, a statement has zeros behind what all segments say. */
function writeSilence(a: Assembler, { system: { definition } }: CheckedShape, early: readonly Word[]): void {
  const [, opens] = early as readonly [Word, Word];
  beginRule(a, "says nothing of the run unless it opens it");
  for (const element of early.slice(SEGMENT_PLACE.count + (definition.statementElements?.shared ?? 0)))
    a.arithmetic({ product: { factor: 1, a: opens, b: element } }, element);
}
