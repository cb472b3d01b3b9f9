import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { batchOf, batchProgram, oneChunkBatchProgram, saidOfBatch } from "../../../src/proofs/recursion/nodes/batch-program.ts";
import {
  chunkLeaf,
  chunksOfRun,
  joinedChunks,
  joinProgram,
  relistedChunks,
  relistedProgram,
} from "../../../src/proofs/recursion/nodes/chunks-program.ts";
import type { NodeProgram } from "../../../src/proofs/recursion/nodes/node-program.ts";
import { endedRun, joinedRun, runEndProgram, runJoinProgram } from "../../../src/proofs/recursion/nodes/run-program.ts";
import { segmentLeaf } from "../../../src/proofs/recursion/nodes/segment-leaf.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createShape, type Shape } from "../../../src/proofs/stark/systems/shape.ts";
import { freeProgram } from "./free-program.ts";
import {
  brokenRelation,
  brokenRule,
  type Change,
  changedAt,
  comparisons,
  rulesOf,
  singleChanges,
  type Statements,
  without,
} from "./judged-rules.ts";
import { isBatch, isJoin, isLeaf, isRelisted, isRunEnd, isRunJoin, isSegmentLeaf } from "./native-rules.ts";
import { boundary, chunks, joint, list, PROGRAMS, relisting, SEED, segments } from "./statements.ts";
import { toyCode, toySegments } from "./toy-run.ts";
import { sectionOf } from "../check-by-program.ts";

const backend = await createWasmBackend({ workers: 1 });
const ofChunks = { ...(await freeProgram(161, backend)), depth: 2 };
const ofRun = await freeProgram(120, backend);
const ofList = await freeProgram(66, backend);
const ofRelisting = await freeProgram(16, backend);
const segmentSystem = await toySegments(backend);
await backend.close();

/** A node with statements that follow from each other, and which ones do by the native check. */
interface JudgedNode {
  readonly node: NodeProgram;
  readonly honest: readonly Statements[];
  readonly holds: (statement: readonly number[], children: readonly (readonly number[])[]) => boolean;
  /** Changes of several elements at once: those that only one relation refuses. */
  readonly together: readonly (readonly Change[])[];
  /** Statements that only one relation refuses, and that no such change yields. */
  readonly forged?: readonly Statements[];
}

const [start, middle, end] = [boundary(1000, 65535, 0, 40), boundary(2000, 65535, 1, 41), boundary(3000, 65536, 0, 42)];
const [left, right] = [chunks(start, middle), chunks(middle, end)];
const whole = chunks(start, end);

const run = [...left.slice(36, 152), 0, 0, 0, 0];

/** A run of three segments, in which limbs of counts are carried over. */
const carriedParts = [
  [1, 2, 3, 4, 5],
  [10, 20, 30, 40, 50],
  [P - 11, P - 22, P - 33, P - 44, P - 55],
] as const;
const [opening, inner, closing] = [0, 1, 2].map((i) =>
  segments(i + 1, i + 1, whole, { carried: carriedParts[i]!, load: 40_000 + i, clock: 2 ** 16 * (5 + i) + 30_000 }),
) as [number[], number[], number[]];
const opened = joinedRun(opening, inner, PROGRAMS);
const rest = joinedRun(inner, closing, PROGRAMS);

/** Places in what is said of an open run. */
const AT = { seed: 1, foldBefore: 9, foldAfter: 17, carried: 25, first: 30, last: 31, load: 32, clock: 34, before: 42 } as const;

/** With other elements from a place on. */
function having(elements: readonly number[], at: keyof typeof AT, ...others: readonly number[]): number[] {
  return elements.toSpliced(AT[at], others.length, ...others);
}

/** With another number of 32 bits. */
function counting(elements: readonly number[], at: "load" | "clock", number: number): number[] {
  return having(elements, at, number % 2 ** 16, Math.floor(number / 2 ** 16));
}

/** Right part whose counts complete the totals to these values. */
function countingTo(left: readonly number[], right: readonly number[], at: "load" | "clock", number: number): number[] {
  const own = left[AT[at]]! + 2 ** 16 * left[AT[at] + 1]!;
  return counting(right, at, number - own);
}

