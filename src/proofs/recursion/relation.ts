import type { Ext } from "../field/extension.ts";

/*
 * What a program of the recursion machine is made of: relations between cells, all of which must hold. There is no program
 * counter
 * and no branch: a program is straight-line, and written for proofs of one shape. The order of its relations is that in which an
 * interpreter fills the cells; what they say does not depend on it.
 *
 * A cell is written once. The first relation that names it introduces it, with a value that follows from the relation's other
 * cells or is a hint, and every later one reads it.
 */

/** Elements of a word: one of the extension field. */
export const WORD_ELEMENTS = 5;
/** Elements of an octet: a digest, or a block of what is hashed. */
export const OCTET_ELEMENTS = 8;
/** Octets that have as many elements as eight words. */
export const DEALT_OCTETS = 5;
/** Bits of a number below p = 127·2²⁴ + 1. */
export const ELEMENT_BITS = 31;
/** Bits of an element that a relation names one by one: as many as are uniform. */
export const NAMED_BITS = 24;
/** Bits of an element that its lower half has; the higher one has the others. */
export const LOW_BITS = 16;

/** A cell with an element of the extension; one of the base field is in its first coordinate. */
export type Word = number & { readonly __word: unique symbol };

/** A cell that holds eight elements. */
export type Octet = number & { readonly __octet: unique symbol };

/** One relation. Coefficients, tags and constants are canonical. */
export type Relation =
  /** product·a·b + linear·c + constant = d. Without a product no a and b; without a linear part no c. */
  | {
      readonly kind: "arithmetic";
      readonly product: number;
      readonly a: Word | undefined;
      readonly b: Word | undefined;
      readonly linear: number;
      readonly c: Word | undefined;
      readonly constant: number;
      readonly d: Word;
    }
  /** The word is this constant. */
  | { readonly kind: "constant"; readonly value: Ext; readonly word: Word }
  /** The word is this public value. */
  | { readonly kind: "public"; readonly index: number; readonly word: Word }
  /** to = C_tag(left, right): Poseidon's compression. */
  | { readonly kind: "compress"; readonly tag: number; readonly left: Octet; readonly right: Octet; readonly to: Octet }
  /** bit is 0 and to = C_tag(from, s), or bit is 1 and to = C_tag(s, from), for some s: a step of a path in a tree. */
  | { readonly kind: "climb"; readonly tag: number; readonly bit: Word; readonly from: Octet; readonly to: Octet }
  /** The octet's elements are the eight words, which are of the base field. */
  | { readonly kind: "pack"; readonly words: readonly (Word | undefined)[]; readonly octet: Octet }
  /** The coordinates of eight words, word by word, are the elements of five octets. */
  | { readonly kind: "deal"; readonly words: readonly Word[]; readonly octets: readonly (Octet | undefined)[] }
  /**
   * The bits of an element of the base field, as a number below p: the lowest 24 one by one, and the sums of the lowest
   * 16 and of the other 15.
   */
  | {
      readonly kind: "bits";
      readonly element: Word;
      readonly low: Word | undefined;
      readonly high: Word | undefined;
      readonly bits: readonly (Word | undefined)[];
    }
  /** The octet is the entry of a tree at an index; no other offer has both numbers. The first tree has number 1. */
  | { readonly kind: "offer"; readonly tree: number; readonly index: number; readonly octet: Octet }
  /** The octet is the tree's entry at the index, an element of the base field. */
  | { readonly kind: "pick"; readonly tree: number; readonly index: Word; readonly octet: Octet }
  /** to = from + Σ octetᵢ · weightᵢ, where the eight weights are words dealt to five octets. */
  | { readonly kind: "dot"; readonly octet: Octet; readonly weights: readonly Octet[]; readonly from: Word; readonly to: Word };

export type RelationKind = Relation["kind"];

/** The role in which a relation names a cell: what an interpreter may do if the relation is the first to name it. */
type Role =
  /** Cells of this role are read only. */
  | "read"
  /** Follows from the relation's other cells. */
  | "result"
  /** Is a hint, or else is read. */
  | "hint"
  /** The second factor of a product that is a constant: its inverse. */
  | "factor";

/** A relation's cell, with its role. */
export interface NamedCell {
  readonly memory: "word" | "octet";
  readonly cell: number;
  readonly role: Role;
}

/** The cells that a relation names, in the order of its row. */
export function cellsOf(relation: Relation): NamedCell[] {
  switch (relation.kind) {
    case "arithmetic": {
      const { a, b, c, d } = relation;
      return [...words("read", a), ...words("factor", b), ...words("read", c), ...words("result", d)];
    }
    case "constant":
    case "public":
      return words("result", relation.word);
    case "compress":
      return [...octets("read", relation.left), ...octets("hint", relation.right), ...octets("result", relation.to)];
    case "climb":
      return [...words("read", relation.bit), ...octets("read", relation.from), ...octets("result", relation.to)];
    case "offer":
      return octets("hint", relation.octet);
    case "pick":
      return [...words("read", relation.index), ...octets("read", relation.octet)];
    case "pack":
      return [...words("hint", ...relation.words), ...octets("result", relation.octet)];
    case "deal":
      return [...words("hint", ...relation.words), ...octets("result", ...relation.octets)];
    case "bits": {
      const { element, low, high, bits } = relation;
      return [...words("read", element), ...words("result", low, high, ...bits)];
    }
    case "dot": {
      const { octet, weights, from, to } = relation;
      return [...octets("read", octet, ...weights), ...words("read", from), ...words("result", to)];
    }
  }
}

function words(role: Role, ...cells: readonly (Word | undefined)[]): NamedCell[] {
  return cells.flatMap((cell) => (cell === undefined ? [] : [{ memory: "word" as const, cell, role }]));
}

function octets(role: Role, ...cells: readonly (Octet | undefined)[]): NamedCell[] {
  return cells.flatMap((cell) => (cell === undefined ? [] : [{ memory: "octet" as const, cell, role }]));
}
