import { type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { i32, i64, v128 } from "../assembler/values.ts";
import { DIGEST_WORDS, prepareDigestStore, prepareKeccak, RATE_WORDS, STATE_WORDS } from "./keccak.ts";

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
 * hashNodesKeccak(pairs, count, target, targetStride, shape, digestBytes, constants): keccak256 of `count` pairs of digests that
 * follow each other without gaps, truncated and written every `targetStride` bytes.
 * `shape` contains `nodeShape(digestBytes)`. Up to 64 bytes after the last pair are read and ignored: they
 * are hashed together
 * with an odd last pair. The target may start at the first pair, since it advances more slowly.
 */
export function hashNodesKeccak(): FunctionBuilder {
  const { f, p } = i32Function("hashNodesKeccak", [
    "pairs",
    "count",
    "target",
    "targetStride",
    "shape",
    "digestBytes",
    "constants",
  ]);
  const pairBytes = f.let(i32.shl(p.digestBytes, 1));
  // 64 bytes fill the message words: the padding then starts in the one behind them.
  const afterMessage = f.let(v128.splat64(i64.extend(i32.eq(p.digestBytes, i32.const(32)))));
  const closing = f.let(v128.splat64(i64.const(1n << 63n)));
  const keccak = prepareKeccak(f);
  const storeDigest = prepareDigestStore(f, p.digestBytes);
  f.loop(() => {
    const second = f.let(i32.add(p.pairs, pairBytes));
    const message = Array.from({ length: STATE_WORDS }, (_, i) => {
      if (i === MESSAGE_WORDS) return afterMessage;
      if (i === RATE_WORDS - 1) return closing;
      if (i > MESSAGE_WORDS) return undefined;
      const words = v128.load64Lane(second, v128.load64Zero(p.pairs, 8 * i), 1, 8 * i);
      const masked = v128.and(words, v128.load64Splat(p.shape, 16 * i));
      return f.let(v128.or(masked, v128.load64Splat(p.shape, 16 * i + 8)));
    });
    const digest = keccak.firstWords(message, p.constants, DIGEST_WORDS);
    storeDigest(digest, 0, p.target);
    f.increase(p.target, p.targetStride);
    f.if(i32.gtu(p.count, i32.const(1)), () => {
      storeDigest(digest, 1, p.target);
      f.increase(p.target, p.targetStride);
      f.increase(p.pairs, i32.add(pairBytes, pairBytes));
      f.increase(p.count, -2);
      f.continueIf(p.count, 1);
    });
  });
  return f;
}
