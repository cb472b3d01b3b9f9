import type { KeyCells } from "../../../src/proofs/circuits/keys/keys-air.ts";
import { keyChain, type LeafName, noLeaf } from "../../../src/proofs/circuits/keys/keys-trace.ts";
import { number30 } from "../../../src/proofs/circuits/words/earlier.ts";
import { LIMB, LIMBS, wordOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { CURRENT_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { changed, type Forgery, honest, placeChanged, word } from "./forgeries.ts";
import { withPlaces } from "./hash-run.ts";
import { cellsOf, type RunCells } from "./judge.ts";
import { ACCOUNT_OF_KEY, KEY, LOAD, POP, programOf, push, STOP, traced } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `keys: ${refusedBy}`, cells });

/** A leaf's name, lowest limb first: 16 limbs of its slot, 10 of its account, its kind. */
type Name = readonly number[];
const NAME_LIMBS = 27;
const KIND = NAME_LIMBS - 1;
const name = (limbs: Readonly<Record<number, number>>): Name => Array.from({ length: NAME_LIMBS }, (_, i) => limbs[i] ?? 0);

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

/** A name as the tables have it. */
function partsOf(leaf: Name): LeafName {
  return { slot: leaf.slice(0, LIMBS), account: leaf.slice(LIMBS, KIND), kind: leaf[KIND] ?? 0 };
}

/** A row of a leaf that is asked for once. */
function rowOf(leaf: Name, id: number, change: Partial<KeyCells> = {}): KeyCells {
  const parts = partsOf(leaf);
  return { ...noLeaf(), real: 1, ...parts, ...keyChain(parts, compress), id: number30(id), uses: 1, usesInverse: 1, ...change };
}

/** The state with the values of these leaves only. */
function valued(cells: RunCells, values: Iterable<readonly [Name, readonly number[]]>): RunCells {
  const byKey = [...values].map(([leaf, value]) => [keyChain(partsOf(leaf), compress).key.join(), value] as const);
  return { ...cells, answers: { ...cells.answers, values: new Map(byKey) } };
}

/** The run with these rows of leaves of a state without any, each stated in the memory, where it is never accessed. */
function withLeaves(cells: RunCells, keys: readonly KeyCells[]): RunCells {
  const zero = word({});
  const leaves = keys.filter(({ real }) => real === 1);
  const stated = leaves.map(({ id: [low = 0, high = 0] }) => {
    return { space: CURRENT_SPACE, index: low + LIMB * high, isStated: true, first: zero, last: zero, time: 0 };
  });
  const opened = withPlaces(cells, (places) => [...places.filter(({ space }) => space !== CURRENT_SPACE), ...stated]);
  return { ...valued(opened, []), keys: [...keys] };
}

/** Runs in which a leaf has two ids, an id two leaves, or no leaf at all; or a value that is not the leaf's in the state. */
export function* keyForgeries(): Generator<Forgery> {
  yield* rowForgeries();
  yield* idForgeries();
  yield* valueForgeries();
  yield* statementForgeries();
}

const LEAF = name({ 0: 5 });

const ASKS_TWICE = programOf([...ask(LEAF), ...ask(LEAF), STOP]);

/** A run that asks for a leaf twice, and has another id for it the second time. */
function twoIds(program = ASKS_TWICE): RunCells {
  return answered(cellsOf(program, traced(program).trace), 1, word({ 0: 1 }));
}

function* rowForgeries(): Generator<Forgery> {
  const again = twoIds();
  yield { refusedBy: "leaf", cells: withLeaves(again, [rowOf(LEAF, 0), rowOf(LEAF, 1)]) };
  // The second answer is of a row without a leaf; so is the account of an id that no leaf has.
  const idle = { ...rowOf(LEAF, 1), real: 0, usesInverse: 0 };
  yield by("uses: only of a leaf", withLeaves(again, [rowOf(LEAF, 0), idle]));
  const account = honest([...ask(LEAF), push(0), push(0), push(0), KEY, ACCOUNT_OF_KEY, STOP]);
  const step = account.processor.findIndex(({ operation }) => operation === ACCOUNT_OF_KEY);
  const invented = { ...noLeaf(), id: account.keys[0]!.id, account: word({ 3: 7 }).slice(0, 10), accountUses: 1 };
  const own = account.keys.map((row) => ({ ...row, accountUses: 0 }));
  const told = changed(account, { [step]: { c: word({ 3: 7 }) }, [step + 1]: { a: word({ 3: 7 }) } });
  const ofOther = { ...invented, id: own.find(({ slot }) => slot[0] === 0)!.id };
  yield by("accountUses: only of a leaf", { ...told, keys: [...own, ofOther] });
  // A program that names a place of the array itself finds a leaf there of which it has not asked.
  const unasked = honest([push(7), LOAD, STOP]);
  const [load, held] = [unasked.processor.findIndex(({ reads }) => reads === 1), word({ 0: 9 })];
  const found = changed(unasked, { [load]: { d: held }, [load + 1]: { a: held } });
  const stated = placeChanged(found, [CURRENT_SPACE, 7], { stated: 1, first: held, last: held });
  const row = rowOf(LEAF, 7, { uses: 0, usesInverse: 0, before: held, after: held });
  yield by("every leaf is asked for", { ...valued(stated, [[LEAF, held]]), keys: [row] });
}

