import { type FunctionBuilder, type FunctionReference, type Local, i32Function } from "../assembler/function-builder.ts";
import { i32, I32, i64, i64x2, V128, v128, type Value } from "../assembler/values.ts";
import { type Sponge, STATE_PAIR_BYTES, swapBytes } from "./keccak.ts";

/** Bits of a field element in a message. */
export const ELEMENT_BITS = 31;

/**
 * hashRows…(groups, groupsEnd, entries, entriesEnd, offset, rows, step, state, target, targetStride, digestBytes,
 * constants): a sponge's hash of `rows` messages, two at a time, truncated to `digestBytes` and written every `targetStride`
 * bytes.
 *
 * A message is a string of bits, highest first. It begins with whole base31 groups: per group eight addresses of
 * elements, the last element of the group first. Then come entries of two words, address and width of the next value.
 * Values of `ELEMENT_BITS` bits are elements; any other width is a constant, read as a pair of equal words: padding between
 * groups, and the closing byte 1 of the keccak padding, which is the last entry. An element is read at its address +
 * offset for the first row and `step` bytes further for each next one; the variant for adjacent rows expects a step of 4.
 * An odd last row is paired with whatever follows it in memory. `state` is scratch of `STATE_PAIR_BYTES`, 16-byte aligned;
 * nothing overlaps. Source: FIPS 202 with the original padding; oracle: `hashLeaf` of `tree-hash.ts`.
 */
export function hashRowsKeccak(
  { name, rateWords }: Sponge,
  adjacentRows: boolean,
  permutePair: FunctionReference,
  storeDigest: FunctionReference,
): FunctionBuilder {
  const { f, p } = i32Function(`hash${adjacentRows ? "Adjacent" : "Spaced"}Rows${name}`, [
    "groups",
    "groupsEnd",
    "entries",
    "entriesEnd",
    "offset",
    "rows",
    "step",
    "state",
    "target",
    "targetStride",
    "digestBytes",
    "constants",
  ]);
  const blockEnd = f.let(i32.add(p.state, i32.const(16 * rateWords)));
  const zero = f.let(v128.const32(0));
  const cursor = f.declare(I32);
  const word = f.declare(V128);
  const absorb = (value: Value): void => {
    f.set(word, value);
    f.if(i32.eq(cursor, blockEnd), () => {
      f.call(permutePair, p.state, p.constants);
      f.set(cursor, p.state);
    });
    f.store(cursor, v128.xor(v128.load(cursor), swapBytes(word)));
    f.increase(cursor, 16);
  };
  /** The value of both rows, one per 64-bit lane; constants have a step of 0. */
  const loadPair = (address: Value, step: Value): Local => {
    if (adjacentRows) return f.let(v128.load32x2(address));
    const first = f.let(address);
    return f.let(v128.load32Lane(i32.add(first, step), v128.load32Zero(first), 2));
  };

  f.loop(() => {
    for (let at = 0; at < STATE_PAIR_BYTES; at += 16) f.store(p.state, zero, at);
    f.set(cursor, p.state);
    const pending = f.let(zero); // bits that wait for a full word
    const pendingBits = f.let(i32.const(0));
    absorbGroups(f, p, loadPair, absorb, pending, pendingBits);
    absorbEntries(f, p, loadPair, absorb, pending, pendingBits);
    const closing = v128.splat64(i64.const(1n << 63n));
    f.store(p.state, v128.xor(v128.load(p.state, 16 * (rateWords - 1)), closing), 16 * (rateWords - 1));
    f.call(permutePair, p.state, p.constants);
    f.call(storeDigest, p.state, p.target, p.digestBytes);
    f.increase(p.target, p.targetStride);
    f.if(i32.gtu(p.rows, i32.const(1)), () => {
      f.call(storeDigest, i32.add(p.state, i32.const(8)), p.target, p.digestBytes);
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

/**
 * Whole groups: 248 bits each, built as four words with the low byte of the last one free, then moved behind the pending
 * bits, whose number is a multiple of eight. Leaves the pending bits lowest, as `absorbEntries` takes them.
 */
function absorbGroups(
  f: FunctionBuilder,
  p: Parameters,
  loadPair: LoadPair,
  absorb: (word: Value) => void,
  pending: Local,
  pendingBits: Local,
): void {
  const group = f.let(p.groups);
  f.if(i32.ltu(group, p.groupsEnd), () => {
    f.loop(() => {
      const [e7, e6, e5, e4, e3, e2, e1, e0] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
        loadPair(i32.add(i32.load(group, 4 * i), p.offset), p.step),
      );
      if (!e7 || !e6 || !e5 || !e4 || !e3 || !e2 || !e1 || !e0) throw new Error("a group has eight elements");
      const { shl, shru } = i64x2;
      const or = (...parts: readonly Value[]): Local => f.let(parts.reduce(v128.or));
      const g0 = or(shl(e7, 33), shl(e6, 2), shru(e5, 29));
      const g1 = or(shl(e5, 35), shl(e4, 4), shru(e3, 27));
      const g2 = or(shl(e3, 37), shl(e2, 6), shru(e1, 25));
      const g3 = or(shl(e1, 39), shl(e0, 8));
      f.if(
        pendingBits,
        () => {
          const free = f.let(i32.sub(i32.const(64), pendingBits)); // 8…56
          absorb(v128.or(pending, shru(g0, pendingBits)));
          absorb(v128.or(shl(g0, free), shru(g1, pendingBits)));
          absorb(v128.or(shl(g1, free), shru(g2, pendingBits)));
          absorb(v128.or(shl(g2, free), shru(g3, pendingBits)));
          f.set(pending, shl(g3, free));
          f.increase(pendingBits, -8);
        },
        () => {
          absorb(g0);
          absorb(g1);
          absorb(g2);
          f.set(pending, g3);
          f.set(pendingBits, i32.const(56));
        },
      );
      f.increase(group, 32);
      f.continueIf(i32.ltu(group, p.groupsEnd));
    });
    // With no bits pending this shifts by 64, which is no shift at all, but all bits are zero then.
    f.set(pending, i64x2.shru(pending, i32.sub(i32.const(64), pendingBits)));
  });
}

/** Value by value: the pending bits are the lowest ones, and higher bits are stale. */
function absorbEntries(
  f: FunctionBuilder,
  p: Parameters,
  loadPair: LoadPair,
  absorb: (word: Value) => void,
  pending: Local,
  pendingBits: Local,
): void {
  const entry = f.let(p.entries);
  f.loop(() => {
    const bits = f.let(i32.load(entry, 4));
    const isElement = f.let(i32.eq(bits, i32.const(ELEMENT_BITS)));
    const value = loadPair(i32.add(i32.load(entry), i32.mul(p.offset, isElement)), i32.mul(p.step, isElement));
    const total = f.let(i32.add(pendingBits, bits));
    f.if(
      i32.geu(total, i32.const(64)),
      () => {
        const left = f.let(i32.sub(total, i32.const(64)));
        const free = i32.sub(i32.const(64), pendingBits); // 1…31, for a full word is never left pending
        absorb(v128.or(i64x2.shl(pending, free), i64x2.shru(value, left)));
        f.set(pending, value);
        f.set(pendingBits, left);
      },
      () => {
        f.set(pending, v128.or(i64x2.shl(pending, bits), value));
        f.set(pendingBits, total);
      },
    );
    f.increase(entry, 8);
    f.continueIf(i32.ltu(entry, p.entriesEnd));
  });
  f.if(pendingBits, () => absorb(i64x2.shl(pending, i32.sub(i32.const(64), pendingBits))));
}
