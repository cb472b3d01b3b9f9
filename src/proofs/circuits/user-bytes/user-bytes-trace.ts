import { smallInverse } from "../../field/small-inverse.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { memoryCost } from "../memory-cost/memory-cost-trace.ts";
import { number30 } from "../words/earlier.ts";
import { LIMB, LIMBS, WORD_BYTES, wordOf } from "../shapes/word.ts";
import {
  type BytesWeights,
  BYTE_OPCODES,
  type ByteOpcodeName,
  GAS_PER_WORD,
  HASH_BLOCK,
  TOO_MANY_WORDS,
  USER_BYTES_FIELDS,
  type UserBytesCells,
} from "./user-bytes-air.ts";

type Limbs = readonly number[];

/** An opcode that touches bytes, as the frame is before it. */
export interface ByteOpcode {
  readonly name: ByteOpcodeName;
  readonly time: number;
  readonly frame: number;
  readonly codeFrame: number;
  readonly codeLength: number;
  /** Words of memory that the frame has paid for. */
  readonly words: number;
  /** Operands of the opcode; words that it does not have are 0. */
  readonly operands: readonly [Limbs, Limbs, Limbs];
  /** The word that names its source, if a field does, and how long ago that was accessed, less one step. */
  readonly slice: Limbs;
  readonly sliceGap: number;
}

/** Effect of an opcode if gas suffices. */
interface ByteReach {
  readonly after: number;
  readonly extra: number;
  readonly units: number;
  readonly refused: number;
}

/** A part of a source that an opcode reads. */
interface ByteSource {
  readonly from: number;
  readonly size: number;
  /** Number of requested bytes, and of available ones. */
  readonly requested: number;
  readonly count: number;
}

/** A place that an opcode accesses: what it held, and how long ago it was accessed. */
export interface LoadedWord {
  readonly whole: boolean;
  readonly word: Limbs;
  readonly gap: number;
}

const LARGE = 2 ** 24;
const WITHIN: ByteOpcodeName = "copiesWithin";
const OF_SLICE: readonly ByteOpcodeName[] = ["loadsInput", "copiesInput", "copiesReturned"];
const COPIES: readonly ByteOpcodeName[] = ["copiesInput", "copiesCode", "copiesReturned", WITHIN];

/** The name of an opcode that touches bytes. */
export function byteOpcodeName(opcode: number): ByteOpcodeName | undefined {
  return (Object.keys(BYTE_OPCODES) as ByteOpcodeName[]).find((name) => BYTE_OPCODES[name] === opcode);
}

/** Whether a field of the frame names what the opcode reads. */
export function readsSlice(name: ByteOpcodeName): boolean {
  return OF_SLICE.includes(name);
}

export function copiesBytes(name: ByteOpcodeName): boolean {
  return COPIES.includes(name);
}

/** Memory that an opcode needs, and its cost. */
export function reachOf(opcode: ByteOpcode, { copiedWord, hashedBlock }: BytesWeights): ByteReach {
  const { refused, reaches, needed, length, lengthWords } = measure(opcode);
  const grows = reaches && needed > opcode.words;
  const perWord = opcode.name === "hashes" ? GAS_PER_WORD.hashed : copiesBytes(opcode.name) ? GAS_PER_WORD.copied : 0;
  const growth = grows ? memoryCost(needed) - memoryCost(opcode.words) : 0;
  const copied = copiesBytes(opcode.name) ? copiedWord * lengthWords : 0;
  return {
    after: grows ? needed : opcode.words,
    extra: growth + perWord * lengthWords,
    refused: refused === undefined ? 0 : 1,
    units: copied + (opcode.name === "hashes" ? hashedBlock * blocksOf(length) : 0),
  };
}

/** Blocks of an input with its padding. */
function blocksOf(length: number): number {
  return Math.floor(length / HASH_BLOCK) + 1;
}

/** Part of its source that a running opcode reads. */
export function sourceOf({ name, operands, slice, codeLength }: ByteOpcode): ByteSource {
  const [a, b, c] = operands.map(lowNumber) as [number, number, number];
  const requested = name === "loadsInput" ? WORD_BYTES : copiesBytes(name) ? c : 0;
  const from = name === "loadsInput" ? a : b;
  const size = name === "copiesCode" ? codeLength : readsSlice(name) ? twoLimbs(slice, 0) : 0;
  if (name === WITHIN) return { from, size, requested, count: requested };
  const isAway = isLarge(operands[name === "loadsInput" ? 0 : 1]);
  return { from, size, requested, count: isAway ? 0 : Math.max(0, Math.min(requested, size - from)) };
}

