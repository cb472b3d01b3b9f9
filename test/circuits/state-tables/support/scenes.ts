import type { LeafCells } from "../../../../src/proofs/circuits/leaves/leaves-air.ts";
import { noLeafRow } from "../../../../src/proofs/circuits/leaves/leaves-trace.ts";
import { traceNodes } from "../../../../src/proofs/circuits/leaves/state-trace.ts";
import { LIMB, LIMBS } from "../../../../src/proofs/circuits/shapes/word.ts";
import { inv, P } from "../../../../src/proofs/field/koala-bear.ts";
import { DomainTag } from "../../../../src/ground/protocol/domain-tags.ts";
import type { StateCells } from "./judge.ts";
import { type Model, compress, type ModelLeaf } from "./model.ts";

type Digest = readonly number[];

/** A word, and a digest, with these limbs or lanes first and zeros behind. */
export const word = (...limbs: readonly number[]): number[] => filled(limbs, LIMBS);
export const digest = (...lanes: readonly number[]): number[] => filled(lanes, 8);
const filled = (list: readonly number[], length: number): number[] => Array.from({ length }, (_, i) => list[i] ?? 0);

/** A list with one element changed by so much. */
export const bumped = (list: readonly number[], at: number, by = 1): number[] => list.map((x, i) => (i === at ? x + by : x));

/** Cells of a row of leaves of which nothing else follows. */
export type Row = Partial<LeafCells>;

export const leafOf = (key: Digest, value: readonly number[]): ModelLeaf => ({ kind: 0, key, value });

/** Row of a present leaf, which is requested and does not change. */
export function present(model: Model, index: number, change: Row = {}): Row {
  const { leafKind: kind, key, nextKey: bound, value } = model.pathOf(index);
  return { real: 1, existed: 1, asked: 1, index, kind, key, bound, before: value, after: value, ...change };
}

/** Row of an absent leaf, which is requested; it is inserted if it has a value after. */
export function absent(key: Digest, bound: Digest, change: Row = {}): Row {
  const isInserted = change.after?.some((limb) => limb !== 0) ?? false;
  return {
    real: 1,
    asked: 1,
    key,
    bound,
    infinite: bound.every((lane) => lane === 0) ? 1 : 0,
    inserted: isInserted ? 1 : 0,
    ...change,
  };
}

/** Cells that show one lane's number to be below another's. */
export function below(lane: number, lesser: number, greater: number): Row {
  const gap = greater - lesser - 1;
  const limbs = (value: number): number[] => [value % LIMB, Math.floor(value / LIMB)];
  const room = 0x7f00 - Math.floor(greater / LIMB);
  return {
    ...{ compares: 1, chosen: bumped(digest(), lane), lesser: limbs(lesser), gap: limbs(gap), greater: limbs(greater) },
    carry: (lesser % LIMB) + (gap % LIMB) + 1 >= LIMB ? 1 : 0,
    topInverse: room === 0 ? 0 : inv((room + P) % P),
  };
}

/** All tables of rows of leaves; what is not given follows as a prover would have it: counts, links, orders, hashes, nodes, roots. */
export function scene(model: Model, given: readonly Row[], change: { readonly countAfter?: number } = {}): StateCells {
  const count = model.leaves.length;
  let inserted = 0;
  const counted = given.map((row, i) => {
    inserted += i > 0 && row.inserted === 1 ? 1 : 0;
    const place = row.inserted === 1 ? { index: (row.count ?? count + inserted) - 1 } : {};
    return { opens: i === 0 ? 1 : 0, count: count + inserted, ...place, ...row };
  });
  const last = counted.at(-1)?.count ?? count;
  const rows = counted.map((row): LeafCells => ({ ...noLeafRow(last), ...row }));
  const linked = ordered(withFollowers(rows, given), given);
  const leaves = linked.map((row, i) => ({ ...withDigests(row), ...given[i] }));
  return { leaves, ...nodesOf(model, leaves, change.countAfter) };
}

/** Adds the digests of the leaf before and after, if it is present. */
function withDigests(row: LeafCells): LeafCells {
  const { existed, inserted, kind, key, before, after, bound, follower } = row;
  const sum = after.reduce((total, limb) => total + limb, 0);
  const digests = (value: readonly number[], successor: Digest): Digest[] => {
    const own = compress(DomainTag.value, value.slice(0, 8), value.slice(8));
    const pair = compress(DomainTag.pair + kind, key, successor);
    return [own, pair, compress(DomainTag.leaf, pair, own)];
  };
  const [valueBefore, pairBefore, leafBefore] = existed === 1 ? digests(before, bound) : [digest(), digest(), digest()];
  const [valueAfter, pairAfter, leafAfter] = existed + inserted > 0 ? digests(after, follower) : [digest(), digest(), digest()];
  const inverse = inserted === 1 && sum > 0 ? inv(sum) : 0;
  return { ...row, inverse, ...({ valueBefore, pairBefore, leafBefore, valueAfter, pairAfter, leafAfter } as Digests) };
}

type Digests = Pick<LeafCells, "valueBefore" | "pairBefore" | "leafBefore" | "valueAfter" | "pairAfter" | "leafAfter">;

/** The tree and the roots above leaves' rows. */
export function nodesOf(model: Model, leaves: readonly LeafCells[], countAfter?: number): Pick<StateCells, "tree" | "roots"> {
  const told = countAfter === undefined ? leaves : leaves.map((row) => ({ ...row, finalCount: countAfter }));
  const { tree, roots } = traceNodes(told, model.paths, model.before, compress);
  return { tree, roots: [roots] };
}

const isAbsent = (row: Row | undefined): boolean => (row?.real ?? 0) - (row?.existed ?? 0) === 1;

function withFollowers(rows: readonly LeafCells[], given: readonly Row[]): LeafCells[] {
  const linked: LeafCells[] = [];
  for (let i = rows.length - 1; i >= 0; i--) {
    const [row, next] = [rows[i]!, linked[0]];
    const told = next?.inserted === 1 ? next.key : next?.follower;
    linked.unshift({ ...row, follower: given[i]!.follower ?? (isAbsent(next) ? told! : row.bound) });
  }
  return linked;
}

/** Rows that have to be below another are shown to be by the first lane that differs, unless their cells are given. */
function ordered(rows: readonly LeafCells[], given: readonly Row[]): LeafCells[] {
  return rows.map((row, i) => {
    const next = rows[i + 1];
    if (given[i]!.compares !== undefined) return row;
    if (!isAbsent(next) && (!isAbsent(row) || row.infinite === 1)) return row;
    const target = isAbsent(next) ? next!.key : row.bound;
    const at = row.key.findIndex((lane, k) => lane !== target[k]);
    return { ...row, ...below(at, row.key[at]!, target[at]!) };
  });
}
