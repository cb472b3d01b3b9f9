import { type FunctionBuilder, type Local, i32Function } from "../assembler/function-builder.ts";
import { i32, i64, i64x2, v128, type Value } from "../assembler/values.ts";
import { DIGEST_WORDS, prepareDigestStore, prepareKeccak, RATE_WORDS, STATE_WORDS, swapBytes } from "./keccak.ts";

/** Bits of a field element in a message. */
export const ELEMENT_BITS = 31;

/** Elements of a whole group. */
const GROUP = 8;

/**
 * Bytes of scratch for two messages of `elements` elements each. A message fills up to half a word, and the
 * last is followed by up to a block.
 */
export function messagePairBytes(elements: number): number {
  return 16 * (Math.ceil(elements / 2) + 1 + STATE_WORDS);
}

/**
 * hash…RowsKeccak(groups, groupsEnd, entries, entriesEnd, offset, rows, step, messages, target, targetStride, digestBytes,
 * constants): keccak256 of `rows` messages, two at a time, truncated to `digestBytes` and written every `targetStride`
 * bytes.
 *
 * A message is a string of bits, highest first. It begins with whole base31 groups: per group eight addresses of
 * elements, the last element of the group first. Then come entries of two words, address and width of the next value.
 * Values of `ELEMENT_BITS` bits are elements; any other width is a constant, read as a pair of equal words: padding between
 * groups, and the closing byte 1 of the keccak padding, which is the last entry. An element is read at its address +
 * offset for the first row and `step` bytes further for each next one; the variant for adjacent rows expects a step of 4.
 * An odd last row is paired with whatever follows it in memory. `messages` is scratch of `messagePairBytes`; nothing overlaps.
 * Source: FIPS 202 with the original padding; oracle: `hashLeaf` of `tree-hash.ts`.
 */
export function hashRowsKeccak(adjacentRows: boolean): FunctionBuilder {
  const { f, p } = i32Function(`hash${adjacentRows ? "Adjacent" : "Spaced"}RowsKeccak`, [
    "groups",
    "groupsEnd",
    "entries",
    "entriesEnd",
    "offset",
    "rows",
    "step",
    "messages",
    "target",
    "targetStride",
    "digestBytes",
    "constants",
  ]);
  const zero = f.let(v128.const32(0));
  const closing = f.let(v128.splat64(i64.const(1n << 63n)));
  const keccak = prepareKeccak(f);
  const storeDigest = prepareDigestStore(f, p.digestBytes);
  /** The value of both rows, one per 64-bit lane; constants have a step of 0. */
  const loadPair = (address: Value, step: Value): Local => {
    if (adjacentRows) return f.let(v128.load32x2(address));
    const first = f.let(address);
    return f.let(v128.load32Lane(i32.add(first, step), v128.load32Zero(first), 2));
  };

  f.loop(() => {
    const end = f.let(p.messages);
    const pending: Pending = { bits: f.let(zero), count: f.let(i32.const(0)) };
    writeGroups(f, p, loadPair, end, pending);
    writeEntries(f, p, loadPair, end, pending);
    for (let i = 0; i < RATE_WORDS; i++) f.store(end, zero, 16 * i);

    const state = Array.from({ length: STATE_WORDS }, () => f.let(zero));
    const block = f.let(p.messages);
    f.loop(() => {
      for (const [i, word] of state.slice(0, RATE_WORDS).entries()) f.set(word, v128.xor(word, v128.load(block, 16 * i)));
      f.increase(block, 16 * RATE_WORDS);
      f.if(i32.ltu(block, end), () => {
        keccak.permute(state, p.constants);
        f.continueIf(i32.const(1), 1);
      });
    });
    const last = state.map((word, i) => (i === RATE_WORDS - 1 ? f.let(v128.xor(word, closing)) : word));
    const digest = keccak.firstWords(last, p.constants, DIGEST_WORDS);
    storeDigest(digest, 0, p.target);
    f.increase(p.target, p.targetStride);
    f.if(i32.gtu(p.rows, i32.const(1)), () => {
      storeDigest(digest, 1, p.target);
      f.increase(p.target, p.targetStride);
      f.increase(p.offset, i32.add(p.step, p.step));
      f.increase(p.rows, -2);
      f.continueIf(p.rows, 1);
    });
  });
  return f;
}

type Parameters = Readonly<Record<"groups" | "groupsEnd" | "entries" | "entriesEnd" | "offset" | "step", Local>>;
type LoadPair = (address: Value, step: Value) => Local;

/** Bits that wait for a full word. */
interface Pending {
  readonly bits: Local;
  readonly count: Local;
}

