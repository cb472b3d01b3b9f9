import { LIMB } from "../../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../../src/proofs/field/koala-bear.ts";
import type { StateCells } from "./judge.ts";
import { Model } from "./model.ts";
import { absent, below, bumped, digest, leafOf, nodesOf, present, type Row, scene, word } from "./scenes.ts";

/** Rows that say something false of a state, and the one thing that refuses them. */
export interface StateForgery {
  readonly model: Model;
  readonly cells: StateCells;
  readonly refusedBy: string;
}

const key = (first: number): number[] => digest(first, 1, 2, 3, 4, 5, 6, 7);
/** A state with leaves of these first lanes of keys, at places from 1 on. */
export const STATE = new Model([10, 20, 30].map((first) => leafOf(key(first), word(first, 2))));
const [P10, P30] = [1, 3];

/** Rows that read, update and insert, and find a key that is not there. */
export const ROWS: readonly Row[] = [
  present(STATE, P10, { after: word(50) }),
  absent(key(15), key(20), { after: word(9) }),
  absent(key(16), key(20), { after: word(11) }),
  absent(key(17), key(20)),
  present(STATE, P30),
];

const replaced = (at: number, change: Row): Row[] => ROWS.map((row, i) => (i === at ? { ...row, ...change } : row));

const by = (refusedBy: string, cells: StateCells, model = STATE): StateForgery => ({
  model,
  cells,
  refusedBy: `leaves: ${refusedBy}`,
});

/** One forgery for each constraint of leaves and for each of its messages. */
export function* leafForgeries(): Generator<StateForgery> {
  yield* rowForgeries();
  yield* countForgeries();
  yield* linkForgeries();
  yield* valueForgeries();
  yield* hashForgeries();
  yield* laneForgeries();
  yield* limbForgeries();
}

function* rowForgeries(): Generator<StateForgery> {
  // A present leaf is shown to be absent, without a present leaf below it.
  const unled = absent(key(20), digest());
  yield by("begins with an existing leaf", scene(STATE, [unled, present(STATE, P10)]));
  yield by("leaves come first", scene(STATE, [present(STATE, P10), {}, absent(key(30), digest())]));
  const unshown = absent(key(30), key(10), { compares: 0 });
  yield by("ends before the last row", { ...scene(STATE, [present(STATE, 0), unshown]), isFull: true });
  const ghost = { asked: 1, key: key(20), before: word(99), after: word(99) };
  yield by("asked: only a leaf", scene(STATE, [present(STATE, P10), ghost]));
  yield by("real is boolean", twofold(), TWOFOLD);
}

/** A row that is real twice follows a present key, and moves the bound of that key's comparison. */
function twofold(): StateCells {
  const [bound, high] = [digest(20, 10), digest(20, 13)];
  const model = TWOFOLD;
  const [low, greater] = [3, 2 * 3 - 10 + P];
  const shown = absent(high, bound, { ...below(1, 13, greater), follower: bound });
  const mover: Row = {
    ...{ real: 2, key: digest(20, low), bound, follower: bound },
    ...below(0, 20 + low, 20 + 10),
    ...{ compares: 2, chosen: digest(1, 1), gap: [20 + 10 - (20 + low) - 2, 0] },
  };
  return scene(model, [present(model, 0, { ...below(0, 0, 20), follower: bound }), shown, mover]);
}
const TWOFOLD = new Model([leafOf(digest(20, 10), word(1)), leafOf(digest(20, 13), word(2))]);

