import type { KeyCells } from "../../../src/circuits/keys/keys-air.ts";
import { noLeaf } from "../../../src/circuits/keys/keys-trace.ts";
import { number30 } from "../../../src/circuits/words/earlier.ts";
import { LIMB, LIMBS, wordOf } from "../../../src/circuits/words/word.ts";
import { CURRENT_SPACE } from "../../../src/execution-proof/memory-places.ts";
import { P } from "../../../src/field/koala-bear.ts";
import { changed, type Forgery, honest, placeChanged, word } from "./forgeries.ts";
import { withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { ACCOUNT_OF_KEY, KEY, LOAD, POP, push, STOP } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `keys: ${refusedBy}`, cells });

/** A leaf's name, lowest limb first: 16 limbs of its slot, 10 of its account, its kind. */
type Name = readonly number[];
const NAME_LIMBS = 27;
const KIND = NAME_LIMBS - 1;
const name = (limbs: Readonly<Record<number, number>>): Name => Array.from({ length: NAME_LIMBS }, (_, i) => limbs[i] ?? 0);
const flags = (limbs: Readonly<Record<number, number>>): number[] => [...name(limbs)];

/** Code that asks for a leaf's id, and drops it. */
function ask(leaf: Name): (number | readonly number[])[] {
  const [slot, account] = [wordOf(leaf.slice(0, LIMBS)), wordOf(leaf.slice(LIMBS, KIND))];
  return [push(slot), push(account), push(leaf[KIND] ?? 0), KEY, POP];
}

/** Steps that ask for ids. */
function asking({ processor }: RunCells): number[] {
  return processor.flatMap(({ computes, operation }, i) => (computes === 1 && operation === KEY ? [i] : []));
}

/** The run in which one of its questions has another answer. */
function answered(cells: RunCells, question: number, id: readonly number[]): RunCells {
  const step = asking(cells)[question] ?? NaN;
  return changed(cells, { [step]: { d: id }, [step + 1]: { a: id } });
}

/** A row of a leaf that is asked for once. */
function rowOf(leaf: Name, id: number, change: Partial<KeyCells> = {}): KeyCells {
  const parts = { slot: leaf.slice(0, LIMBS), account: leaf.slice(LIMBS, KIND), kind: leaf[KIND] ?? 0 };
  return { ...noLeaf(), real: 1, ...parts, id: number30(id), uses: 1, usesInverse: 1, ...change };
}

/** The run with these rows of leaves whose values are 0, each stated in the memory, where it is never accessed. */
function withLeaves(cells: RunCells, keys: readonly KeyCells[]): RunCells {
  const zero = word({});
  const leaves = keys.filter(({ real }) => real === 1);
  const stated = leaves.map(({ id: [low = 0, high = 0] }) => {
    return { space: CURRENT_SPACE, index: low + LIMB * high, isStated: true, first: zero, last: zero, time: 0 };
  });
  const opened = withPlaces(cells, (places) => [...places.filter(({ space }) => space !== CURRENT_SPACE), ...stated]);
  return { ...opened, keys: [...keys] };
}

/**
 * A leaf is asked for, then another, then the first again, which has an id of its own the second time. Its name is below that of the
 * other and above it: the first of these is shown falsely.
 */
function twice(leaf: Name, other: Name, falsely: Pick<KeyCells, "chosen" | "gap">): RunCells {
  const cells = answered(honest([...ask(leaf), ...ask(other), ...ask(leaf), STOP]), 2, word({ 0: 2 }));
  const at = leaf.findLastIndex((limb, i) => limb !== other[i]);
  const truly = { chosen: flags({ [at]: 1 }), gap: (leaf[at] ?? 0) - (other[at] ?? 0) - 1 };
  return withLeaves(cells, [rowOf(leaf, 0, falsely), rowOf(other, 1, truly), rowOf(leaf, 2)]);
}

/** Runs in which a leaf has two ids, an id two leaves, or no leaf at all. */
export function* keyForgeries(): Generator<Forgery> {
  yield* orderForgeries();
  yield* rowForgeries();
  yield* idForgeries();
}

function* orderForgeries(): Generator<Forgery> {
  // The kind goes down by 3, limb 0 goes up by 10.
  const [high, low] = [name({ [KIND]: 3 }), name({ 0: 10 })];
  yield by("less: one limb is chosen", twice(high, low, { chosen: flags({ [KIND]: 1, 0: 1 }), gap: 6 }));
  for (let i = 1; i < KIND; i++) {
    yield by(`chosen[${i}] is boolean`, twice(high, low, { chosen: flags({ [KIND]: 1, [i]: -1, 0: 1 }), gap: 6 }));
  }
  const below = { chosen: flags({ [KIND]: 1, [KIND - 1]: 1, 0: -1 }), gap: 6 };
  yield by("chosen[0] is boolean", twice(name({ [KIND]: 3, 0: 11 }), name({ 0: 1 }), below));
  for (let i = 1; i < NAME_LIMBS; i++) {
    const lowest = { chosen: flags({ 0: 1 }), gap: 0 };
    yield by(`less: limb ${i} above the chosen one is equal`, twice(name({ [i]: 1 }), name({ 0: 1 }), lowest));
  }
  const [five, one] = [name({ 0: 5 }), name({ 0: 1 })];
  yield by("less: gap", twice(five, one, { chosen: flags({ 0: 1 }), gap: 0 }));
  yield by("range16[1]", twice(five, one, { chosen: flags({ 0: 1 }), gap: -5 }));
}

