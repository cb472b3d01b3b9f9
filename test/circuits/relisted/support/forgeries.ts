import { DomainTag } from "../../../../src/ground/protocol/domain-tags.ts";
import { compress } from "../../state-tables/support/model.ts";
import { bumped, digest, Listing, ONE, ZERO } from "./listing.ts";
import { kept, type LeafRow, nodesOf, type RelistingCells, scene, taken } from "./scene.ts";

/** Rows that say something false of a state, and the one thing that refuses them. */
export interface RelistingForgery {
  readonly listing: Listing;
  readonly cells: RelistingCells;
  readonly refusedBy: string;
}

const key = (first: number): number[] => digest(first, 1, 2, 3, 4, 5, 6, 7);
/** The sentinel, and leaves of the keys 10, 30, 20 and 40 in this order; that of 30 is 0. */
export const STATE = new Listing([
  { key: key(10), value: ONE },
  { key: key(30), value: ZERO },
  { key: key(20), value: ONE },
  { key: key(40), value: ONE },
]);
const [P10, P30, P20, P40] = [1, 2, 3, 4];

/** That of 30 is taken out, that of 20 gets the successor 40, that of 40 the place 2. */
export const ROWS: readonly LeafRow[] = [
  kept(STATE, P10),
  kept(STATE, P20, { follower: key(40) }),
  taken(STATE, P30),
  kept(STATE, P40, { placeAfter: P30 }),
];

/** Two adjacent leaves with value 0. */
const TWO = new Listing([
  { key: key(10), value: ONE },
  { key: key(20), value: ZERO },
  { key: key(30), value: ZERO },
  { key: key(40), value: ONE },
]);
const TWO_ROWS = [
  kept(TWO, 1, { follower: key(40) }),
  ...[2, 3].map((place) => taken(TWO, place, { follower: key(40) })),
  kept(TWO, 4, { placeAfter: 2 }),
];

const by = (refusedBy: string, cells: RelistingCells, listing = STATE): RelistingForgery => ({ refusedBy, cells, listing });
const leaves = (refusedBy: string, cells: RelistingCells, listing = STATE) => by(`relistedLeaves: ${refusedBy}`, cells, listing);
const places = (refusedBy: string, cells: RelistingCells, listing = STATE) => by(`relistedPlaces: ${refusedBy}`, cells, listing);

/** One forgery for each constraint of both tables and for each of their messages. */
export function* relistingForgeries(): Generator<RelistingForgery> {
  yield* linkForgeries();
  yield* laneForgeries();
  yield* hashForgeries();
  yield* placeForgeries();
  yield* countForgeries();
}

function* linkForgeries(): Generator<RelistingForgery> {
  // Leaf 30 is taken out, and 20 still has it for its successor.
  const [ten, , out, forty] = ROWS as [LeafRow, LeafRow, LeafRow, LeafRow];
  const unlinked = kept(STATE, P20);
  yield leaves("the first leaf stays", scene(STATE, [out, ten, unlinked, forty]));
  const nobody: LeafRow = { successor: key(30), follower: key(40) };
  yield leaves("removed: behind a leaf", scene(STATE, [ten, unlinked, nobody, out, forty]));
  // The last row of a full table has any successor.
  const wrong = kept(STATE, P20, { follower: key(41) });
  yield leaves("ends before the last row", { ...scene(STATE, [kept(STATE, P10), wrong]), isFull: true });
  // The last leaf's successor is +∞, which is written as the sentinel's key is.
  const last = kept(STATE, P40, { follower: STATE.successorOf(0), placeAfter: 0 });
  const others = [kept(STATE, P10), kept(STATE, P20), kept(STATE, P30)];
  yield leaves("removed: not the sentinel", scene(STATE, [...others, last, taken(STATE, 0)]));
  // Behind a second relisting it would be a leaf like others, at a place that may be emptied.
  const first = [kept(STATE, 0, { placeAfter: P10 }), kept(STATE, P10, { placeAfter: 0 })];
  yield leaves("the sentinel keeps its place", scene(STATE, first));
}

