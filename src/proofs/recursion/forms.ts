import type { Ext } from "../field/extension.ts";
import { add as addBase, mul, neg } from "../field/koala-bear.ts";
import type { ArithmeticTerms, Assembler } from "./assembler.ts";
import { type Word, WORD_ELEMENTS } from "./relation.ts";

/** A sum that one relation can compute, not yet computed. Immutable; a separate word is written when it is first needed. */
export interface Form extends ArithmeticTerms {
  readonly constant: number;
}

/**
 * Arithmetic that writes few relations: a product, a multiple and a constant that meet in a sum are one relation, and multiples
 * by constants take no relation.
 */
export class FormArithmetic {
  readonly zero: Form = { constant: 0 };
  readonly one: Form = { constant: 1 };
  readonly #assembler: Assembler;
  readonly #words = new WeakMap<Form, Word>();

  constructor(assembler: Assembler) {
    this.#assembler = assembler;
  }

  /** A cell. */
  cell(c: Word): Form {
    return { linear: { factor: 1, c }, constant: 0 };
  }

  /** An element of the base field. */
  base(constant: number): Form {
    return { constant };
  }

  /** A constant of the extension. */
  extension(value: Ext): Form {
    return this.cell(this.#assembler.constant(value));
  }

  /** The element of the extension that has these coordinates. */
  joined(coordinates: readonly Word[]): Form {
    const terms = coordinates.map((coordinate, i) => {
      const unit = Array.from({ length: WORD_ELEMENTS }, (_, j) => (i === j ? 1 : 0));
      return i === 0 ? this.cell(coordinate) : this.mul(this.cell(coordinate), this.extension(unit));
    });
    return this.cell(this.word(terms.reduce(this.add)));
  }

  /** The cell of a form. */
  word(form: Form): Word {
    const { product, linear, constant } = form;
    if (product === undefined && constant === 0 && linear?.factor === 1) return linear.c;
    if (product === undefined && linear === undefined) return this.#assembler.constant(constant);
    const known = this.#words.get(form);
    if (known !== undefined) return known;
    const word = this.#assembler.arithmetic(form);
    this.#words.set(form, word);
    return word;
  }

  add = (left: Form, right: Form): Form => {
    let [x, y] = [this.#settled(left), this.#settled(right)];
    if (!fits(x, y) && termCount(x) >= termCount(y)) x = this.cell(this.word(x));
    else if (!fits(x, y)) y = this.cell(this.word(y));
    if (!fits(x, y)) [x, y] = [this.cell(this.word(x)), this.cell(this.word(y))];
    const constant = addBase(x.constant, y.constant);
    const product = x.product ?? y.product;
    if (product !== undefined || x.linear === undefined || y.linear === undefined) {
      const linear = x.linear ?? y.linear;
      return { ...(product && { product }), ...(linear && { linear }), constant };
    }
    const { factor, c } = x.linear;
    return { product: { factor, a: c, b: this.#assembler.constant(1) }, linear: y.linear, constant };
  };

  sub = (left: Form, right: Form): Form => this.add(left, this.neg(right));

  neg = (form: Form): Form => this.scale(this.#settled(form), neg(1));

  /** A multiple by an element of the base field. */
  scale(form: Form, by: number): Form {
    const { product, linear, constant } = this.#settled(form);
    if (by === 0) return this.zero;
    return {
      ...(product && { product: { ...product, factor: mul(product.factor, by) } }),
      ...(linear && { linear: { ...linear, factor: mul(linear.factor, by) } }),
      constant: mul(constant, by),
    };
  }

  mul = (left: Form, right: Form): Form => {
    const [x, y] = [this.#settled(left), this.#settled(right)];
    if (isConstant(x)) return this.scale(y, x.constant);
    if (isConstant(y)) return this.scale(x, y.constant);
    const [a, b] = [this.#multiple(x), this.#multiple(y)];
    return { product: { factor: mul(a.factor, b.factor), a: a.c, b: b.c }, constant: 0 };
  };

  /** Value `zero` if `at` is 0, and `one` if it is 1: the line through both. */
  between = (at: Form, zero: Form, one: Form): Form => this.add(this.mul(at, this.sub(one, zero)), zero);

  /** 1/form, which no proof has that makes it 0. */
  inverse(form: Form): Form {
    return this.cell(this.#assembler.inverse(this.word(form)));
  }

  assertEqual(left: Form, right: Form): void {
    this.#assembler.arithmetic(this.#settled(left), this.word(right));
  }

  /** Σ coefficientᵢ · xⁱ. */
  polynomial(coefficients: readonly Form[], x: Form): Form {
    return coefficients.reduceRight((sum, coefficient) => this.add(this.mul(sum, x), coefficient), this.zero);
  }

  /** A form, or its word where one was written. */
  #settled(form: Form): Form {
    const known = this.#words.get(form);
    return known === undefined ? form : this.cell(known);
  }

  /** A form as a multiple of one cell. */
  #multiple(form: Form): NonNullable<Form["linear"]> {
    if (form.product === undefined && form.constant === 0 && form.linear !== undefined) return form.linear;
    return { factor: 1, c: this.word(form) };
  }
}

function isConstant({ product, linear }: Form): boolean {
  return product === undefined && linear === undefined;
}

function termCount({ product, linear }: Form): number {
  return (product === undefined ? 0 : 1) + (linear === undefined ? 0 : 1);
}

/** Whether one relation computes the sum. */
function fits(x: Form, y: Form): boolean {
  return termCount(x) + termCount(y) <= 2 && (x.product === undefined || y.product === undefined);
}