/** Joined run of parts, also if they count more than a statement can hold. */
function joinedRunOf(left: readonly number[], right: readonly number[]): number[] {
  const small = (["load", "clock"] as const).reduce<readonly number[]>((own, at) => counting(own, at, 0), right);
  return [left, right].every((own) => own[AT.load + 1]! < 2 ** 14 && own[AT.clock + 1]! < 2 ** 14)
    ? joinedRun(left, right, PROGRAMS)
    : joinedRun(left, small, PROGRAMS);
}

const ended = (left: readonly number[], right: readonly number[]): Statements => ({
  statement: endedRun(left, PROGRAMS),
  children: [left, right],
});

/** Three segments of the toy, which are as high as their tables may be low. */
const toySegment = { system: segmentSystem, shape: createShape(segmentSystem, [4, 4, 4, 6, 0]) as Shape, statementCode: toyCode };
/** A row of the steps and one of the memory each send one message to the memory, and a step is a tick. */
const TOY_COUNTS = { load: 32n, clock: 16n };
const placed = (elements: readonly number[]): Statements => {
  const statement = counting(counting(elements, "load", 32), "clock", 16);
  const first = statement[AT.first]!;
  const early = [first, first === 1 ? 1 : 0, first === 3 ? 1 : 0, 0, 0, 0, 0, 0, ...statement.slice(36, 152), 0, 0, 0, 0];
  return { statement, children: [early] };
};
/** Early statement with another flag. */
const flagged = ({ statement, children: [early = []] }: Statements, flag: 1 | 2, value: number): Statements => {
  return { statement, children: [early.with(flag, value)] };
};
const silent = (elements: readonly number[]): number[] => having(elements, "before", ...new Array<number>(110).fill(0));
const none = new Array<number>(8).fill(0);

