import { secp256k1 } from "@noble/curves/secp256k1.js";
import { LIMBS, WORD_BYTES } from "../../../../src/circuits/words/word.ts";
import { P } from "../../../../src/field/koala-bear.ts";
import type { Truth } from "../../arithmetic/support/true-messages.ts";

const { Fp } = secp256k1.Point;

/** The integer nearest to zero that an element of the field stands for. */
export const centred = (element: number): number => (element > P / 2 ? element - P : element);

export function valueOf(digits: readonly number[], bits: bigint): bigint {
  return digits.reduceRight((sum, digit) => (sum << bits) + BigInt(digit), 0n);
}

const within = (digits: readonly number[], low: number, high: number): boolean => digits.every((d) => d >= low && d <= high);

/** x · z = r modulo the prime, by the field of another implementation; digits that the sender must not send are not asked. */
export function truthOfProduct(message: readonly number[]): Truth {
  const all = message.map(centred);
  const [x, z, r] = [all.slice(0, WORD_BYTES), all.slice(WORD_BYTES, 2 * WORD_BYTES), all.slice(2 * WORD_BYTES)];
  const isAsked = (within(x, 0, 255) && within(z, 0, 255)) || (within(x, -255, 255) && within(z, -128, 127));
  if (r.length !== LIMBS || !isAsked || !within(r, 1 - 2 ** 18, 2 ** 18 - 1)) return "not asked";
  const product = Fp.mul(Fp.create(valueOf(x, 8n)), Fp.create(valueOf(z, 8n)));
  return Fp.eql(product, Fp.create(valueOf(r, 16n))) ? "true" : "false";
}
