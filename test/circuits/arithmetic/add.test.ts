import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { LIMBS, limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { at, describeTable, forged, twoForOne } from "./support/table-tests.ts";

const ALL_ONES = (1n << 256n) - 1n;
/** 2^16 · 32512 = p − 1, so a carry of 32512 takes away 1 where it comes from. */
const WRAP = 32_512;
const zeros = limbsOf(0n);

function* forgeries(): Generator<RowCells> {
  yield forged("sub", [7n, 2n], { lt: 1 });
  yield* twoForOne(forged("add", [0n, 0n]), {
    add: ["lt", "gt"],
    sub: ["slt", "sgt"],
    lt: ["slt", "sgt"],
    gt: ["slt", "sgt"],
    slt: ["lt", "gt"],
    sgt: ["lt", "gt"],
  });
  for (let i = 0; i < LIMBS; i++) {
    yield forged("add", [0n, 0n], { r: at(zeros, { [i]: 5 }) });
    const r = at(zeros, i < LIMBS - 1 ? { [i]: 1, [i + 1]: WRAP } : { [i]: 1 });
    yield forged("add", [0n, 0n], { r, carry: at(zeros, { [i]: WRAP }) });
    // 65535 + 1 without a carry.
    yield forged("add", [0xffffn << BigInt(16 * i), 1n << BigInt(16 * i)], { r: at(zeros, { [i]: 65_536 }), carry: zeros });
  }
  // The words compared without their signs.
  yield { ...forged("lt", [ALL_ONES, 0n]), lt: 0, slt: 1, signX: 0 };
  yield { ...forged("lt", [0n, ALL_ONES]), lt: 0, slt: 1, signY: 0 };
  // Signs s for which 2 · 65535 − 2^16 · s is 65535: that is in range, and moves the highest limb by as much.
  const sign = -65_535 * WRAP;
  yield forged("slt", [ALL_ONES, 0n], { signX: sign, r: limbsOf(ALL_ONES >> 16n), carry: zeros });
  const ones = new Array<number>(LIMBS).fill(1);
  yield forged("slt", [0n, ALL_ONES], { signY: sign, r: at(zeros, { 0: 1, 15: 65_535 }), carry: ones });
}

describeTable("add", { forgeries: () => [...forgeries()] });
