import { CARRY_OFFSET } from "../../../src/proofs/circuits/modular/modular-air.ts";
import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { bytesOf, LIMBS, limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul } from "../../../src/proofs/field/koala-bear.ts";
import { canonical } from "./support/judge.ts";
import { lessForgeries } from "./support/less-forgeries.ts";
import { at, describeTable, forged } from "./support/table-tests.ts";

const limb = (i: number): bigint => 1n << BigInt(16 * i);
const zeros = limbsOf(0n);
const noBytes = bytesOf(0n);
const noQuotient = bytesOf(0n, 64);
/** −1 / 256 in the field. */
const NEGATIVE_256TH = 127 * 2 ** 16;

/** 2^bits as a product of two words. */
function factors(bits: number, odd = 1n): [bigint, bigint] {
  const first = Math.min(bits, 255);
  return [1n << BigInt(first), odd << BigInt(bits - first)];
}

/**
 * The row of x · y (or x + y) = quotient · modulus + r with these cells, be they true or not: its carries follow limb by limb, in
 * the field. `less` is for r < modulus.
 */
function identity(
  operation: "addmod" | "mulmod",
  operands: readonly [x: readonly number[], y: readonly number[], modulus: readonly number[], quotient: readonly number[]],
  r: readonly number[],
  less: RowCells,
): RowCells {
  const [x, y, modulus, quotient] = operands;
  let carry = 0;
  const carries = Array.from({ length: 31 }, (_, k) => {
    const sum = operation === "addmod" ? limbOf(x, k) + limbOf(y, k) : productLimb(x, y, k);
    carry = mul(canonical(sum - productLimb(quotient, modulus, k) - (r[k] ?? 0) + carry), inv(2 ** 16));
    return carry + CARRY_OFFSET;
  });
  const honest = forged(operation, [0n, 0n, 1n]);
  return { ...honest, x, y, modulus, quotient, r, carry: carries, ...less };
}

const limbOf = (bytes: readonly number[], k: number): number => (bytes[2 * k] ?? 0) + 256 * (bytes[2 * k + 1] ?? 0);

/** In the field, since forged bytes may be large. */
function productLimb(x: readonly number[], y: readonly number[], k: number): number {
  let sum = 0;
  for (const [position, weight] of [
    [2 * k, 1],
    [2 * k + 1, 256],
  ] as const) {
    for (let i = 0; i <= position; i++) {
      const product = mul(canonical(x[i] ?? 0), canonical(y[position - i] ?? 0));
      sum = canonical(sum + mul(product, weight));
    }
  }
  return sum;
}

/** The highest limb in which r, below the modulus by `gap` + 1, differs. */
const lessAt = (i: number, gap: number): RowCells => ({ chosen: at(zeros, { [i]: 1 }), gap });

function* forgeries(): Generator<RowCells> {
  yield { ...forged("addmod", [0n, 0n, 0n]), addmodZero: 0 };
  // 3 · 3 − (3 + 3) and 3 + 1 − 3 · 1, modulo zero; 1 + 2 modulo 5 as another operation.
  yield { ...forged("addmod", [3n, 3n, 0n]), addmod: -1, mulmod: 1, addmodZero: 1, r: limbsOf(3n) };
  yield { ...forged("addmod", [3n, 1n, 0n]), mulmod: -1, addmod: 1, addmodZero: 1, r: limbsOf(1n) };
  yield { ...forged("addmod", [1n, 2n, 5n]), addmodZero: -1, mulmodZero: 1, addmod: 1 };
  yield { ...forged("addmod", [1n, 2n, 5n]), mulmodZero: -1, addmodZero: 1, addmod: 1 };
  yield { ...forged("mulmod", [1n, 1n, 0n]), modulus: bytesOf(2n) };
  yield* wrongLimbs();
  yield* wrongCarries();
  yield* wrongBytes();
  for (let i = 0; i < LIMBS; i++) {
    // 2^(16 i) · 1 − 2^(16 i) = 0.
    const operands = [noBytes, noBytes, bytesOf(1n), bytesOf(limb(i), 64)] as const;
    yield identity("addmod", operands, at(zeros, { [i]: -1 }), lessAt(i, i === 0 ? 1 : 0));
  }
  // Modulo 257, 2^512 is 1: taken from the quotient's product, it adds 1 to the remainder.
  const product = 1n << 510n;
  const r = (product + (1n << 512n)) % 257n;
  const quotient = bytesOf((product + (1n << 512n) - r) / 257n, 64);
  const [x, y] = factors(510).map((factor) => bytesOf(factor)) as [number[], number[]];
  yield identity("mulmod", [x, y, bytesOf(257n), quotient], limbsOf(r), lessAt(0, 256 - Number(r)));
  yield* lessForgeries((rest, modulus, less) =>
    identity("addmod", [bytesOf(rest), noBytes, bytesOf(modulus), noQuotient], limbsOf(rest), less),
  );
}

