import { P, pow } from "../../src/field/koala-bear.ts";
import { INTERNAL_DIAGONAL, ROUND_CONSTANTS, WIDTH } from "../../src/kernels/reference/poseidon2.ts";

/*
 * Four lanes of 64 bits make a word. Word m holds lane m of each of the state's four blocks, so that the blocks' matrix is
 * one piece of arithmetic on four words, and the sum over blocks is a product with 1 + 2^64 + 2^128 + 2^192.
 */

/** Which lane of the state is at which place of a word: place 3 (the top) block 0, 2 block 2, 1 block 1, 0 block 3. */
const BLOCK_AT_PLACE = [3, 1, 2, 0] as const;
const WORDS = 4;
const LANE_BITS = 64n;
const LANE = literal((1n << LANE_BITS) - 1n);
const TOP = 192;
const MODULUS = literal(BigInt(P));
/** 1 in every lane. */
const ONES = literal(lanes([1, 1, 1, 1]));
/** Where a digest's elements m and 4 + m go for a left input (places 3 and 1) and a right one (places 2 and 0). */
const LEFT_LANES = literal((0xffffffffn << 192n) | (0xffffffffn << 64n));
const RIGHT_LANES = literal((0xffffffffn << 128n) | 0xffffffffn);
const PARTIAL_ROUNDS = ROUND_CONSTANTS.internal.length;

/** Scratch memory: four words of state, one lane, the history of the partial rounds. */
const MEMORY = { words: 0x1000, lane: 0x1080, history: 0x10a0 };

/** The state's lane at a place of word `m`. */
function laneAt(m: number, place: number): number {
  return 4 * (BLOCK_AT_PLACE[place] ?? 0) + m;
}

