import { GENERATOR, inv, mul, pow, rootOfUnity, TWO_ADICITY } from "../../src/proofs/field/koala-bear.ts";
import { hex } from "./lanes.ts";
import { LITERAL } from "./yul-extension.ts";

/** Position bits that one table word serves: 8 entries of 32 bits. */
const DIGIT_BITS = 3;
/** Number of digits of positions below 2^15, such as those after the last fold. */
const SHORT_BITS = 15;

/**
 * Position i of a commitment over 2^k points is shift · ω^bitrev(i): bit j of i contributes the root of unity of order
 * 2^(j+1), whatever k is. So one table of roots by three-bit digits serves every height and every FRI layer.
 */
function rootProduct(name: string, inverse: boolean, positionBits: number): string {
  const steps: string[] = [];
  for (let low = 0; low < positionBits; low += DIGIT_BITS) {
    let word = 0n;
    for (let digit = 0; digit < 1 << DIGIT_BITS; digit++) {
      let value = 1;
      for (let bit = 0; bit < DIGIT_BITS; bit++) {
        if (((digit >> bit) & 1) === 1 && low + bit < TWO_ADICITY) value = mul(value, rootOfUnity(low + bit + 1));
      }
      word |= BigInt(inverse ? inv(value) : value) << BigInt(32 * digit);
    }
    const entry = `and(shr(and(${low < 5 ? `shl(${5 - low}, position)` : `shr(${low - 5}, position)`}, 0xe0), ${hex(word)}), 0xffffffff)`;
    if (low === SHORT_BITS) steps.push(`if iszero(shr(${low}, position)) { leave }`);
    steps.push(low === 0 ? `x := ${entry}` : `x := mulmod(x, ${entry}, ${LITERAL.p})`);
  }
  return `
// ${inverse ? "the inverse of " : ""}w^bitrev(position), by the table of roots for three bits at a time
function ${name}(position) -> x {
  ${steps.join("\n  ")}
}`;
}

/** `rootAt(position)` and `inverseRootAt(position)` for positions of up to `positionBits` bits. */
export function domainFunctions(positionBits: number): string {
  return rootProduct("rootAt", false, positionBits) + rootProduct("inverseRootAt", true, positionBits);
}

/** GENERATOR is the shift of the first domain. */
export const SHIFT = GENERATOR;
export const INVERSE_SHIFT = inv(GENERATOR);

/** The generator of the largest trace domain and its inverse; smaller ones are its squares. */
export function traceGenerator(maxLogRows: number): { readonly generator: number; readonly inverse: number } {
  const generator = rootOfUnity(maxLogRows);
  return { generator, inverse: inv(generator) };
}

/** shift^(arity^layer). */
export function layerShift(layer: number, arity: number): number {
  return pow(GENERATOR, BigInt(arity) ** BigInt(layer));
}
