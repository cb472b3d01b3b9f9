import type { CommitRequest } from "../../backend.ts";
import { BASE31_GROUP, packedLength } from "../../leaf-encoding.ts";
import { DIGEST_WIDTH } from "../../poseidon.ts";
import type { HeightClass } from "../../tree-shape.ts";
import { ONE_ENTRY, ZERO_ENTRY } from "../kernels/absorb-keccak.ts";

const ELEMENT_BITS = 31;

/** An element of a leaf: a column of the class, at a row of the leaf. */
interface LeafElement {
  readonly column: number;
  readonly row: number;
}

/** Inputs of a leaf's hash, in order. */
export interface LeafForm {
  readonly elements: readonly LeafElement[];
  /** Elements that are hashed as one. */
  readonly group: number;
  /** Columns that must be there at the same time. */
  readonly together: number;
}

/** The elements of a class's leaves, block by block and row by row. */
export function leafForm({ blocks }: HeightClass, { rowsPerLeaf, encoding }: Omit<CommitRequest, "blocks">): LeafForm {
  let first = 0;
  const elements = blocks.flatMap(({ width }) => {
    const own = Array.from({ length: rowsPerLeaf * width }, (_, i) => {
      return { column: first + (i % width), row: Math.floor(i / width) };
    });
    first += width;
    return own;
  });
  const group = encoding === "extension31" ? (blocks[0]?.width ?? 1) : BASE31_GROUP;
  return { elements, group, together: rowsPerLeaf === 1 ? group : first };
}

/**
 * Pairs of offset and bits, as `absorbKeccak` reads them: the last element of a group comes first, behind bits that fill it
 * up.
 */
export function keccakEntries(
  { elements, group }: LeafForm,
  offsetOf: (element: LeafElement) => number,
  isLast: boolean,
): number[] {
  const entries: number[] = [];
  for (let first = 0; first < elements.length; first += group) {
    const own = elements.slice(first, first + group).reverse();
    const fill = 8 * packedLength(own.length, group) - ELEMENT_BITS * own.length;
    if (fill > 0) entries.push(ZERO_ENTRY, fill);
    for (const element of own) entries.push(offsetOf(element), ELEMENT_BITS);
  }
  // The first bits of the padding of keccak.
  if (isLast) entries.push(ONE_ENTRY, 8);
  return entries;
}

/** Offsets, as `absorbPoseidon` reads them: the last group is filled with zeros. */
export function poseidonEntries({ elements }: LeafForm, offsetOf: (element: LeafElement) => number): number[] {
  const fill = (DIGEST_WIDTH - (elements.length % DIGEST_WIDTH)) % DIGEST_WIDTH;
  return [...elements.map(offsetOf), ...new Array<number>(fill).fill(ZERO_ENTRY)];
}
