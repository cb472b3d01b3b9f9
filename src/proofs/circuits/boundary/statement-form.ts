import type { MemoryPlace } from "../memory/memory-trace.ts";
import { DIGEST } from "../shapes/digest.ts";
import { LIMBS } from "../shapes/word.ts";

/** A part of a statement about a run, in elements. */
export type StatedPart =
  /** These elements and no others: what has one value, or is reserved. */
  | { readonly kind: "constant"; readonly elements: readonly number[] }
  /** The state's root. */
  | { readonly kind: "root" }
  /** The lowest limbs of a word, whose other limbs are 0. */
  | { readonly kind: "word"; readonly place: MemoryPlace; readonly limbs: number }
  /** A word that is a digest: its elements, the first from the word's highest limbs. */
  | { readonly kind: "digest"; readonly place: MemoryPlace };

/** Contents of a statement about a run, in its order. */
export interface StatementForm {
  /** Said once: such words are the same before the run and after it. */
  readonly once: readonly StatedPart[];
  /** Said of what is before the run, and then again of what is after it. */
  readonly ends: readonly StatedPart[];
  /** Elements behind both that are 0. */
  readonly reserved: number;
  /** Words that every run of the program has, before and after: no part of the statement. */
  readonly fixed: readonly { readonly place: MemoryPlace; readonly word: bigint }[];
}

/** The form that says whole words of places, behind the root. */
export function wholeWords(places: readonly MemoryPlace[]): StatementForm {
  const words = places.map((place): StatedPart => ({ kind: "word", place, limbs: LIMBS }));
  return { once: [], ends: [{ kind: "root" }, ...words], reserved: 0, fixed: [] };
}

type Moment = "before" | "after";

/** A part with its position in a statement. */
export interface PlacedPart {
  readonly part: StatedPart;
  /** Moments for which the statement has the part. */
  readonly moments: readonly Moment[];
  /** Index of the first element. */
  readonly at: number;
  /** For a digest: index of its word's limbs in the public values, after the statement's elements. */
  readonly limbsAt: number;
}

interface StatementLayout {
  readonly parts: readonly PlacedPart[];
  readonly elementCount: number;
  /** Elements in front that are said once. */
  readonly sharedCount: number;
  /** The statement's elements, and behind them the limbs of its digests. */
  readonly publicCount: number;
}

export function statementLayout({ once, ends, reserved }: StatementForm): StatementLayout {
  const listed: readonly (readonly [readonly Moment[], readonly StatedPart[]])[] = [
    [["before", "after"], once],
    [["before"], ends],
    [["after"], ends],
    [["before", "after"], [{ kind: "constant", elements: new Array<number>(reserved).fill(0) }]],
  ];
  const all = listed.flatMap(([moments, parts]) => parts.map((part) => ({ moments, part })));
  const elementCount = all.reduce((sum, { part }) => sum + lengthOf(part), 0);
  const sharedCount = once.reduce((sum, part) => sum + lengthOf(part), 0);
  let [at, limbsAt] = [0, elementCount];
  const parts = all.map(({ moments, part }): PlacedPart => {
    const placed = { part, moments, at, limbsAt };
    at += lengthOf(part);
    if (part.kind === "digest") limbsAt += LIMBS;
    return placed;
  });
  return { parts, elementCount, sharedCount, publicCount: limbsAt };
}

function lengthOf(part: StatedPart): number {
  switch (part.kind) {
    case "constant":
      return part.elements.length;
    case "root":
    case "digest":
      return DIGEST;
    case "word":
      return part.limbs;
  }
}