const NODES: Readonly<Record<string, JudgedNode>> = {
  leaf: {
    node: chunkLeaf(ofRun),
    honest: [{ statement: chunksOfRun(run), children: [run] }],
    holds: isLeaf,
    together: [],
  },
  join: {
    node: joinProgram(ofChunks),
    honest: [
      [left, right],
      [joint(left), joint(right)],
    ].map(([first = [], second = []]) => ({ statement: joinedChunks(first, second, PROGRAMS), children: [first, second] })),
    holds: isJoin,
    together: [],
  },
  "program that relists leaves": {
    node: relistedProgram(ofChunks, ofRelisting),
    honest: [whole, joint(whole)].map((own) => ({
      statement: relistedChunks(own, relisting(3000, 4000), PROGRAMS),
      children: [own, relisting(3000, 4000)],
    })),
    holds: isRelisted,
    // A run that is open in both.
    together: Array.from({ length: 36 }, (_, at) => [
      { of: "statement", at },
      { of: 0, at },
    ]),
  },
  "leaf of a segment": {
    node: segmentLeaf(toySegment),
    honest: [opening, inner, closing].map(placed),
    holds: (statement, children) => isSegmentLeaf(statement, children, TOY_COUNTS),
    together: [
      ...Array.from({ length: 110 }, (_, i): Change[] => [
        { of: "statement", at: AT.before + i },
        { of: 0, at: 14 + i },
      ]),
      [
        { of: "statement", at: AT.first },
        { of: "statement", at: AT.last },
        { of: 0, at: 0 },
      ],
    ],
    forged: [
      // A segment that opens nothing where nothing is folded, and as the first one.
      placed(having(inner, "foldBefore", ...none)),
      flagged(placed(having(inner, "first", 1, 1)), 1, 0),
      // One that closes nothing although its fold is the seed; a second one that opens; one that closes with a fold other
      // than the seed.
      placed(having(inner, "foldAfter", ...SEED)),
      flagged(placed(inner), 1, 1),
      flagged(placed(inner), 2, 1),
      // Flags other than bits.
      flagged(placed(silent(opening)), 1, 2),
      flagged(placed(closing), 2, 2),
    ],
  },
  "join of a run": {
    node: runJoinProgram(ofChunks),
    honest: [
      [opening, inner],
      [inner, closing],
      [opening, joint(rest)],
      [joint(opened), closing],
    ].map(([first = [], second = []]) => ({ statement: joinedRun(first, second, PROGRAMS), children: [first, second] })),
    holds: isRunJoin,
    together: [
      [
        { of: "statement", at: 0 },
        { of: 0, at: 0 },
      ],
    ],
    forged: (["load", "clock"] as const).map((at) => {
      const right = countingTo(opening, inner, at, 2 ** 32);
      return { statement: counting(joinedRun(opening, inner, PROGRAMS), at, 0), children: [opening, right] };
    }),
  },
  "run that ends": {
    node: runEndProgram(ofChunks, { most: 128, clock: { below: 2 ** 29, ticks: {} } }),
    honest: [
      ended(joint(opened), closing),
      ended(opening, joint(rest)),
      ended(opening, countingTo(opening, rest, "load", P - 1)),
      ended(opening, countingTo(opening, rest, "clock", 2 ** 29 - 1)),
      ended(opening, having(rest, "last", 128)),
    ],
    holds: isRunEnd,
    together: [],
    forged: [
      ended(opening, countingTo(opening, rest, "load", P)),
      ended(opening, countingTo(opening, rest, "load", 2 ** 32)),
      ended(opening, countingTo(opening, rest, "clock", 2 ** 29)),
      ended(opening, countingTo(opening, rest, "clock", 2 ** 32)),
      ended(opening, having(rest, "last", 129)),
      ended(opening, having(rest, "last", P - 5)),
    ],
  },
  batch: {
    node: batchProgram({ list: ofList, chunks: ofChunks }, PROGRAMS),
    honest: [whole, joint(whole)].map((own) => ({
      statement: saidOfBatch(batchOf({ list: list(1000, 3000), chunks: own })),
      children: [list(1000, 3000), own],
    })),
    holds: (statement, children) => isBatch(statement, children, PROGRAMS),
    // The number of the next batch: of the boundary behind the chunks and of the batch.
    together: [0, 1].map((limb) => [
      { of: "statement", at: 6 + limb },
      { of: 1, at: 97 + 16 + limb },
    ]),
  },
  "batch of one chunk": {
    node: oneChunkBatchProgram({ list: ofList, chunk: ofRun }),
    honest: [
      {
        statement: saidOfBatch(batchOf({ list: list(1000, 3000), chunks: whole })),
        children: [list(1000, 3000), [...whole.slice(36, 152), 0, 0, 0, 0]],
      },
    ],
    holds: (statement, [ofList = [], run = []]) => {
      const leaf = [...new Array<number>(36).fill(0), ...run.slice(0, 116), ...new Array<number>(9).fill(0)];
      return isBatch(statement, [ofList, leaf], PROGRAMS);
    },
    together: [0, 1].map((limb) => [
      { of: "statement", at: 6 + limb },
      { of: 1, at: 61 + 16 + limb },
    ]),
  },
};

for (const [name, { node, honest, holds, together, forged = [] }] of Object.entries(NODES)) {
  describe(`the rules of a ${name}`, () => {
    const rules = rulesOf(node);
    const changes = honest.flatMap((own) => [...singleChanges(own), ...together].map((change) => changedAt(own, change)));
    const changed = [...changes, ...forged];

    it("accept statements that follow from each other, and refuse each element that is another, as the native check does", () => {
      for (const own of honest) {
        assert.equal(holds(own.statement, own.children), true);
        assert.equal(brokenRule(rules, own), undefined);
      }
      for (const own of changed) {
        const verdict = brokenRule(rules, own);
        assert.equal(verdict === undefined, holds(own.statement, own.children), verdict);
      }
    });

    it("are all needed: without any one of their relations a statement is accepted that does not follow", () => {
      const needed = new Set<number>();
      for (const own of changed) {
        const broken = brokenRelation(rules, own);
        if (broken !== undefined && brokenRelation(without(rules, broken), own) === undefined) needed.add(broken);
      }
      assert.deepEqual(
        comparisons(rules)
          .filter((relation) => !needed.has(relation))
          .map((relation) => `${sectionOf(rules, relation).title}: ${JSON.stringify(rules.relations[relation])}`),
        [],
      );
    });
  });
}

