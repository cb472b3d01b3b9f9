import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compressionAir } from "../../../src/proofs/circuits/compression/compression-air.ts";
import { boundaryAir } from "../../../src/proofs/circuits/boundary/boundary-air.ts";
import { wholeWords } from "../../../src/proofs/circuits/boundary/statement-form.ts";
import type { RelistedLeafCells } from "../../../src/proofs/circuits/relisted-leaves/relisted-leaves-air.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { freeCells } from "../support/changed-cells.ts";
import { assertCountedBy } from "../support/counted-without.ts";
import { createRandom } from "../support/random.ts";
import { relistingForgeries, ROWS, STATE } from "./support/forgeries.ts";
import { AIRS, ANSWERS, columnsOf, OWN_TABLES, reasonsOf, refusalsOf, scene } from "./support/scene.ts";

/** Flags of multiplicities: what else is said implies some of them, but the engine counts by constraints. */
const COUNTING = [
  ...["kept", "removed"].map((flag) => `relistedLeaves: ${flag} is boolean`),
  ...["emptied", "kept", "opens"].map((flag) => `relistedPlaces: ${flag} is boolean`),
];

describe("the tables of relisted leaves", () => {
  it("have constraints of degree 3 at most", () => {
    for (const table of OWN_TABLES) assert.ok(AIRS[table].degree <= 3, `${table}: ${AIRS[table].degree}`);
  });

  it("accept a removed leaf and two that move, and result in the root of a state without it", () => {
    const cells = scene(STATE, ROWS);
    assert.deepEqual(refusalsOf(cells), []);
    const [{ before, after, countBefore, countAfter }] = cells.roots as [(typeof cells.roots)[number]];
    assert.deepEqual(before, STATE.root);
    assert.ok(STATE.isListedIn(after));
    assert.deepEqual([countBefore, countAfter], [5, 4]);
  });

  it("order by another comparison: it is true of another root, so no batch's, whose list has the leaves in the order of keys", () => {
    const [ten, twenty, thirty, forty] = ROWS;
    const turned = scene(STATE, [ten!, { ...twenty, placeAfter: 2 }, thirty!, { ...forty, placeAfter: 3 }]);
    assert.deepEqual(refusalsOf(turned), []);
    const [after, other] = [scene(STATE, ROWS), turned].map(({ roots }) => roots[0]!.after);
    assert.ok(STATE.isListedIn(other!));
    assert.notDeepEqual(other, after);
  });

  it("need every constraint and message: each alone refuses something that is false of the state", () => {
    const needed = new Set(COUNTING);
    for (const { listing, cells, refusedBy } of relistingForgeries()) {
      assert.deepEqual(refusalsOf(cells), [refusedBy]);
      const [{ before, after }] = cells.roots as [(typeof cells.roots)[number]];
      assert.deepEqual(before, listing.root, `${refusedBy}: of another state`);
      assert.ok(!listing.isListedIn(after), `${refusedBy}: what is said is true`);
      needed.add(refusedBy);
    }
    assert.deepEqual([...needed].sort(), [...new Set(OWN_TABLES.flatMap(reasonsOf))].sort());
  });

  it("count what is sent and received: without the constraints that do so a side of some bus may have any multiplicity", () => {
    const all = [...Object.values(AIRS), compressionAir(), boundaryAir(wholeWords([]))];
    for (const bus of ["node", "leafCounts", "listedBefore", "listedAfter"])
      assert.equal(countedSides(all).get(bus)?.length, 2, bus);
    assertCountedBy(all, COUNTING);
  });

  it("refuse every changed cell but those of what is not there afterwards", () => {
    const random = createRandom(17);
    const cells = scene(STATE, ROWS);
    for (const table of OWN_TABLES) {
      for (const { field, row } of freeCells(
        { air: AIRS[table], columns: columnsOf(table, cells), rows: cells[table].length, ...ANSWERS },
        random,
      )) {
        const leaf = cells[table][row] as RelistedLeafCells;
        const isFree =
          table === "relistedLeaves" && leaf.removed === 1 && ["placeAfter", "pairAfter", "leafAfter"].includes(field);
        assert.ok(isFree, `${table}: ${field} at row ${row}`);
      }
    }
  });
});
