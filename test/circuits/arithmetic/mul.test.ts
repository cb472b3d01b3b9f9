import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { bytesOf, LIMBS, limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { lessForgeries } from "./support/less-forgeries.ts";
import { at, describeTable, forged, twoForOne } from "./support/table-tests.ts";

/** 2^16 · 32512 = p − 1, so a carry of 32512 takes away 1 where it comes from. */
const WRAP = 32_512;
/** −1 / 256 in the field: it is (p − 1) / 256 = 127 · 2^16, a carry of 127 beyond its limb. */
const NEGATIVE_256TH = 127 * 2 ** 16;
const limb = (i: number): bigint => 1n << BigInt(16 * i);
const zeros = limbsOf(0n);
const noBytes = bytesOf(0n);

/** Limbs that are inside of a word. */
const inside = (cells: Readonly<Record<number, number>>) =>
  at(zeros, Object.fromEntries(Object.entries(cells).filter(([i]) => Number(i) < LIMBS)));

function* forgeries(): Generator<RowCells> {
  yield forged("mul", [0n, 0n], { mul: 0 });
  yield* twoForOne(forged("mul", [1n, 3n]), {
    div: ["mod", "mul"],
    mod: ["div", "mul"],
    divZero: ["modZero", "mul"],
    modZero: ["divZero", "mul"],
  });
  for (let i = 0; i < LIMBS; i++) {
    yield forged("mul", [0n, 0n], { z: inside({ [i]: 5 }) });
    yield forged("mul", [0n, 0n], { z: inside({ [i]: 1, [i + 1]: WRAP }), carry: inside({ [i]: WRAP }) });
    yield* limbOutOfRange(i);
    // A pair of "bytes" 1 and −1/256, which is the limb 0, times 256.
    const pair = at(noBytes, { [2 * i]: 1, [2 * i + 1]: NEGATIVE_256TH });
    const product = { z: inside({ [i]: 256, [i + 2]: 127 }), carry: inside({ [i + 1]: 127 }) };
    yield forged("mul", [0n, 256n], { x: pair, ...product });
    yield forged("mul", [256n, 0n], { y: pair, ...product });
  }
  // 2 · 2^255 = 0, taken for a division.
  const quotient = { x: bytesOf(1n << 255n), y: bytesOf(2n), chosen: at(zeros, { 0: 1 }), gap: 1 };
  yield forged("div", [0n, 1n], { ...quotient, carry: at(zeros, { 15: 1 }) });
  yield forged("mul", [0n, 0n], { r: at(zeros, { 0: 5 }), z: at(zeros, { 0: 5 }) });
  yield forged("div", [6n, 0n], { y: bytesOf(2n) });
  yield* lessForgeries((r, y, less) => forged("div", [r, y], { x: noBytes, r: limbsOf(r), carry: zeros, ...less }));
}

/** A limb of the product beyond 16 bits instead of a carry; a remainder of −2^(16 i), from 2^(16 i) · 1 = 0. */
function* limbOutOfRange(i: number): Generator<RowCells> {
  const honest = forged("mul", [0xffffn << BigInt(16 * i), 0xffn]);
  const [z, carry] = [honest["z"] as readonly number[], honest["carry"] as readonly number[]];
  const next = i + 1 < LIMBS ? { [i + 1]: z[i + 1]! - 1 } : {};
  yield { ...honest, z: at(z, { [i]: z[i]! + 65_536, ...next }), carry: at(carry, { [i]: carry[i]! - 1 }) };
  const remainder = { r: at(zeros, { [i]: -1 }), chosen: at(zeros, { [i]: 1 }), gap: i === 0 ? 1 : 0 };
  yield forged("div", [0n, 1n], { x: bytesOf(limb(i)), ...remainder, carry: zeros });
}

describeTable("mul", {
  free: [
    {
      reason: "a division by zero has no quotient",
      fields: ["x"],
      where: ({ operation, b }) => operation !== "mul" && b === 0n,
    },
  ],
  implied: {
    "mul is boolean":
      "mul would be one less the number of other flags that are set; with two of them, what is answered is an ADDMOD that is true",
  },
  forgeries: () => [...forgeries()],
});