function* countForgeries(): Generator<StateForgery> {
  const [first, ...others] = ROWS;
  const idle = { count: 7 };
  const more = [...ROWS, idle].map((row) => ({ ...row, finalCount: 7 }));
  yield by("count", scene(STATE, more));
  yield by("final count stays", scene(STATE, [{ ...first, finalCount: 9 }, ...others], { countAfter: 9 }));
  const nine = ROWS.map((row) => ({ ...row, finalCount: 9 }));
  yield by("final count", scene(STATE, nine));
  // Behind the other new leaf, with a hole between.
  yield by("place", scene(STATE, replaced(1, { index: 6 })));
  // The new leaf has the place of the last one: the count begins one lower, and is reported when it is right again.
  const low = { ...present(STATE, P10), opens: 0, count: 3 };
  const taken = absent(key(15), key(20), { after: word(9), opens: 1, count: 4, leafBefore: STATE.digestOf(P30) });
  yield by("the first row opens", scene(STATE, [low, taken]));
  // A hole: there are said to be more leaves before.
  const raised = scene(
    STATE,
    ROWS.map((row, i) => ({ ...row, count: [5, 6, 7, 7, 7][i]!, finalCount: 7 })),
  );
  yield { model: STATE, cells: raised, refusedBy: "leafCounts" };
}

function* linkForgeries(): Generator<StateForgery> {
  for (let i = 0; i < 8; i++) {
    const bound = bumped(key(20), i);
    const moved = absent(key(15), bound, { after: word(9) });
    yield by(`bound stays: lane ${i}`, scene(STATE, [present(STATE, P10), moved]));
    const single = new Model([leafOf(bumped(digest(), i, 5), word(1))]);
    const { key: there } = single.leaves[1]!;
    yield by(`infinite: lane ${i}`, scene(single, [present(single, 0), absent(there, there, { infinite: 1 })]), single);
    yield by(`follower: lane ${i}`, scene(STATE, replaced(4, { follower: bumped(digest(), i) })));
  }
}

function* valueForgeries(): Generator<StateForgery> {
  const zero = word();
  for (let i = 0; i < 16; i++) {
    yield by(`not there: limb ${i} is 0`, scene(STATE, replaced(3, { before: bumped(zero, i, 3) })));
    const { before } = ROWS[4]!;
    yield by(`not asked: limb ${i} stays`, scene(STATE, replaced(4, { asked: 0, after: bumped(before!, i) })));
  }
  yield by("inserted: not 0", scene(STATE, replaced(1, { after: zero })));
  yield by("not inserted: 0", scene(STATE, replaced(3, { after: word(3) })));
}

function* hashForgeries(): Generator<StateForgery> {
  const honest = scene(STATE, ROWS);
  /** The last row's cells are changed, and those above it follow from its digests or stay. */
  const last = (change: Row): StateCells => {
    const leaves = honest.leaves.map((row, i) => (i === 4 ? { ...row, ...change } : row));
    return { leaves, ...nodesOf(STATE, leaves) };
  };
  const [lie, old] = [word(99), scene(STATE, replaced(4, { before: word(99) })).leaves[4]!];
  yield by("compression[0]", last({ before: lie }));
  yield by("compression[2]", last({ before: lie, valueBefore: old.valueBefore }));
  yield {
    model: STATE,
    cells: { ...honest, leaves: last({ before: lie, valueBefore: old.valueBefore, leafBefore: old.leafBefore }).leaves },
    refusedBy: "node",
  };
  // The key of another, in the state before only.
  const other = scene(STATE, replaced(4, { key: key(25) })).leaves[4]!;
  yield by("compression[1]", last({ key: key(25), pairAfter: other.pairAfter, leafAfter: other.leafAfter }));
  yield by("compression[3]", last({ after: lie }));
  const written = scene(STATE, replaced(4, { after: lie })).leaves[4]!;
  yield by("compression[5]", last({ after: lie, valueAfter: written.valueAfter }));
  // The leaf below the inserted ones has its old successor.
  const unlinked = honest.leaves.map((row, i) => {
    if (i !== 0) return row;
    const kept = scene(STATE, [ROWS[0]!]).leaves[0]!;
    return { ...row, pairAfter: kept.pairAfter, leafAfter: kept.leafAfter };
  });
  yield by("compression[4]", { leaves: unlinked, ...nodesOf(STATE, unlinked) });
}

