import type { Ext } from "../field/extension.ts";
import { POSEIDON_NODE_TAG } from "../kernels/tree-hash.ts";
import type { RejectionCode } from "../stark/openings/rejection.ts";
import type { Program, ProgramSection } from "./program.ts";
import {
  cellsOf,
  DEALT_OCTETS,
  NAMED_BITS,
  OCTET_ELEMENTS,
  type Octet,
  type Relation,
  type Word,
  WORD_ELEMENTS,
} from "./relation.ts";

type ArithmeticRelation = Extract<Relation, { readonly kind: "arithmetic" }>;

/** product·a·b + linear·c + constant. */
export interface ArithmeticTerms {
  readonly product?: { readonly factor: number; readonly a: Word; readonly b: Word };
  readonly linear?: { readonly factor: number; readonly c: Word };
  readonly constant?: number;
}

/** Writes a program relation by relation. Cells that a method does not take are new ones. */
export class Assembler {
  readonly #relations: Relation[] = [];
  readonly #sections: ProgramSection[] = [];
  readonly #constants = new Map<string, Word>();
  #words = 0;
  /** Number of words at the start of the last section. */
  #sectionWords = 0;
  #octets = 0;
  #publics = 0;
  #trees = 0;
  #scope = "";

  /** Begins a section. What does not hold in it is a rejection of this code. */
  section(title: string, code: RejectionCode): void {
    this.#sections.push({ title: `${this.#scope}${title}`, code, first: this.#relations.length });
    this.#sectionWords = this.#words;
  }

  /** Titles of the sections that begin from here on have this before them. */
  scope(name: string): void {
    this.#scope = `${name}: `;
  }

  newWord(): Word {
    return this.#words++ as Word;
  }

  newOctet(): Octet {
    return this.#octets++ as Octet;
  }

  newWords(count: number): Word[] {
    return Array.from({ length: count }, () => this.newWord());
  }

  /** The word of a constant, the same one each time. */
  constant(value: number | Ext): Word {
    const coordinates = typeof value === "number" ? [value, ...new Array<number>(WORD_ELEMENTS - 1).fill(0)] : value;
    const key = coordinates.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const word = this.newWord();
    this.#relations.push({ kind: "constant", value: coordinates, word });
    this.#constants.set(key, word);
    return word;
  }

  /** The words of elements of the base field. */
  constants(elements: readonly number[]): Word[] {
    return elements.map((element) => this.constant(element));
  }

  /** The next public value. */
  public(): Word {
    const word = this.newWord();
    this.#relations.push({ kind: "public", index: this.#publics++, word });
    return word;
  }

  /** Computes the sum of terms; `d` is the result if it is already a word. */
  arithmetic({ product, linear, constant = 0 }: ArithmeticTerms, d = this.newWord()): Word {
    this.#relations.push({
      kind: "arithmetic",
      product: product?.factor ?? 0,
      a: product?.a,
      b: product?.b,
      linear: linear?.factor ?? 0,
      c: linear?.c,
      constant,
      d,
    } satisfies ArithmeticRelation);
    return d;
  }

  /** 1/a: no value of it satisfies the relation for a = 0. */
  inverse(a: Word): Word {
    const [one, b] = [this.constant(1), this.newWord()];
    this.arithmetic({ product: { factor: 1, a, b } }, one);
    return b;
  }

  compress(tag: number, left: Octet, right: Octet, to = this.newOctet()): Octet {
    this.#relations.push({ kind: "compress", tag, left, right, to });
    return to;
  }

  /** The node above, in a path whose siblings are hints. Default of the tag: that of trees in proofs. */
  climb(bit: Word, from: Octet, to = this.newOctet(), tag = POSEIDON_NODE_TAG): Octet {
    this.#relations.push({ kind: "climb", tag, bit, from, to });
    return to;
  }

  /** Number of a new tree. */
  newTree(): number {
    return ++this.#trees;
  }

  /** The entry of a tree at an index; a hint if the octet is new. */
  offer(tree: number, index: number, octet = this.newOctet()): Octet {
    this.#relations.push({ kind: "offer", tree, index, octet });
    return octet;
  }

  /** The octet is the tree's entry at the index. */
  pick(tree: number, index: Word, octet: Octet): void {
    this.#relations.push({ kind: "pick", tree, index, octet });
  }

  /** An octet of up to eight elements of the base field, filled up with zeros. */
  pack(elements: readonly Word[], octet = this.newOctet()): Octet {
    const zero = this.constant(0);
    const words = Array.from({ length: OCTET_ELEMENTS }, (_, i) => elements[i] ?? zero);
    this.#relations.push({ kind: "pack", words, octet });
    return octet;
  }

  /** The first elements of an octet. */
  unpack(octet: Octet, count: number): Word[] {
    const elements = this.newWords(count);
    const words = Array.from({ length: OCTET_ELEMENTS }, (_, i) => elements[i]);
    this.#relations.push({ kind: "pack", words, octet });
    return elements;
  }

  /** Octets of the words' coordinates, the last one filled up with zeros. */
  deal(words: readonly Word[]): Octet[] {
    const zero = this.constant(0);
    const octets: Octet[] = [];
    for (let first = 0; first < words.length; first += OCTET_ELEMENTS) {
      const own = words.slice(first, first + OCTET_ELEMENTS);
      const count = Math.ceil((own.length * WORD_ELEMENTS) / OCTET_ELEMENTS);
      const dealt = Array.from({ length: DEALT_OCTETS }, (_, i) => (i < count ? this.newOctet() : undefined));
      octets.push(...dealt.filter((octet) => octet !== undefined));
      const all = Array.from({ length: OCTET_ELEMENTS }, (_, i) => own[i] ?? zero);
      this.#relations.push({ kind: "deal", words: all, octets: dealt });
    }
    return octets;
  }

  /** The parts of an element that are given cells; other parts are left open. */
  bits(element: Word, parts: { readonly low?: Word | undefined; readonly high?: Word; readonly bits?: readonly Word[] }): void {
    const bits = Array.from({ length: NAMED_BITS }, (_, i) => parts.bits?.[i]);
    this.#relations.push({ kind: "bits", element, low: parts.low, high: parts.high, bits });
  }

  /** from + Σ octetᵢ·weightᵢ. */
  dot(octet: Octet, weights: readonly Octet[], from: Word): Word {
    const to = this.newWord();
    this.#relations.push({ kind: "dot", octet, weights, from, to });
    return to;
  }

  /** Removes sums of this section that nothing reads. Later relations may not read them. */
  dropUnread(): void {
    const own = this.#relations.splice(this.#sections.at(-1)?.first ?? 0);
    const uses = new Map<number, number>();
    const count = (relation: Relation, by: number): void => {
      for (const { memory, cell } of cellsOf(relation)) if (memory === "word") uses.set(cell, (uses.get(cell) ?? 0) + by);
    };
    for (const relation of own) count(relation, 1);
    const kept = own.toReversed().filter((relation) => {
      // A word of this section that no other relation of it names is its own.
      const isUnread = relation.kind === "arithmetic" && relation.d >= this.#sectionWords && uses.get(relation.d) === 1;
      if (isUnread) count(relation, -1);
      return !isUnread;
    });
    this.#relations.push(...kept.toReversed());
  }

  /** The relations are not checked here: `programSystem` does that, once, for every program with a key. */
  build(name: string): Program {
    return {
      name,
      relations: this.#relations,
      sections: this.#sections,
      wordCount: this.#words,
      octetCount: this.#octets,
      publicCount: this.#publics,
    };
  }
}
