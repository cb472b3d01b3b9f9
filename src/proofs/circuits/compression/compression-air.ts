import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { COMPRESSION } from "../buses.ts";
import { constrainCubicPermutation, CUBIC_FIELDS } from "../poseidon/cubic-permutation.ts";
import { DIGEST } from "../shapes/digest.ts";
import { element } from "../words/expressions.ts";

/** One compression a row. */
export const COMPRESSION_FIELDS = {
  tag: 1,
  left: DIGEST,
  right: DIGEST,
  ...CUBIC_FIELDS,
  output: DIGEST,
  uses: 1,
} as const;

export type CompressionCells = FieldValues<typeof COMPRESSION_FIELDS, number>;

/** The table that compresses two digests to one by Poseidon. */
export function compressionAir(): Air {
  const b = new AirBuilder("compression", 0);
  const columns = b.declare(COMPRESSION_FIELDS);
  const { tag, left, right, output, uses } = columns;
  const tagged = left.map((lane, i) => (i === 0 ? b.add(lane, tag) : lane));
  const permuted = constrainCubicPermutation(b, [...tagged, ...right], columns);
  output.forEach((lane, i) => {
    b.assertEqual(`output[${i}]`, "everyRow", lane, b.add(element(permuted, i), element(left, i)));
  });
  b.receive(COMPRESSION, uses, { tag, left, right, output });
  return b.build();
}
