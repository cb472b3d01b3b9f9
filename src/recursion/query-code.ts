import { inv, pow, rootOfUnity } from "../field/koala-bear.ts";
import { bitReverse } from "../kernels/bit-reversal.ts";
import { LOG_PARTS } from "../kernels/stack-layout.ts";
import { POSEIDON_LEAF_TAG } from "../kernels/tree-hash.ts";
import { DOMAIN_SHIFT } from "../stark/systems/parameters.ts";
import type { Shape } from "../stark/systems/shape.ts";
import type { Assembler } from "./assembler.ts";
import { equalityForms } from "./equality-forms.ts";
import { formAt } from "./constraint-code.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { OCTET_ELEMENTS, type Octet, type Word } from "./relation.ts";

/** A layer that queries open, as a program has it. */
export interface LayerCells {
  readonly root: Octet;
  /** Challenges that fold a leaf of it, the lowest bit's first. */
  readonly challenges: readonly Form[];
}

/** What all queries of a proof are checked on. */
interface QueriedCells {
  /** Of the trace trees, in proof order. */
  readonly roots: readonly Octet[];
  readonly layers: readonly LayerCells[];
  readonly finalPolynomial: readonly Form[];
}

/**
 * A layer's challenges r as folds use them: r/(1 − r) of each, and what the ratios leave out, the product of all (1 − r)/2. A
 * proof whose challenge is 1 is refused; of 2^155 one is.
 */
interface FoldForms {
  readonly ratios: readonly Form[];
  readonly factor: Form;
}

const HALF = inv(2);

/** Writes what holds of each query: leaves, paths, the folds of layers, and the final polynomial's value. */
export class QueryCode {
  readonly #assembler: Assembler;
  readonly #forms: FormArithmetic;
  readonly #shape: Shape;
  readonly #cells: QueriedCells;
  readonly #zeros: Octet;
  /** Weights of a leaf's elements in all trees, eight to an entry. */
  readonly #weights: readonly (readonly Octet[])[];
  readonly #folds: readonly FoldForms[];

  constructor(assembler: Assembler, forms: FormArithmetic, shape: Shape, leafChallenges: readonly Form[], cells: QueriedCells) {
    this.#assembler = assembler;
    this.#forms = forms;
    this.#shape = shape;
    this.#cells = cells;
    this.#zeros = assembler.pack([]);
    this.#weights = leafWeights(assembler, forms, shape, leafChallenges);
    this.#folds = cells.layers.map(({ challenges }) => {
      const rests = challenges.map((r) => forms.sub(forms.one, r));
      const ratios = challenges.map((r, i) => forms.mul(r, forms.inverse(formAt(rests, i))));
      const factor = rests.map((rest) => forms.scale(rest, HALF)).reduce(forms.mul);
      return { ratios: ratios.map((ratio) => this.#settled(ratio)), factor: this.#settled(factor) };
    });
  }