function literal(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** A word from its lanes, lowest place first. */
function lanes(values: readonly number[]): bigint {
  return values.reduce((word, value, place) => word | (BigInt(value) << (LANE_BITS * BigInt(place))), 0n);
}

function diagonal(lane: number): number {
  return INTERNAL_DIAGONAL[lane] ?? 0;
}

/** What a round adds to word `m`. */
function roundConstant(constants: readonly number[], m: number): string {
  return literal(lanes([0, 1, 2, 3].map((place) => constants[laneAt(m, place)] ?? 0)));
}

const shiftRight = (bits: number, value: string): string => (bits === 0 ? value : `shr(${bits}, ${value})`);
const shiftLeft = (bits: number, value: string): string => (bits === 0 ? value : `shl(${bits}, ${value})`);
/** A digest's bits moved up or down. */
const moved = (bits: number, value: string): string => (bits >= 0 ? shiftRight(bits, value) : shiftLeft(-bits, value));
const laneOf = (word: string, place: number): string =>
  place === 3 ? `shr(${TOP}, ${word})` : `and(${shiftRight(64 * place, word)}, ${LANE})`;
const sum = (terms: readonly string[]): string => terms.reduce((total, term) => `add(${total}, ${term})`);
const joined = (terms: readonly string[]): string => terms.reduce((total, term) => `or(${total}, ${term})`);
/** Four products of canonical elements, added up: the lane at place i meets the constant's at 3 − i, and 4p² < 2^64. */
const innerProduct = (word: string, constants: readonly number[]): string =>
  `shr(${TOP}, mul(${word}, ${literal(lanes([...constants].reverse()))}))`;

const words = (each: (m: number) => string): string => Array.from({ length: WORDS }, (_, m) => each(m)).join("\n");

/** circ(2M, M, M, M) of lanes below 2^32; those of the result are below 2^37. */
const EXTERNAL_LAYER = `{
  let t_ := add(add(w0, w1), add(w2, w3))
  let a_ := add(add(t_, w0), shl(1, w1))
  let b_ := add(add(t_, w1), shl(1, w2))
  let c_ := add(add(t_, w2), shl(1, w3))
  w3 := add(add(t_, w3), shl(1, w0))
  w0 := a_
  w1 := b_
  w2 := c_
}
${words((m) => `w${m} := add(w${m}, mul(shr(${TOP}, mul(w${m}, ${ONES})), ${ONES}))`)}`;

/** S-boxes of lanes below 2^38: the cubes have at most 114 bits and are reduced once. */
function fullRound(constants: readonly number[]): string {
  const boxes = words((m) => {
    const places = [2, 1, 0].map(
      (place) => `a_ := ${laneOf(`w${m}`, place)}\nr_ := or(r_, ${shiftLeft(64 * place, `mod(mul(mul(a_, a_), a_), ${MODULUS})`)})`,
    );
    return `{
      w${m} := add(w${m}, ${roundConstant(constants, m)})
      let a_ := ${laneOf(`w${m}`, 3)}
      let r_ := shl(${TOP}, mod(mul(mul(a_, a_), a_), ${MODULUS}))
      ${places.join("\n")}
      w${m} := r_
    }`;
  });
  return `${boxes}\n${EXTERNAL_LAYER}`;
}

const REDUCE = words((m) => `w${m} := ${joined([3, 2, 1, 0].map((place) => shiftLeft(64 * place, `mod(${laneOf(`w${m}`, place)}, ${MODULUS})`)))}`);

/** Sum of d^m over the diagonal's entries but the first. */
function powerSum(exponent: number): number {
  let total = 0;
  for (let lane = 1; lane < WIDTH; lane++) total = (total + pow(diagonal(lane), exponent)) % P;
  return total;
}

const historyGroups = (count: number): number[] => Array.from({ length: Math.ceil(count / 4) }, (_, group) => group);

/**
 * The partial rounds, without touching lanes 1 to 15: with σ_k the sum of all lanes in round k, lane i before round k is
 * d_i^k s_i + Σ_{j<k} d_i^(k−1−j) σ_j. So only S-box and sum are computed in every round; the sums are the history h.
 */
const PARTIAL = `let x := add(shr(${TOP}, w0), ${literal(BigInt(ROUND_CONSTANTS.internal[0] ?? 0))})
${ROUND_CONSTANTS.internal
  .map((_, k) => {
    const fromState = Array.from({ length: WORDS }, (_unused, m) =>
      innerProduct(`w${m}`, [0, 1, 2, 3].map((place) => (laneAt(m, place) === 0 ? 0 : pow(diagonal(laneAt(m, place)), k)))),
    );
    const fromHistory = historyGroups(k).map((group) =>
      innerProduct(`h${group}`, [0, 1, 2, 3].map((place) => (4 * group + place < k ? powerSum(k - 1 - 4 * group - place) : 0))),
    );
    const group = Math.floor(k / 4);
    const place = k % 4;
    const next = k + 1 < PARTIAL_ROUNDS ? `add(s_, ${literal(BigInt(ROUND_CONSTANTS.internal[k + 1] ?? 0))})` : "s_";
    return `${place === 0 ? `let h${group}\n` : ""}{
      let y_ := mod(mul(mul(x, x), x), ${MODULUS})
      let s_ := mod(${sum(["y_", ...fromState, ...fromHistory])}, ${MODULUS})
      x := add(${next}, shl(1, sub(${MODULUS}, y_)))
      h${group} := ${place === 0 ? "s_" : `or(h${group}, shl(${64 * place}, s_))`}
    }`;
  })
  .join("\n")}
${words((m) => `mstore(${literal(BigInt(MEMORY.words + 32 * m))}, w${m})`)}
mstore(${literal(BigInt(MEMORY.lane))}, x)
${historyGroups(PARTIAL_ROUNDS).map((group) => `mstore(${literal(BigInt(MEMORY.history + 32 * group))}, h${group})`).join("\n")}`;

/** The lanes after the partial rounds. */
const AFTER_PARTIAL = `${historyGroups(PARTIAL_ROUNDS).map((group) => `let h${group} := mload(${literal(BigInt(MEMORY.history + 32 * group))})`).join("\n")}
${words((m) => {
  const parts = [3, 2, 1, 0].map((place) => {
    const lane = laneAt(m, place);
    if (lane === 0) return `shl(${TOP}, mload(${literal(BigInt(MEMORY.lane))}))`;
    const history = historyGroups(PARTIAL_ROUNDS).map((group) =>
      innerProduct(`h${group}`, [0, 1, 2, 3].map((at) => pow(diagonal(lane), PARTIAL_ROUNDS - 1 - 4 * group - at))),
    );
    const own = innerProduct(
      `mload(${literal(BigInt(MEMORY.words + 32 * m))})`,
      [0, 1, 2, 3].map((at) => (at === place ? pow(diagonal(lane), PARTIAL_ROUNDS) : 0)),
    );
    return shiftLeft(64 * place, `mod(${sum([own, ...history])}, ${MODULUS})`);
  });
  return `w${m} := ${joined(parts)}`;
})}`;

const OUTPUT = words(
  (m) => `{
    let v_ := add(w${m}, and(${moved(32 - 32 * m, "left")}, ${LEFT_LANES}))
    digest := or(digest, or(shl(${224 - 32 * m}, mod(shr(${TOP}, v_), ${MODULUS})), ${shiftLeft(96 - 32 * m, `mod(and(shr(64, v_), ${LANE}), ${MODULUS})`)}))
  }`,
);

/**
 * The tagged compression of two digests, each eight canonical elements of four bytes: reads the variables `tag`, `left` and
 * `right` and adds its result to `digest`, which must be 0. Uses memory from 0x1000 to 0x1140.
 */
export const COMPRESS_BODY = `
// Poseidon2 of left ‖ right with the tag added to lane 0, first eight lanes, plus left
{
  {
    ${words((m) => `let w${m} := or(and(${moved(32 - 32 * m, "left")}, ${LEFT_LANES}), and(${moved(96 - 32 * m, "right")}, ${RIGHT_LANES}))`)}
    w0 := add(w0, shl(${TOP}, tag))
    ${EXTERNAL_LAYER}
    ${ROUND_CONSTANTS.initial.map(fullRound).join("\n")}
    ${REDUCE}
    ${PARTIAL}
  }
  ${words((m) => `let w${m}`)}
  {
    ${AFTER_PARTIAL}
  }
  ${ROUND_CONSTANTS.terminal.map(fullRound).join("\n")}
  ${OUTPUT}
}`;

/** The same as a function of Yul. */
export const COMPRESS_FUNCTION = `function compress(tag, left, right) -> digest {\n${COMPRESS_BODY}\n}`;
