import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { EntryTag } from "../../../ground/protocol/diff-list.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { ALU, COMPRESSION, FIRST_WORD, LAST_WORD, LEAF } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { lookUpNumber30, NUMBER30 } from "../words/earlier.ts";
import { assertBoolean, zeroWord } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/** Limbs of an address. */
export const ACCOUNT_LIMBS = 10;
/** Codes of this table's operations on the bus alu. */
export const KEY_OPERATION = { key: 0xb5, accountOfKey: 0xac } as const;

/** One leaf of the state a row. */
export const KEYS_FIELDS = {
  /** 1 if the row has a leaf. */
  real: 1,
  slot: LIMBS,
  account: ACCOUNT_LIMBS,
  kind: 1,
  /** Id of the leaf in the run: the place of its value. */
  id: NUMBER30,
  /** The leaf's value before the run and after it. */
  before: LIMBS,
  after: LIMBS,
  /** Number of requests for the id and its inverse, and number of requests for the id's account. */
  uses: 1,
  usesInverse: 1,
  accountUses: 1,
  /** The chain over the leaf's name that ends with its key in the tree. */
  head: DIGEST,
  middle: DIGEST,
  key: DIGEST,
} as const;

export type KeyCells = FieldValues<typeof KEYS_FIELDS, number>;
type Columns = FieldValues<typeof KEYS_FIELDS, Expression>;

/** The table that gives leaves of the state their ids. `space` is the memory's, in which a leaf's value is at its id. */
export function keysAir(space: number): Air {
  const b = new AirBuilder("keys", 0);
  const columns = b.declare(KEYS_FIELDS);
  const id = lookUpNumber30(b, columns.id);
  assertBoolean(b, { real: columns.real });
  answer(b, columns);
  value(b, columns, { space: b.constant(space), index: id });
  return b.build();
}

function answer(b: AirBuilder, { real, slot, account, kind, id, uses, usesInverse, accountUses }: Columns): void {
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
}

/** The leaf's values are those that the state has for its key, and those of its place in the memory. */
function value(b: AirBuilder, columns: Columns, place: { readonly space: Expression; readonly index: Expression }): void {
  const { real, slot, account, kind, before, after, head, middle, key } = columns;
  const fill = Array.from({ length: DIGEST / 2 }, () => b.constant(0));
  const block = [b.constant(EntryTag.insertion), kind, ...account, ...slot, ...fill];
  const part = (i: number): Expression[] => block.slice(DIGEST * i, DIGEST * (i + 1));
  const tag = b.constant(DomainTag.key);
  b.send(COMPRESSION, real, { tag, left: part(0), right: part(1), output: head });
  b.send(COMPRESSION, real, { tag, left: head, right: part(2), output: middle });
  b.send(COMPRESSION, real, { tag, left: middle, right: part(3), output: key });
  b.send(LEAF, real, { kind, key, before, after });
  b.send(FIRST_WORD, real, { ...place, word: before });
  b.receive(LAST_WORD, real, { ...place, word: after });
}