describe("chunks are not joined", () => {
  const rules = rulesOf(joinProgram(ofChunks));
  const refused: Readonly<Record<string, { readonly children: readonly number[][]; readonly rule: string }>> = {
    "in the wrong order": { children: [right, left], rule: "the right one begins where the left one ends" },
    "of the same chunk twice": { children: [left, left], rule: "the right one begins where the left one ends" },
    "with a gap": {
      children: [left, chunks(boundary(2500, 65535, 1, 42), end)],
      rule: "the right one begins where the left one ends",
    },
    "that overlap": { children: [chunks(start, end), right], rule: "the right one begins where the left one ends" },
    "of two chains": { children: [left, chunks(middle, end, [3, 1, 272, 0, 0, 0])], rule: "one chainId" },
    "of two versions": { children: [left, chunks(middle, end, [3, 2, 271, 0, 0, 0])], rule: "one version" },
    "where one is an open run": { children: [left, right.with(0, 1)], rule: "no run is open" },
    "where one is a segment of a run": { children: [left.with(30, 2), right], rule: "no run is open" },
    "where one checks programs that another digest admits": {
      children: [left, joint(right, PROGRAMS.with(3, 1))],
      rule: "programs of programs are admitted by one digest",
    },
  };
  for (const [how, { children, rule }] of Object.entries(refused)) {
    it(how, () => {
      const [first = [], second = []] = children;
      const statement = joinedChunks(first, second, PROGRAMS);
      assert.equal(brokenRule(rules, { statement, children }), rule);
      assert.equal(isJoin(statement, children), false);
    });
  }
});

/** Which rule refuses a left and a right part. */
type RefusedParts = Readonly<Record<string, readonly [readonly number[], readonly number[], string]>>;

const OTHER_SEED = SEED.map((element) => element + 1);

describe("attack: parts are not joined to a run", () => {
  const rules = rulesOf(runJoinProgram(ofChunks));
  const refused: RefusedParts = {
    "a segment twice": [inner, inner, "the right one is folded where the left one ends"],
    "segments out of order": [closing, inner, "the right one is folded where the left one ends"],
    "a segment left out": [opening, closing, "the right one is folded where the left one ends"],
    "a segment whose place another one has claimed": [opening, having(inner, "first", 3, 3), "the right one's index is the next"],
    "join of two runs, by seeds": [opening, having(inner, "seed", ...OTHER_SEED), "one seed"],
    "join of two runs, by folds": [
      opening,
      having(inner, "foldBefore", ...OTHER_SEED),
      "the right one is folded where the left one ends",
    ],
    "a run behind another one that is whole": [
      joinedRun(opened, closing, PROGRAMS),
      opening,
      "the right one is folded where the left one ends",
    ],
    "closed twice": [joinedRun(opened, closing, PROGRAMS), closing, "the right one is folded where the left one ends"],
    "opened twice": [inner, opening, "the right one is folded where the left one ends"],
    "a statement of an inner segment": [
      opening,
      having(inner, "before", ...whole.slice(42, 152)),
      "its ends are those that the opening segment says",
    ],
    "run and chunk": [opening, right, "a run is open"],
    "chunk and run": [left, inner, "a run is open"],
    "runs of two versions": [opening, inner.with(36, 4), "one version"],
    "runs of two chains": [opening, inner.with(38, 272), "one chainId"],
    "load past 32 bits": [opening, countingTo(opening, inner, "load", 2 ** 32), "what both count"],
    "clock past 32 bits": [opening, countingTo(opening, inner, "clock", 2 ** 32), "what both count"],
    "parts whose programs another digest admits": [
      opening,
      joint(rest, PROGRAMS.with(3, 1)),
      "programs of programs are admitted by one digest",
    ],
  };
  for (const [how, [first, second, rule]] of Object.entries(refused)) {
    it(how, () => {
      const statement = joinedRunOf(first, second);
      assert.equal(brokenRule(rules, { statement, children: [first, second] }), rule);
      assert.equal(isRunJoin(statement, [first, second]), false);
    });
  }

  it("a join that says of both what one says: carried, load, clock, indexes, folds", () => {
    const said = joinedRun(opening, inner, PROGRAMS);
    for (const at of ["carried", "load", "clock", "last", "foldAfter"] as const) {
      const count = { carried: 5, load: 2, clock: 2, last: 1, foldAfter: 8 }[at];
      const statement = having(said, at, ...opening.slice(AT[at], AT[at] + count));
      assert.equal(brokenRule(rules, { statement, children: [opening, inner] }), `${at} of both`);
    }
  });
});

