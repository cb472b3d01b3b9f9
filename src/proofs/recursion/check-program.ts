import { NamedError } from "../../ground/errors/named-error.ts";
import { isCanonical } from "../field/koala-bear.ts";
import { disassemble } from "./disassembly.ts";
import type { Program } from "./program.ts";
import { cellsOf, DEALT_OCTETS, type NamedCell, NAMED_BITS, OCTET_ELEMENTS, type Relation, WORD_ELEMENTS } from "./relation.ts";

/*
 * What must be true of every program, so that its tables need not say it: every cell has one value, which
 * follows from
 * relations or is a hint, and a hint is hashed. Relation by relation:
 *
 *  - cells exist, numbers are canonical, nothing is named where nothing may be;
 *  - the first relation to name a cell may give it its value in the role that it names it in;
 *  - an inverse is one of a constant that is not 0, so there is one for each factor that has any;
 *  - of an octet that is packed, and of octets that are dealt, all elements are named cells';
 *  - hints are the right operand of a compression, or in octets that are; entries of trees that are hints may be the left one;
 *  - the first tree has number 1, and an entry is offered once.
 *
 * And behind the last one: each cell is read, so nothing is computed and then not compared; each public value is read once. An
 * offer of a digest does not read it: otherwise picks would be compared with hints that lead to no root.
 */

/** Throws ProgramError that names the first relation which is wrong. */
export function checkProgram(program: Program): void {
  new ProgramCheck(program).run();
}

/** A cell by memory and number, as an integer: a program compares millions of keys. */
function keyOf({ memory, cell }: Pick<NamedCell, "memory" | "cell">): number {
  return memory === "word" ? 2 * cell : 2 * cell + 1;
}

function nameOf(key: number): string {
  return `${isWord(key) ? "word" : "octet"} ${Math.floor(key / 2)}`;
}

function isWord(key: number): boolean {
  return key % 2 === 0;
}

class ProgramCheck {
  readonly #program: Program;
  readonly #introduced = new Map<number, Relation>();
  readonly #read = new Set<number>();
  /** Packs of words to a new octet. */
  readonly #packed = new Set<Relation>();
  /** Octets that are the right operand of a compression. */
  readonly #hashed = new Set<number>();
  /** Octets that are the left one. */
  readonly #hashedLeft = new Set<number>();
  /** Indices of offered entries, by tree. */
  readonly #offered = new Map<number, Set<number>>();

  constructor(program: Program) {
    this.#program = program;
    for (const relation of program.relations) {
      if (relation.kind !== "compress") continue;
      this.#hashed.add(relation.right);
      this.#hashedLeft.add(relation.left);
    }
  }