/** The row of an opcode: what it reads if it runs, and its result. */
export function userBytesRow(
  opcode: ByteOpcode,
  weights: BytesWeights,
  run?: { readonly result: Limbs; readonly loaded?: LoadedWord },
): UserBytesCells {
  const { name, time, frame, codeFrame, codeLength, words, operands, slice, sliceGap } = opcode;
  const [a, b, third] = operands;
  const c = copiesBytes(name) || run === undefined ? third : run.result;
  const { after, extra, units } = reachOf(opcode, weights);
  const { far, ...measured } = measure(opcode);
  const grows = after > words;
  const distance = !measured.reaches ? 0 : grows ? after - words - 1 : words - measured.needed;
  const list = [a, b, c];
  const upper = list.map(upperSum);
  const total = measured.length + LARGE * (measured.largeLength ? 1 : 0);
  const loaded = run?.loaded;
  const old = loaded?.word ?? ZERO;
  const source = sourceCells(opcode, run !== undefined);
  return {
    ...kindCells(name),
    time,
    frame,
    codeFrame,
    codeLength,
    runs: run === undefined ? 0 : 1,
    before: words,
    after,
    extra,
    units,
    a,
    b,
    c,
    middle: list.map((word) => (word[1] ?? 0) % 2 ** 8),
    large: list.map((word) => (isLarge(word) ? 1 : 0)),
    inverse: upper.map(smallInverse),
    length: measured.length,
    largeLength: measured.largeLength ? 1 : 0,
    empty: total === 0 ? 1 : 0,
    lengthInverse: smallInverse(total),
    ...far,
    farther: measured.farther ? 1 : 0,
    needed: number30(measured.needed % TOO_MANY_WORDS),
    slack: measured.slack,
    grows: grows ? 1 : 0,
    distance: number30(distance),
    costBefore: grows ? memoryCost(words) : 0,
    costAfter: grows ? memoryCost(after) : 0,
    lengthWords: number30(measured.lengthWords),
    lengthSlack: measured.lengthSlack,
    ...blockCells(name, measured.length),
    slice: slice.slice(0, 5),
    sliceGap: number30(sliceGap),
    ...source,
    whole: loaded?.whole === true ? 1 : 0,
    split: loaded?.whole === false ? 1 : 0,
    old,
    gap: number30(loaded?.gap ?? 0),
    shifted: source.masks === 1 ? masked(old, source.count) : ZERO,
  };
}

/** The main columns of the table; of no rows where no opcode touches bytes. */
export function userBytesColumns(rows: Rows<typeof USER_BYTES_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("userBytes", USER_BYTES_FIELDS, rows, { padding: noBytes, minLogRows });
}

/** A row of no opcode. */
export function noBytes(): UserBytesCells {
  const operands = [ZERO, ZERO, ZERO] as const;
  const none = { time: 0, frame: 0, codeFrame: 0, codeLength: 0, words: 0, operands, slice: ZERO, sliceGap: 0 };
  return { ...userBytesRow({ name: "tellsSize", ...none }, { copiedWord: 0, hashedBlock: 0 }), tellsSize: 0 };
}

/**
 * Amount by which a word is shifted to the right when it is masked after `count` bytes, and the remaining
 * word.
 */
export function masked(word: Limbs, count: number): number[] {
  const shifted = wordOf(word) >> BigInt(8 * (WORD_BYTES - count));
  return ZERO.map((_, i) => Number((shifted >> BigInt(16 * i)) & 0xffffn));
}

const ZERO: Limbs = new Array<number>(LIMBS).fill(0);

function blockCells(name: ByteOpcodeName, length: number): Pick<UserBytesCells, "blocks" | "moreBlocks" | "lastBlock"> {
  if (name !== "hashes") return { blocks: 0, moreBlocks: 0, lastBlock: 0 };
  const count = blocksOf(length);
  return { blocks: count % LIMB, moreBlocks: Math.floor(count / LIMB), lastBlock: length % HASH_BLOCK };
}

function kindCells(name: ByteOpcodeName): Record<ByteOpcodeName, number> {
  const flags = Object.keys(BYTE_OPCODES).map((each) => [each, each === name ? 1 : 0]);
  return Object.fromEntries(flags) as Record<ByteOpcodeName, number>;
}

function twoLimbs(word: Limbs, at: number): number {
  return (word[at] ?? 0) + LIMB * (word[at + 1] ?? 0);
}

/** A word modulo 2^24, what of it is above, added up, and whether that is anything. */
function lowNumber(word: Limbs): number {
  return twoLimbs(word, 0) % LARGE;
}
function upperSum(word: Limbs): number {
  return Math.floor((word[1] ?? 0) / 2 ** 8) + word.slice(2).reduce((sum, limb) => sum + limb, 0);
}
function isLarge(word: Limbs): boolean {
  return upperSum(word) > 0;
}

