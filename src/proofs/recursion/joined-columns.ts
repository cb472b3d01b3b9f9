import type { StackRange } from "../stark/systems/stack-shape.ts";
import { equalityForms } from "./equality-forms.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { WORD_ELEMENTS } from "./relation.ts";

/** log2 of the size of groups of columns: all coordinates of a value are in one of them, or in it and the next. */
const LOG_GROUP = 3;
const GROUP = 2 ** LOG_GROUP;

/**
 * Weights of columns that hold the coordinates of values (`stark/stacked/claims.ts`), at a point, by the bits of their numbers.
 */
export class JoinedColumns {
  readonly #forms: FormArithmetic;
  readonly #at: readonly Form[];
  /** Factors of a column without a bit of its place, and with it. */
  readonly #factors: readonly (readonly [Form, Form])[];
  readonly #weigh: (place: number) => Form;
  readonly #equal = new Map<number, readonly Form[]>();
  readonly #coordinates = new Map<string, Form>();

  /** `at` is the point by bits of a place; `weigh` gives the τ of a place. */
  constructor(forms: FormArithmetic, at: readonly Form[], weigh: (place: number) => Form) {
    this.#forms = forms;
    this.#at = at;
    this.#factors = at.map((r) => [forms.sub(forms.one, r), r]);
    this.#weigh = weigh;
  }

  /**
   * Sum over a range's first columns: Σ over their values of τ · Σ over coordinates c of X^c · equality with the column's
   * number.
   */
  total({ logRows, first }: StackRange, length: number): Form {
    const groups = new Map<number, Form>();
    for (let column = first; column < first + length; column += WORD_ELEMENTS) {
      const weight = this.#weigh(column * 2 ** logRows);
      const [group, within] = [Math.floor(column / GROUP), column % GROUP];
      this.#add(groups, group, this.#forms.mul(weight, this.#coordinatesFrom(logRows, within)));
      if (within + WORD_ELEMENTS > GROUP)
        this.#add(groups, group + 1, this.#forms.mul(weight, this.#coordinatesFrom(logRows, within - GROUP)));
    }
    const joined = this.#factors.slice(logRows + LOG_GROUP).reduce((below, [zero, one]) => {
      const above = new Map<number, Form>();
      for (const [index, form] of below)
        this.#add(above, Math.floor(index / 2), this.#forms.mul(index % 2 === 0 ? zero : one, form));
      return above;
    }, groups);
    return joined.get(0) ?? this.#forms.zero;
  }

  #add(sums: Map<number, Form>, index: number, form: Form): void {
    const before = sums.get(index);
    sums.set(index, before === undefined ? form : this.#forms.add(before, form));
  }

  /**
   * Σ X^c · equality of the three lowest bits with `from` + c, over the coordinates c for which this is a number below 8: `from`
   * is negative where a value's first coordinates are in the group before.
   */
  #coordinatesFrom(logRows: number, from: number): Form {
    const key = `${logRows} ${from}`;
    const known = this.#coordinates.get(key);
    if (known !== undefined) return known;
    const equal = this.#equalityIn(logRows).slice(Math.max(from, 0), from + WORD_ELEMENTS);
    const sum = this.#forms.mul(this.#power(Math.max(-from, 0)), this.#forms.polynomial(equal, this.#power(1)));
    const cell = this.#forms.cell(this.#forms.word(sum));
    this.#coordinates.set(key, cell);
    return cell;
  }

  #equalityIn(logRows: number): readonly Form[] {
    const known = this.#equal.get(logRows);
    if (known !== undefined) return known;
    const equal = equalityForms(this.#forms, this.#at.slice(logRows, logRows + LOG_GROUP), GROUP);
    this.#equal.set(logRows, equal);
    return equal;
  }

  /** X^c. */
  #power(c: number): Form {
    return c === 0 ? this.#forms.one : this.#forms.extension(Array.from({ length: WORD_ELEMENTS }, (_, i) => (i === c ? 1 : 0)));
  }
}