describe("attack: a run does not end", () => {
  const rules = rulesOf(runEndProgram(ofChunks, { most: 128, clock: { below: 2 ** 29, ticks: {} } }));
  const refused: RefusedParts = {
    "that never closes": [opening, inner, "the fold of all segments is the seed"],
    "that never opens": [inner, closing, "nothing is folded before the first segment"],
    "from an index on that is not 1": [having(joint(opened), "first", 2), closing, "the first segment is the first"],
    "whose carried sum is not closed": [opening, having(rest, "carried", P - 2), "what is carried adds up to 0"],
    "whose load is p": [opening, countingTo(opening, rest, "load", P), "no bus counts up to p"],
    "whose clock is 2^29": [opening, countingTo(opening, rest, "clock", 2 ** 29), "the clock stays below its bound"],
    "of 129 segments": [opening, having(rest, "last", 129), "the number of segments is within a run's limit"],
    "with a part of another one": [opening, having(rest, "seed", ...OTHER_SEED), "one seed"],
    "of a chunk": [opening, right, "a run is open"],
  };
  for (const [how, [first, second, rule]] of Object.entries(refused)) {
    it(how, () => {
      const own = ended(first, second);
      assert.equal(brokenRule(rules, own), rule);
      assert.equal(isRunEnd(own.statement, own.children), false);
    });
  }

  it("as another chunk, or as one that is open still", () => {
    const own = ended(joint(opened), closing);
    const other = own.statement.with(97, own.statement[97]! + 1);
    assert.equal(brokenRule(rules, { ...own, statement: other }), "its ends are those that the opening segment says");
    const open = joinedRun(joint(opened), closing, PROGRAMS);
    assert.equal(brokenRule(rules, { ...own, statement: open }), "no run is open behind it");
  });
});

describe("attack: run passed as chunk", () => {
  const open = joinedRun(opened, closing, PROGRAMS);

  it("is joined to no chunk, has no relisted leaves and is in no batch while it is open, whole or not", () => {
    const join = rulesOf(joinProgram(ofChunks));
    const anew = rulesOf(relistedProgram(ofChunks, ofRelisting));
    const batch = rulesOf(batchProgram({ list: ofList, chunks: ofChunks }, PROGRAMS));
    for (const own of [open, opened, opening, inner, closing]) {
      for (const children of [
        [own, chunks(end, start)],
        [chunks(start, start), own],
      ]) {
        const statement = joinedChunks(children[0]!, children[1]!, PROGRAMS);
        assert.equal(brokenRule(join, { statement, children }), "no run is open");
      }
      const relisted = [own, [...own.slice(97, 105), ...own.slice(105, 113)]];
      const statement = relistedChunks(own, relisted[1]!, PROGRAMS);
      assert.equal(brokenRule(anew, { statement, children: relisted }), "no run is open");
      const ofBatch = [list(1000, 3000), own];
      const said = saidOfBatch(batchOf({ list: ofBatch[0]!, chunks: own }));
      assert.equal(brokenRule(batch, { statement: said, children: ofBatch }), "no run is open");
    }
  });

  it("is one once it has ended: the batch of it is the batch of the chunk", () => {
    const batch = rulesOf(batchProgram({ list: ofList, chunks: ofChunks }, PROGRAMS));
    const closed = endedRun(opened, PROGRAMS);
    const children = [list(1000, 3000), closed];
    const statement = saidOfBatch(batchOf({ list: children[0]!, chunks: closed }));
    assert.equal(brokenRule(batch, { statement, children }), undefined);
    assert.deepEqual(statement, saidOfBatch(batchOf({ list: list(1000, 3000), chunks: whole })));
  });
});

