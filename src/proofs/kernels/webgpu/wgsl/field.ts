import { P } from "../../../field/koala-bear.ts";
import { MINUS_P_INVERSE, R, R_SQUARED } from "../../montgomery.ts";

/**
 * KoalaBear in numbers of 32 bits, p = 127·2²⁴ + 1. All elements are below p, in and out. `product` is
 * Montgomery's, a·b·2⁻³² mod p
 * (Montgomery 1985), from halves of 16 bits: no sum of it leaves 32 bits, since both factors are below 2³¹.
 */
export const FIELD = /* wgsl */ `
const P = ${P}u;
const R = ${R}u;
const R_SQUARED = ${R_SQUARED}u;
fn add(a: u32, b: u32) -> u32 { let s = a + b; return min(s, s - P); }
fn sub(a: u32, b: u32) -> u32 { let s = a - b; return min(s, s + P); }
fn high_word(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  return ah * bh + ((ah * bl + ((al * bl) >> 16u) + al * bh) >> 16u);
}
// The upper word of q·p.
fn times_modulus(q: u32) -> u32 {
  let h = q >> 8u;
  return (h << 7u) - h + ((((q & 0xffu) * 127u) + (q >> 24u)) >> 8u);
}
// high·2³² + low over 2³² mod p; the upper word is below p.
fn reduce(high: u32, low: u32) -> u32 {
  let s = high - times_modulus(low * ${-MINUS_P_INVERSE >>> 0}u);
  return min(s, s + P);
}
fn product(a: u32, b: u32) -> u32 { return reduce(high_word(a, b), a * b); }
// In Montgomery form, by Fermat: a^(p − 2); 0 for 0.
fn inverse(a: u32) -> u32 {
  var power = R;
  for (var bit = 31u; bit > 0u; bit--) {
    power = product(power, power);
    if ((((P - 2u) >> (bit - 1u)) & 1u) == 1u) { power = product(power, a); }
  }
  return power;
}
`;