type FarFlags = Pick<UserBytesCells, "farOffset" | "farSource" | "farLength" | "farSum">;
type BeyondFlags = Pick<UserBytesCells, "beyondFrom" | "beyondLength" | "beyondSum">;
const NOT_FAR: FarFlags = { farOffset: 0, farSource: 0, farLength: 0, farSum: 0 };
const NOT_BEYOND: BeyondFlags = { beyondFrom: 0, beyondLength: 0, beyondSum: 0 };

/**
 * Measures the bytes of memory that an opcode touches, or the reason for a refusal. An excessive distance is
 * reported first.
 */
function measure({ name, operands, slice }: ByteOpcode) {
  const [a, b, c] = operands;
  const lengthWord = name === "hashes" ? b : copiesBytes(name) ? c : ZERO;
  const fixed = name === "loads" || name === "stores" ? WORD_BYTES : name === "storesByte" ? 1 : 0;
  const length = fixed + lowNumber(lengthWord);
  const largeLength = isLarge(lengthWord);
  const isEmpty = length === 0 && !largeLength;
  const farther = name === WITHIN && lowNumber(b) > lowNumber(a);
  const end = (farther ? lowNumber(b) : lowNumber(a)) + length;
  const reason = isEmpty ? undefined : farReason({ name, operands, largeLength, end });
  const isMeasured = !isEmpty && (reason === undefined || reason === "farSum");
  const needed = isMeasured ? Math.ceil(end / WORD_BYTES) : 0;
  const beyond = reason === undefined && name === "copiesReturned" ? beyondReason(operands, twoLimbs(slice, 0)) : undefined;
  const lengthWords = reason === undefined ? Math.ceil(length / WORD_BYTES) : 0;
  return {
    length,
    largeLength,
    farther,
    needed,
    lengthWords,
    slack: isMeasured ? WORD_BYTES * needed - end : 0,
    lengthSlack: reason === undefined ? WORD_BYTES * lengthWords - length : 0,
    reaches: isMeasured && reason === undefined,
    far: { ...NOT_FAR, ...(reason === undefined ? {} : { [reason]: 1 }) },
    beyond,
    refused: reason ?? beyond,
  };
}

interface Extent {
  readonly name: ByteOpcodeName;
  readonly operands: ByteOpcode["operands"];
  readonly largeLength: boolean;
  readonly end: number;
}

function farReason({ name, operands: [a, b], largeLength, end }: Extent): keyof FarFlags | undefined {
  if (isLarge(a)) return "farOffset";
  if (name === WITHIN && isLarge(b)) return "farSource";
  if (largeLength) return "farLength";
  return Math.ceil(end / WORD_BYTES) < TOO_MANY_WORDS ? undefined : "farSum";
}

function beyondReason([, b, c]: ByteOpcode["operands"], size: number): keyof BeyondFlags | undefined {
  if (isLarge(b)) return "beyondFrom";
  if (isLarge(c)) return "beyondLength";
  return lowNumber(b) + lowNumber(c) > size ? "beyondSum" : undefined;
}

type SourceCells = Pick<
  UserBytesCells,
  "from" | "size" | "count" | "inside" | "partial" | "behind" | "away" | "shown" | "missing" | "first" | "second" | "masks"
> &
  BeyondFlags;

function sourceCells(opcode: ByteOpcode, runs: boolean): SourceCells {
  const { name, operands, words } = opcode;
  const { from, size, requested, count } = sourceOf(opcode);
  const { beyond, refused } = measure(opcode);
  const isSourced = runs && name !== WITHIN && (readsSlice(name) || copiesBytes(name));
  const isAway = isLarge(operands[name === "loadsInput" ? 0 : 1]);
  const inside = isSourced && !isAway && from + requested <= size;
  const behind = isSourced && !isAway && !inside && count === 0;
  const partial = isSourced && count > 0 && !inside;
  const [a, b] = operands.map(lowNumber) as [number, number, number];
  const numbers: readonly (readonly [boolean, number])[] = [
    [name === WITHIN, Math.abs(b - a)],
    [name === "tellsSize", WORD_BYTES * words],
    [inside || (name === "copiesReturned" && refused === undefined), size - from - requested],
    [partial, count - 1],
    [behind, from - size],
    [beyond === "beyondSum", from + requested - size - 1],
  ];
  const flag = (value: boolean): number => (value ? 1 : 0);
  const moves = runs && copiesBytes(name) && requested > 0;
  return {
    from,
    size,
    count,
    inside: flag(inside),
    partial: flag(partial),
    behind: flag(behind),
    away: flag(isSourced && isAway),
    ...NOT_BEYOND,
    ...(beyond === undefined ? {} : { [beyond]: 1 }),
    shown: number30(numbers.find(([holds]) => holds)?.[1] ?? 0),
    missing: number30(partial ? requested - count - 1 : 0),
    first: flag(moves && count > 0),
    second: flag(moves && (name === WITHIN || count < requested)),
    masks: flag(name === "loadsInput" && partial),
  };
}
