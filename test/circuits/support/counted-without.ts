import assert from "node:assert/strict";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";

/** Asserts that without each of these constraints, `table: name`, fewer sides of buses are counted, or too few. */
export function assertCountedBy(airs: readonly Air[], names: readonly string[]): void {
  for (const name of names) {
    const weaker = airs.map((air) => ({
      ...air,
      constraints: air.constraints.filter((each) => `${air.name}: ${each.name}` !== name),
    }));
    assert.ok(countedIn(weaker) < countedIn(airs), name);
  }
}

/** Counted sides of all buses; 0 where one has none. */
function countedIn(airs: readonly Air[]): number {
  try {
    return [...countedSides(airs).values()].reduce((sum, sides) => sum + sides.length, 0);
  } catch (error) {
    assert.match((error as Error).message, /no side of bus \w+ is counted/);
    return 0;
  }
}