function* idForgeries(): Generator<Forgery> {
  const once = honest([...ask(LEAF), STOP]);
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
}

/** A run that reads a leaf, and finds a value of the prover's. */
function readAs(value: readonly number[], row: Partial<KeyCells>): RunCells {
  const read = honest([...ask(LEAF).slice(0, -1), LOAD, STOP]);
  const step = read.processor.findIndex(({ reads }) => reads === 1);
  const found = changed(read, { [step]: { d: value }, [step + 1]: { a: value } });
  const keys = [{ ...found.keys[0]!, before: value, after: value, ...row }];
  return { ...placeChanged(found, [CURRENT_SPACE, 0], { first: value, last: value }), keys };
}

/** Values under another key than the leaf's, and another value under its own. */
function* valueForgeries(): Generator<Forgery> {
  const own = keyChain(partsOf(LEAF), compress);
  const [zero, other] = [word({}), name({ 0: 6 })];
  const [first = 0, ...rest] = own.head;
  const head = [first === 0 ? 1 : first - 1, ...rest];
  // A digest that is not a leaf's key, so that the leaf seems to be absent: by the first step of the chain, and by the
  // second.
  const after = (digest: readonly number[]): number[] => compress(4, digest, [...LEAF.slice(4, 12)]);
  const last = (digest: readonly number[]): number[] => compress(4, digest, [...LEAF.slice(12, 16), 0, 0, 0, 0]);
  const middle = after(head);
  yield by("compression[0]", readAs(zero, { head, middle, key: last(middle) }));
  yield by("compression[1]", readAs(zero, { middle, key: last(middle) }));
  // The key of another leaf, and its value.
  const elsewhere = readAs(word({ 0: 9 }), { key: keyChain(partsOf(other), compress).key });
  const both = valued(elsewhere, [
    [LEAF, word({ 0: 8 })],
    [other, word({ 0: 9 })],
  ]);
  yield by("compression[2]", both);
  // One more than the leaf has.
  const more = valued(readAs(word({ 0: 9 }), {}), [[LEAF, word({ 0: 8 })]]);
  yield { refusedBy: "leaf", cells: more };
}

function* statementForgeries(): Generator<Forgery> {
  const run = honest([...ask(LEAF), STOP]);
  const { before, after } = run.roots;
  yield { refusedBy: "roots", cells: { ...run, roots: { before: after, after } } };
  yield { refusedBy: "roots", cells: { ...run, roots: { before, after: before } } };
  // The statement speaks twice, which only places of the memory would otherwise forbid: so the tree is opened twice, and each of the
  // two ids of a leaf begins with its value.
  const cells = withLeaves(twoIds({ ...ASKS_TWICE, places: [] }), [rowOf(LEAF, 0), rowOf(LEAF, 1)]);
  yield { refusedBy: "boundary: no other row speaks", cells: { ...cells, boundary: [{ speaks: 1 }, { speaks: 1 }] } };
}

/** Two leaves have one id: what refuses that is the memory, which has one place for it. */
export function oneIdForTwo(): RunCells {
  const [first, second] = [name({ 0: 1 }), name({ 0: 2 })];
  const zero = word({});
  const cells = answered(honest([...ask(first), ...ask(second), STOP]), 1, zero);
  const place = { space: CURRENT_SPACE, index: 0, isStated: true, first: zero, last: zero, time: 0 };
  const opened = withPlaces(cells, (places) => [...places.filter(({ space }) => space !== CURRENT_SPACE), place]);
  return { ...valued(opened, []), keys: [rowOf(first, 0), rowOf(second, 0)] };
}
