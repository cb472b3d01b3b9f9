import { inv, P } from "../../field/koala-bear.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { DIGEST } from "../shapes/digest.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";
import { DIGEST_WORDS_FIELDS, type DigestWordsCells, TOP_LIMB } from "./digest-words-air.ts";

type Digest = readonly number[];
type Limbs = readonly number[];
/** The tagged compression of two digests. */
type Compress = (tag: number, left: Digest, right: Digest) => Digest;

/** The compressions of words that the processor asks for; equal ones share a row, which asks for one compression. */
export class DigestWordRequests {
  readonly #compress: Compress;
  readonly #rows = new Map<string, DigestWordsCells>();

  constructor(compress: Compress) {
    this.#compress = compress;
  }

  /** `packed` is 1 where the right side's elements are in the upper 24 bytes of its word, else 0. */
  ask(tag: number, packed: number, left: Limbs, right: Limbs): void {
    const name = `${tag} ${packed} ${left.join()} ${right.join()}`;
    const known = this.#rows.get(name) ?? this.#row(tag, packed, left, right);
    this.#rows.set(name, { ...known, uses: known.uses + 1 });
  }

  /** In the order in which they were asked for first. */
  list(): DigestWordsCells[] {
    return [...this.#rows.values()];
  }

  #row(tag: number, packed: number, left: Limbs, right: Limbs): DigestWordsCells {
    const cells = rightCells(packed, right);
    const output = this.#compress(tag, elementsOfLimbs(left), cells.elements);
    return { real: 1, tag, left, ...cells, ...resultCells(limbsOfElements(output)), uses: 0 };
  }
}

/** The cells of the right side. */
export function rightCells(
  packed: number,
  right: Limbs,
): Pick<DigestWordsCells, "packed" | "right" | "upper" | "elements"> & { readonly elements: Digest } {
  const limb = (k: number): number => right[LIMBS - 1 - k] ?? 0;
  const upper = Array.from({ length: DIGEST / 2 }, (_, i) => limb(3 * i + 1) >> 8);
  const parts = upper.flatMap((high, i) => [limb(3 * i) * 256 + high, (limb(3 * i + 1) % 256) * LIMB + limb(3 * i + 2)]);
  return { packed, right, upper, elements: packed === 1 ? parts : elementsOfLimbs(right) };
}

/** The cells of a result, written by any limbs. */
export function resultCells(result: Limbs): Pick<DigestWordsCells, "result" | "isTop" | "inverse"> {
  const below = Array.from({ length: DIGEST }, (_, i) => (TOP_LIMB - (result[LIMBS - 1 - 2 * i] ?? 0) + P) % P);
  return {
    result,
    isTop: below.map((distance) => (distance === 0 ? 1 : 0)),
    inverse: below.map((distance) => (distance === 0 ? 0 : inv(distance))),
  };
}

/** The main columns of the table; of no rows where nothing is asked. */
export function digestWordsColumns(rows: readonly DigestWordsCells[], minLogRows: LeastHeight): Uint32Array[] {
  const zero = new Array<number>(LIMBS).fill(0);
  const idle = { real: 0, tag: 0, left: zero, ...rightCells(0, zero), ...resultCells(zero), uses: 0 };
  return traceColumns("digestWords", DIGEST_WORDS_FIELDS, rows, { padding: () => idle, minLogRows });
}

/** The elements of a digest's word, modulo p. */
function elementsOfLimbs(limbs: Limbs): number[] {
  return Array.from({ length: DIGEST }, (_, i) => {
    return ((limbs[LIMBS - 2 - 2 * i] ?? 0) + LIMB * (limbs[LIMBS - 1 - 2 * i] ?? 0)) % P;
  });
}

function limbsOfElements(elements: Digest): number[] {
  return Array.from({ length: LIMBS }, (_, k) => {
    const value = elements[DIGEST - 1 - (k >> 1)] ?? 0;
    return k % 2 === 0 ? value % LIMB : Math.floor(value / LIMB);
  });
}
