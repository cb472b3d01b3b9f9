import { type FunctionBuilder, type FunctionReference, i32Function } from "../assembler/function-builder.ts";
import { i32, i64, v128 } from "../assembler/values.ts";
import { emitKeccakF, type Sponge, STATE_WORDS } from "./keccak.ts";

/** Words that two digests can fill: 2 · 32 bytes. */
const MESSAGE_WORDS = 8;

/** Two words each for `MESSAGE_WORDS` words: the bits that belong to the message, and the padding to set. */
export function nodeShape(digestBytes: number): BigUint64Array {
  const messageBits = BigInt(16 * digestBytes);
  const all = (1n << 64n) - 1n;
  return BigUint64Array.from({ length: 2 * MESSAGE_WORDS }, (_, i) => {
    const start = 64n * BigInt(i >> 1);
    const bits = messageBits - start; // of the message from this word on; little-endian, so they are its low bits
    if (i % 2 === 0) return bits <= 0n ? 0n : bits >= 64n ? all : (1n << bits) - 1n;
    return bits >= 0n && bits < 64n ? 1n << bits : 0n;
  });
}

/**
 * hashNodes…(pairs, count, target, targetStride, state, shape, digestBytes, constants): a sponge's hash of `count` pairs
 * of digests that follow each other without gaps, truncated and written every `targetStride` bytes.
 * `shape` holds `nodeShape(digestBytes)`; `state` is scratch for two states, 16-byte aligned. Up to 12 bytes after the
 * last pair are read and ignored. The target may start where the pairs do, since it advances more slowly.
 */
export function hashNodesKeccak({ name, rounds, rateWords }: Sponge, storeDigest: FunctionReference): FunctionBuilder {
  const { f, p } = i32Function(`hashNodes${name}`, [
    "pairs",
    "count",
    "target",
    "targetStride",
    "state",
    "shape",
    "digestBytes",
    "constants",
  ]);
  const pairBytes = f.let(i32.shl(p.digestBytes, 1));
  const closing = v128.splat64(i64.const(1n << 63n));
  const zero = v128.const32(0);
  f.loop(() => {
    const second = f.let(i32.add(p.pairs, pairBytes));
    const state = Array.from({ length: STATE_WORDS }, (_, i) => {
      if (i === MESSAGE_WORDS) {
        // 64 bytes fill the message words: the padding then starts in this one.
        const isFull = i32.eq(p.digestBytes, i32.const(32));
        return f.let(v128.splat64(i64.extend(isFull)));
      }
      if (i === rateWords - 1) return f.let(closing);
      if (i > MESSAGE_WORDS) return f.let(zero);
      const words = v128.load64Lane(second, v128.load64Zero(p.pairs, 8 * i), 1, 8 * i);
      const masked = v128.and(words, v128.load64Splat(p.shape, 16 * i));
      return f.let(v128.or(masked, v128.load64Splat(p.shape, 16 * i + 8)));
    });
    emitKeccakF(f, state, p.constants, rounds);
    state.slice(0, 4).forEach((word, i) => f.store(p.state, word, 16 * i));
    f.call(storeDigest, p.state, p.target, p.digestBytes);
    f.increase(p.target, p.targetStride);
    f.if(i32.gtu(p.count, i32.const(1)), () => {
      f.call(storeDigest, i32.add(p.state, i32.const(8)), p.target, p.digestBytes);
      f.increase(p.target, p.targetStride);
      f.increase(p.pairs, i32.add(pairBytes, pairBytes));
      f.increase(p.count, -2);
      f.continueIf(p.count, 1);
    });
  });
  return f;
}
