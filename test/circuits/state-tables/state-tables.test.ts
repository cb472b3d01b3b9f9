import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leavesAir, LEAVES_FIELDS, type LeafCells } from "../../../src/proofs/circuits/leaves/leaves-air.ts";
import { rootsAir, ROOTS_FIELDS } from "../../../src/proofs/circuits/roots/roots-air.ts";
import { treeAir, TREE_FIELDS } from "../../../src/proofs/circuits/tree/tree-air.ts";
import { compressionAir } from "../../../src/proofs/circuits/compression/compression-air.ts";
import { LEAF, ROOTS } from "../../../src/proofs/circuits/buses.ts";
import { range16Air } from "../../../src/proofs/circuits/range16/range16-air.ts";
import { assertBoolean, lookUpCarries } from "../../../src/proofs/circuits/words/expressions.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import type { Expression } from "../../../src/proofs/stark/constraints/expression.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import type { Fields } from "../../../src/proofs/stark/constraints/fields.ts";
import { freeCells } from "../support/changed-cells.ts";
import { assertCountedBy } from "../support/counted-without.ts";
import { createRandom } from "../support/random.ts";
import { claimsOf, columnsOf, isBalanced, isTrue, reasonsOf, refusalsOf, TABLES, type TableName } from "./support/judge.ts";
import { attacks } from "./support/attacks.ts";
import { leafForgeries, ROWS, STATE } from "./support/leaf-forgeries.ts";
import { nodeForgeries } from "./support/node-forgeries.ts";
import { scene } from "./support/scenes.ts";
import { honestRun } from "./support/state-run.ts";

/** Flags of multiplicities: what else is said implies some of them, but the engine counts by constraints. */
const COUNTING = [
  ...["existed", "inserted", "asked", "opens"].map((flag) => `leaves: ${flag} is boolean`),
  ...["real", "touchesLeft", "touchesRight"].map((flag) => `tree: ${flag} is boolean`),
  ...["speaks", "touched"].map((flag) => `roots: ${flag} is boolean`),
];

const IMPLIED: Readonly<Record<string, string>> = {
  "leaves: existed: only a leaf":
    "the row before would compare −1 times, or be behind the leaf of the same bound, which would be opened twice",
  "leaves: infinite is boolean": "where the bound is +∞ no order has to be shown, and elsewhere it is 0",
};

const run = honestRun();
const FIELDS: Readonly<Record<TableName, Fields>> = { leaves: LEAVES_FIELDS, tree: TREE_FIELDS, roots: ROOTS_FIELDS };
const AIRS = { leaves: leavesAir(), tree: treeAir(), roots: rootsAir() };

describe("the tables of the state", () => {
  it("count what they send, and on the buses between them what they receive", () => {
    const counted = countedSides([...Object.values(AIRS), compressionAir(), range16Air(), asker()]);
    for (const bus of ["node", "leafCounts", "leaf", "roots"]) assert.equal(counted.get(bus)?.length, 2, bus);
    for (const bus of ["compression", "range16"]) assert.equal(counted.get(bus)?.[0]?.direction, "send", bus);
  });

  it("have constraints of degree 3 at most", () => {
    for (const air of Object.values(AIRS)) assert.ok(air.degree <= 3, `${air.name}: ${air.degree}`);
  });

  it("accept a run that reads, updates and inserts, and result in the roots of the state's tree", () => {
    assert.deepEqual(refusalsOf(run.cells), []);
    assert.deepEqual(run.cells.roots[0]!.before, run.oldRoot);
    assert.deepEqual(run.cells.roots[0]!.after, run.newRoot);
    const { leaves } = run.cells;
    const has = (find: (row: LeafCells, next: LeafCells | undefined) => boolean): boolean =>
      leaves.some((row, i) => find(row, leaves[i + 1]));
    // Two insertions into one gap, one behind the last key, and keys that are not there and stay so.
    assert.ok(has((row, next) => row.inserted === 1 && next?.inserted === 1));
    assert.ok(has((row) => row.inserted === 1 && row.infinite === 1));
    assert.ok(has((row) => row.real === 1 && row.existed + row.inserted === 0));
    assert.ok(has((row) => row.existed === 1 && row.asked === 0));
  });

  for (const { name, refusedBy, cells } of attacks(run)) {
    it(`refuse ${name}`, () => {
      assert.deepEqual(refusalsOf(cells), refusedBy);
      assert.notEqual(claimsOf(cells), claimsOf(run.cells));
    });
  }

  it("need every constraint and message: each alone refuses something that is false of the state", () => {
    const needed = new Set([...Object.keys(IMPLIED), ...COUNTING]);
    for (const { model, cells, refusedBy } of [...leafForgeries(), ...nodeForgeries()]) {
      assert.deepEqual(refusalsOf(cells), [refusedBy]);
      assert.ok(!model.confirms(cells), `${refusedBy}: what is said is true`);
      const spoken = cells.roots.filter(({ speaks }) => speaks === 1);
      assert.deepEqual(
        spoken.map(({ before }) => before),
        [model.root],
        `${refusedBy}: of another state`,
      );
      needed.add(refusedBy);
    }
    assert.deepEqual([...needed].sort(), [...new Set(TABLES.flatMap(reasonsOf))].sort());
  });

  it("are judged by a model that confirms what is true", () => {
    const cells = scene(STATE, ROWS);
    assert.deepEqual(refusalsOf(cells), []);
    assert.ok(STATE.confirms(cells));
    assert.ok(!STATE.confirms({ ...cells, roots: cells.roots.map((row) => ({ ...row, after: row.before })) }));
  });

  it("count what is sent and received: without the constraints that do so a side of some bus may have any multiplicity", () => {
    const all = [...Object.values(AIRS), compressionAir(), range16Air(), asker()];
    assertCountedBy(all, COUNTING);
  });

  it("refuse every changed cell but those of leaves that are not there, and what shows no order", () => {
    const random = createRandom(13);
    for (const table of TABLES) {
      const columns = columnsOf(table, FIELDS[table], run.cells);
      const filled = { air: AIRS[table], columns, rows: run.cells[table].length, isBalanced, isTrue };
      for (const { field, row } of freeCells(filled, random)) {
        const cells = run.cells[table][row] as LeafCells;
        assert.ok(table === "leaves" && isFree(field, cells), `${table}: ${field} at row ${row}`);
      }
    }
  });
});

/** In place of a run and its statement. */
function asker(): Air {
  const b = new AirBuilder("asker", 0);
  const { real, leaf, roots } = b.declare({ real: 1, leaf: LEAF.messageLength, roots: 16 });
  assertBoolean(b, { real });
  // The table range16 answers this bus, too, on which the state's tables send nothing.
  lookUpCarries(b, [real]);
  const [kind = real, ...cells] = leaf as readonly Expression[];
  b.send(LEAF, real, { kind, key: cells.slice(0, 8), before: cells.slice(8, 24), after: cells.slice(24) });
  b.send(ROOTS, real, { before: roots.slice(0, 8), after: roots.slice(8) });
  return b.build();
}

function isFree(field: string, { existed, inserted, compares, greater }: LeafCells): boolean {
  if (["valueBefore", "pairBefore"].includes(field)) return existed === 0;
  if (["leafBefore", "valueAfter", "pairAfter", "leafAfter", "index"].includes(field)) return existed + inserted === 0;
  if (field === "inverse") return inserted === 0;
  return field === "topInverse" && (compares === 0 || greater[0] === 0);
}
