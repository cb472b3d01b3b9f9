import { P } from "../../field/koala-bear.ts";
import type { Air, Interaction } from "./air.ts";
import { evaluateGraph } from "./expression.ts";
import { type Range, rangesOf, UNBOUNDED } from "./ranges.ts";

/*
 * What a balanced bus proves. For every message v let S(v) and R(v) be the sums of the multiplicities with which v is sent and
 * received, over all rows of all tables. The lookups show S(v) ≡ R(v) modulo p for every v (up to the error of the lookup
 * round), and modulo p alone that means nothing: −1 sends equal a receive, and p sends equal zero sends.
 *
 * Call a side of a bus *counted* when on every row each of its multiplicities is, by the constraints, an integer from 0 to
 * some maximum, and rows · maximum, added up over the side's interactions in all tables, is below p. The sum of a counted
 * side is then the same number as an integer, so
 *
 *   - if sends are counted: a message that is sent (S(v) > 0) is received by some row, whatever its multiplicity;
 *   - if receives are counted: the same the other way round;
 *   - if both are: every message is received exactly as often as sent.
 *
 * A lookup needs the first (the requests are counted, the table's multiplicities are the prover's to choose), a memory or a
 * permutation the third. With no counted side a message can cancel itself, so such a bus is refused.
 */

/** The greatest multiplicities of one side of a bus that may count on them. */
export interface CountedSide {
  readonly direction: Interaction["direction"];
  /** Per table: what one row adds at most. */
  readonly perRow: readonly number[];
}

/**
 * The sides of each bus whose multiplicities the constraints bound. Throws TypeError for a bus without such a side.
 */
export function countedSides(airs: readonly Air[]): Map<string, readonly CountedSide[]> {
  const ranges = airs.map(multiplicityRanges);
  const sides = new Map<string, readonly CountedSide[]>();
  for (const bus of new Set(airs.flatMap((air) => air.interactions.map((interaction) => interaction.bus)))) {
    const free: string[] = [];
    const counted = (["send", "receive"] as const).flatMap((direction): CountedSide[] => {
      const own = airs.map((air, table) =>
        air.interactions.flatMap((each, i) => {
          return each.bus === bus && each.direction === direction ? [ranges[table]?.[i] ?? UNBOUNDED] : [];
        }),
      );
      if (own.every((list) => list.length === 0)) return [];
      const unbounded = own.findIndex((list) => list.some(({ low, high }) => low < 0 || high >= P));
      if (unbounded >= 0) free.push(`a ${direction} of table ${airs[unbounded]?.name ?? unbounded}`);
      return unbounded >= 0 ? [] : [{ direction, perRow: own.map((list) => list.reduce((sum, { high }) => sum + high, 0)) }];
    });
    if (counted.length === 0) {
      throw new TypeError(
        `no side of bus ${bus.name} is counted: ${free.join(" and ")} may have any multiplicity. Bound those of one side by constraints on every row, such as x · (x − 1) = 0`,
      );
    }
    sides.set(bus.name, counted);
  }
  return sides;
}

/** True if, for the given rows of each table, some counted side of every bus adds up to less than p. */
export function multiplicitiesFit(sides: ReadonlyMap<string, readonly CountedSide[]>, rows: readonly number[]): boolean {
  return [...sides.values()].every((counted) =>
    counted.some(({ perRow }) => perRow.reduce((sum, maximum, table) => sum + maximum * (rows[table] ?? 0), 0) < P),
  );
}

/** Multiplicities of each interaction on any row. */
function multiplicityRanges(air: Air): Range[] {
  const multiplicities = air.interactions.map(({ multiplicity }) => multiplicity);
  return evaluateGraph(air.nodes, multiplicities, rangesOf(air));
}
