import { partOf } from "../../circuits/shapes/stated-elements.ts";
import { createExtension } from "../../field/extension.ts";
import { P } from "../../field/koala-bear.ts";
import type { SegmentBounds } from "../../stark/constraints/segment-bounds.ts";
import type { Assembler } from "../assembler.ts";
import { type Word, WORD_ELEMENTS } from "../relation.ts";
import { assertPrograms } from "./chunks-program.ts";
import { CHUNKS, RUN } from "./layout.ts";
import { childOfClass, type ClassShape, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertBelow, assertSame, assertZeros, beginRule, limbsOfNumber, sumOfNumbers } from "./rule-code.ts";
import { statedPrograms } from "./stated-programs.ts";

type RunPartName = keyof typeof RUN.parts;
type RunElements<Element> = Readonly<Record<RunPartName, readonly Element[]>>;

const field = createExtension(WORD_ELEMENTS);

function ofRun<Element>(elements: readonly Element[]): RunElements<Element> {
  const own = partOf(elements, CHUNKS.parts.ofRun);
  return Object.fromEntries(
    Object.entries(RUN.parts).map(([name, part]) => [name, partOf(own, part)]),
  ) as unknown as RunElements<Element>;
}

/** Statement of two consecutive parts of an open run; programs are admitted by this digest. */
export function joinedRun(left: readonly number[], right: readonly number[], programs: readonly number[]): number[] {
  const [first, second] = [ofRun(left), ofRun(right)];
  const added = (name: "load" | "clock"): number[] => limbsOfNumber(numberOf(first[name]) + numberOf(second[name]));
  const joined: RunElements<number> = {
    isRun: [1],
    seed: first.seed,
    foldBefore: first.foldBefore,
    foldAfter: second.foldAfter,
    carried: field.add(first.carried, second.carried),
    first: first.first,
    last: second.last,
    load: added("load"),
    clock: added("clock"),
  };
  const all = (Object.keys(RUN.parts) as RunPartName[]).flatMap((name) => joined[name]);
  return [...all, ...left.slice(CHUNKS.parts.version.at, CHUNKS.parts.checksPrograms.at), ...statedPrograms(programs)];
}

/** Statement of a run that its two last parts end: a chunk. */
export function endedRun(left: readonly number[], programs: readonly number[]): number[] {
  const said = left.slice(CHUNKS.parts.version.at, CHUNKS.parts.checksPrograms.at);
  return [...new Array<number>(RUN.count).fill(0), ...said, ...statedPrograms(programs)];
}

function numberOf([low = 0, high = 0]: readonly number[]): number {
  return low + 2 ** 16 * high;
}

/** Joins two parts of an open run of which the right one continues the left one; the run is still open. */
export function runJoinProgram(parts: ClassShape): NodeProgram {
  return programOfParts("join of a run", parts, (a, statement, joined) => {
    const said = ofRun(statement);
    for (const name of Object.keys(RUN.parts) as RunPartName[]) {
      beginRule(a, `${name} of both`);
      assertSame(a, joined[name], said[name]);
    }
  });
}

/**
 * Joins the two last parts of a run, which is complete then: from its first segment up to the one whose fold is the seed,
 * with every message received. Its statement is that of a chunk that is proven as a whole.
 */
export function runEndProgram(parts: ClassShape, bounds: SegmentBounds): NodeProgram {
  return programOfParts("end of a run", parts, (a, statement, joined) => {
    beginRule(a, "no run is open behind it");
    assertZeros(a, partOf(statement, CHUNKS.parts.ofRun));
    writeWhole(a, joined, bounds);
  });
}

/** A run is whole, and within its bounds. */
function writeWhole(a: Assembler, run: RunElements<Word>, { most, clock }: SegmentBounds): void {
  beginRule(a, "nothing is folded before the first segment");
  assertZeros(a, run.foldBefore);
  beginRule(a, "the first segment is the first");
  assertSame(a, run.first, [a.constant(1)]);
  beginRule(a, "the fold of all segments is the seed");
  assertSame(a, run.foldAfter, run.seed);
  beginRule(a, "what is carried adds up to 0");
  assertZeros(a, run.carried);
  beginRule(a, "the number of segments is within a run's limit");
  const zero = a.constant(0);
  for (const last of run.last) {
    a.bits(last, { high: zero });
    assertBelow(a, [last, zero], most + 1);
  }
  beginRule(a, "no bus counts up to p");
  assertBelow(a, run.load, P);
  beginRule(a, "the clock stays below its bound");
  // Where nothing else bounds it, it is a number of 32 bits.
  assertBelow(a, run.clock, clock?.below ?? 2 ** 32);
}

/** Writes what holds of the statement and of what is said of both parts as one. */
type PartsRules = (a: Assembler, statement: readonly Word[], joined: RunElements<Word>) => void;

function programOfParts(name: string, parts: ClassShape, rules: PartsRules): NodeProgram {
  const children = ["left", "right"].map((place) => childOfClass(place, parts, "stated"));
  return nodeProgram(name, CHUNKS.count, children, (a, statement, [left = [], right = []]) => {
    const { version, chainId, before, after } = CHUNKS.parts;
    const joined = writeParts(a, ofRun(left), ofRun(right));
    for (const [what, part] of Object.entries({ version, chainId })) {
      beginRule(a, `one ${what}`);
      for (const own of [left, right]) assertSame(a, partOf(own, part), partOf(statement, part));
    }
    beginRule(a, "its ends are those that the opening segment says");
    for (const end of [before, after]) {
      assertSame(a, partOf(left, end), partOf(statement, end));
      assertZeros(a, partOf(right, end));
    }
    rules(a, statement, joined);
    assertPrograms(a, statement, [left, right]);
  });
}

/** Two parts of one run follow each other; what is said of both. */
function writeParts(a: Assembler, left: RunElements<Word>, right: RunElements<Word>): RunElements<Word> {
  const one = a.constant(1);
  beginRule(a, "a run is open");
  for (const own of [left, right]) assertSame(a, own.isRun, [one]);
  beginRule(a, "one seed");
  assertSame(a, left.seed, right.seed);
  beginRule(a, "the right one is folded where the left one ends");
  assertSame(a, left.foldAfter, right.foldBefore);
  beginRule(a, "the right one's index is the next");
  left.last.forEach((c, i) => a.arithmetic({ linear: { factor: 1, c }, constant: 1 }, right.first[i]));
  beginRule(a, "what both count");
  const carried = left.carried.map((c, i) =>
    a.arithmetic({ product: { factor: 1, a: right.carried[i] as Word, b: one }, linear: { factor: 1, c } }),
  );
  const [load, clock] = (["load", "clock"] as const).map((name) => sumOfNumbers(a, left[name], right[name])) as [Word[], Word[]];
  return {
    isRun: left.isRun,
    seed: left.seed,
    foldBefore: left.foldBefore,
    foldAfter: right.foldAfter,
    carried,
    first: left.first,
    last: right.last,
    load,
    clock,
  };
}
