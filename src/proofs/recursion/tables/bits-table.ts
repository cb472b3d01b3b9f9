import { assertBoolean } from "../../circuits/words/expressions.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { ELEMENT_BITS, LOW_BITS, NAMED_BITS } from "../relation.ts";
import { baseWord, type MachineTable, slotList, writeValue } from "./machine-table.ts";

/** Products of the seven highest bits: of the first three, of five, of all. */
const TOP_PRODUCTS = 3;

/**
 * The bits of an element as a number below p: where the seven highest bits are all 1, the number is p − 1 and the others are 0.
 * There is no column of the element itself, nor of its halves: they are sums of bits.
 */
export const BITS_TABLE: MachineTable = {
  slots: [
    { name: "element", memory: "word", access: "reads" },
    { name: "low", memory: "word", access: "either" },
    { name: "high", memory: "word", access: "either" },
    ...slotList(NAMED_BITS, { name: "bit", memory: "word", access: "either" }),
  ],
  numbers: [],
  constrain(b) {
    const [bits, tops] = [b.columns("bit", ELEMENT_BITS), b.columns("top", TOP_PRODUCTS)];
    assertBoolean(b, { bit: bits });
    let product = b.constant(1);
    const left = bits.slice(NAMED_BITS);
    tops.forEach((top, i) => {
      const factors = [product, ...left.splice(0, i === 0 ? 3 : 2)];
      b.assertEqual(`top[${i}]`, "everyRow", top, b.mul(...factors));
      product = top;
    });
    b.assertZero("below p", "everyRow", b.mul(product, b.add(...bits.slice(0, NAMED_BITS))));
    const number = (digits: readonly Expression[]): Expression =>
      b.linear(
        digits,
        digits.map((_, i) => 2 ** i),
      );
    const parts = [number(bits), number(bits.slice(0, LOW_BITS)), number(bits.slice(LOW_BITS))];
    return [...parts, ...bits.slice(0, NAMED_BITS)].map((part) => baseWord(b, part));
  },
  fill(columns, rows) {
    for (let row = 0; row < rows.count; row++) {
      const [element = 0] = rows.value(row, 0) ?? [];
      const bits = Array.from({ length: ELEMENT_BITS }, (_, i) => Math.floor(element / 2 ** i) % 2);
      const areSet = (first: number): number => (bits.slice(NAMED_BITS, first).every((bit) => bit === 1) ? 1 : 0);
      const cells = [...bits, areSet(NAMED_BITS + 3), areSet(NAMED_BITS + 5), areSet(ELEMENT_BITS)];
      writeValue(columns, row, cells, 0, cells.length);
    }
  },
};
