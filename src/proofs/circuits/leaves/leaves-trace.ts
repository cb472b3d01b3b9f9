import { add, inv } from "../../field/koala-bear.ts";
import { compareDigests } from "../../../ground/protocol/diff-digest.ts";
import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { DIGEST } from "../shapes/digest.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";
import { LEAVES_FIELDS, type LeafCells } from "./leaves-air.ts";
import type { CompressDigests, TouchedPath, TouchedLeaf } from "./touched-leaf.ts";

type Digest = readonly number[];

const ZERO: Digest = new Array<number>(DIGEST).fill(0);
const TOP_LIMB = 0x7f00;

/** A leaf of the table before its cells are worked out. */
interface Entry {
  readonly key: Digest;
  readonly kind: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Position and contents of the leaf before the run; `undefined` if it is missing. */
  readonly path: TouchedPath | undefined;
  readonly isAsked: boolean;
}

/** The rows of touched leaves and of those before the ones that are not there, by key; without the rows that fill up. */
export function leafRows(touched: readonly TouchedLeaf[], leafCount: number, compress: CompressDigests): LeafCells[] {
  let count = leafCount;
  let bound: Digest = ZERO;
  const rows = entriesOf(touched).map((entry): LeafCells => {
    if (entry.path !== undefined) bound = entry.path.nextKey;
    const isInserted = entry.path === undefined && entry.after.some((limb) => limb !== 0);
    if (isInserted) count++;
    const { key, kind, before, after, isAsked, path } = entry;
    const index = path?.index ?? (isInserted ? count - 1 : 0);
    const flags = { real: 1, existed: path === undefined ? 0 : 1, inserted: isInserted ? 1 : 0, asked: isAsked ? 1 : 0 };
    return { ...noLeafRow(count), ...flags, key, kind, index, before, after, bound };
  });
  const linked = withFollowers(rows.map((row) => ({ ...row, finalCount: count })));
  return linked
    .map((row, i) => hashed(withOrder(row, linked[i + 1]), compress))
    .map((row, i) => ({ ...row, opens: i === 0 ? 1 : 0 }));
}

function entriesOf(touched: readonly TouchedLeaf[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const { path } of touched) {
    const { key, leafKind: kind, value } = path;
    entries.set(key.join(), { key, kind, before: value, after: value, path, isAsked: false });
  }
  for (const { key, kind, before, after } of touched) {
    const path = entries.get(key.join())?.path;
    entries.set(key.join(), { key, kind, before, after, path, isAsked: true });
  }
  return [...entries.values()].sort((x, y) => compareDigests(x.key, y.key));
}

function withFollowers(rows: readonly LeafCells[]): LeafCells[] {
  const linked: LeafCells[] = [];
  let next: LeafCells | undefined;
  for (const row of [...rows].reverse()) {
    const isAbsent = next !== undefined && next.existed === 0;
    const follower = next === undefined || !isAbsent ? row.bound : next.inserted === 1 ? next.key : next.follower;
    next = { ...row, follower };
    linked.unshift(next);
  }
  return linked;
}

/** With what shows the key to be less than the next one's, or than the bound. */
export function withOrder(row: LeafCells, next: LeafCells | undefined): LeafCells {
  const infinite = row.bound.every((lane) => lane === 0) ? 1 : 0;
  const isBeforeAbsent = next !== undefined && next.existed === 0;
  if (!isBeforeAbsent && (row.existed === 1 || infinite === 1)) return { ...row, infinite };
  const target = isBeforeAbsent ? next.key : row.bound;
  const at = row.key.findIndex((lane, i) => lane !== target[i]);
  const [lesser, greater] = [row.key[at] ?? 0, target[at] ?? 0];
  if (lesser >= greater) throw new RangeError(`the key ${row.key.join()} is not below ${target.join()}`);
  const gap = greater - lesser - 1;
  const [greaterLow, greaterHigh] = limbs(greater);
  return {
    ...row,
    infinite,
    compares: 1,
    chosen: row.key.map((_, i) => (i === at ? 1 : 0)),
    lesser: limbs(lesser),
    gap: limbs(gap),
    greater: [greaterLow, greaterHigh],
    carry: (lesser % LIMB) + (gap % LIMB) + 1 >= LIMB ? 1 : 0,
    topInverse: greaterHigh === TOP_LIMB ? 0 : inv(TOP_LIMB - greaterHigh),
  };
}

const limbs = (value: number): readonly [number, number] => [value % LIMB, Math.floor(value / LIMB)];

/** Row with the digests of the leaf, if it exists. */
export function hashed(row: LeafCells, compress: CompressDigests): LeafCells {
  const { existed, inserted, kind, key, before, after, bound, follower } = row;
  const leaf = (word: readonly number[], successor: Digest): readonly Digest[] => {
    const value = compress(DomainTag.value, word.slice(0, DIGEST), word.slice(DIGEST));
    const pair = compress(DomainTag.pair + kind, key, successor);
    return [value, pair, compress(DomainTag.leaf, pair, value)];
  };
  const [valueBefore = ZERO, pairBefore = ZERO, leafBefore = ZERO] = existed === 1 ? leaf(before, bound) : [];
  const [valueAfter = ZERO, pairAfter = ZERO, leafAfter = ZERO] = existed + inserted === 1 ? leaf(after, follower) : [];
  const inverse = inserted === 1 ? inv(after.reduce((sum, limb) => add(sum, limb), 0)) : 0;
  return { ...row, inverse, valueBefore, pairBefore, leafBefore, valueAfter, pairAfter, leafAfter };
}

/** Padding row after the given number of leaves. */
export function noLeafRow(count: number): LeafCells {
  const word = new Array<number>(LIMBS).fill(0);
  return {
    real: 0,
    existed: 0,
    inserted: 0,
    opens: 0,
    count,
    finalCount: count,
    asked: 0,
    kind: 0,
    index: 0,
    inverse: 0,
    key: ZERO,
    bound: ZERO,
    follower: ZERO,
    before: word,
    after: word,
    valueBefore: ZERO,
    pairBefore: ZERO,
    leafBefore: ZERO,
    valueAfter: ZERO,
    pairAfter: ZERO,
    leafAfter: ZERO,
    infinite: 0,
    compares: 0,
    chosen: ZERO,
    lesser: [0, 0],
    gap: [0, 0],
    greater: [0, 0],
    carry: 0,
    topInverse: 0,
  };
}

/** The main columns of the table; of no rows without leaves. The last row has none. */
export function leavesColumns(rows: readonly LeafCells[], minLogRows: LeastHeight): Uint32Array[] {
  const count = rows.at(-1)?.finalCount ?? 0;
  const filled = rows.length === 0 ? [] : [...rows, noLeafRow(count)];
  return traceColumns("leaves", LEAVES_FIELDS, filled, { padding: () => noLeafRow(count), minLogRows });
}
