import { add, mul, P } from "../../src/proofs/field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../src/proofs/kernels/poseidon-rounds.ts";
import { MDS_FIRST_ROW, MDS_MATRIX, WIDTH } from "../../src/proofs/kernels/poseidon.ts";

/*
 * Four lanes of 64 bits make a word. Word m holds the state's lanes m, 4 + m, 8 + m and 12 + m from its top to its bottom:
 * the matrix is circulant, so what it does to one word for the sake of another is a product modulo 2^256 − 1, which turns
 * lanes that leave at the top into lanes that enter at the bottom.
 */

const WORDS = 4;
const LANE_BITS = 64n;
const LANE = literal((1n << LANE_BITS) - 1n);
const TOP = 192;
const MODULUS = literal(BigInt(P));
/**
 * Lanes of a digest's elements m and 4 + m for a left input (places 3 and 2) and a right one (places 1 and
 * 0).
 */
const LEFT_LANES = literal((0xffffffffn << 192n) | (0xffffffffn << 128n));
const RIGHT_LANES = literal((0xffffffffn << 64n) | 0xffffffffn);
const PARTIAL_ROUNDS = COMPACT_CONSTANTS.partial.length;

/** Scratch memory: four words of state, the history of the partial rounds. */
const MEMORY = { words: 0x1000, history: 0x1080 };

/** The state's lane at a place of word `m`, place 0 being the lowest. */
function laneAt(m: number, place: number): number {
  return 4 * (3 - place) + m;
}

