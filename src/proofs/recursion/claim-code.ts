import { inv, pow, rootOfUnity } from "../field/koala-bear.ts";
import { LOG_PARTS } from "../kernels/stack-layout.ts";
import type { Shape } from "../stark/systems/shape.ts";
import { lowestBitOf, type StackRange, type StackShape, valuePlaces } from "../stark/systems/stack-shape.ts";
import { formAt } from "./constraint-code.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { JoinedColumns } from "./joined-columns.ts";

/** A round of the sumcheck: its message and its challenge. */
export interface RoundForms {
  readonly atZero: Form;
  readonly atTwo: Form;
  readonly challenge: Form;
}

/** Inputs of the check of a stack's opened values (`stark/stacked/claims.ts`), in a program. */
interface ClaimForms {
  readonly atPoint: readonly Form[];
  readonly atNext: readonly Form[];
  /** δ. */
  readonly next: Form;
  /** α_k by bit of a place, from `lowestBit` on. */
  readonly bits: readonly (() => Form)[];
  readonly lowestBit: number;
  readonly rounds: readonly RoundForms[];
  readonly finalPolynomial: readonly Form[];
  /** z^(2^k). */
  readonly powers: readonly Form[];
}

const HALF = inv(2);

/** Writes "the claim that the rounds leave is the final polynomial's extension times W". */
export function writeClaim(shape: Shape, stack: StackShape, forms: FormArithmetic, claim: ClaimForms): void {
  const sum = claimedSum(shape, stack, forms, claim);
  const left = claim.rounds.reduce((current, round) => nextClaim(forms, current, round), sum);
  const challenges = claim.rounds.map(({ challenge }) => challenge);
  const rest = challenges.slice(challenges.length - Math.log2(claim.finalPolynomial.length));
  const closing = multilinear(forms, claim.finalPolynomial, rest);
  const weight = new StackWeight(shape, stack, forms, claim, pointByPlaces(stack, challenges)).total();
  forms.assertEqual(forms.mul(closing, weight), left);
}

/** σ: a column's weight is a product over the bits of its place, so columns are joined bit by bit. */
function claimedSum(shape: Shape, stack: StackShape, forms: FormArithmetic, claim: ClaimForms): Form {
  const [atPoint, atNext]: [PlacedForm[], PlacedForm[]] = [[], []];
  shape.blocks.forEach(({ logRows, firstValue, firstNext, nextWidth, joined }, b) => {
    valuePlaces(stack, b, joined).forEach((place, i) => {
      atPoint.push({ place, logRows, value: formAt(claim.atPoint, firstValue + i) });
      if (i * joined < nextWidth) atNext.push({ place, logRows, value: formAt(claim.atNext, firstNext + i) });
    });
  });
  return forms.add(joinPlaces(forms, atPoint, claim), forms.mul(claim.next, joinPlaces(forms, atNext, claim)));
}

interface PlacedForm {
  readonly place: number;
  readonly logRows: number;
  readonly value: Form;
}

/** Σ value · Π α_k over the bits k of its place. */
function joinPlaces(forms: FormArithmetic, placed: readonly PlacedForm[], { bits, lowestBit }: ClaimForms): Form {
  let joined = new Map<number, Form>();
  bits.forEach((challenge, i) => {
    const bit = lowestBit + i;
    for (const { place, logRows, value } of placed) if (logRows === bit) joined.set(place / 2 ** bit, value);
    const above = new Map<number, Form>();
    for (const [index, value] of joined) {
      const half = Math.floor(index / 2);
      const weighed = index % 2 === 1 ? forms.mul(challenge(), value) : value;
      const other = above.get(half);
      above.set(half, other === undefined ? weighed : forms.add(other, weighed));
    }
    joined = above;
  });
  return joined.get(0) ?? forms.zero;
}

/** h(r), of h(0), h(2) and h(1) = claim − h(0). */
function nextClaim(forms: FormArithmetic, claim: Form, { atZero, atTwo, challenge }: RoundForms): Form {
  const square = forms.sub(forms.add(forms.scale(atZero, 3), atTwo), forms.scale(claim, 2));
  const quadratic = forms.scale(square, HALF);
  const linear = forms.sub(forms.sub(claim, forms.scale(atZero, 2)), quadratic);
  return forms.polynomial([atZero, linear, quadratic], challenge);
}

/** The multilinear extension of values; the first coordinate belongs to the lowest bit of their index. */
function multilinear(forms: FormArithmetic, values: readonly Form[], point: readonly Form[]): Form {
  const [joined = forms.zero] = point.reduce<readonly Form[]>(
    (current, r) =>
      Array.from({ length: current.length / 2 }, (_, i) => forms.between(r, formAt(current, 2 * i), formAt(current, 2 * i + 1))),
    values,
  );
  return joined;
}

/** The rounds' challenges by bits of a place: those of a part, of the row that is left, of the stack column. */
function pointByPlaces({ logWidth }: StackShape, challenges: readonly Form[]): Form[] {
  const [parts, columns] = [challenges.slice(0, LOG_PARTS), challenges.slice(LOG_PARTS, LOG_PARTS + logWidth)];
  return [...parts, ...challenges.slice(LOG_PARTS + logWidth), ...columns];
}