describe("attack: a segment's leaf does not say", () => {
  const rules = rulesOf(segmentLeaf(toySegment));
  const late = "opens the run where nothing is folded before it";
  const refused: Readonly<Record<string, readonly [Statements, string]>> = {
    "that a second segment opens the run": [flagged(placed(inner), 1, 1), late],
    "that a first one does not": [flagged(placed(silent(opening)), 1, 0), late],
    "that a segment behind folds is the first": [
      flagged(placed(having(inner, "first", 1, 1)), 1, 0),
      "opens the run as its first segment",
    ],
    "that an inner one closes it": [flagged(placed(inner), 2, 1), "closes the run where the fold behind it is the seed"],
    "that the last one does not": [flagged(placed(closing), 2, 0), "closes the run where the fold behind it is the seed"],
    "anything of the run's ends, where it does not open it": [
      placed(having(inner, "before", 1)),
      "says nothing of the run unless it opens it",
    ],
    "two indexes": [{ ...placed(inner), statement: having(placed(inner).statement, "last", 3) }, "its index"],
    "another load": [{ ...placed(inner), statement: counting(placed(inner).statement, "load", 31) }, "load by the heights"],
    "another clock": [{ ...placed(inner), statement: counting(placed(inner).statement, "clock", 15) }, "clock by the heights"],
    "that it is a chunk": [{ ...placed(inner), statement: placed(inner).statement.with(0, 0) }, "a run is open"],
  };
  for (const [what, [own, rule]] of Object.entries(refused)) {
    it(what, () => {
      assert.equal(brokenRule(rules, own), rule);
      assert.equal(isSegmentLeaf(own.statement, own.children, TOY_COUNTS), false);
    });
  }
});

describe("a batch has no proof", () => {
  const plain = rulesOf(batchProgram({ list: ofList, chunks: ofChunks }, PROGRAMS));
  const open = boundary(3000, 65536, 1, 42);
  const refused: Readonly<Record<string, { readonly children: readonly number[][]; readonly rule: string }>> = {
    "of an open run": {
      children: [list(1000, 3000), chunks(start, end).with(0, 1)],
      rule: "no run is open",
    },
    "of chunks that leave it open": {
      children: [list(1000, 3000), chunks(start, open)],
      rule: "no batch is open before it and behind it",
    },
    "of chunks that begin inside of one": {
      children: [list(2000, 3000), chunks(middle, end)],
      rule: "no batch is open before it and behind it",
    },
    "of chunks of two batches": {
      children: [list(1000, 3000), chunks(start, boundary(3000, 65537, 0, 42))],
      rule: "one batch further",
    },
    "of chunks of no batch": {
      children: [list(1000, 3000), chunks(start, boundary(3000, 65535, 0, 42))],
      rule: "one batch further",
    },
    "of chunks that begin with another state": {
      children: [list(1001, 3000), chunks(start, end)],
      rule: "the chunks begin with the state before the list",
    },
    "of chunks whose programs are admitted by another digest": {
      children: [list(1000, 3000), joint(chunks(start, end), PROGRAMS.with(0, 1))],
      rule: "programs of programs are admitted by one digest",
    },
    "of chunks that end with another state": {
      children: [list(1000, 3001), chunks(start, end)],
      rule: "the chunks end with the state behind the list",
    },
  };
  for (const [how, { children, rule }] of Object.entries(refused)) {
    it(how, () => {
      const [ofChanges = [], executed = []] = children;
      const statement = saidOfBatch(batchOf({ list: ofChanges, chunks: executed }));
      assert.equal(brokenRule(plain, { statement, children }), rule);
      assert.equal(isBatch(statement, children, PROGRAMS), false);
    });
  }

  it("whose number is 2^32", () => {
    const children = [list(1000, 3000), chunks(boundary(1000, 2 ** 32 - 1, 0, 40), boundary(3000, 0, 0, 42))];
    assert.equal(
      brokenRule(plain, { statement: saidOfBatch(batchOf({ list: children[0]!, chunks: children[1]! })), children }),
      "one batch further",
    );
  });
});