function* laneForgeries(): Generator<RelistingForgery> {
  for (let i = 0; i < 8; i++) {
    // A value that is not 0 in one lane of its digest.
    const valued = new Listing([
      { key: key(10), value: ONE },
      { key: key(30), value: bumped(ZERO, i) },
    ]);
    const relinked = kept(valued, 1, { follower: digest() });
    yield leaves(`removed: value 0, lane ${i}`, scene(valued, [relinked, taken(valued, 2)]), valued);
    // Behind a leaf whose successor is another one, before it: 9, then 10 and 12 in this lane, then 15, which is 0.
    const at = (by: number) => bumped(digest(1, 1, 1, 1, 1, 1, 1, 1), i, by);
    const row = [9, 10, 12, 15].map((by) => ({ key: at(by), value: by === 15 ? ZERO : ONE }));
    const chain = new Listing(row);
    const leader = kept(chain, 1, { follower: digest() });
    const cells = scene(chain, [leader, taken(chain, 4)]);
    yield leaves(`removed: behind its predecessor, lane ${i}`, cells, chain);
    yield leaves(`follower: lane ${i}`, scene(STATE, [kept(STATE, P10, { follower: bumped(key(20), i) })]));
  }
}

function* hashForgeries(): Generator<RelistingForgery> {
  const own = kept(STATE, P10);
  const [pair, leaf] = [compress(DomainTag.pair, key(10), key(20)), STATE.leafAt(P10)];
  const other = kept(STATE, P10, { key: key(11) });
  yield leaves("compression[0]", scene(STATE, [{ ...other, pairBefore: pair, leafBefore: leaf }]));
  yield leaves("compression[1]", scene(STATE, [{ ...own, value: ZERO, leafBefore: leaf }]));
  const pairAfter = compress(DomainTag.pair, key(11), key(20));
  const leafAfter = compress(DomainTag.leaf, pairAfter, ONE);
  yield leaves("compression[2]", scene(STATE, [{ ...own, pairAfter, leafAfter }]));
  yield leaves("compression[3]", scene(STATE, [{ ...own, leafAfter: digest(1) }]));
}

function* placeForgeries(): Generator<RelistingForgery> {
  const own = scene(STATE, [kept(STATE, P10)]);
  const [place] = own.relistedPlaces;
  const [leaf] = scene(STATE, [kept(STATE, P10, { value: ZERO })]).relistedLeaves;
  // The leaf is worth 0 in its own table, and stays what it is in the tree; or comes into it.
  const later = { ...place!, after: leaf!.leafAfter };
  yield by("listedBefore", { ...own, relistedLeaves: [leaf!], relistedPlaces: [later], ...nodesOf(STATE, [later], STATE.count) });
  yield by("listedAfter", { ...own, relistedPlaces: [later], ...nodesOf(STATE, [later], STATE.count) });
  yield by("node", { ...own, ...nodesOf(STATE, [later], STATE.count) });
  const fewer = nodesOf(STATE, own.relistedPlaces, STATE.count - 1);
  yield by("leafCounts", { ...own, ...fewer });
  for (let i = 0; i < 8; i++) {
    const honest = scene(STATE, ROWS);
    const filled = honest.relistedPlaces.map((row) => (row.emptied === 1 ? { ...row, after: bumped(digest(), i) } : row));
    yield places(`empty: lane ${i}`, { ...honest, relistedPlaces: filled, ...nodesOf(STATE, filled, STATE.count - 1) });
  }
}

function* countForgeries(): Generator<RelistingForgery> {
  const honest = scene(STATE, ROWS);
  const at = (refusedBy: string, cells: RelistingCells, counts: readonly number[], change: CountChange): RelistingForgery => {
    const { countAfter, listing = STATE, finalCounts = [], opens = 0 } = change;
    const relistedPlaces = cells.relistedPlaces.map((row, i) => {
      const finalCount = finalCounts[i] ?? row.finalCount;
      return { ...row, opens: i === opens ? 1 : 0, count: counts[i]!, finalCount };
    });
    return places(refusedBy, { ...cells, relistedPlaces, ...nodesOf(listing, relistedPlaces, countAfter) }, listing);
  };
  // The claim is four leaves, but there are three and a place without one.
  const two = scene(TWO, TWO_ROWS);
  yield at("the first row opens", two, [3, 3, 4, 5], { listing: TWO, countAfter: 4, opens: 3 });
  // The leaf of 40 is at an index without a claimed leaf: the count passes this index, or does not reach it.
  yield at("count", honest, [3, 3, 3, 5], { countAfter: 3 });
  const moved = scene(STATE, [...ROWS.slice(0, 1), { ...ROWS[1]!, placeAfter: P30 }, ROWS[2]!]);
  yield at("final count stays", moved, [3, 3, 4], { countAfter: 3, finalCounts: [5, 4, 4] });
  yield at("final count", moved, [3, 3, 4], { countAfter: 3 });
  yield at("place", moved, [4, 4, 5], { countAfter: 4 });
}

interface CountChange {
  readonly countAfter: number;
  readonly listing?: Listing;
  readonly finalCounts?: readonly number[];
  /** Which row opens. */
  readonly opens?: number;
}
