import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { LIMBS, limbsOf, unsigned } from "../../../src/proofs/circuits/shapes/word.ts";
import { at, describeTable, forged } from "./support/table-tests.ts";

const MINUS_ONE = unsigned(-1n);
const word = (value: bigint) => limbsOf(unsigned(value));

function* forgeries(): Generator<RowCells> {
  // −SDIV + 2 · SMOD is MULMOD, and −DIV + 2 · MOD is ADDMOD: 1 + 1 = 0 modulo 2.
  yield forged("sdiv", [1n, 1n], { smod: 2, v: word(2n), result: word(2n) });
  // 1 taken for −(2^256 − 1).
  yield forged("sdiv", [1n, 2n], {
    signA: 1,
    absoluteA: word(-1n),
    v: word(MINUS_ONE / 2n),
    negative: 1,
    result: word(-(MINUS_ONE / 2n)),
  });
  yield forged("sdiv", [5n, 1n], { signB: 1, absoluteB: word(-1n), v: word(0n), negative: 1, result: word(0n) });
  yield forged("sdiv", [6n, 2n], { negative: 1, result: word(-3n) });
  for (let i = 0; i < LIMBS; i++) {
    const limb = 1n << BigInt(16 * i);
    yield forged("sdiv", [0n, 1n], { absoluteA: word(limb), v: word(limb), result: word(limb) });
    const b = 1n + limb;
    yield forged("sdiv", [MINUS_ONE / 2n, 1n], {
      absoluteB: word(b),
      v: word(MINUS_ONE / 2n / b),
      result: word(MINUS_ONE / 2n / b),
    });
    yield forged("sdiv", [0n, 1n], { result: at(word(0n), { [i]: 1 }) });
  }
  yield forged("sdiv", [MINUS_ONE, 1n], { absoluteA: word(2n), v: word(2n), result: word(-2n) });
  yield forged("sdiv", [4n, MINUS_ONE], { absoluteB: word(2n), v: word(2n), result: word(-2n) });
  yield forged("sdiv", [4n, MINUS_ONE], { result: word(4n) });
  yield forged("sdiv", [4n, 1n], { v: word(5n), result: word(5n) });
}

describeTable("signed", {
  forgeries: () => [...forgeries()],
  counting: ["signA is boolean", "signB is boolean", "negative is boolean"],
});
