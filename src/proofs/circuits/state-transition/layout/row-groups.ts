import type { RowTypeName } from "./row-types.ts";

/** The digit rows of an insertion. */
export const COMPARING_ROWS: readonly RowTypeName[] = ["lowDigits", "lowGap", "highDigits", "highGap"];

/**
 * Rows that pass two lanes on to the next row: `other` becomes its lane, the hash of this row becomes its `other`.
 * `pathNew` belongs to them while its path is open.
 */
export const TWO_LANE_ROWS: readonly RowTypeName[] = [
  "pathOld",
  "topOld1",
  "topNew1",
  "topOld2",
  "topNew2",
  "stateOld",
  "lowPairOld",
  "lowPairNew",
  "lowLeafOld",
  "lowLeafNew",
  "leafOld",
  "leafNew",
];

/** The old lane's rows: the next row, the new lane's, has the same sibling on the same side. */
export const OLD_LANE_ROWS: readonly RowTypeName[] = ["pathOld", "topOld1", "topOld2", "lowPairOld", "lowLeafOld", "leafOld"];

/** Two-lane rows whose lane is the right half: the new successor in a pair, the value in a leaf. */
export const RIGHT_LANE_ROWS: readonly RowTypeName[] = ["lowPairOld", "lowPairNew", "leafOld", "leafNew"];

/** Two-lane rows whose lane is the left half: the pair digest in a leaf, the leftmost path, the tree's root in a state. */
export const LEFT_LANE_ROWS: readonly RowTypeName[] = [
  "lowLeafOld",
  "lowLeafNew",
  "topOld1",
  "topNew1",
  "topOld2",
  "topNew2",
  "stateOld",
  "stateNew",
];

/** Rows that hash something into the diff digest. */
export const ABSORBING_ROWS: readonly RowTypeName[] = ["header", "absorbValue", "absorbKey", "absorbInserted"];

/** Rows that hand `memory` on unchanged. Two of its lanes survive `highDigits`, too. */
export const MEMORY_KEEPING_ROWS: readonly RowTypeName[] = [
  "pathOld",
  "pathNew",
  "value",
  "lowPairOld",
  "lowPairNew",
  "lowLeafOld",
  "lowLeafNew",
  "insertedValue",
  "lowGap",
  "highGap",
  "keyStart",
  "keyMiddle",
  "keyEnd",
  "absorbKey",
];