  run(): void {
    const { relations, sections, publicCount } = this.#program;
    if (sections[0]?.first !== 0) throw new ProgramError("NoSection", "the first relation belongs to no section");
    const publics = new Set<number>();
    for (const relation of relations) {
      this.#checkNumbers(relation);
      const isNew = this.#introduce(relation);
      if (relation.kind === "public" && publics.size === publics.add(relation.index).size)
        fail(relation, "PublicTwice", `public value ${relation.index} is read twice`);
      if (relation.kind === "pack") this.#checkPack(relation, isNew);
      if (relation.kind === "deal") this.#checkDeal(relation, isNew);
      if (relation.kind === "offer") this.#checkOffer(relation, isNew);
      // Filling rows of the table of offers have any octet as an entry of tree 0.
      if ((relation.kind === "offer" || relation.kind === "pick") && relation.tree === 0)
        fail(relation, "TreeZero", "the first tree has number 1");
    }
    if (publics.size !== publicCount)
      throw new ProgramError("PublicUnread", `${publicCount} public values, of which ${publics.size} are read`);
    for (const [key, relation] of this.#introduced) {
      // A nonce is a hint that is hashed and nothing else; what is unpacked is read.
      const isHashedHint = relation.kind === "pack" && isWord(key) && this.#packed.has(relation);
      // The existence of an inverse can be the whole purpose.
      const isInverse =
        relation.kind === "arithmetic" && relation.b !== undefined && key === keyOf({ memory: "word", cell: relation.b });
      if (!this.#read.has(key) && !isHashedHint && !isInverse && relation.kind !== "constant")
        fail(relation, "NeverRead", `no other relation reads ${nameOf(key)}`);
    }
  }

  #checkNumbers(relation: Relation): void {
    const numbers = numbersOf(relation);
    if (!numbers.every(isCanonical)) fail(relation, "NotCanonical", `not all of ${numbers.join(", ")} are below p`);
    for (const { memory, cell } of cellsOf(relation)) {
      const count = memory === "word" ? this.#program.wordCount : this.#program.octetCount;
      if (!Number.isInteger(cell) || cell < 0 || cell >= count) fail(relation, "NoSuchCell", `${memory} ${cell} of ${count}`);
    }
    const wrong = malformation(relation, this.#program);
    if (wrong !== undefined) fail(relation, "Malformed", wrong);
  }

  /** Takes a relation's cells in; those that it is the first to name. */
  #introduce(relation: Relation): ReadonlySet<number> {
    const cells = cellsOf(relation);
    const isNew = new Set(cells.map(keyOf).filter((key) => !this.#introduced.has(key)));
    for (const named of cells) {
      const key = keyOf(named);
      if (!isNew.has(key) || this.#introduced.has(key)) {
        if (isNew.has(key)) fail(relation, "NamedTwice", `${nameOf(key)} is introduced and read by one relation`);
        if (relation.kind !== "offer" || this.#introduced.get(key)?.kind === "deal") this.#read.add(key);
        continue;
      }
      if (named.role === "read") fail(relation, "ReadBeforeWritten", `${nameOf(key)} has no value yet`);
      if (named.role === "factor" && !this.#isInversion(relation))
        fail(relation, "NoInversion", `${nameOf(key)} is not an inverse of a constant`);
      this.#introduced.set(key, relation);
    }
    return isNew;
  }

  /** product·a·b = d, where d is a constant other than 0. */
  #isInversion(relation: Relation): boolean {
    if (relation.kind !== "arithmetic" || relation.c !== undefined || relation.constant !== 0) return false;
    const origin = this.#introduced.get(keyOf({ memory: "word", cell: relation.d }));
    return origin?.kind === "constant" && origin.value.some((coordinate) => coordinate !== 0);
  }

  #checkPack(relation: Extract<Relation, { readonly kind: "pack" }>, isNew: ReadonlySet<number>): void {
    const { words, octet } = relation;
    if (!isNew.has(keyOf({ memory: "octet", cell: octet }))) return;
    this.#packed.add(relation);
    if (words.includes(undefined)) fail(relation, "OpenElement", `an element of octet ${octet} is any number`);
    const hasHints = words.some((word) => word !== undefined && isNew.has(keyOf({ memory: "word", cell: word })));
    if (hasHints && !this.#hashed.has(octet)) fail(relation, "HintNotHashed", `octet ${octet} has hints and is not compressed`);
  }

  #checkDeal(relation: Extract<Relation, { readonly kind: "deal" }>, isNew: ReadonlySet<number>): void {
    const { words, octets } = relation;
    for (const octet of octets)
      if (octet !== undefined && !isNew.has(keyOf({ memory: "octet", cell: octet })))
        fail(relation, "OpenElement", `octet ${octet} has elements before words are dealt to it`);
    words.forEach((word, i) => {
      if (!isNew.has(keyOf({ memory: "word", cell: word }))) return;
      const [first, last] = [i * WORD_ELEMENTS, (i + 1) * WORD_ELEMENTS - 1].map((at) => Math.floor(at / OCTET_ELEMENTS));
      for (const octet of octets.slice(first, (last ?? 0) + 1))
        if (octet === undefined || !this.#hashed.has(octet))
          fail(relation, "HintNotHashed", `word ${word} is a hint in an octet that is not compressed`);
    });
  }

  #checkOffer(relation: Extract<Relation, { readonly kind: "offer" }>, isNew: ReadonlySet<number>): void {
    const { tree, index, octet } = relation;
    const known = this.#offered.get(tree) ?? new Set<number>();
    if (known.has(index)) fail(relation, "OfferedTwice", `entry ${index} of tree ${tree} is offered by another relation`);
    this.#offered.set(tree, known.add(index));
    const isHashed = this.#hashed.has(octet) || this.#hashedLeft.has(octet);
    if (isNew.has(keyOf({ memory: "octet", cell: octet })) && !isHashed)
      fail(relation, "HintNotHashed", `octet ${octet} is a hint and is not compressed`);
  }
}

function numbersOf(relation: Relation): readonly number[] {
  if (relation.kind === "arithmetic") return [relation.product, relation.linear, relation.constant];
  if (relation.kind === "constant") return relation.value;
  if (relation.kind === "offer") return [relation.tree, relation.index];
  if (relation.kind === "pick") return [relation.tree];
  return relation.kind === "compress" || relation.kind === "climb" ? [relation.tag] : [];
}

/** Description of a malformed relation. */
function malformation(relation: Relation, { publicCount }: Program): string | undefined {
  const lengths = (parts: readonly unknown[], length: number): string | undefined =>
    parts.length === length ? undefined : `${parts.length} parts instead of ${length}`;
  switch (relation.kind) {
    case "arithmetic": {
      const { product, a, b, linear, c } = relation;
      const isWhole = (product !== 0) === (a !== undefined) && (a === undefined) === (b === undefined);
      return isWhole && (linear !== 0) === (c !== undefined) ? undefined : "a factor without its cells, or cells without it";
    }
    case "constant":
      return lengths(relation.value, WORD_ELEMENTS);
    case "public":
      return relation.index < publicCount ? undefined : `public value ${relation.index} of ${publicCount}`;
    case "pack":
      return lengths(relation.words, OCTET_ELEMENTS);
    case "deal":
      return lengths(relation.words, OCTET_ELEMENTS) ?? lengths(relation.octets, DEALT_OCTETS);
    case "bits":
      return lengths(relation.bits, NAMED_BITS);
    case "dot":
      return lengths(relation.weights, DEALT_OCTETS);
    case "compress":
    case "climb":
    case "offer":
    case "pick":
      return undefined;
  }
}

function fail(relation: Relation, code: ProgramErrorCode, reason: string): never {
  throw new ProgramError(code, `${disassemble(relation)}: ${reason}`);
}

type ProgramErrorCode =
  | "NoSection"
  | "NoSuchCell"
  | "NotCanonical"
  | "Malformed"
  | "ReadBeforeWritten"
  | "NamedTwice"
  | "NoInversion"
  | "OpenElement"
  | "HintNotHashed"
  | "NeverRead"
  | "PublicTwice"
  | "PublicUnread"
  | "TreeZero"
  | "OfferedTwice"
  /** Not a fault of the relations: the digest is not the one that is admitted. */
  | "OtherDigest";

/**
 * The relations form an invalid program: a cell could have several values, or none, or is compared with nothing; or the
 * program is not admitted.
 */
export class ProgramError extends NamedError<ProgramErrorCode> {
  override readonly name = "ProgramError";
}
