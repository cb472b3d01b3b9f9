import { leavesAir, LEAVES_FIELDS, type LeafCells } from "../../../../src/proofs/circuits/leaves/leaves-air.ts";
import { noLeafRow } from "../../../../src/proofs/circuits/leaves/leaves-trace.ts";
import { rootsAir, ROOTS_FIELDS, type RootsCells } from "../../../../src/proofs/circuits/roots/roots-air.ts";
import { treeAir, TREE_FIELDS, type TreeCells } from "../../../../src/proofs/circuits/tree/tree-air.ts";
import {
  elementCount,
  fieldElements,
  type Fields,
  type FieldValues,
  fieldValues,
} from "../../../../src/proofs/stark/constraints/fields.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { compress } from "./model.ts";
import { refusalsOfTables } from "../../support/refusals.ts";

/** Rows of the state's tables, every cell of which may be forged. Elements may be negative. */
export interface StateCells {
  readonly leaves: readonly LeafCells[];
  readonly tree: readonly TreeCells[];
  readonly roots: readonly RootsCells[];
  /** Whether the table of leaves is full, so that no row without a leaf is at its end. */
  readonly isFull?: boolean;
}

export const TABLES = ["leaves", "tree", "roots"] as const;
export type TableName = (typeof TABLES)[number];

const AIRS = { leaves: leavesAir(), tree: treeAir(), roots: rootsAir() };
const FIELDS: Readonly<Record<TableName, Fields>> = { leaves: LEAVES_FIELDS, tree: TREE_FIELDS, roots: ROOTS_FIELDS };

/** Columns of a table as a prover fills it up; the last row of leaves has none. */
export function columnsOf(table: TableName, fields: Fields, cells: StateCells): Uint32Array[] {
  const rows: FieldValues<Fields, number>[] = [...cells[table]];
  const height = 2 ** Math.ceil(Math.log2(Math.max(2, rows.length + (cells.isFull === true ? 0 : 1))));
  const nothing = new Array<number>(elementCount(fields)).fill(0);
  while (rows.length < height) {
    const { count = 0, finalCount = 0 } = cells.leaves.at(-1) ?? {};
    rows.push(table === "leaves" ? { ...noLeafRow(count), finalCount } : fieldValues(fields, nothing));
  }
  const lists = rows.map((row) => fieldElements<Fields, number>(table, fields, row));
  return lists[0]!.map((_, c) => Uint32Array.from(lists, (list) => canonical(list[c] ?? NaN)));
}

/** Whether the tables speak with each other on a bus, or with a statement and a run; on others only the truth is answered. */
export function isBalanced(bus: string): boolean {
  return ["node", "leafCounts", "leaf", "roots"].includes(bus);
}

/** Whether what answering tables are asked is true. */
export function isTrue(bus: string, message: readonly number[]): boolean {
  if (bus === "range16") return message[0]! < 2 ** 16;
  const [tag = 0, ...digests] = message;
  const output = compress(tag, digests.slice(0, 8), digests.slice(8, 16));
  return output.every((lane, i) => lane === digests[16 + i]);
}

/** Refusals of the rows, without the requests of a run and its statement. */
export function refusalsOf(cells: StateCells): string[] {
  const tables = TABLES.filter((table) => cells[table].length > 0);
  return refusalsOfTables(
    tables.map((table) => ({ air: AIRS[table], main: columnsOf(table, FIELDS[table], cells) })),
    { isBalanced, isTrue },
    ["leaf", "roots"],
  );
}

/** All possible refusals of a table's rows, without the requests of a run and its statement. */
export function reasonsOf(table: TableName): string[] {
  const air = AIRS[table];
  const seen = new Map<string, number>();
  const said = air.interactions.flatMap(({ bus: { name } }) => {
    const index = seen.get(name) ?? 0;
    seen.set(name, index + 1);
    if (name === "leaf" || name === "roots") return [];
    return [isBalanced(name) ? name : `${table}: ${name}[${index}]`];
  });
  return [...new Set([...air.constraints.map(({ name }) => `${table}: ${name}`), ...said])];
}

/** Claims of the rows to a run and its statement: leaves' values, and the roots. */
export function claimsOf({ leaves, roots }: StateCells): string {
  const told = leaves.filter(({ asked }) => asked === 1).map(({ kind, key, before, after }) => [kind, key, before, after].join());
  return JSON.stringify([told.sort(), roots.map(({ before, after }) => [before, after])]);
}
