import { INDEX_LIMIT, type MemoryPlace, type PlaceHistory } from "../circuits/memory/memory-trace.ts";
import { type Limbs, ZERO_WORD } from "./recorded-run.ts";

/** A place of the memory in the course of a run. */
export interface PlaceState {
  readonly place: MemoryPlace;
  readonly isStated: boolean;
  readonly first: Limbs;
  word: Limbs;
  /** When it was accessed last. */
  time: number;
  /** Number of codes that are made of its last word. */
  uses: number;
}

/** The places of the memory that a run accesses. */
export class TracedPlaces {
  readonly #places = new Map<number, PlaceState>();

  /** A place that has a first word is stated; others begin with 0. */
  at({ space, index }: MemoryPlace, first?: Limbs): PlaceState {
    // Exact: spaces are below 2^16.
    const key = space * INDEX_LIMIT + index;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const word = first ?? ZERO_WORD;
    const state = { place: { space, index }, isStated: first !== undefined, first: word, word, time: 0, uses: 0 };
    this.#places.set(key, state);
    return state;
  }

  list(): PlaceHistory[] {
    return [...this.#places.values()].map(({ place, isStated, first, word, time, uses }) => {
      return { ...place, isStated, first, last: word, time, uses };
    });
  }
}
