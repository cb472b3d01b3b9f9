import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { LIMBS, limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv } from "../../../src/proofs/field/koala-bear.ts";
import { at, describeTable, forged } from "./support/table-tests.ts";

const zeros = limbsOf(0n);
const word = limbsOf;
const limb = (i: number): bigint => 1n << BigInt(16 * i);
/** base^0, squared: what a row has whose half is 0. */
const ofZero = { half: zeros, root: word(1n), square: word(1n), result: word(1n) };

function* forgeries(): Generator<RowCells> {
  // (2^100)^(2 · 2 − 2) as (2^100)^(2 · 2), which is 0.
  const power = { root: word(1n << 200n), square: zeros, result: zeros };
  yield forged("exp", [1n << 100n, 2n], { half: word(2n), low: at(zeros, { 0: -2 }), ...power });
  for (let i = 1; i < LIMBS; i++) {
    // 2^15 · 65024 is −1, so that the half of the 2 in the limb below is 0.
    yield forged("exp", [3n, 65_024n * limb(i) + 2n * limb(i - 1)], { low: at(zeros, { [i]: 65_024 }), ...ofZero });
  }
  for (let i = 0; i < LIMBS; i++) {
    yield forged("exp", [3n, 2n * limb(i)], ofZero);
    // Half of 1 in the field is not a limb: no table defines its power. In the lowest limb the bit is set.
    const half = at(zeros, { [i]: inv(2) });
    const low = at(zeros, i === 0 ? {} : { [i]: 0 });
    yield forged("exp", [3n, limb(i)], { half, low, root: word(2n), square: word(4n), result: word(4n) });
    yield forged("exp", [3n, 0n], { result: at(word(1n), { [i]: 7 }) });
    yield forged("exp", [3n, 2n], { result: at(word(9n), { [i]: 7 }) });
  }
  // 5^0 = 0 because 5^0 = 0: what the row asks is what it answers.
  yield forged("exp", [5n, 0n], { goesOn: 1, root: zeros, square: zeros, result: zeros });
  yield forged("exp", [5n, 2n], { goesOn: 0, inverse: 0, result: word(1n) });
  yield forged("exp", [5n, 2n], { root: word(6n), square: word(36n), result: word(36n) });
  yield forged("exp", [5n, 2n], { square: word(26n), result: word(26n) });
  yield forged("exp", [5n, 3n], { result: word(126n) });
}

describeTable("exp", {
  free: [{ reason: "the exponent 0 asks for nothing", fields: ["root", "square", "inverse"], where: ({ b }) => b === 0n }],
  forgeries: () => [...forgeries()],
  counting: ["goesOn is boolean"],
});
