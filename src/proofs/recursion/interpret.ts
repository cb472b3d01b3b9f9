import { createExtension, type Ext } from "../field/extension.ts";
import { compress } from "../kernels/poseidon.ts";
import type { Program } from "./program.ts";
import { DEALT_OCTETS, LOW_BITS, OCTET_ELEMENTS, type Octet, type Relation, type Word, WORD_ELEMENTS } from "./relation.ts";

/** Hints of a run: words and octets in the order in which the program takes them. */
export interface Hints {
  readonly words: readonly Ext[];
  readonly octets: readonly (readonly number[])[];
}

/** Contents of the cells after a run, up to the relation that does not hold. */
export interface Memory {
  readonly words: readonly (Ext | undefined)[];
  readonly octets: readonly (readonly number[] | undefined)[];
  /** Siblings in the order of the steps of paths, which are in no cell. */
  readonly siblings: readonly (readonly number[])[];
}

type RunResult =
  | { readonly ok: true; readonly memory: Memory }
  /** No value of what the relation introduces satisfies it. */
  | { readonly ok: false; readonly relation: number };

const field = createExtension(WORD_ELEMENTS);

/**
 * Fills a program's cells from its public values and hints, relation by relation, and compares where they have values already.
 * Throws RangeError unless there are as many public values as the program has, and as many hints as it takes.
 */
export function interpret(program: Program, publicValues: readonly number[], hints: Hints, compressOf = compress): RunResult {
  if (publicValues.length !== program.publicCount)
    throw new RangeError(`program ${program.name} has ${program.publicCount} public values, not ${publicValues.length}`);
  const run = new Run(program, publicValues, hints, compressOf);
  const failed = program.relations.findIndex((relation) => !run.satisfy(relation));
  if (failed >= 0) return { ok: false, relation: failed };
  run.requireAllHints();
  return { ok: true, memory: run };
}

class Run implements Memory {
  readonly words: (Ext | undefined)[];
  readonly octets: (readonly number[] | undefined)[];
  readonly siblings: (readonly number[])[] = [];
  readonly #publicValues: readonly number[];
  readonly #hints: Hints;
  readonly #compress: typeof compress;
  /** Octets of offered entries, by tree and index. */
  readonly #offered = new Map<number, Map<number, Octet>>();
  #nextWord = 0;
  #nextOctet = 0;

  constructor(program: Program, publicValues: readonly number[], hints: Hints, compressOf: typeof compress) {
    this.words = new Array<Ext | undefined>(program.wordCount).fill(undefined);
    this.octets = new Array<readonly number[] | undefined>(program.octetCount).fill(undefined);
    this.#publicValues = publicValues;
    this.#hints = hints;
    this.#compress = compressOf;
  }

