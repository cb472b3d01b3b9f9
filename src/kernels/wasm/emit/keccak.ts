import { type FunctionBuilder, type Local, i32Function } from "../assembler/function-builder.ts";
import { i32, i64, i64x2, type Value, v128 } from "../assembler/values.ts";

/** 64-bit words of the state, and of one block of keccak256 (136 bytes). */
export const STATE_WORDS = 25;
export const RATE_WORDS = 17;
/** Bytes of two interleaved states: word i of both states in one vector at 16·i. */
export const STATE_PAIR_BYTES = 16 * STATE_WORDS;

const ROUNDS = 24;

/** A sponge over the permutation. */
export interface Sponge {
  /** At the end of names of its kernels. */
  readonly name: string;
  /** The last so many rounds of the permutation; a multiple of four. */
  readonly rounds: number;
  readonly rateWords: number;
}

export const KECCAK_256: Sponge = { name: "Keccak", rounds: ROUNDS, rateWords: RATE_WORDS };
/** TurboSHAKE128 (RFC 9861): a capacity of 256 bits, and half of the rounds. */
export const TURBOSHAKE_128: Sponge = { name: "Turboshake", rounds: 12, rateWords: 21 };

/** Rounds in a row without a loop: a new state need not be moved into the old one's registers after each. */
const ROUNDS_PER_PASS = 4;

/** Rotation of lane x + 5y in ρ (FIPS 202, table 2). */
const RHO = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

/** Round constants of ι, by the LFSR x⁸ + x⁶ + x⁵ + x⁴ + 1 of FIPS 202, algorithm 5. */
export const KECCAK_CONSTANTS: BigUint64Array = (() => {
  let lfsr = 1;
  const nextBit = (): bigint => {
    const bit = lfsr & 1;
    lfsr = (lfsr << 1) ^ (lfsr & 0x80 ? 0x171 : 0);
    return BigInt(bit);
  };
  return BigUint64Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let j = 0n; j < 7n; j++) constant |= nextBit() << (2n ** j - 1n);
    return constant;
  });
})();

/**
 * The last `rounds` of keccak-f[1600], by default all, on two states at once, word i of both in `state[i]`, in place.
 * `constants` is the address of `KECCAK_CONSTANTS`. Source: FIPS 202, section 3, where 12 rounds are Keccak-p[1600, 12].
 */
export function emitKeccakF(f: FunctionBuilder, state: readonly Local[], constants: Value, rounds = ROUNDS): void {
  const end = f.let(i32.add(constants, i32.const(8 * ROUNDS)));
  const cursor = f.let(i32.sub(end, i32.const(8 * rounds)));
  f.loop(() => {
    let words: readonly Value[] = state;
    for (let round = 0; round < ROUNDS_PER_PASS; round++) words = emitRound(f, words, v128.load64Splat(cursor, 8 * round));
    state.forEach((local, i) => f.set(local, at(words, i)));
    f.increase(cursor, 8 * ROUNDS_PER_PASS);
    f.continueIf(i32.ltu(cursor, end));
  });
}

/**
 * One round. The result is computed row by row, each from the five words that ρ and π bring there, so that few words are
 * alive besides the two states.
 */
function emitRound(f: FunctionBuilder, state: readonly Value[], constant: Value): Value[] {
  const rotate = (a: Value, bits: number): Value => {
    if (bits === 0) return a;
    const held = f.let(a);
    return v128.or(i64x2.shl(held, bits), i64x2.shru(held, 64 - bits));
  };
  const parity = [0, 1, 2, 3, 4].map((x) =>
    f.let([5, 10, 15, 20].reduce((sum, offset) => v128.xor(sum, at(state, x + offset)), at(state, x))),
  );
  const theta = [0, 1, 2, 3, 4].map((x) => f.let(v128.xor(at(parity, (x + 4) % 5), rotate(at(parity, (x + 1) % 5), 1))));
  const result: Value[] = [];
  for (let row = 0; row < 5; row++) {
    // π brings word (x, y) to (y, 2x + 3y): the word for column y of this row is the one with 2x + 3y = row.
    const moved = [0, 1, 2, 3, 4].map((y) => {
      const x = [0, 1, 2, 3, 4].find((candidate) => (2 * candidate + 3 * y) % 5 === row) ?? 0;
      return f.let(rotate(v128.xor(at(state, x + 5 * y), at(theta, x)), RHO[x + 5 * y] ?? 0));
    });
    for (let x = 0; x < 5; x++) {
      const chi = v128.xor(at(moved, x), v128.andnot(at(moved, (x + 2) % 5), at(moved, (x + 1) % 5)));
      result.push(f.let(row === 0 && x === 0 ? v128.xor(chi, constant) : chi));
    }
  }
  return result;
}

function at(words: readonly Value[], i: number): Value {
  const word = words[i];
  if (word === undefined) throw new RangeError(`keccak has ${STATE_WORDS} words, not ${i + 1}`);
  return word;
}

/** permutePair…(state, constants): a sponge's permutation on two interleaved states in memory. */
export function permutePair({ name, rounds }: Sponge = KECCAK_256): FunctionBuilder {
  const { f, p } = i32Function(`permutePair${name}`, ["state", "constants"]);
  const state = Array.from({ length: STATE_WORDS }, (_, i) => f.let(v128.load(p.state, 16 * i)));
  emitKeccakF(f, state, p.constants, rounds);
  state.forEach((word, i) => f.store(p.state, word, 16 * i));
  return f;
}

/**
 * storeDigest(state, target, digestBytes): the first 16 to 32 bytes of one state of an interleaved pair, to an address of
 * any alignment, and not a byte more: a neighbouring digest may belong to another thread.
 */
export function storeDigest(): FunctionBuilder {
  const { f, p } = i32Function("storeDigest", ["state", "target", "digestBytes"]);
  f.store(p.target, i64.load(p.state), 0);
  f.store(p.target, i64.load(p.state, 16), 8);
  const word = f.let(i64.load(p.state, 32));
  const rest = f.let(i32.sub(p.digestBytes, i32.const(16)));
  f.increase(p.target, 16);
  f.if(i32.geu(rest, i32.const(8)), () => {
    f.store(p.target, word);
    f.set(word, i64.load(p.state, 48));
    f.increase(p.target, 8);
    f.increase(rest, -8);
  });
  f.if(i32.and(rest, i32.const(8)), () => {
    f.store(p.target, word);
  });
  for (const bytes of [4, 2, 1] as const) {
    f.if(i32.and(rest, i32.const(bytes)), () => {
      f.storeLow(p.target, word, bytes);
      f.set(word, i64.shru(word, i64.const(BigInt(8 * bytes))));
      f.increase(p.target, bytes);
    });
  }
  return f;
}

/** Both 64-bit lanes with their bytes in reverse order. */
export function swapBytes(a: Local): Value {
  return v128.shuffle8(a, a, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]);
}
