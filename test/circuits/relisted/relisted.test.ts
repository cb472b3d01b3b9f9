import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compressionAir } from "../../../src/circuits/compression/compression-air.ts";
import { boundaryAir } from "../../../src/circuits/boundary/boundary-air.ts";
import type { RelistedLeafCells } from "../../../src/circuits/relisted-leaves/relisted-leaves-air.ts";
import { P } from "../../../src/field/koala-bear.ts";
import type { Air } from "../../../src/stark/air.ts";
import { countedSides } from "../../../src/stark/multiplicities.ts";
import { createRandom } from "../support/random.ts";
import { createRowChecker } from "../support/row-checker.ts";
import { messagesOf } from "../../execution-proof/support/judge.ts";
import { relistingForgeries, ROWS, STATE } from "./support/forgeries.ts";
import { AIRS, columnsOf, isTrue, OWN_TABLES, reasonsOf, refusalsOf, scene, type TableName } from "./support/scene.ts";

/** Flags of multiplicities: what else is said implies some of them, but the engine counts by constraints. */
const COUNTING = [
  ...["kept", "removed"].map((flag) => `relistedLeaves: ${flag} is boolean`),
  ...["emptied", "kept", "opens"].map((flag) => `relistedPlaces: ${flag} is boolean`),
];

describe("the tables of leaves that are listed anew", () => {
  it("have constraints of degree 3 at most", () => {
    for (const table of OWN_TABLES) assert.ok(AIRS[table].degree <= 3, `${table}: ${AIRS[table].degree}`);
  });

  it("accept a leaf that is taken out and two that move, and come to the root of a state without it", () => {
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
    const all = [...Object.values(AIRS), compressionAir(), boundaryAir([])];
    const countedWith = (airs: readonly Air[]): number => {
      try {
        return [...countedSides(airs).values()].reduce((sum, sides) => sum + sides.length, 0);
      } catch (error) {
        assert.match((error as Error).message, /no side of bus \w+ is counted/);
        return 0;
      }
    };
    for (const bus of ["node", "leafCounts", "listedBefore", "listedAfter"])
      assert.equal(countedSides(all).get(bus)?.length, 2, bus);
    for (const name of COUNTING) {
      const weaker = all.map((air) => ({
        ...air,
        constraints: air.constraints.filter((each) => `${air.name}: ${each.name}` !== name),
      }));
      assert.ok(countedWith(weaker) < countedWith(all), name);
    }
  });

  it("refuse every changed cell but those of what is not there afterwards", () => {
    const random = createRandom(17);
    const cells = scene(STATE, ROWS);
    for (const table of OWN_TABLES) {
      for (const { field, row } of freeCells(table, random)) {
        const leaf = cells[table][row] as RelistedLeafCells;
        const isFree =
          table === "relistedLeaves" && leaf.removed === 1 && ["placeAfter", "pairAfter", "leafAfter"].includes(field);
        assert.ok(isFree, `${table}: ${field} at row ${row}`);
      }
    }
  });
});

function freeCells(table: TableName, random: (limit: number) => number): { field: string; row: number }[] {
  const cells = scene(STATE, ROWS);
  const air = AIRS[table];
  const check = createRowChecker(air);
  const columns = columnsOf(table, cells);
  const height = columns[0]!.length;
  const said = (row: number) =>
    messagesOf(air, columns, [], Uint32Array.of(row)).filter(({ multiplicity }) => multiplicity !== 0);
  const balanced = (row: number): string =>
    JSON.stringify(
      said(row).flatMap(({ name, interaction: { bus }, multiplicity, message }) =>
        bus.name === "compression" ? [] : [[name, multiplicity, message]],
      ),
    );
  return cells[table].flatMap((_, row) => {
    const before = balanced(row);
    return columns.flatMap((column, c) => {
      const value = column[row]!;
      const isFree = [(value + 1) % P, random(2 ** 16)].some((other) => {
        column[row] = other;
        const isRefused =
          other === value ||
          [row, (row + height - 1) % height].some((each) => check(columns, [], each).length > 0) ||
          balanced(row) !== before ||
          said(row).some(({ interaction: { bus }, message }) => bus.name === "compression" && !isTrue(message));
        column[row] = value;
        return !isRefused;
      });
      return isFree ? [{ field: air.columnNames[c]!.replace(/\[\d+\]$/, ""), row }] : [];
    });
  });
}
