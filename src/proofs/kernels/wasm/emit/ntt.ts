import { type FunctionReference, type Local, type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { i32, type Value, v128 } from "../assembler/values.ts";
import { FieldLanes, type ShoupConstant, transpose } from "./field-lanes.ts";

/** Largest block, in bytes, that is transformed layer by layer; larger ones are split depth first to stay in the cache. */
const BREADTH_FIRST_BYTES = 32768;

type Four = readonly [Local, Local, Local, Local];

/** The twiddles of two radix-2 layers for one block: c at the top, then d and e below. */
interface BlockTwiddles {
  readonly c: ShoupConstant;
  readonly d: ShoupConstant;
  readonly e: ShoupConstant;
}

/**
 * Two layers of (a, b) → (a + t·b, a − t·b): a remainder modulo X^m − c², in four quarters, becomes its remainders modulo
 * X^(m/4) ∓ d and X^(m/4) ∓ e, where d² = c and e² = −c.
 */
function radix4(lanes: FieldLanes, [x0, x1, x2, x3]: Four, { c, d, e }: BlockTwiddles): Four {
  const cx2 = lanes.multiplyByConstant(x2, c);
  const cx3 = lanes.multiplyByConstant(x3, c);
  const y0 = lanes.add(x0, cx2);
  const y2 = lanes.sub(x0, cx2);
  const y1 = lanes.multiplyByConstant(lanes.addLazily(x1, cx3), d);
  const y3 = lanes.multiplyByConstant(lanes.subLazily(x1, cx3), e);
  return [lanes.add(y0, y1), lanes.sub(y0, y1), lanes.add(y2, y3), lanes.sub(y2, y3)];
}

/**
 * nttLayerPair(data, bytes, block, blockCount, twiddles): two layers on `blockCount` neighbouring blocks of `bytes` each,
 * the first of which is number `block` of its layer. `twiddles` has a pair of words (value, companion) per block.
 */
export function nttLayerPair(): FunctionBuilder {
  const { f, p } = i32Function("nttLayerPair", ["data", "bytes", "block", "blockCount", "twiddles"]);
  const lanes = new FieldLanes(f);
  const quarter = f.let(i32.shru(p.bytes, 2));
  const cursor = f.let(p.data);
  f.loop(() => {
    const top = f.let(i32.add(p.twiddles, i32.shl(p.block, 3)));
    const below = f.let(i32.add(p.twiddles, i32.shl(p.block, 4)));
    const constant = (address: Value, offset: number): ShoupConstant => ({
      value: f.let(v128.load32Splat(address, offset)),
      companion: f.let(v128.load32Splat(address, offset + 4)),
    });
    const twiddles = { c: constant(top, 0), d: constant(below, 0), e: constant(below, 8) };
    const end = f.let(i32.add(cursor, quarter));
    f.loop(() => {
      const second = f.let(i32.add(cursor, quarter));
      const third = f.let(i32.add(second, quarter));
      const fourth = f.let(i32.add(third, quarter));
      const at = [cursor, second, third, fourth] as const;
      const load = (address: Local): Local => f.let(v128.load(address));
      const out = radix4(lanes, [load(at[0]), load(at[1]), load(at[2]), load(at[3])], twiddles);
      at.forEach((address, i) => f.store(address, out[i] ?? out[0]));
      f.increase(cursor, 16);
      f.continueIf(i32.ltu(cursor, end));
    });
    f.increase(cursor, i32.mul(quarter, i32.const(3)));
    f.increase(p.block, 1);
    f.increase(p.blockCount, -1);
    f.continueIf(p.blockCount);
  });
  return f;
}

/** nttBlocks(data, bytes, block, twiddles): all layer pairs of one block of 16·4^k bytes, k ≥ 1, down to single vectors. */
export function nttBlocks(layerPair: FunctionReference, self: FunctionReference): FunctionBuilder {
  const { f, p } = i32Function("nttBlocks", ["data", "bytes", "block", "twiddles"]);
  f.if(i32.geu(i32.const(BREADTH_FIRST_BYTES), p.bytes), () => {
    const count = f.let(i32.const(1));
    f.loop(() => {
      f.call(layerPair, p.data, p.bytes, p.block, count, p.twiddles);
      f.set(count, i32.shl(count, 2));
      f.set(p.block, i32.shl(p.block, 2));
      f.set(p.bytes, i32.shru(p.bytes, 2));
      f.continueIf(i32.gtu(p.bytes, i32.const(16)));
    });
    f.return();
  });
  f.call(layerPair, p.data, p.bytes, p.block, i32.const(1), p.twiddles);
  const quarter = f.let(i32.shru(p.bytes, 2));
  for (let child = 0; child < 4; child++) {
    const start = i32.add(p.data, i32.mul(quarter, i32.const(child)));
    f.call(self, start, quarter, i32.add(i32.shl(p.block, 2), i32.const(child)), p.twiddles);
  }
  return f;
}

/**
 * ntt(data, bytes, hasOddLayer, twiddles, tail, tailStride): values of the polynomial with these coefficients on ⟨ω⟩, in place;
 * position i ends up with the value at ω^bitrev(i). 16 or more elements, 16-byte aligned, canonical in and out.
 * Method: remainders modulo X^m − c² → X^(m/2) ∓ c, the twiddle of a block depending on its number only, so that one
 * bit-reversed table serves every size. Oracle: `reference/ntt.ts`.
 * `hasOddLayer` is 1 when log₂ of the element count is odd.
 * `tail` holds, for the blocks of four elements, c, c′, d, d′, e, e′ in six arrays `tailStride` bytes apart.
 */
export function ntt(blocks: FunctionReference): FunctionBuilder {
  const { f, p } = i32Function("ntt", ["data", "bytes", "hasOddLayer", "twiddles", "tail", "tailStride"]);
  const lanes = new FieldLanes(f);
  const end = f.let(i32.add(p.data, p.bytes));
  f.if(
    p.hasOddLayer,
    () => {
      // The first layer's only twiddle is 1.
      const half = f.let(i32.shru(p.bytes, 1));
      const low = f.let(p.data);
      const high = f.let(i32.add(p.data, half));
      f.loop(() => {
        const a = f.let(v128.load(low));
        const b = f.let(v128.load(high));
        f.store(low, lanes.add(a, b));
        f.store(high, lanes.sub(a, b));
        f.increase(low, 16);
        f.increase(high, 16);
        f.continueIf(i32.ltu(high, end));
      });
      f.call(blocks, p.data, half, i32.const(0), p.twiddles);
      f.call(blocks, i32.add(p.data, half), half, i32.const(1), p.twiddles);
    },
    () => f.call(blocks, p.data, p.bytes, i32.const(0), p.twiddles),
  );
  f.loop(() => {
    const columns = transpose(
      f,
      [0, 16, 32, 48].map((offset) => v128.load(p.data, offset)),
    );
    const cursor = f.let(p.tail);
    const nextTwiddle = (): Local => {
      const twiddle = f.let(v128.load(cursor));
      f.increase(cursor, p.tailStride);
      return twiddle;
    };
    const constant = (): ShoupConstant => ({ value: nextTwiddle(), companion: nextTwiddle() });
    const out = radix4(lanes, columns, { c: constant(), d: constant(), e: constant() });
    transpose(f, out).forEach((row, i) => f.store(p.data, row, 16 * i));
    f.increase(p.data, 64);
    f.increase(p.tail, 16);
    f.continueIf(i32.ltu(p.data, end));
  });
  return f;
}
