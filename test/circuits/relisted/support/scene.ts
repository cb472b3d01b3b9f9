import { type NodeChange, traceChanges } from "../../../../src/proofs/circuits/leaves/state-trace.ts";
import {
  relistedLeavesAir,
  RELISTED_LEAVES_FIELDS,
  type RelistedLeafCells,
} from "../../../../src/proofs/circuits/relisted-leaves/relisted-leaves-air.ts";
import { noRelistedLeaf } from "../../../../src/proofs/circuits/relisted-leaves/relisted-leaves-trace.ts";
import {
  relistedPlacesAir,
  RELISTED_PLACES_FIELDS,
  type RelistedPlaceCells,
} from "../../../../src/proofs/circuits/relisted-places/relisted-places-air.ts";
import { noRelistedPlace } from "../../../../src/proofs/circuits/relisted-places/relisted-places-trace.ts";
import { rootsAir, ROOTS_FIELDS, type RootsCells } from "../../../../src/proofs/circuits/roots/roots-air.ts";
import { treeAir, TREE_FIELDS, type TreeCells } from "../../../../src/proofs/circuits/tree/tree-air.ts";
import { inv } from "../../../../src/proofs/field/koala-bear.ts";
import { DomainTag } from "../../../../src/ground/protocol/domain-tags.ts";
import type { Air } from "../../../../src/proofs/stark/constraints/air.ts";
import {
  elementCount,
  fieldElements,
  type Fields,
  type FieldValues,
  fieldValues,
} from "../../../../src/proofs/stark/constraints/fields.ts";
import type { Answers } from "../../support/answers.ts";
import { refusalsOfTables } from "../../support/refusals.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { compress } from "../../state-tables/support/model.ts";
import { digest, type Listing } from "./listing.ts";

/** Rows of the tables of a relisting, every cell of which may be forged. */
export interface RelistingCells {
  readonly relistedLeaves: readonly RelistedLeafCells[];
  readonly relistedPlaces: readonly RelistedPlaceCells[];
  readonly tree: readonly TreeCells[];
  readonly roots: readonly RootsCells[];
  /** Whether the table of leaves is full, so that no row without a leaf is at its end. */
  readonly isFull?: boolean;
}

export type TableName = "relistedLeaves" | "relistedPlaces" | "tree" | "roots";
export const AIRS: Readonly<Record<TableName, Air>> = {
  relistedLeaves: relistedLeavesAir(),
  relistedPlaces: relistedPlacesAir(),
  tree: treeAir(),
  roots: rootsAir(),
};
const FIELDS: Readonly<Record<TableName, Fields>> = {
  relistedLeaves: RELISTED_LEAVES_FIELDS,
  relistedPlaces: RELISTED_PLACES_FIELDS,
  tree: TREE_FIELDS,
  roots: ROOTS_FIELDS,
};
/** Tables that a forgery of a relisting has cells of. */
export const OWN_TABLES = ["relistedLeaves", "relistedPlaces"] as const;
const TABLES = Object.keys(AIRS) as TableName[];

export type LeafRow = Partial<RelistedLeafCells>;
export type PlaceRow = Partial<RelistedPlaceCells>;

/** A leaf that stays where it is, with the successor that it has. */
export function kept(listing: Listing, place: number, change: LeafRow = {}): LeafRow {
  const { key, value } = listing.leaves[place]!;
  const successor = listing.successorOf(place);
  const placeInverse = place === 0 ? 0 : inv(place);
  const own = { key, value, successor, follower: successor, placeBefore: place, placeAfter: place, placeInverse };
  return { kept: 1, ...own, ...change };
}

/** A leaf that is taken out. */
export function taken(listing: Listing, place: number, change: LeafRow = {}): LeafRow {
  return kept(listing, place, { kept: 0, removed: 1, placeAfter: 0, ...change });
}

/**
 * All tables of rows of leaves; what is not given follows as a prover would have it: digests, places, nodes, roots. Where places
 * are given, they are what the tree has.
 */
export function scene(
  listing: Listing,
  given: readonly LeafRow[],
  placed?: readonly PlaceRow[],
  countAfter?: number,
): RelistingCells {
  const relistedLeaves = given.map((row) => ({ ...withDigests({ ...noRelistedLeaf(), ...row }), ...row }));
  const places = placed ?? placesOf(relistedLeaves);
  const emptied = places.filter((row) => row.emptied === 1).length;
  const after = countAfter ?? listing.count - emptied;
  let count = after;
  const relistedPlaces = places.map((row, i): RelistedPlaceCells => {
    if (row.emptied === 1) count++;
    return { ...noRelistedPlace(listing.count), opens: i === 0 ? 1 : 0, count, ...row };
  });
  return { relistedLeaves, relistedPlaces, ...nodesOf(listing, relistedPlaces, after) };
}

