import type { RowCells } from "../../../../src/proofs/circuits/arithmetic/tables.ts";
import { LIMBS, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { at } from "./table-tests.ts";

const limb = (i: number): bigint => 1n << BigInt(16 * i);
const none = limbsOf(0n);

/**
 * Rows that assert r < y falsely, each against one constraint of `assertLess`. `row` gives a row that answers something false if
 * r ≥ y > 0, and is right in all but its cells of `LESS_FIELDS`.
 */
export function* lessForgeries(row: (r: bigint, y: bigint, less: RowCells) => RowCells): Generator<RowCells> {
  const chosen = (flags: Readonly<Record<number, number>>) => at(none, flags);
  // Limb 15 has r above y by 3. Limb i below it has y above r by 10, and is weighed with the sum of the flags at 1.
  const [r, y] = [3n * limb(15), 10n * limb(0)];
  for (let i = 1; i < LIMBS - 1; i++) yield row(r, y, { chosen: chosen({ 15: 1, [i]: -1, 0: 1 }), gap: 6 });
  yield row(3n * limb(15) + 11n, 1n, { chosen: chosen({ 15: 1, 14: 1, 0: -1 }), gap: 6 });
  yield row(r, y, { chosen: chosen({ 15: 1, 0: 1 }), gap: 6 });
  for (let i = 1; i < LIMBS; i++) yield row(limb(i), 1n, { chosen: chosen({ 0: 1 }), gap: 0 });
  yield row(5n, 1n, { chosen: chosen({ 0: 1 }), gap: 0 });
  yield row(5n, 1n, { chosen: chosen({ 0: 1 }), gap: -5 });
}
