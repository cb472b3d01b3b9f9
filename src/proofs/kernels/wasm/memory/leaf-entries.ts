import { BASE31_GROUP, packedLength } from "../../leaf-encoding.ts";
import { DIGEST_WIDTH } from "../../poseidon.ts";
import { ELEMENT_BITS } from "../emit/hash-rows-keccak.ts";
import { ONE_AT, ZERO_AT } from "./fixed-memory.ts";

/** A message in the form that the kernels `hash…RowsKeccak` read: addresses of whole groups, then single values. */
interface KeccakMessage {
  readonly groups: readonly number[];
  readonly entries: readonly number[];
}

/**
 * The bit string of a leaf from the addresses of its elements in leaf order. Each group is one integer, so its last element
 * comes first, behind the bits that fill the group up to whole bytes; the closing entry begins the padding of keccak.
 */
export function keccakMessage(elements: readonly number[], groupSize: number): KeccakMessage {
  const groups: number[] = [];
  const entries: number[] = [];
  for (let first = 0; first < elements.length; first += groupSize) {
    const group = elements.slice(first, first + groupSize).reverse();
    if (group.length === BASE31_GROUP) {
      groups.push(...group);
      continue;
    }
    const fill = 8 * packedLength(group.length, groupSize) - ELEMENT_BITS * group.length;
    if (fill > 0) entries.push(ZERO_AT, fill);
    for (const address of group) entries.push(address, ELEMENT_BITS);
  }
  entries.push(ONE_AT, 8);
  return { groups, entries };
}

/** Addresses as the kernel `hashRowsPoseidon` reads them: whole groups, the last one filled with a column of zeros. */
export function poseidonEntries(elements: readonly number[], zeros: number): number[] {
  const fill = (DIGEST_WIDTH - (elements.length % DIGEST_WIDTH)) % DIGEST_WIDTH;
  return [...elements, ...new Array<number>(fill).fill(zeros)];
}