  /** The checks of one query, whose position is the low bits of an element. */
  write(query: number, element: Word): void {
    const { logDomain } = this.#shape;
    const assembler = this.#assembler;
    assembler.section(`query ${query}: position`, "MerkleMismatch");
    const bits = assembler.newWords(logDomain);
    assembler.bits(element, { bits });
    const inverses = this.#pointInverses(bits);
    let value = this.#openTrees(query, bits);
    let logFolded = 0;
    this.#cells.layers.forEach(({ root, challenges }, layer) => {
      const own = bits.slice(logFolded);
      const inverse = this.#raised(inverses.get(logFolded + challenges.length), logFolded);
      value = this.#openLayer(query, layer, root, { value, bits: own, inverse });
      logFolded += challenges.length;
    });
    assembler.section(`query ${query}: final polynomial`, "FinalPolynomialMismatch");
    const point = this.#forms.inverse(this.#raised(inverses.get(logFolded), logFolded));
    this.#forms.assertEqual(this.#forms.polynomial(this.#cells.finalPolynomial, point), value);
  }

  /** Opens the trace trees; what their leaves fold to. */
  #openTrees(query: number, bits: readonly Word[]): Form {
    let [value, block] = [this.#assembler.constant(0), 0];
    this.#shape.trees.forEach((tree, index) => {
      this.#assembler.section(`query ${query}: tree ${index}`, "MerkleMismatch");
      const width = tree.blocks.reduce((sum, own) => sum + own.width, 0);
      const leaf = Array.from({ length: width / OCTET_ELEMENTS }, () => this.#assembler.newOctet());
      this.#hashToRoot(leaf, bits, this.#rootOf(index));
      for (const octet of leaf) value = this.#assembler.dot(octet, this.#weights[block++] ?? [], value);
    });
    return this.#forms.cell(value);
  }

  /** Opens and folds a leaf of a layer; `bits` are those of the position in it. */
  #openLayer(
    query: number,
    layer: number,
    root: Octet,
    { value, bits, inverse }: { readonly value: Form; readonly bits: readonly Word[]; readonly inverse: Form },
  ): Form {
    const folds = this.#folds[layer];
    if (folds === undefined) throw new Error(`layer ${layer} has no challenges`);
    const count = folds.ratios.length;
    this.#assembler.section(`query ${query}: value in layer ${layer}`, "FoldMismatch");
    const leaf = this.#assembler.newWords(2 ** count);
    const octets = this.#assembler.deal(leaf);
    const values = leaf.map((word) => this.#forms.cell(word));
    const differences = this.#differences(values);
    this.#forms.assertEqual(this.#selected(values, differences, bits.slice(0, count)), value);
    this.#assembler.section(`query ${query}: path in layer ${layer}`, "MerkleMismatch");
    this.#hashToRoot(octets, bits.slice(count), root);
    return this.#folded(values, differences, folds, inverse);
  }

  /** v(x) − v(−x), pair by pair. */
  #differences(values: readonly Form[]): Form[] {
    const pairs = Array.from(
      { length: values.length / 2 },
      (_, i) => [formAt(values, 2 * i), formAt(values, 2 * i + 1)] as const,
    );
    return pairs.map(([positive, negative]) => this.#settled(this.#forms.sub(positive, negative)));
  }

  /** The one of values at the index that has these bits. */
  #selected(values: readonly Form[], differences: readonly Form[], bits: readonly Word[]): Form {
    const { sub, mul, cell, zero } = this.#forms;
    const [selected = zero] = bits.reduce<readonly Form[]>(
      (current, bit, level) =>
        (level === 0 ? differences : this.#differences(current)).map((difference, i) =>
          sub(formAt(current, 2 * i), mul(cell(bit), difference)),
        ),
      values,
    );
    return selected;
  }

  /**
   * The fold of a leaf whose first position's point has this inverse: a challenge at a time, by pairs. With t the ratio over the
   * pair's point, v(x) + v(−x) + t·(v(x) − v(−x)) is (1 + t)·(v(x) − v(−x)) + 2·v(−x), which is one relation.
   */
  #folded(values: readonly Form[], differences: readonly Form[], { ratios, factor }: FoldForms, inverse: Form): Form {
    const forms = this.#forms;
    const { add, mul, zero, one } = forms;
    let power = inverse;
    const [folded = zero] = ratios.reduce<readonly Form[]>((current, ratio, level) => {
      const step = this.#settled(mul(ratio, power));
      power = mul(power, power);
      const logPairs = Math.log2(current.length) - 1;
      const root = inv(rootOfUnity(logPairs + 1));
      return (level === 0 ? differences : this.#differences(current)).map((difference, i) => {
        const weight = add(forms.scale(step, pow(root, bitReverse(i, logPairs))), one);
        return add(mul(weight, difference), forms.scale(formAt(current, 2 * i + 1), 2));
      });
    }, values);
    return this.#settled(mul(factor, folded));
  }

  /** A form as a cell. */
  #settled(form: Form): Form {
    return this.#forms.cell(this.#forms.word(form));
  }

  /** A leaf's octets are those of the leaf with these bits under the root. */
  #hashToRoot(octets: readonly Octet[], bits: readonly Word[], root: Octet): void {
    let digest = this.#zeros;
    octets.forEach((octet, i) => {
      const isRoot = bits.length === 0 && i === octets.length - 1;
      digest = this.#assembler.compress(POSEIDON_LEAF_TAG, digest, octet, ...(isRoot ? [root] : []));
    });
    bits.forEach((bit, i) => {
      digest = this.#assembler.climb(bit, digest, ...(i === bits.length - 1 ? [root] : []));
    });
  }

  /** By j: the inverse of the point of the position without the bits below j, from what the first layer folds on. */
  #pointInverses(bits: readonly Word[]): ReadonlyMap<number, Form> {
    const { logDomain } = this.#shape;
    const lowest = this.#cells.layers[0]?.challenges.length ?? 0;
    const { add, mul: times, cell } = this.#forms;
    let product = this.#forms.base(inv(DOMAIN_SHIFT));
    const inverses = new Map([[logDomain, product]]);
    for (let i = logDomain - 1; i >= lowest; i--) {
      const root = inv(pow(rootOfUnity(logDomain), 2n ** BigInt(logDomain - 1 - i)));
      const bit = cell(bits[i] ?? this.#assembler.constant(0));
      product = add(this.#forms.scale(times(bit, product), root - 1), product);
      product = cell(this.#forms.word(product));
      inverses.set(i, product);
    }
    return inverses;
  }

  /** x^(2^log). */
  #raised(x: Form | undefined, log: number): Form {
    if (x === undefined) throw new Error("a point is missing");
    let power = x;
    for (let i = 0; i < log; i++) power = this.#forms.mul(power, power);
    return power;
  }

  #rootOf(tree: number): Octet {
    const root = this.#cells.roots[tree];
    if (root === undefined) throw new Error(`tree ${tree} has no root`);
    return root;
  }
}

/** Weights of a leaf's elements, 16 of each stack column, dealt eight by eight. */
function leafWeights(assembler: Assembler, forms: FormArithmetic, { stack }: Shape, challenges: readonly Form[]): Octet[][] {
  const parts = equalityForms(forms, challenges.slice(0, LOG_PARTS), 2 ** LOG_PARTS);
  const columns = equalityForms(forms, challenges.slice(LOG_PARTS), stack?.width ?? 0);
  const all = columns.flatMap((column) => parts.map((part) => forms.word(forms.mul(column, part))));
  return Array.from({ length: all.length / OCTET_ELEMENTS }, (_, i) =>
    assembler.deal(all.slice(i * OCTET_ELEMENTS, (i + 1) * OCTET_ELEMENTS)),
  );
}