/** 2^(16 k) is not 0 modulo 3, although nothing but limb k says so. */
function* wrongLimbs(): Generator<RowCells> {
  for (let k = 0; k < 2 * LIMBS; k++) {
    const [x, y] = factors(16 * k);
    const carry = new Array<number>(31).fill(CARRY_OFFSET);
    // Products may straddle limbs: the honest carries of the product alone, up to limb k.
    const row = identity("mulmod", [bytesOf(x), bytesOf(y), bytesOf(3n), noQuotient], zeros, lessAt(0, 2));
    const own = row["carry"] as readonly number[];
    yield { ...row, carry: carry.map((value, i) => (i < k ? own[i]! : value)) };
  }
}

/** Carries that are large numbers: p · 2^(16 k) is 0 in the field, but not modulo 2^255 − 19. */
function* wrongCarries(): Generator<RowCells> {
  const modulus = (1n << 255n) - 19n;
  for (let k = 0; k < 31; k++) {
    const [x, y] = factors(16 * k, 1n + 32_512n * 2n ** 16n);
    yield identity("mulmod", [bytesOf(x), bytesOf(y), bytesOf(modulus), noQuotient], zeros, lessAt(15, 32_766));
  }
}

function* wrongBytes(): Generator<RowCells> {
  for (let k = 0; k < LIMBS; k++) {
    // The "bytes" 1 and −1/256 are the limb 0; times 256 they are 256 in limb k, and 127 two limbs above.
    const pair = at(noBytes, { [2 * k]: 1, [2 * k + 1]: NEGATIVE_256TH });
    const value = 256n * limb(k) + 127n * limb(k + 2);
    const modulus = 3n << 240n;
    const [r, quotient] = [value % modulus, bytesOf(value / modulus, 64)];
    const less = forged("addmod", [r, 0n, modulus]);
    const lessOf = { chosen: less["chosen"]!, gap: less["gap"]! };
    yield identity("mulmod", [pair, bytesOf(256n), bytesOf(modulus), quotient], limbsOf(r), lessOf);
    yield identity("mulmod", [bytesOf(256n), pair, bytesOf(modulus), quotient], limbsOf(r), lessOf);
    yield pairOfModulus(k, pair);
  }
  for (let k = 0; k < 2 * LIMBS; k++) {
    // (1/257) · 257 is 1.
    const quotient = at(noQuotient, { [2 * k]: inv(257) });
    const [x, y] = factors(16 * k);
    yield identity("mulmod", [bytesOf(x), bytesOf(y), bytesOf(257n), quotient], zeros, lessAt(0, 256));
  }
}

/** 256 times a modulus with such a pair is 256 times the modulus without it, and more. */
function pairOfModulus(k: number, pair: readonly number[]): RowCells {
  const at14 = k === 15;
  const modulus = at14 ? 3n << 224n : limb(15);
  const bytes = bytesOf(modulus).map((byte, i) => byte + pair[i]!);
  // 256 · modulus + 256 · 2^(16 k) + 127 · 2^(16 (k + 2)), which is a power of two times a word.
  const power = at14 ? 232 : 16 * k + 8;
  const rest = (256n * modulus + 256n * limb(k) + 127n * limb(k + 2)) >> BigInt(power);
  const operands = [bytesOf(1n << BigInt(power)), bytesOf(rest), bytes, bytesOf(256n, 64)] as const;
  return identity("mulmod", operands, zeros, at14 ? lessAt(14, 2) : lessAt(15, 0));
}

describeTable("modular", {
  free: [{ reason: "an operation modulo zero has no quotient", fields: ["quotient"], where: ({ c }) => c === 0n }],
  forgeries: () => [...forgeries()],
});
