import type { FunctionBuilder, FunctionReference } from "../assembler/function-builder.ts";
import { i32Function } from "../assembler/function-builder.ts";
import { i32, I32, i64, i64x2, V128, v128 } from "../assembler/values.ts";
import { RATE_WORDS, STATE_PAIR_BYTES, swapBytes } from "./keccak.ts";

/** Bits of a field element in a message. */
export const ELEMENT_BITS = 31;

/**
 * hashRows…(entries, entriesEnd, offset, rows, step, state, target, targetStride, digestBytes, constants): keccak256 of
 * `rows` messages, two at a time, truncated to `digestBytes` and written every `targetStride` bytes.
 *
 * A message is a string of bits, highest first, described by entries of two words: address and width of the next value.
 * Values of `ELEMENT_BITS` bits are elements, read at address + offset for the first row and `step` bytes further for
 * each next one. Any other width is a constant, read as a pair of equal words: padding between groups, and the closing
 * byte 1 of the keccak padding, which is the last entry. An odd last row is paired with whatever follows it in memory.
 * `state` is scratch of `STATE_PAIR_BYTES`, 16-byte aligned; nothing overlaps.
 * Source: FIPS 202 with the original padding; oracle: `hashLeaf` of `tree-hash.ts`.
 */
export function hashRowsKeccak(
  name: string,
  adjacentRows: boolean,
  permutePair: FunctionReference,
  storeDigest: FunctionReference,
): FunctionBuilder {
  const { f, p } = i32Function(name, [
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
  const blockEnd = f.let(i32.add(p.state, i32.const(16 * RATE_WORDS)));
  const zero = f.let(v128.const32(0));
  const pending = f.declare(V128); // bits that wait for a full word, the newest lowest; higher bits are stale
  const pendingBits = f.declare(I32);
  const cursor = f.declare(I32);
  const word = f.declare(V128);
  const absorbWord = (): void => {
    f.if(i32.eq(cursor, blockEnd), () => {
      f.call(permutePair, p.state, p.constants);
      f.set(cursor, p.state);
    });
    f.store(cursor, v128.xor(v128.load(cursor), swapBytes(word)));
    f.increase(cursor, 16);
  };
  f.loop(() => {
    for (let at = 0; at < STATE_PAIR_BYTES; at += 16) f.store(p.state, zero, at);
    f.set(cursor, p.state);
    f.set(pendingBits, i32.const(0));
    const entry = f.let(p.entries);
    f.loop(() => {
      const bits = f.let(i32.load(entry, 4));
      const isElement = i32.eq(bits, i32.const(ELEMENT_BITS));
      const address = f.let(i32.add(i32.load(entry), i32.mul(p.offset, isElement)));
      const next = adjacentRows ? address : i32.add(address, i32.mul(p.step, isElement));
      const value = f.let(adjacentRows ? v128.load32x2(address) : v128.load32Lane(next, v128.load32Zero(address), 2));
      const total = f.let(i32.add(pendingBits, bits));
      f.if(
        i32.geu(total, i32.const(64)),
        () => {
          const left = f.let(i32.sub(total, i32.const(64)));
          const free = i32.sub(i32.const(64), pendingBits); // 1…31, for a full word is never left pending
          f.set(word, v128.or(i64x2.shl(pending, free), i64x2.shru(value, left)));
          absorbWord();
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
    f.if(pendingBits, () => {
      f.set(word, i64x2.shl(pending, i32.sub(i32.const(64), pendingBits)));
      absorbWord();
    });
    const closing = v128.splat64(i64.const(1n << 63n));
    f.store(p.state, v128.xor(v128.load(p.state, 16 * (RATE_WORDS - 1)), closing), 16 * (RATE_WORDS - 1));
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