/** Writes the next word of both messages, whose first byte is the word's highest. */
function write(f: FunctionBuilder, end: Local, word: Value): void {
  f.store(end, swapBytes(f.let(word)));
  f.increase(end, 16);
}

/**
 * Whole groups: 248 bits each, built as four words with the low byte of the last one free, then moved behind the pending bits.
 * Eight groups fill 31 words, so that by how much a group is moved follows from its number. Leaves the pending bits lowest, as
 * `writeEntries` takes them.
 */
function writeGroups(f: FunctionBuilder, p: Parameters, loadPair: LoadPair, end: Local, pending: Pending): void {
  const group = f.let(p.groups);
  const isLeft = i32.ltu(group, p.groupsEnd);
  const writeFrom = (number: number): void => {
    writeGroup(f, number, groupWords(f, group, p, loadPair), end, pending);
    f.increase(group, 4 * GROUP);
    if (number === GROUP - 1) f.continueIf(isLeft, number);
    else f.if(isLeft, () => writeFrom(number + 1));
  };
  f.if(isLeft, () => {
    f.loop(() => writeFrom(0));
    // With no bits pending this shifts by 64, which has no effect, but all bits are zero then.
    f.set(pending.bits, i64x2.shru(pending.bits, i32.sub(i32.const(64), pending.count)));
  });
}

/** The four words of a group. */
function groupWords(f: FunctionBuilder, group: Local, p: Parameters, loadPair: LoadPair): readonly [Local, Local, Local, Local] {
  const [e7, e6, e5, e4, e3, e2, e1, e0] = Array.from({ length: GROUP }, (_, i) =>
    loadPair(i32.add(i32.load(group, 4 * i), p.offset), p.step),
  );
  if (!e7 || !e6 || !e5 || !e4 || !e3 || !e2 || !e1 || !e0) throw new Error("a group has eight elements");
  const { shl, shru } = i64x2;
  const or = (...parts: readonly Value[]): Local => f.let(parts.reduce(v128.or));
  return [
    or(shl(e7, 33), shl(e6, 2), shru(e5, 29)),
    or(shl(e5, 35), shl(e4, 4), shru(e3, 27)),
    or(shl(e3, 37), shl(e2, 6), shru(e1, 25)),
    or(shl(e1, 39), shl(e0, 8)),
  ];
}

/** Words of a group behind those of `number` others, which have left as many bytes of a word free, or filled it. */
function writeGroup(
  f: FunctionBuilder,
  number: number,
  [g0, g1, g2, g3]: readonly [Local, Local, Local, Local],
  end: Local,
  { bits, count }: Pending,
): void {
  const { shl, shru } = i64x2;
  const free = 8 * number;
  f.set(count, i32.const((64 - free - 8) % 64));
  if (number === 0) {
    for (const word of [g0, g1, g2]) write(f, end, word);
    f.set(bits, g3);
    return;
  }
  write(f, end, v128.or(bits, shru(g0, 64 - free)));
  write(f, end, v128.or(shl(g0, free), shru(g1, 64 - free)));
  write(f, end, v128.or(shl(g1, free), shru(g2, 64 - free)));
  write(f, end, v128.or(shl(g2, free), shru(g3, 64 - free)));
  f.set(bits, shl(g3, free));
}

/** Value by value: the pending bits are the lowest ones, and higher bits are stale. */
function writeEntries(f: FunctionBuilder, p: Parameters, loadPair: LoadPair, end: Local, pending: Pending): void {
  const entry = f.let(p.entries);
  f.loop(() => {
    const bits = f.let(i32.load(entry, 4));
    const isElement = f.let(i32.eq(bits, i32.const(ELEMENT_BITS)));
    const value = loadPair(i32.add(i32.load(entry), i32.mul(p.offset, isElement)), i32.mul(p.step, isElement));
    const total = f.let(i32.add(pending.count, bits));
    f.if(
      i32.geu(total, i32.const(64)),
      () => {
        const left = f.let(i32.sub(total, i32.const(64)));
        const free = i32.sub(i32.const(64), pending.count); // 1…31, for a full word is never left pending
        write(f, end, v128.or(i64x2.shl(pending.bits, free), i64x2.shru(value, left)));
        f.set(pending.bits, value);
        f.set(pending.count, left);
      },
      () => {
        f.set(pending.bits, v128.or(i64x2.shl(pending.bits, bits), value));
        f.set(pending.count, total);
      },
    );
    f.increase(entry, 8);
    f.continueIf(i32.ltu(entry, p.entriesEnd));
  });
  f.if(pending.count, () => write(f, end, i64x2.shl(pending.bits, i32.sub(i32.const(64), pending.count))));
}
