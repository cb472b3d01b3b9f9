import type { Expression, ExpressionBuilder } from "../../stark/constraints/expression.ts";
import { WORD_ELEMENTS } from "../relation.ts";
import { fillFromSlots, type MachineTable } from "./machine-table.ts";

/** product·a·b + linear·c + constant = d. Operands that a row does not name have factors of 0, and may be anything. */
export const ARITHMETIC_TABLE: MachineTable = {
  slots: [
    { name: "a", memory: "word", access: "reads" },
    { name: "b", memory: "word", access: "reads" },
    { name: "c", memory: "word", access: "reads" },
    { name: "d", memory: "word", access: "either" },
  ],
  numbers: ["product", "linear", "constant"],
  constrain(b, { numbers: [product, linear, constant] }) {
    const [left, right, c, d] = ["a", "b", "c", "d"].map((name) => b.columns(name, WORD_ELEMENTS));
    if (!left || !right || !c || !d || !product || !linear || !constant) throw new Error("four words, three numbers");
    multiplyWords(b, left, right).forEach((term, i) => {
      const terms = [b.mul(product, term), b.mul(linear, c[i] ?? linear), ...(i === 0 ? [constant] : [])];
      b.assertEqual(`coordinate ${i}`, "everyRow", b.add(...terms), d[i] ?? constant);
    });
    return [left, right, c, d];
  },
  fill: fillFromSlots(4, WORD_ELEMENTS),
};

/** The product of two elements of the extension, of which X⁵ is 1 − X². */
function multiplyWords(b: ExpressionBuilder, left: readonly Expression[], right: readonly Expression[]): Expression[] {
  const product = new Array<Expression>(2 * WORD_ELEMENTS - 1).fill(b.constant(0));
  const addAt = (k: number, term: Expression): void => {
    product[k] = b.add(product[k] ?? term, term);
  };
  left.forEach((x, i) => right.forEach((y, j) => addAt(i + j, b.mul(x, y))));
  for (let k = product.length - 1; k >= WORD_ELEMENTS; k--) {
    const top = product[k] ?? b.constant(0);
    addAt(k - WORD_ELEMENTS, top);
    addAt(k - WORD_ELEMENTS + 2, b.sub(b.constant(0), top));
  }
  return product.slice(0, WORD_ELEMENTS);
}
