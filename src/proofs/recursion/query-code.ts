import { inv, pow, rootOfUnity } from "../field/koala-bear.ts";
import { bitReverse } from "../kernels/bit-reversal.ts";
import { LOG_PARTS } from "../kernels/stack-layout.ts";
import { POSEIDON_LEAF_TAG } from "../kernels/tree-hash.ts";
import { DOMAIN_SHIFT } from "../stark/systems/parameters.ts";
import type { Shape } from "../stark/systems/shape.ts";
import type { Assembler } from "./assembler.ts";
import type { CappedTree } from "./cap-code.ts";
import { equalityForms } from "./equality-forms.ts";
import { formAt } from "./constraint-code.ts";
import type { FinalComparison } from "./final-code.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { OCTET_ELEMENTS, type Octet, type Word } from "./relation.ts";

/** Cells of a proof that its queries are checked on. */
interface QueriedCells {
  /** In proof order: trees of the trace, then those of layers. */
  readonly trees: readonly CappedTree[];
  /** Challenges that fold a leaf of each layer, the lowest bit's first. */
  readonly layers: readonly (readonly Form[])[];
  readonly final: FinalComparison;
}

/** Numbers that the highest bits of a position make, by the count of bits. */
type HighParts = (count: number) => Word;

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
    this.#folds = cells.layers.map((challenges) => {
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
    const high = this.#highParts(bits);
    let value = this.#openTrees(query, bits, high);
    let logFolded = 0;
    this.#cells.layers.forEach((challenges, layer) => {
      const own = bits.slice(logFolded);
      const inverse = this.#raised(inverses.get(logFolded + challenges.length), logFolded);
      value = this.#openLayer(query, layer, { value, bits: own, high, inverse });
      logFolded += challenges.length;
    });
    assembler.section(`query ${query}: final polynomial`, "FinalPolynomialMismatch");
    const point = (): Form => this.#forms.inverse(this.#raised(inverses.get(logFolded), logFolded));
    this.#cells.final({ index: high, point }, value);
  }

  /** Opens the trace trees; what their leaves fold to. */
  #openTrees(query: number, bits: readonly Word[], high: HighParts): Form {
    let [value, block] = [this.#assembler.constant(0), 0];
    this.#shape.trees.forEach((tree, index) => {
      this.#assembler.section(`query ${query}: tree ${index}`, "MerkleMismatch");
      const width = tree.blocks.reduce((sum, columns) => sum + columns.width, 0);
      const leaf = Array.from({ length: width / OCTET_ELEMENTS }, () => this.#assembler.newOctet());
      this.#hashPath(leaf, bits, high, this.#treeAt(index));
      for (const octet of leaf) value = this.#assembler.dot(octet, this.#weights[block++] ?? [], value);
    });
    return this.#forms.cell(value);
  }

  /** Opens and folds a leaf of a layer; `bits` are those of the position in it. */
  #openLayer(
    query: number,
    layer: number,
    {
      value,
      bits,
      high,
      inverse,
    }: { readonly value: Form; readonly bits: readonly Word[]; readonly high: HighParts; readonly inverse: Form },
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
    this.#hashPath(octets, bits.slice(count), high, this.#treeAt(this.#shape.trees.length + layer));
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

  /** A leaf's octets are those of the leaf with these bits of the tree. `high` has the highest ones as numbers. */
  #hashPath(octets: readonly Octet[], bits: readonly Word[], high: HighParts, { root, cap }: CappedTree): void {
    const climbed = bits.slice(0, bits.length - (cap?.level ?? 0));
    const end = (isLast: boolean): [Octet] | [] => (isLast && cap === undefined ? [root] : []);
    let digest = this.#zeros;
    octets.forEach((octet, i) => {
      const isLast = climbed.length === 0 && i === octets.length - 1;
      digest = this.#assembler.compress(POSEIDON_LEAF_TAG, digest, octet, ...end(isLast));
    });
    climbed.forEach((bit, i) => {
      digest = this.#assembler.climb(bit, digest, ...end(i === climbed.length - 1));
    });
    if (cap !== undefined) this.#assembler.pick(cap.tree, high(cap.level), digest);
  }

  /** The highest bits as numbers, each written when it is first used. Domains of layers end with the same bits. */
  #highParts(bits: readonly Word[]): HighParts {
    const forms = this.#forms;
    const parts: Word[] = [];
    return (count) => {
      for (const bit of bits.slice(bits.length - count, bits.length - parts.length).toReversed()) {
        const above = parts.at(-1);
        parts.push(above === undefined ? bit : forms.word(forms.add(forms.scale(forms.cell(above), 2), forms.cell(bit))));
      }
      const part = parts[count - 1];
      if (part === undefined) throw new Error(`no number of ${count} bits`);
      return part;
    };
  }

  /** Inverses by j of the point of the position without the bits below j, from the first layer that folds. */
  #pointInverses(bits: readonly Word[]): ReadonlyMap<number, Form> {
    const { logDomain } = this.#shape;
    const lowest = this.#cells.layers[0]?.length ?? 0;
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

  #treeAt(index: number): CappedTree {
    const tree = this.#cells.trees[index];
    if (tree === undefined) throw new Error(`tree ${index} has no root`);
    return tree;
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
