import type { CardKernel } from "../card/kernel.ts";

/**
 * One layer of a transform in natural order → bit-reversed order: remainders modulo X^half ∓ w of each block of 2·half.
 * Shape: columns of 2·count words at `column`, in place; canonical in and out. Invocation i is one pair. Block k of the layer has
 * twiddle k of the table in bit-reversed order, Montgomery form; of a part of a longer transform, firstBlock + k.
 * Source: the radix-2 form of `wasm/emit/ntt.ts`.
 */
export const nttLayer: CardKernel = {
  name: "ntt-layer",
  params: ["logHalf", "firstBlock"],
  item: ["column"],
  read: ["twiddles"],
  write: ["data"],
  body: /* wgsl */ `
  let block = i >> p.logHalf;
  let half = 1u << p.logHalf;
  let low = column + 2u * block * half + (i & (half - 1u));
  let a = data[low];
  let b = product(data[low + half], twiddles[p.firstBlock + block]);
  data[low] = add(a, b);
  data[low + half] = sub(a, b);`,
};
