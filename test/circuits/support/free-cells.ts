import type { RowTypeName } from "../../../src/proofs/circuits/state-transition/layout/row-types.ts";

/** Cells that may hold anything on rows of some types, and why that does no harm. */
interface FreeCells {
  readonly reason: string;
  readonly types: readonly RowTypeName[];
  readonly columns: readonly string[];
}

const lanes = (name: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `${name}[${first + i}]`);

const INSERTION_ROWS: readonly RowTypeName[] = [
  "lowDigits",
  "lowGap",
  "highDigits",
  "highGap",
  "keyStart",
  "keyMiddle",
  "keyEnd",
  "absorbKey",
  "lowKeys",
  "highKeys",
];
const SECOND_HALF: readonly RowTypeName[] = ["insertedValue", "absorbInserted", "insertedLeaf"];
const ABOVE_TOP: readonly RowTypeName[] = ["topNew1", "topOld2", "topNew2", "stateOld", "stateNew"];

/**
 * The complete list of deliberately unconstrained cells. Every other cell of the table is pinned: the mutation test fails
 * both when a listed cell is not free and when a cell that is not listed is.
 */
export const FREE_CELLS: readonly FreeCells[] = [
  { reason: "padding hashes nothing that is used", types: ["padding"], columns: lanes("hashed input", 0, 15) },
  {
    reason: "padding returns to nothing and carries nothing on",
    types: ["padding"],
    columns: ["bit", "remaining", "returnType", ...lanes("memory", 0, 7)],
  },
  {
    reason: "the other lane belongs to two-lane rows and to the rows below that use single lanes as scratch",
    types: ["padding", "header", "value", "absorbValue", "lowDigits", "highDigits", "absorbInserted", "insertedLeaf", "keyStart"],
    columns: lanes("other", 0, 7),
  },
  {
    reason: "only lane 0 is used: the leaf's kind, or the inverse of the limbs' sum",
    types: ["pair", "insertedValue"],
    columns: lanes("other", 1, 7),
  },
  {
    reason: "lanes 0 to 2 are used: highest bit, carry and inverse",
    types: ["lowGap", "highGap"],
    columns: lanes("other", 3, 7),
  },
  {
    reason: "only lane 7 is used: the new leaf's kind",
    types: ["keyMiddle", "keyEnd", "absorbKey"],
    columns: lanes("other", 0, 6),
  },
  {
    reason: "the lane choice and the kind are used; the low leaf always has a successor's place",
    types: ["lowKeys"],
    columns: lanes("other", 3, 6),
  },
  { reason: "lane choice, second comparison, offset and kind are used", types: ["highKeys"], columns: ["other[6]"] },
  {
    reason: "not on a two-lane row: nothing is chosen by the bit",
    types: ["header", "pair", "value", "absorbValue", ...INSERTION_ROWS, ...SECOND_HALF],
    columns: ["bit"],
  },
  {
    reason: "carries nothing before the pair, between the values, or once the leaf is hashed",
    types: ["header", "pair", "leafOld", "insertedLeaf"],
    columns: lanes("memory", 0, 7),
  },
  {
    reason: "no index above the working subtree, no operation that returns",
    types: ABOVE_TOP,
    columns: ["remaining", "returnType", ...lanes("memory", 0, 7)],
  },
  {
    reason: "no index yet or no longer; the row before sets it where it ends a path",
    types: ["header", ...INSERTION_ROWS.slice(1), "absorbInserted", "insertedLeaf", "lowLeafOld", "lowLeafNew"],
    columns: ["remaining"],
  },
  {
    reason: "an insertion sets the return type where its paths start",
    types: [...INSERTION_ROWS, ...SECOND_HALF, "lowPairOld", "lowPairNew", "lowLeafOld", "lowLeafNew"],
    columns: ["returnType"],
  },
];

/** The free cells of each row type, sorted. */
export function freeCellsOf(type: RowTypeName): string[] {
  return FREE_CELLS.filter(({ types }) => types.includes(type))
    .flatMap(({ columns }) => columns)
    .sort();
}
