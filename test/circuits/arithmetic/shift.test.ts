import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { LIMBS, limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv } from "../../../src/proofs/field/koala-bear.ts";
import { at, describeTable, forged, twoForOne } from "./support/table-tests.ts";

/** 2^16 · 32512 = p − 1. */
const WRAP = 32_512;
const zeros = limbsOf(0n);

function* forgeries(): Generator<RowCells> {
  const far = forged("shl", [256n, 0n]);
  yield { ...far, shl: 0 };
  const negative = forged("sar", [256n, 1n << 255n]);
  yield* twoForOne(negative, { shl: ["shr", "sar"], shr: ["shl", "sar"] });
  yield { ...negative, shl: 1, shr: 1, sar: -1, negative: -1 };
  for (let i = 0; i < LIMBS; i++) {
    // The power in two limbs and its negative, which makes it no word, in a third: in sum the limb j + k − i.
    const [j, k] = i < 8 ? [i + 1, i + 2] : [i - 1, i - 7];
    const chosen = at(zeros, { [j]: 1, [k]: 1, [i]: -1 });
    yield forged("shl", [BigInt(16 * (j + k - i)), 1n], { bits: [0, 0, 0, 0], chosen, v: zeros });
    yield forged("shl", [256n, 1n], { v: at(zeros, { [i]: 1 }) });
  }
  yield forged("shl", [0n, 5n], { chosen: zeros, v: zeros });
  for (let i = 0; i < 4; i++) {
    const power = i < 2 ? 1 + 2 * (2 ** (2 ** i) - 1) : 1;
    const factor = 1 + 2 * (2 ** (2 ** i) - 1);
    const doubled = { bits: at([0, 0, 0, 0], { [i]: 2 }), chosen: at(zeros, { 0: 1 }), partial: power, power: factor };
    yield forged("shl", [BigInt(2 ** (i + 1)), 1n], { ...doubled, v: at(zeros, { 0: factor }) });
  }
  const byTwo = { v: at(zeros, { 0: 10 }) };
  yield forged("shl", [0n, 5n], { bits: [1, 0, 0, 0], partial: 2, power: 2, ...byTwo });
  yield forged("shl", [0n, 5n], { partial: 2, power: 2, ...byTwo });
  yield forged("shl", [0n, 5n], { power: 2, ...byTwo });
  // The amount 1 as 256 · (1/256), which is not 0.
  const second = inv(256);
  yield forged("shl", [1n, 5n], { bits: [0, 0, 0, 0], second, inverse: 256, partial: 1, power: 1, far: 1, v: zeros });
  yield forged("shl", [0n, 5n], { far: 1, v: zeros });
  yield forged("shl", [256n, 5n], { far: 0, inverse: 0, v: at(zeros, { 0: 5 }) });
  // A sign for which −2^16 · sign is 1.
  yield forged("sar", [256n, 0n], { sign: WRAP, negative: WRAP });
  yield forged("sar", [256n, 0n], { sign: 1, negative: 1 });
  yield forged("shl", [256n, 0n], { negative: 1 });
  yield forged("shr", [4n, 0x50n], { v: at(zeros, { 0: 6 }) });
}

describeTable("shift", {
  free: [{ reason: "an amount below 256 has no inverse to show", fields: ["inverse"], where: ({ a }) => a < 256n }],
  forgeries: () => [...forgeries()],
  counting: ["far is boolean"],
});
