import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.ts";
import { batchOf, batchProgram, saidOfBatch } from "../../../src/recursion/nodes/batch-program.ts";
import {
  chunkLeaf,
  chunksOfRun,
  joinedChunks,
  joinProgram,
  relistedChunks,
  relistedProgram,
} from "../../../src/recursion/nodes/chunks-program.ts";
import type { NodeProgram } from "../../../src/recursion/nodes/node-program.ts";
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
import { isBatch, isJoin, isLeaf, isRelisted } from "./native-rules.ts";
import { boundary, chunks, joint, list, PROGRAMS, relisting } from "./statements.ts";

const backend = await createWasmBackend({ workers: 1 });
const ofChunks = { ...(await freeProgram(161, backend)), depth: 2 };
const ofRun = await freeProgram(120, backend);
const ofList = await freeProgram(66, backend);
const ofRelisting = await freeProgram(16, backend);
await backend.close();

/** A node with statements that follow from each other, and which ones do by the native check. */
interface JudgedNode {
  readonly node: NodeProgram;
  readonly honest: readonly Statements[];
  readonly holds: (statement: readonly number[], children: readonly (readonly number[])[]) => boolean;
  /** Changes of several elements at once: those that only one relation refuses. */
  readonly together: readonly (readonly Change[])[];
}

const [start, middle, end] = [boundary(1000, 65535, 0, 40), boundary(2000, 65535, 1, 41), boundary(3000, 65536, 0, 42)];
const [left, right] = [chunks(start, middle), chunks(middle, end)];
const whole = chunks(start, end);

const run = [...left.slice(36, 152), 0, 0, 0, 0];

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
  "program that lists leaves anew": {
    node: relistedProgram(ofChunks, ofRelisting),
    honest: [whole, joint(whole)].map((own) => ({
      statement: relistedChunks(own, relisting(3000, 4000), PROGRAMS),
      children: [own, relisting(3000, 4000)],
    })),
    holds: isRelisted,
    together: [],
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
};

for (const [name, { node, honest, holds, together }] of Object.entries(NODES)) {
  describe(`the rules of a ${name}`, () => {
    const rules = rulesOf(node);
    const changed = honest.flatMap((own) => [...singleChanges(own), ...together].map((changes) => changedAt(own, changes)));

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
        comparisons(rules).filter((relation) => !needed.has(relation)),
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