function literal(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** A word from its lanes, lowest place first. */
function lanes(values: readonly number[]): bigint {
  return values.reduce((word, value, place) => word | (BigInt(value) << (LANE_BITS * BigInt(place))), 0n);
}

/** The elements that word `m` holds of a vector over the state, lowest place first. */
function inWord(vector: readonly number[], m: number): number[] {
  return [0, 1, 2, 3].map((place) => vector[laneAt(m, place)] ?? 0);
}

const shiftRight = (bits: number, value: string): string => (bits === 0 ? value : `shr(${bits}, ${value})`);
const shiftLeft = (bits: number, value: string): string => (bits === 0 ? value : `shl(${bits}, ${value})`);
/** A digest's bits moved down, or up for a negative number of bits. */
const moved = (bits: number, value: string): string => (bits >= 0 ? shiftRight(bits, value) : shiftLeft(-bits, value));
const laneOf = (word: string, place: number): string =>
  place === 3 ? `shr(${TOP}, ${word})` : `and(${shiftRight(64 * place, word)}, ${LANE})`;
const sum = (terms: readonly string[]): string => terms.reduce((total, term) => `add(${total}, ${term})`);
const joined = (terms: readonly string[]): string => terms.reduce((total, term) => `or(${total}, ${term})`);
/** Four products of canonical elements, added up: the lane at place i meets the constant's at 3 − i, and 4p² < 2^64. */
const innerProduct = (word: string, constants: readonly number[]): string =>
  `shr(${TOP}, mul(${word}, ${literal(lanes([...constants].reverse()))}))`;

const words = (each: (m: number) => string): string => Array.from({ length: WORDS }, (_, m) => each(m)).join("\n");

/**
 * Factor by which the matrix adds word `from` to word `to`: its rotation by k lanes, times the entry for
 * lanes that far apart.
 */
function matrixFactor(to: number, from: number): string {
  const entries = [0, 0, 0, 0];
  for (let step = 0; step < 4; step++) {
    const offset = (4 * step + from - to + WIDTH) % WIDTH;
    entries[step] = MDS_FIRST_ROW[offset] ?? 0;
  }
  return literal(lanes(entries));
}

/** The MDS matrix on lanes below 2^32; those of the result are below 371·2^32 < 2^41. */
const LINEAR_LAYER = `{
  let full_ := not(0)
  ${words((to) => `let n${to} := ${sum([0, 1, 2, 3].map((from) => `mulmod(w${from}, ${matrixFactor(to, from)}, full_)`))}`)}
  ${words((m) => `w${m} := n${m}`)}
}`;

/** S-boxes of lanes below 2^42: the cubes have at most 126 bits and are reduced once. */
function fullRound(constants: readonly number[]): string {
  const boxes = words((m) => {
    const places = [2, 1, 0].map(
      (place) =>
        `a_ := ${laneOf(`w${m}`, place)}\nr_ := or(r_, ${shiftLeft(64 * place, `mod(mul(mul(a_, a_), a_), ${MODULUS})`)})`,
    );
    return `{
      w${m} := add(w${m}, ${literal(lanes(inWord(constants, m)))})
      let a_ := ${laneOf(`w${m}`, 3)}
      let r_ := shl(${TOP}, mod(mul(mul(a_, a_), a_), ${MODULUS}))
      ${places.join("\n")}
      w${m} := r_
    }`;
  });
  return `${boxes}\n${LINEAR_LAYER}`;
}

const REDUCE = words(
  (m) => `w${m} := ${joined([3, 2, 1, 0].map((place) => shiftLeft(64 * place, `mod(${laneOf(`w${m}`, place)}, ${MODULUS})`)))}`,
);

/** A linear function of the state before the partial rounds and of the outputs of their S-boxes, in order. */
type Combination = readonly number[];

/**
 * Results of the partial rounds as combinations: the S-boxes' inputs without their constants, and the lanes
 * at the end.
 */
const COMBINATIONS = combinePartialRounds();

function combinePartialRounds(): { readonly inputs: readonly Combination[]; readonly outputs: readonly Combination[] } {
  const unit = (index: number): Combination => Array.from({ length: WIDTH + PARTIAL_ROUNDS }, (_, i) => (i === index ? 1 : 0));
  let state: readonly Combination[] = Array.from({ length: WIDTH }, (_, lane) => unit(lane));
  const inputs = COMPACT_CONSTANTS.partial.map((_, round) => {
    const [input = [], ...others] = state;
    const boxed = [unit(WIDTH + round), ...others];
    state = MDS_MATRIX.map((row) =>
      input.map((__, i) => row.reduce((total, factor, lane) => add(total, mul(factor, boxed[lane]?.[i] ?? 0)), 0)),
    );
    return input;
  });
  return { inputs, outputs: state };
}

/** Combination of the four words of the state and of the first `known` S-boxes, four in a word. */
function evaluate(combination: Combination, stateWord: (m: number) => string, known: number): string[] {
  const fromState = Array.from({ length: WORDS }, (_, m) => innerProduct(stateWord(m), inWord(combination, m)));
  const fromHistory = historyGroups(known).map((group) =>
    innerProduct(
      `h${group}`,
      [0, 1, 2, 3].map((place) => combination[WIDTH + 4 * group + place] ?? 0),
    ),
  );
  return [...fromState, ...fromHistory];
}

const historyGroups = (count: number): number[] => Array.from({ length: Math.ceil(count / 4) }, (_, group) => group);

/** The partial rounds, without touching lanes 1 to 15: only the S-boxes are computed, and their outputs are the history h. */
const PARTIAL = `${COMBINATIONS.inputs
  .map((combination, k) => {
    const constant = literal(BigInt(COMPACT_CONSTANTS.partial[k] ?? 0));
    // In the first round the input is lane 0 itself.
    const input =
      k === 0
        ? `add(shr(${TOP}, w0), ${constant})`
        : `mod(${sum([constant, ...evaluate(combination, (m) => `w${m}`, k)])}, ${MODULUS})`;
    const group = Math.floor(k / 4);
    const place = k % 4;
    const box = `mod(mul(mul(x_, x_), x_), ${MODULUS})`;
    return `${place === 0 ? `let h${group}\n` : ""}{
      let x_ := ${input}
      h${group} := ${place === 0 ? box : `or(h${group}, shl(${64 * place}, ${box}))`}
    }`;
  })
  .join("\n")}
${words((m) => `mstore(${literal(BigInt(MEMORY.words + 32 * m))}, w${m})`)}
${historyGroups(PARTIAL_ROUNDS)
  .map((group) => `mstore(${literal(BigInt(MEMORY.history + 32 * group))}, h${group})`)
  .join("\n")}`;

/** The lanes after the partial rounds. */
const AFTER_PARTIAL = `${historyGroups(PARTIAL_ROUNDS)
  .map((group) => `let h${group} := mload(${literal(BigInt(MEMORY.history + 32 * group))})`)
  .join("\n")}
${words((m) => `let x${m} := mload(${literal(BigInt(MEMORY.words + 32 * m))})`)}
${words((m) => {
  const parts = [3, 2, 1, 0].map((place) => {
    const terms = evaluate(COMBINATIONS.outputs[laneAt(m, place)] ?? [], (from) => `x${from}`, PARTIAL_ROUNDS);
    return shiftLeft(64 * place, `mod(${sum(terms)}, ${MODULUS})`);
  });
  return `w${m} := ${joined(parts)}`;
})}`;

const MIDDLE_QUARTERS = ["0xffffffffffffffff00000000000000000000000000000000", "0xffffffffffffffff0000000000000000"] as const;
const OUTER_QUARTERS = "0xffffffffffffffff00000000000000000000000000000000ffffffffffffffff";
/** A digest with its two middle quarters exchanged: elements m and 4 + m then lie in neighbouring lanes. */
const paired = (digest: string): string =>
  `or(and(${digest}, ${OUTER_QUARTERS}), or(shr(64, and(${digest}, ${MIDDLE_QUARTERS[0]})), shl(64, and(${digest}, ${MIDDLE_QUARTERS[1]}))))`;
/** Number of bits that move a paired digest down so that element m is at place 3 of its word, or at place 1. */
const DOWN_TO_LEFT = [32, 0, -96, -128] as const;
const DOWN_TO_RIGHT = [160, 128, 32, 0] as const;

const OUTPUT = words(
  (m) => `{
    let v_ := add(w${m}, and(${moved(DOWN_TO_LEFT[m] ?? 0, "left")}, ${LEFT_LANES}))
    digest := or(digest, or(shl(${224 - 32 * m}, mod(shr(${TOP}, v_), ${MODULUS})), ${shiftLeft(96 - 32 * m, `mod(and(shr(128, v_), ${LANE}), ${MODULUS})`)}))
  }`,
);

/**
 * The tagged compression of two digests, each eight canonical elements of four bytes: reads the variables `tag`, `left` and
 * `right`, which it changes, and adds its result to `digest`, which must be 0. Uses memory from 0x1000 to 0x1120.
 */
export const COMPRESS_BODY = `
// Poseidon of left ‖ right with the tag added to lane 0, first eight lanes, plus left
{
  left := ${paired("left")}
  right := ${paired("right")}
  {
    ${words((m) => `let w${m} := or(and(${moved(DOWN_TO_LEFT[m] ?? 0, "left")}, ${LEFT_LANES}), and(${moved(DOWN_TO_RIGHT[m] ?? 0, "right")}, ${RIGHT_LANES}))`)}
    w0 := add(w0, shl(${TOP}, tag))
    ${COMPACT_CONSTANTS.initial.map(fullRound).join("\n")}
    ${REDUCE}
    ${PARTIAL}
  }
  ${words((m) => `let w${m}`)}
  {
    ${AFTER_PARTIAL}
  }
  ${COMPACT_CONSTANTS.terminal.map(fullRound).join("\n")}
  ${OUTPUT}
}`;

/** Compression as a function of Yul. */
export const COMPRESS_FUNCTION = `function compress(tag, left, right) -> digest {\n${COMPRESS_BODY}\n}`;