/** A present key, which is not below the bound, is shown to be absent, by these cells. */
function unordered(there: readonly number[], bound: readonly number[], cells: Row): { cells: StateCells; model: Model } {
  const keys = there.join() === bound.join() ? [bound] : [bound, there];
  const model = new Model(keys.map((each, i) => leafOf(each, word(i + 1))));
  return { model, cells: scene(model, [present(model, 0), absent(there, bound, { compares: 1, ...cells })]) };
}

function* laneForgeries(): Generator<StateForgery> {
  const shown = (refusedBy: string, there: number[], bound: number[], cells: Row) => {
    const forged = unordered(there, bound, cells);
    return by(refusedBy, forged.cells, forged.model);
  };
  yield shown("compares", digest(9), digest(5), { compares: 0 });
  const sums = { ...below(0, 5, 13), chosen: bumped(digest(1), 7) };
  yield shown("one lane is chosen", digest(5), bumped(digest(4), 7, 9), sums);
  // The lanes around one are chosen, and it is −1 times: so lanes above need not be equal.
  for (let i = 1; i < 7; i++) {
    const [there, bound] = [bumped(digest(), i - 1, 5), bumped(bumped(digest(), i - 1, 4), i + 1, 9)];
    const chosen = bumped(bumped(bumped(digest(), i - 1), i, -1), i + 1);
    yield shown(`chosen[${i}] is boolean`, there, bound, { ...below(0, 5, 13), chosen });
  }
  const lastLane = { ...below(0, 96, 104), chosen: digest(0, 0, 0, 0, 0, 1, 1, -1) };
  yield shown("chosen[7] is boolean", digest(0, 0, 0, 0, 0, 5, 100, 9), digest(0, 0, 0, 0, 0, 4, 100, 0), lastLane);
  const firstLane = { ...below(0, 2, P - 5), chosen: digest(-1, 1, 1) };
  yield shown("chosen[0] is boolean", digest(10, 0, 12), digest(10, 0, 5), firstLane);
  for (let i = 0; i < 7; i++) {
    const [there, bound] = [bumped(digest(), i), bumped(digest(), i + 1, 9)];
    yield shown(`lane ${i} before the chosen one is equal`, there, bound, below(i + 1, 0, 9));
  }
}

function* limbForgeries(): Generator<StateForgery> {
  const shown = (refusedBy: string, there: number, bound: number, cells: Row) => {
    const forged = unordered(digest(there), digest(bound), cells);
    return by(refusedBy, forged.cells, forged.model);
  };
  yield shown("lesser", 9, 5, below(0, 1, 5));
  yield shown("greater", 9, 5, below(0, 9, 20));
  yield shown("greater is below p", 9, 3, below(0, 9, P + 3));
  yield shown("range16[5]", 2 ** 20, LIMB + 5, below(0, 2 ** 20, P + LIMB + 5));
  const [one, five, nine] = [below(0, 4, 5), [0, 5], [0, 9]];
  yield shown("range16[0]", P - 4, 5, { ...one, lesser: [-4, 0], gap: [8, 0] });
  yield shown("range16[1]", P - LIMB, 5 * LIMB, { ...below(0, 0, 5 * LIMB), lesser: [0, -1], gap: [LIMB - 1, 5] });
  yield shown("range16[2]", 9, 5, { ...one, lesser: [9, 0], gap: [-5, 0] });
  const high = { ...below(0, 4 * LIMB, 5 * LIMB), lesser: nine, greater: five };
  yield shown("range16[3]", 9 * LIMB, 5 * LIMB, { ...high, gap: [LIMB - 1, -5] });
  const wide = { ...one, lesser: [9, 0], gap: [LIMB - 4, 0x7eff], greater: [LIMB + 6, 0x7eff], topInverse: 1 };
  yield shown("range16[4]", 9, 5, wide);
  yield shown("less: low limbs", 5, 5, { ...one, lesser: [5, 0], gap: [0, 0] });
  yield shown("less: high limbs", 9 * LIMB, 5 * LIMB, { ...high, gap: [LIMB - 1, 0] });
  const carried = { ...one, lesser: [9, 0], gap: [0xfffc, 0x7eff], carry: -0x7eff };
  yield shown("carry is boolean", 9, 5, carried);
}