function* rowForgeries(): Generator<Forgery> {
  const leaf = name({ 0: 5 });
  const again = answered(honest([...ask(leaf), ...ask(leaf), STOP]), 1, word({ 0: 1 }));
  // A row without a leaf lies between the two.
  const between = { ...noLeaf(), chosen: flags({ 0: 1 }), gap: 4 };
  yield by("leaves come first", withLeaves(again, [rowOf(leaf, 0), between, rowOf(leaf, 1)]));
  // The second answer is of a row without a leaf; so is the account of an id that no leaf has.
  const idle = { ...rowOf(leaf, 1), real: 0, usesInverse: 0 };
  yield by("uses: only of a leaf", withLeaves(again, [rowOf(leaf, 0), idle]));
  const account = honest([...ask(leaf), push(0), push(0), push(0), KEY, ACCOUNT_OF_KEY, STOP]);
  const step = account.processor.findIndex(({ operation }) => operation === ACCOUNT_OF_KEY);
  const invented = { ...noLeaf(), id: account.keys[0]!.id, account: word({ 3: 7 }).slice(0, 10), accountUses: 1 };
  const own = account.keys.map((row) => ({ ...row, accountUses: 0 }));
  const told = changed(account, { [step]: { c: word({ 3: 7 }) }, [step + 1]: { a: word({ 3: 7 }) } });
  const ofOther = { ...invented, id: own.find(({ slot }) => slot[0] === 0)!.id };
  yield by("accountUses: only of a leaf", { ...told, keys: [...own, ofOther] });
  yield by("every leaf is asked for", round(again, leaf));
}

/** The leaf's limb 0 goes up by 2^16 at a time, from row to row, until it is what it was. */
function round(cells: RunCells, leaf: Name): RunCells {
  const count = Math.floor(P / LIMB);
  const chosen = flags({ 0: 1 });
  const up = (i: number): Name => [(leaf[0] ?? 0) + LIMB * i, ...leaf.slice(1)];
  const between = Array.from({ length: count }, (_, i) => {
    const gap = i + 1 < count ? LIMB - 1 : P - LIMB * count - 1;
    return rowOf(up(i + 1), i + 2, { uses: 0, usesInverse: 0, chosen, gap });
  });
  return withLeaves(cells, [rowOf(leaf, 0, { chosen, gap: LIMB - 1 }), ...between, rowOf(leaf, 1)]);
}

function* idForgeries(): Generator<Forgery> {
  const leaf = name({ 0: 5 });
  const once = honest([...ask(leaf), STOP]);
  // p, and a limb below 0, for the id 0.
  for (const [refusedBy, id] of [
    ["range14[0]", [P % LIMB, Math.floor(P / LIMB)]],
    ["range16[0]", [-LIMB, 1]],
  ] as const) {
    const cells = answered(once, 0, word({ 0: id[0], 1: id[1] }));
    yield by(refusedBy, { ...cells, keys: [{ ...cells.keys[0]!, id }] });
  }
  // The processor has an id of which keys says nothing.
  yield { refusedBy: "alu", cells: answered(once, 0, word({ 0: 1 })) };
  // A leaf that had more than 2^256 before the run.
  const read = honest([...ask(leaf).slice(0, -1), LOAD, STOP]);
  const step = read.processor.findIndex(({ reads }) => reads === 1);
  const value = word({ 15: LIMB });
  const large = changed(read, { [step]: { d: value }, [step + 1]: { a: value } });
  const keys = [{ ...large.keys[0]!, before: value, after: value }];
  yield by("wordRange[0]", { ...placeChanged(large, [CURRENT_SPACE, 0], { first: value, last: value }), keys });
}

/** Two leaves have one id: what refuses that is the memory, which has one place for it. */
export function oneIdForTwo(): RunCells {
  const [first, second] = [name({ 0: 1 }), name({ 0: 2 })];
  const zero = word({});
  const cells = answered(honest([...ask(first), ...ask(second), STOP]), 1, zero);
  const keys = [rowOf(first, 0, { chosen: flags({ 0: 1 }), gap: 0 }), rowOf(second, 0)];
  const place = { space: CURRENT_SPACE, index: 0, isStated: true, first: zero, last: zero, time: 0 };
  const opened = withPlaces(cells, (places) => [...places.filter(({ space }) => space !== CURRENT_SPACE), place]);
  return { ...opened, keys };
}
