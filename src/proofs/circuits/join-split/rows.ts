import { P } from "../../field/koala-bear.ts";
import { NOTE_TAGS, TREE_DEPTH } from "./note.ts";

/** log2 of the table's only height. */
export const LOG_ROWS = 7;

/** Roles of rows, as preprocessed columns: 1 on the rows that have the role. */
export const ROLES = [
  /** Compresses. */
  "hash",
  /** Precedes another row of the statement: neither the statement's last row nor a random row. */
  "link",
  /** Rows of one note, from its range to the row before its path ends: the note's registers stay the same. */
  "note",
  "owner",
  "range",
  /** Hands its output to the next row's left half. */
  "chain",
  "position",
  "nullifier0",
  "nullifier1",
  /** A level of a path with another above it, and the level below the root. */
  "pathStep",
  "pathEnd",
  "output0",
  "output1",
  "balance",
] as const;
export type Role = (typeof ROLES)[number];

/** One row: its roles, the tag of its compression, and the sign with which its value counts. */
export interface PlannedRow {
  readonly roles: readonly Role[];
  readonly tag: number;
  /** 1 or −1 on rows of ranges. */
  readonly sign: number;
}

function hashRow(tag: keyof typeof NOTE_TAGS, ...roles: readonly Role[]): PlannedRow {
  return { roles: ["hash", ...roles], tag: NOTE_TAGS[tag], sign: 0 };
}

const rangeRow = (sign: 1 | -1, ...roles: readonly Role[]): PlannedRow => ({ roles: ["range", ...roles], tag: 0, sign });

/** Rows of a spent note: owner, range, commitment of two compressions, nullifier of two, path. */
function inputRows(nullifier: "nullifier0" | "nullifier1"): PlannedRow[] {
  return [
    hashRow("owner", "owner"),
    rangeRow(1, "note"),
    hashRow("value", "chain", "note"),
    hashRow("commitment", "chain", "note"),
    hashRow("position", "position", "note"),
    hashRow("nullifier", nullifier, "note"),
    ...Array.from({ length: TREE_DEPTH - 1 }, () => hashRow("node", "pathStep", "note")),
    hashRow("node", "pathEnd"),
  ];
}

/** Rows of a created note: range, commitment of two compressions. */
function outputRows(output: "output0" | "output1"): PlannedRow[] {
  return [rangeRow(-1), hashRow("value", "chain"), hashRow("commitment", output)];
}

const PLANNED: readonly PlannedRow[] = [
  ...inputRows("nullifier0"),
  ...inputRows("nullifier1"),
  ...outputRows("output0"),
  ...outputRows("output1"),
  { roles: ["balance"], tag: 0, sign: 0 },
];

/** All rows that are not random, in order. */
export const ROW_PLAN: readonly PlannedRow[] = PLANNED.map((row, i) =>
  i < PLANNED.length - 1 ? { ...row, roles: [...row.roles, "link"] } : row,
);

/** Rows that are random: all others. */
export const RANDOM_ROWS = 2 ** LOG_ROWS - ROW_PLAN.length;

/** Preprocessed columns: one for each role, the tags, the signs. */
export function plannedColumns(): Uint32Array[] {
  const column = (valueOf: (row: PlannedRow) => number): Uint32Array => {
    const values = new Uint32Array(2 ** LOG_ROWS);
    values.set(ROW_PLAN.map(valueOf));
    return values;
  };
  return [
    ...ROLES.map((role) => column(({ roles }) => (roles.includes(role) ? 1 : 0))),
    column(({ tag }) => tag),
    column(({ sign }) => (sign + P) % P),
  ];
}
