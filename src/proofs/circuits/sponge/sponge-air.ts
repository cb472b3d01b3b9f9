import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { BYTES, HASH, HASH_INPUT, KECCAK, LANE, RANGE14 } from "../buses.ts";
import { KECCAK_LIMBS, LANE_LIMBS } from "../shapes/keccak-state.ts";
import { bigEndianLimbs } from "../words/big-endian.ts";
import { assertBoolean, element, limbsOfBytes, lookUpBytes } from "../words/expressions.ts";
import { LIMB, WORD_BYTES } from "../shapes/word.ts";

/** Lanes that a block fills, and its bytes and limbs. */
export const RATE_LANES = 17;
export const RATE_BYTES = 136;
const RATE_LIMBS = 68;

/** A block of an input a row. Columns that the row before reads come first. */
export const SPONGE_FIELDS = {
  /** 1 if the row continues the input of the previous row. */
  follows: 1,
  time: 1,
  /** The block's number in its input. */
  block: 1,
  /** The state before the block is taken in. */
  before: KECCAK_LIMBS,
  /** 1 in the first row of an input, and 1 in its last. */
  first: 1,
  last: 1,
  /** Space of the input, and its length in two limbs. These and the next field are of the last row. */
  space: 1,
  offset: 1,
  length: 2,
  /** Bytes of the input in the last block. */
  rest: 1,
  /** The state's first lanes after the block is taken in, and the state after the permutation. */
  absorbed: RATE_LIMBS,
  output: KECCAK_LIMBS,
  /** The first 32 bytes of the output. */
  hash: WORD_BYTES,
} as const;

export type SpongeCells = FieldValues<typeof SPONGE_FIELDS, number>;
type Columns = FieldValues<typeof SPONGE_FIELDS, Expression>;

/** The table of Keccak-256 hashes of the memory's bytes. */
export function spongeAir(): Air {
  const b = new AirBuilder("sponge", 0);
  const columns = b.declare(SPONGE_FIELDS);
  const { first, follows, last } = columns;
  assertBoolean(b, { first, follows, last });
  assertOrder(b, columns);
  assertLength(b, columns);
  permute(b, columns);
  answer(b, columns);
  return b.build();
}

/** The blocks of an input lie behind each other, from the state of zeros on. */
function assertOrder(b: AirBuilder, { first, follows, last, time, block, before, output }: Columns): void {
  const goesOn = b.next(follows);
  const isOpen = b.sub(b.add(first, follows), last);
  b.assertZero("follows nothing at first", "firstRow", follows);
  b.assertEqual("continues to the last block", "transition", goesOn, isOpen);
  b.assertZero("ends with the last row", "lastRow", isOpen);
  b.assertEqual("time stays", "transition", b.next(time), time, goesOn);
  b.assertZero("block: at first", "everyRow", block, first);
  b.assertEqual("block: the next", "transition", b.next(block), b.add(block, b.constant(1)), goesOn);
  before.forEach((limb, k) => {
    b.assertZero(`state ${k}: zero at first`, "everyRow", limb, first);
    b.assertEqual(`state ${k}: continues`, "transition", b.next(limb), element(output, k), goesOn);
  });
}

/** The last block is the one in which the input ends: length = 136 · block + rest, and rest is below 136. */
function assertLength(b: AirBuilder, { last, length, block, rest }: Columns): void {
  const [low, high] = [element(length, 0), element(length, 1)];
  // Below 2^29, so that the length is unique modulo p. Both limbs are below 2^16.
  b.send(RANGE14, b.constant(1), { value: b.scale(high, 2) });
  const bytes = b.add(low, b.scale(high, LIMB));
  b.assertEqual("length", "everyRow", bytes, b.add(b.scale(block, RATE_BYTES), rest), last);
  b.send(BYTES, b.constant(1), { low: rest, high: b.add(rest, b.constant(256 - RATE_BYTES)) });
}

/** The block's lanes take the input in, the others stay, and all are permuted. */
function permute(b: AirBuilder, { first, follows, last, time, block, before, absorbed, output }: Columns): void {
  const real = b.add(first, follows);
  for (let lane = 0; lane < RATE_LANES; lane++) {
    const limbs = (list: readonly Expression[]): readonly Expression[] => list.slice(LANE_LIMBS * lane, LANE_LIMBS * (lane + 1));
    b.send(LANE, real, {
      time,
      index: b.add(b.scale(block, RATE_LANES), b.constant(lane)),
      closes: lane === RATE_LANES - 1 ? last : b.constant(0),
      before: limbs(before),
      after: limbs(absorbed),
    });
  }
  b.send(KECCAK, real, { input: [...absorbed, ...before.slice(RATE_LIMBS)], output });
}

/** The last row says what the input's hash is, and asks that the input be read. */
function answer(b: AirBuilder, { last, time, space, offset, length, output, hash }: Columns): void {
  limbsOfBytes(b, hash).forEach((limb, l) => b.assertEqual(`hash: limb ${l}`, "everyRow", element(output, l), limb));
  lookUpBytes(b, hash);
  b.receive(HASH, last, { space, offset, length, time, word: bigEndianLimbs(b, hash) });
  const bytes = b.add(element(length, 0), b.scale(element(length, 1), LIMB));
  b.send(HASH_INPUT, last, { space, offset, length: bytes, time });
}