  requireAllHints(): void {
    const { words, octets } = this.#hints;
    if (this.#nextWord !== words.length || this.#nextOctet !== octets.length)
      throw new RangeError(
        `${words.length} words and ${octets.length} octets are hints, the program took ${this.#nextWord} and ${this.#nextOctet}`,
      );
  }

  /** Whether the relation holds, once it has given what it introduces a value. */
  satisfy(relation: Relation): boolean {
    switch (relation.kind) {
      case "arithmetic":
        return this.#satisfyArithmetic(relation);
      case "constant":
        return this.#settle(relation.word, relation.value);
      case "public":
        return this.#settle(relation.word, field.fromBase(this.#publicValues[relation.index] ?? 0));
      case "compress": {
        const right = this.octets[relation.right] ?? this.#hintOctet(relation.right);
        return this.#settleOctet(relation.to, this.#compress(relation.tag, this.#octet(relation.left), right));
      }
      case "climb":
        return this.#satisfyClimb(relation);
      case "offer":
        return this.#satisfyOffer(relation);
      case "pick":
        return this.#satisfyPick(relation);
      case "pack":
        return this.#satisfyPack(relation);
      case "deal":
        return this.#satisfyDeal(relation);
      case "bits":
        return this.#satisfyBits(relation);
      case "dot": {
        const weights = joinOctets(relation.weights.map((octet) => this.#octet(octet)));
        const terms = this.#octet(relation.octet).map((element, i) => field.scale(weights[i] ?? field.zero, element));
        return this.#settle(relation.to, terms.reduce(field.add, this.#word(relation.from)));
      }
    }
  }

  #satisfyArithmetic(relation: Extract<Relation, { readonly kind: "arithmetic" }>): boolean {
    const { product, a, b, linear, c, constant, d } = relation;
    if (a !== undefined && b !== undefined && this.words[b] === undefined) {
      const divisor = field.scale(this.#word(a), product);
      if (field.equal(divisor, field.zero)) return false;
      this.words[b] = field.mul(this.#word(d), field.inv(divisor));
      return true;
    }
    let sum = field.fromBase(constant);
    if (a !== undefined && b !== undefined) sum = field.add(sum, field.scale(field.mul(this.#word(a), this.#word(b)), product));
    if (c !== undefined) sum = field.add(sum, field.scale(this.#word(c), linear));
    return this.#settle(d, sum);
  }

  #satisfyClimb({ tag, bit, from, to }: Extract<Relation, { readonly kind: "climb" }>): boolean {
    const sibling = this.#takeOctet();
    this.siblings.push(sibling);
    const own = this.#octet(from);
    const side = this.#word(bit);
    if (field.equal(side, field.zero)) return this.#settleOctet(to, this.#compress(tag, own, sibling));
    if (field.equal(side, field.one)) return this.#settleOctet(to, this.#compress(tag, sibling, own));
    return false;
  }

  #satisfyOffer({ tree, index, octet }: Extract<Relation, { readonly kind: "offer" }>): boolean {
    if (this.octets[octet] === undefined) this.#hintOctet(octet);
    const offered = this.#offered.get(tree) ?? new Map<number, Octet>();
    this.#offered.set(tree, offered.set(index, octet));
    return true;
  }

  #satisfyPick({ tree, index, octet }: Extract<Relation, { readonly kind: "pick" }>): boolean {
    const at = this.#word(index);
    const offered = this.#offered.get(tree)?.get(at[0] ?? 0);
    return isBase(at) && offered !== undefined && this.#settleOctet(octet, this.#octet(offered));
  }

  #satisfyPack({ words, octet }: Extract<Relation, { readonly kind: "pack" }>): boolean {
    const known = this.octets[octet];
    if (known !== undefined)
      return words.every((word, i) => word === undefined || this.#settle(word, field.fromBase(known[i] ?? 0)));
    const elements = words.map((word) => (word === undefined ? field.zero : (this.words[word] ?? this.#hintWord(word))));
    return (
      elements.every(isBase) &&
      this.#settleOctet(
        octet,
        elements.map(([element = 0]) => element),
      )
    );
  }

  #satisfyDeal({ words, octets }: Extract<Relation, { readonly kind: "deal" }>): boolean {
    const elements = words.flatMap((word) => this.words[word] ?? this.#hintWord(word));
    return octets.every(
      (octet, i) => octet === undefined || this.#settleOctet(octet, elements.slice(i * OCTET_ELEMENTS, (i + 1) * OCTET_ELEMENTS)),
    );
  }

  #satisfyBits({ element, low, high, bits }: Extract<Relation, { readonly kind: "bits" }>): boolean {
    const value = this.#word(element);
    if (!isBase(value)) return false;
    const [number = 0] = value;
    const settle = (word: Word | undefined, part: number): boolean =>
      word === undefined || this.#settle(word, field.fromBase(part));
    const halves = settle(low, number % 2 ** LOW_BITS) && settle(high, Math.floor(number / 2 ** LOW_BITS));
    return halves && bits.every((bit, i) => settle(bit, Math.floor(number / 2 ** i) % 2));
  }

  #word(cell: Word): Ext {
    const value = this.words[cell];
    if (value === undefined) throw new Error(`word ${cell} has no value`);
    return value;
  }

  #octet(cell: Octet): readonly number[] {
    const value = this.octets[cell];
    if (value === undefined) throw new Error(`octet ${cell} has no value`);
    return value;
  }

  /** Gives a cell its value, or compares it with the one that it has. */
  #settle(cell: Word, value: Ext): boolean {
    const known = (this.words[cell] ??= value);
    return known === value || field.equal(known, value);
  }

  #settleOctet(cell: Octet, value: readonly number[]): boolean {
    const known = (this.octets[cell] ??= value);
    return known === value || known.every((element, i) => element === value[i]);
  }

  #hintWord(cell: Word): Ext {
    const hint = this.#hints.words[this.#nextWord++];
    if (hint === undefined) throw new RangeError(`${this.#hints.words.length} words are hints, fewer than the program takes`);
    return (this.words[cell] = hint);
  }

  #hintOctet(cell: Octet): readonly number[] {
    return (this.octets[cell] = this.#takeOctet());
  }

  #takeOctet(): readonly number[] {
    const hint = this.#hints.octets[this.#nextOctet++];
    if (hint === undefined) throw new RangeError(`${this.#hints.octets.length} octets are hints, fewer than the program takes`);
    return hint;
  }
}

function isBase([, ...others]: Ext): boolean {
  return others.every((coordinate) => coordinate === 0);
}

/** Five octets as the eight words that are dealt to them. */
function joinOctets(octets: readonly (readonly number[])[]): Ext[] {
  const elements = octets.flat();
  return Array.from({ length: (DEALT_OCTETS * OCTET_ELEMENTS) / WORD_ELEMENTS }, (_, i) =>
    elements.slice(i * WORD_ELEMENTS, (i + 1) * WORD_ELEMENTS),
  );
}