/** The tree and the roots above places. */
export function nodesOf(
  listing: Listing,
  places: readonly RelistedPlaceCells[],
  countAfter: number,
): Pick<RelistingCells, "tree" | "roots"> {
  const changes = new Map<number, NodeChange>(
    places
      .filter(({ emptied, kept: stays }) => emptied + stays === 1)
      .map(({ index, before, after }) => [index, { before, after }]),
  );
  const paths = listing.leaves.map((_, place) => listing.pathOf(place));
  const state = { leafCount: listing.count, last: listing.pathOf(listing.count - 1) };
  const { tree, roots } = traceChanges({ changes, countAfter }, paths, state, compress);
  return { tree, roots: [roots] };
}

/** Places as the leaves have them, those that are empty afterwards behind the others. */
export function placesOf(leaves: readonly RelistedLeafCells[]): PlaceRow[] {
  const real = leaves.filter((row) => row.kept + row.removed === 1);
  const after = new Map(real.flatMap((row) => (row.kept === 1 ? [[row.placeAfter, row.leafAfter] as const] : [])));
  const rows = real.map(({ placeBefore: index, leafBefore: before }): PlaceRow => {
    const leaf = after.get(index);
    return leaf === undefined ? { emptied: 1, index, before } : { kept: 1, index, before, after: leaf };
  });
  return rows.sort((a, b) => a.index! - b.index!);
}

function withDigests(row: RelistedLeafCells): RelistedLeafCells {
  if (row.kept + row.removed === 0) return row;
  const { kind, key, successor, follower, value } = row;
  const leaf = (next: readonly number[], pair?: readonly number[]) => {
    const own = pair ?? compress(DomainTag.pair + kind, key, next);
    return [own, compress(DomainTag.leaf, own, value)] as const;
  };
  const [pairBefore, leafBefore] = leaf(successor);
  const [pairAfter, leafAfter] = row.kept === 1 ? leaf(follower) : [digest(), digest()];
  return { ...row, pairBefore, leafBefore, pairAfter, leafAfter };
}

/** Columns of a table as a prover fills it up; the last row of leaves has none. */
export function columnsOf(table: TableName, cells: RelistingCells): Uint32Array[] {
  const fields = FIELDS[table];
  const rows: FieldValues<Fields, number>[] = [...cells[table]];
  const least = rows.length + (table === "relistedLeaves" && cells.isFull !== true ? 1 : 0);
  const height = 2 ** Math.ceil(Math.log2(Math.max(2, least)));
  const last = cells.relistedPlaces.at(-1);
  while (rows.length < height) {
    const nothing = fieldValues(fields, new Array<number>(elementCount(fields)).fill(0));
    rows.push(table === "relistedPlaces" ? { ...nothing, count: last?.count ?? 0, finalCount: last?.finalCount ?? 0 } : nothing);
  }
  const lists = rows.map((row) => fieldElements<Fields, number>(table, fields, row));
  return lists[0]!.map((_, c) => Uint32Array.from(lists, (list) => canonical(list[c] ?? NaN)));
}

/** Refusals of the rows, without the requests of a statement. */
export function refusalsOf(cells: RelistingCells): string[] {
  const tables = TABLES.map((table) => ({ air: AIRS[table], main: columnsOf(table, cells) }));
  return refusalsOfTables(tables, ANSWERS, ["roots"]);
}

/** Compressions are answered by the reference; on all other buses the tables speak with each other. */
export const ANSWERS: Answers = {
  isBalanced: (bus) => bus !== "compression",
  isTrue: (_bus, [tag = 0, ...lanes]) =>
    compress(tag, lanes.slice(0, 8), lanes.slice(8, 16)).every((lane, i) => lane === lanes[16 + i]),
};

/** All possible refusals of a table's rows, without the requests of a statement. */
export function reasonsOf(table: TableName): string[] {
  const said = new Map<string, number>();
  const names = AIRS[table].interactions.map(({ bus: { name } }) => {
    const index = said.get(name) ?? 0;
    said.set(name, index + 1);
    return name === "compression" ? `${table}: ${name}[${index}]` : name;
  });
  return [...new Set([...AIRS[table].constraints.map(({ name }) => `${table}: ${name}`), ...names])];
}
