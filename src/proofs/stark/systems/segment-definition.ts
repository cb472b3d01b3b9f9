import type { Air } from "../constraints/air.ts";
import type { ProofParameters } from "./parameters.ts";
import { chainedAir, speakingAir } from "./segment-air.ts";
import { holds, type InSegments, type SegmentBounds } from "../constraints/segment-bounds.ts";

/** Derived data of a table's definition. */
interface SegmentedTable {
  readonly air: Air;
  readonly preprocessed?: object;
  readonly auxiliaryCount?: number;
  readonly optional?: boolean;
  readonly inSegments?: InSegments;
}

/** Derived data of a system's definition. */
interface SegmentedDefinition {
  readonly name: string;
  readonly parameters: ProofParameters;
  readonly tables: readonly SegmentedTable[];
  readonly statementValueCount: number;
  readonly segments?: SegmentBounds;
}

/**
 * A definition with the tables as segments have them, derived from their graphs; the definition itself where it asks for no
 * segments. Throws TypeError or RangeError that says what cannot be cut.
 */
export function segmentDefinition<D extends SegmentedDefinition>(definition: D): D {
  const { segments, parameters } = definition;
  if (segments === undefined) return definition;
  // The bus of a run balances over all its proofs. Of each, Johnson's regime has a list of candidates: the chance of a false one
  // grows with the list to the power of the segments.
  if (parameters.opening.kind !== "stacked")
    throw new RangeError(
      `system ${definition.name} claims its bits in Johnson's regime, which says nothing of several segments: open its columns by a stack`,
    );
  if (!Number.isSafeInteger(segments.most) || segments.most < 1)
    throw new RangeError(`a run of ${definition.name} has at most ${segments.most} segments: give an integer ≥ 1`);
  const names = new Set(definition.tables.map(({ air }) => air.name));
  const unknown = Object.keys(segments.clock?.ticks ?? {}).find((name) => !names.has(name));
  if (unknown !== undefined) throw new RangeError(`the clock of ${definition.name} ticks in a table ${unknown}, which it lacks`);
  return { ...definition, tables: definition.tables.map((table, i) => segmentTable(table, i, definition)) };
}

function segmentTable(table: SegmentedTable, index: number, definition: SegmentedDefinition): SegmentedTable {
  const { air, inSegments, preprocessed, auxiliaryCount = 0 } = table;
  const readsNext = air.constraints.some(({ scope }) => scope === "transition");
  if (readsNext !== (inSegments !== undefined))
    throw new TypeError(
      readsNext
        ? `table ${air.name} has rules from row to row: say whether it is chained in segments or independent ("standsAlone")`
        : `table ${air.name} has no rules from row to row: nothing of it is ${inSegments ?? ""} in segments`,
    );
  const flags = definition.statementValueCount + auxiliaryCount;
  if (inSegments !== "chained") return air.publicCount > 0 ? { ...table, air: speakingAir(air, flags) } : table;
  if (preprocessed !== undefined || air.publicCount > 0)
    throw new TypeError(
      `table ${air.name} cannot be chained: it ${preprocessed === undefined ? "reads public values" : "has preprocessed columns"}`,
    );
  const { optional: _, ...present } = table;
  // What an absent table would have handed on is handed on by none.
  return { ...present, air: chainedAir(air, index, flags, (rule) => holds(definition, rule)) };
}
