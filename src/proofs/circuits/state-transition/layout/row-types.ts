import type { AirBuilder } from "../../../stark/constraints/air.ts";
import type { Expression } from "../../../stark/constraints/expression.ts";

/**
 * Type of a row. Codes are free except that `padding` is 0 (it saves a term) and that, of the types that can
 * follow a finished path, only those of a top row have bit 4 set (`TOP_BIT`): this prevents a path from
 * ending in the top.
 */
export const RowType = {
  padding: 0,
  /** One level of a path: the old lane, then the new one. */
  pathOld: 1,
  pathNew: 2,
  /** An update: its header joins the diff digest, … */
  header: 3,
  /** … the leaf's key and successor are hashed, … */
  pair: 4,
  /** … the new value is hashed … */
  value: 5,
  /** … and joins the diff digest; then the leaf before and after. */
  absorbValue: 6,
  leafOld: 7,
  leafNew: 8,
  /** An insertion: low key < new key and new key < successor, each by one pair of digit rows, … */
  lowDigits: 9,
  lowGap: 10,
  highDigits: 11,
  highGap: 12,
  /** … the value, hashed and absorbed after the low leaf's path, and the new leaf. */
  insertedValue: 13,
  absorbInserted: 14,
  insertedLeaf: 15,
  /** The two highest levels of the tree and the state roots. */
  topOld1: 16,
  topNew1: 17,
  topOld2: 18,
  topNew2: 19,
  stateOld: 20,
  stateNew: 21,
  /** … the key's derivation, its absorption, */
  keyStart: 22,
  keyMiddle: 23,
  keyEnd: 24,
  absorbKey: 25,
  /** … the lanes in which the keys differ, the new leaf's pair digest, */
  lowKeys: 26,
  highKeys: 27,
  /** … the low leaf before and after. */
  lowPairOld: 28,
  lowPairNew: 29,
  lowLeafOld: 30,
  lowLeafNew: 31,
} as const;
export type RowTypeName = keyof typeof RowType;
export type RowType = (typeof RowType)[RowTypeName];

/** All names, in no particular order. */
export const ROW_TYPE_NAMES = Object.keys(RowType) as RowTypeName[];
/** Number of bits of a code. */
export const TYPE_BITS = 5;
/** The bit that `topOld1` has and every type that follows a finished path lacks. */
export const TOP_BIT = 4;

/** The rows that have exactly one kind of successor. The others: `pathNew` and `stateNew`. */
export const SUCCESSOR: Readonly<Partial<Record<RowTypeName, RowTypeName>>> = {
  padding: "padding",
  pathOld: "pathNew",
  header: "pair",
  pair: "value",
  value: "absorbValue",
  absorbValue: "leafOld",
  leafOld: "leafNew",
  leafNew: "pathOld",
  lowDigits: "lowGap",
  lowGap: "highDigits",
  highDigits: "highGap",
  highGap: "keyStart",
  keyStart: "keyMiddle",
  keyMiddle: "keyEnd",
  keyEnd: "absorbKey",
  absorbKey: "lowKeys",
  lowKeys: "highKeys",
  highKeys: "lowPairOld",
  lowPairOld: "lowPairNew",
  lowPairNew: "lowLeafOld",
  lowLeafOld: "lowLeafNew",
  lowLeafNew: "pathOld",
  insertedValue: "absorbInserted",
  absorbInserted: "insertedLeaf",
  insertedLeaf: "pathOld",
  topOld1: "topNew1",
  topNew1: "topOld2",
  topOld2: "topNew2",
  topNew2: "stateOld",
  stateOld: "stateNew",
};

/** For each type, 1 on its rows and 0 elsewhere (once the bits are boolean), of degree 5. */
export function typeSelectors(b: AirBuilder, bits: readonly Expression[]): (name: RowTypeName) => Expression {
  const one = b.constant(1);
  const products = (chosen: readonly Expression[]): Expression[] =>
    chosen.reduce<Expression[]>(
      (partial, bit) => [...partial.map((p) => b.mul(p, b.sub(one, bit))), ...partial.map((p) => b.mul(p, bit))],
      [one],
    );
  const low = products(bits.slice(0, 3));
  const high = products(bits.slice(3));
  const selectors = high.flatMap((h) => low.map((l) => b.mul(l, h)));
  return (name) => {
    const selector = selectors[RowType[name]];
    if (selector === undefined) throw new RangeError(`row type ${name} has no selector`);
    return selector;
  };
}
