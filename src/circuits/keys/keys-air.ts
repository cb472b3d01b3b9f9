import { type Air, AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import type { FieldValues } from "../../stark/fields.ts";
import { ALU, FIRST_WORD, LAST_WORD, WORD_RANGE } from "../buses.ts";
import { lookUpNumber30, NUMBER30 } from "../words/earlier.ts";
import { assertBoolean, zeroWord } from "../words/expressions.ts";
import { assertLess } from "../words/less-than.ts";
import { LIMBS } from "../words/word.ts";

/** Limbs of an address. */
export const ACCOUNT_LIMBS = 10;
/** What the bus alu calls the operations that this table answers. */
export const KEY_OPERATION = { key: 0xb5, accountOfKey: 0xac } as const;
/** Limbs of a leaf's name: 16 of its slot, 10 of its account, its kind. */
const NAME_LIMBS = 27;

/** One leaf of the state a row. Columns that the row before reads come first. */
export const KEYS_FIELDS = {
  /** Whether the row has a leaf; such rows come first. */
  real: 1,
  slot: LIMBS,
  account: ACCOUNT_LIMBS,
  kind: 1,
  /** What the run calls the leaf: the place of its value. */
  id: NUMBER30,
  /** The leaf's value before the run and after it. */
  before: LIMBS,
  after: LIMBS,
  /** How often the id was asked for, and the inverse of that; and how often the id's account. */
  uses: 1,
  usesInverse: 1,
  accountUses: 1,
  /** The highest limb in which the next leaf's name differs, and by how much, less one. */
  chosen: NAME_LIMBS,
  gap: 1,
} as const;

export type KeyCells = FieldValues<typeof KEYS_FIELDS, number>;
type Columns = FieldValues<typeof KEYS_FIELDS, Expression>;

/** The table that gives leaves of the state their ids. `space` is the memory's, in which a leaf's value is at its id. */
export function keysAir(space: number): Air {
  const b = new AirBuilder("keys", 0);
  const columns = b.declare(KEYS_FIELDS);
  const id = lookUpNumber30(b, columns.id);
  assertDistinct(b, columns);
  answer(b, columns, { space: b.constant(space), index: id });
  return b.build();
}

/** Names ascend. Ids are distinct because places of the memory are, of which each leaf states its own. */
function assertDistinct(b: AirBuilder, columns: Columns): void {
  const { real, slot, account, kind, chosen, gap } = columns;
  const one = b.constant(1);
  assertBoolean(b, { real });
  const goesOn = b.next(real);
  b.assertZero("leaves come first", "transition", b.sub(one, real), goesOn);
  const name = [...slot, ...account, kind];
  const next = name.map((limb) => b.next(limb));
  assertLess(b, goesOn, name, next, { chosen, gap }, "transition");
}

function answer(b: AirBuilder, columns: Columns, place: { readonly space: Expression; readonly index: Expression }): void {
  const { real, slot, account, kind, id, before, after, uses, usesInverse, accountUses } = columns;
  const isIdle = b.sub(b.constant(1), real);
  // So names are words of the processor, of which every limb is below 2^16.
  b.assertEqual("every leaf is asked for", "everyRow", b.mul(uses, usesInverse), real);
  b.assertZero("uses: only of a leaf", "everyRow", uses, isIdle);
  b.assertZero("accountUses: only of a leaf", "everyRow", accountUses, isIdle);
  const zero = zeroWord(b);
  const word = (...limbs: readonly Expression[]): Expression[] => [...limbs, ...zero.slice(limbs.length)];
  const [kindWord, accountWord, idWord] = [word(kind), word(...account), word(...id)];
  const { key, accountOfKey } = KEY_OPERATION;
  b.receive(ALU, uses, { operation: b.constant(key), a: kindWord, b: accountWord, c: slot, d: idWord });
  b.receive(ALU, accountUses, { operation: b.constant(accountOfKey), a: idWord, b: zero, c: accountWord, d: zero });
  b.send(WORD_RANGE, real, { word: before });
  b.send(FIRST_WORD, real, { ...place, word: before });
  b.receive(LAST_WORD, real, { ...place, word: after });
}
