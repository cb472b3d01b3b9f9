import { type FunctionBuilder, type Local, i32Function } from "../assembler/function-builder.ts";
import { i32, i64x2, i8x16, type Value, v128 } from "../assembler/values.ts";

/** 64-bit words of the state, and of one block of keccak256 (136 bytes). */
export const STATE_WORDS = 25;
export const RATE_WORDS = 17;
/** Bytes of two interleaved states: word i of both states in one vector at 16·i. */
export const STATE_PAIR_BYTES = 16 * STATE_WORDS;

/** Rounds of the whole permutation. */
const ROUNDS = 24;

/**
 * Rounds in a row without a loop: a new state need not be moved into the old one's registers after each. What remains of an even
 * number without a first and a last round is a multiple of it.
 */
const ROUNDS_PER_PASS = 2;

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

/** The permutation on two states at once, word i of both in `state[i]`. `constants` is the address of `KECCAK_CONSTANTS`. */
interface EmitKeccak {
  /** Keccak-f[1600] in place. Source: FIPS 202, section 3. */
  readonly permute: (state: readonly Local[], constants: Value) => void;
  /**
   * Emits the permutation's first `count` words, up to five: its last round computes only these. Words that
   * are not passed are zero, and the first round omits their operations.
   */
  readonly firstWords: (words: readonly (Local | undefined)[], constants: Value, count: number) => Local[];
}

/** Hoists what rounds need; call once per function, outside its loops. */
export function prepareKeccak(f: FunctionBuilder): EmitKeccak {
  const emitRound = prepareRound(f);
  /** Rounds with the constants from one address to before another, a multiple of `ROUNDS_PER_PASS`, in place. */
  const emitPasses = (state: readonly Local[], cursor: Local, end: Local): void =>
    f.loop(() => {
      let words = state;
      for (let round = 0; round < ROUNDS_PER_PASS; round++) words = emitRound(words, v128.load64Splat(cursor, 8 * round));
      state.forEach((local, i) => f.set(local, at(words, i)));
      f.increase(cursor, 8 * ROUNDS_PER_PASS);
      f.continueIf(i32.ltu(cursor, end));
    });
  const constantAt = (constants: Value, round: number): Local => f.let(i32.add(constants, i32.const(8 * round)));
  return {
    permute: (state, constants) => emitPasses(state, constantAt(constants, 0), constantAt(constants, ROUNDS)),
    firstWords(words, constants, count) {
      const [cursor, last] = [constantAt(constants, 0), constantAt(constants, ROUNDS - 1)];
      const state = emitRound(words, v128.load64Splat(cursor));
      f.increase(cursor, 8);
      emitPasses(state, cursor, last);
      return emitRound(state, v128.load64Splat(last), count);
    },
  };
}

type EmitRound = (state: readonly (Local | undefined)[], constant: Value, count?: number) => Local[];

/**
 * Emitter of the first `count` words of a round, by default all. They are computed row by row, each from the
 * five words that ρ and π move there, so that few words are alive besides the two states. Words that are not
 * passed are zero.
 */
function prepareRound(f: FunctionBuilder): EmitRound {
  const byteRotations = new Map([8, 56].map((bits) => [bits, f.let(v128.const8(rotatedBytes(bits / 8)))]));
  const rotate = (a: Value, bits: number): Value => {
    if (bits === 0) return a;
    const bytes = byteRotations.get(bits);
    if (bytes !== undefined) return i8x16.swizzle(a, bytes);
    const held = f.let(a);
    return v128.or(i64x2.shl(held, bits), i64x2.shru(held, 64 - bits));
  };
  return (state, constant, count = STATE_WORDS) => {
    const parity = [0, 1, 2, 3, 4].map((x) => {
      const column = [0, 5, 10, 15, 20].flatMap((offset) => state[x + offset] ?? []);
      return f.let(column.slice(1).reduce<Value>(v128.xor, at(column, 0)));
    });
    const theta = [0, 1, 2, 3, 4].map((x) => f.let(v128.xor(at(parity, (x + 4) % 5), rotate(at(parity, (x + 1) % 5), 1))));
    const result: Local[] = [];
    for (let row = 0; 5 * row < count; row++) {
      // π brings word (x, y) to (y, 2x + 3y): the word for column y of this row is the one with 2x + 3y = row.
      const moved = [0, 1, 2, 3, 4].map((y) => {
        const x = [0, 1, 2, 3, 4].find((candidate) => (2 * candidate + 3 * y) % 5 === row) ?? 0;
        const word = state[x + 5 * y];
        return f.let(rotate(word === undefined ? at(theta, x) : v128.xor(word, at(theta, x)), RHO[x + 5 * y] ?? 0));
      });
      for (let x = 0; x < 5 && 5 * row + x < count; x++) {
        const chi = v128.xor(at(moved, x), v128.andnot(at(moved, (x + 2) % 5), at(moved, (x + 1) % 5)));
        result.push(f.let(row === 0 && x === 0 ? v128.xor(chi, constant) : chi));
      }
    }
    return result;
  };
}

/** Sources of the bytes of two words that are rotated by `bytes` bytes. */
const rotatedBytes = (bytes: number): number[] => Array.from({ length: 16 }, (_, i) => (i & 8) + ((i + 8 - bytes) & 7));

function at(words: readonly Local[], i: number): Local {
  const word = words[i];
  if (word === undefined) throw new RangeError(`there is no word ${i} of a state`);
  return word;
}

/** permutePairKeccak(state, constants): the permutation on two interleaved states in memory. */
export function permutePair(): FunctionBuilder {
  const { f, p } = i32Function("permutePairKeccak", ["state", "constants"]);
  const keccak = prepareKeccak(f);
  const state = Array.from({ length: STATE_WORDS }, (_, i) => f.let(v128.load(p.state, 16 * i)));
  keccak.permute(state, p.constants);
  state.forEach((word, i) => f.store(p.state, word, 16 * i));
  return f;
}

/** Words of a state that the longest digest takes. */
export const DIGEST_WORDS = 4;

/**
 * Emitter that writes the first 16 to 32 bytes of one state of a pair to an address of any alignment. It
 * writes no further byte, because a neighbouring digest may belong to another thread. Call it once, outside
 * loops.
 */
export function prepareDigestStore(
  f: FunctionBuilder,
  digestBytes: Value,
): (words: readonly Local[], lane: 0 | 1, target: Value) => void {
  // The last 16 bytes, some of which may be of the first 16, too: a swizzle takes 0 where an index is beyond its operand.
  const last = f.let(i32.sub(digestBytes, i32.const(16)));
  const ascending = v128.const8(Array.from({ length: 16 }, (_, i) => i));
  const ofLow = f.let(i8x16.add(ascending, i8x16.splat(last)));
  const ofHigh = f.let(i8x16.add(ascending, i8x16.splat(i32.sub(last, i32.const(16)))));
  return (words, lane, target) => {
    const lanes = lane === 0 ? ([0, 1, 4, 5] as const) : ([2, 3, 6, 7] as const);
    const low = f.let(v128.shuffle32(at(words, 0), at(words, 1), lanes));
    const high = v128.shuffle32(at(words, 2), at(words, 3), lanes);
    f.store(target, low);
    f.store(i32.add(target, last), v128.or(i8x16.swizzle(low, ofLow), i8x16.swizzle(high, ofHigh)));
  };
}

/** Both 64-bit lanes with their bytes in reverse order. */
export function swapBytes(a: Local): Value {
  return v128.shuffle8(a, a, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]);
}