/** W's multilinear extension at a point, by ranges of columns. */
class StackWeight {
  readonly #shape: Shape;
  readonly #stack: StackShape;
  readonly #forms: FormArithmetic;
  readonly #claim: ClaimForms;
  readonly #at: readonly Form[];
  readonly #joined: JoinedColumns;
  readonly #weights = new Map<string, Form>();

  constructor(shape: Shape, stack: StackShape, forms: FormArithmetic, claim: ClaimForms, at: readonly Form[]) {
    this.#shape = shape;
    this.#stack = stack;
    this.#forms = forms;
    this.#claim = claim;
    this.#at = at;
    this.#joined = new JoinedColumns(forms, at, (place) => this.#placeWeight(place));
  }

  total(): Form {
    const { add, mul } = this.#forms;
    let [atPoint, atNext] = [this.#forms.zero, this.#forms.zero];
    for (const range of this.#stack.ranges) {
      const { logRows, count, nextCount } = range;
      atPoint = add(atPoint, mul(this.#rows(logRows, false), this.#columns(range, count)));
      if (nextCount > 0) atNext = add(atNext, mul(this.#rows(logRows, true), this.#columns(range, nextCount)));
    }
    return add(atPoint, mul(this.#claim.next, atNext));
  }

  /** Contribution of the numbers of a range's first columns. */
  #columns(range: StackRange, length: number): Form {
    const { logRows, first, joined } = range;
    if (joined > 1) return this.#joined.total(range, length);
    return this.#forms.sub(this.#below(logRows, first + length), this.#below(logRows, first));
  }

  /** τ: the product of the challenges of a place's bits. */
  #placeWeight(place: number): Form {
    if (place === 0) return this.#forms.one;
    const bit = lowestBitOf(place);
    return this.#once(`place ${place}`, () => this.#forms.mul(this.#placeWeight(place - 2 ** bit), this.#challenge(bit)));
  }

  #challenge(bit: number): Form {
    const challenge = this.#claim.bits[bit - this.#claim.lowestBit];
    if (challenge === undefined) throw new Error(`no challenge for bit ${bit}`);
    return challenge();
  }

  /** Π over the bits k of a row of (1 − r_k + r_k·y^(2^k)), y the point of columns of that height, or their next point. */
  #rows(logRows: number, isNext: boolean): Form {
    const { tallest } = this.#shape;
    return this.#once(`rows ${logRows} ${isNext}`, () => {
      const factors = Array.from({ length: logRows }, (_, k) => {
        const j = tallest - logRows + k;
        const power = formAt(this.#claim.powers, j);
        const shift = isNext ? pow(rootOfUnity(tallest), 2n ** BigInt(j)) : 1;
        const r = formAt(this.#at, k);
        return this.#forms.add(this.#forms.mul(r, this.#forms.scale(power, shift)), this.#forms.sub(this.#forms.one, r));
      });
      return factors.reduce(this.#forms.mul);
    });
  }

  /** Σ over v < end of the weight of v's bits, in units of 2^logRows places. */
  #below(logRows: number, end: number): Form {
    const top = this.#claim.lowestBit + this.#claim.bits.length;
    if (end === 2 ** (top - logRows)) return this.#any(logRows, top);
    if (end > 2 ** (top - logRows)) throw new Error(`${end} is beyond the places of a stack`);
    return this.#once(`below ${logRows} ${end}`, () => {
      let sum = this.#forms.zero;
      for (let bit = top - 1; bit >= logRows; bit--) {
        const above = Math.floor(end / 2 ** (bit - logRows));
        if (above % 2 === 0) continue;
        // The numbers that first differ from `end` here: they have 0 where it has 1, and any lower bits.
        const same = this.#forms.mul(this.#same(bit + 1, Math.floor(above / 2)), this.#bit(bit, 0));
        sum = this.#forms.add(sum, this.#forms.mul(same, this.#any(logRows, bit)));
      }
      return sum;
    });
  }

  /** Contribution of the bits from `bit` if they are those of `high`. */
  #same(bit: number, high: number): Form {
    const top = this.#claim.lowestBit + this.#claim.bits.length;
    if (bit === top) return this.#forms.one;
    return this.#once(`same ${bit} ${high}`, () =>
      this.#forms.mul(this.#same(bit + 1, Math.floor(high / 2)), this.#bit(bit, high % 2)),
    );
  }

  /** Contribution of the bits from `first` to below `end`, any of them. */
  #any(first: number, end: number): Form {
    if (first === end) return this.#forms.one;
    return this.#once(`any ${first} ${end}`, () =>
      this.#forms.mul(this.#any(first, end - 1), this.#forms.add(this.#bit(end - 1, 0), this.#bit(end - 1, 1))),
    );
  }

  /** Contribution of a bit of a place. */
  #bit(bit: number, value: number): Form {
    const r = formAt(this.#at, bit);
    if (value === 0) return this.#forms.sub(this.#forms.one, r);
    return this.#once(`bit ${bit}`, () => this.#forms.mul(r, this.#challenge(bit)));
  }

  #once(key: string, write: () => Form): Form {
    const known = this.#weights.get(key);
    if (known !== undefined) return known;
    const form = write();
    const cell = form.product === undefined && form.linear === undefined ? form : this.#forms.cell(this.#forms.word(form));
    this.#weights.set(key, cell);
    return cell;
  }
}
