import { ORDER } from "./secp256k1.ts";

/**
 * (BETA · x, y) is LAMBDA times the point (x, y): both are cube roots of 1, of the field and modulo the order (R. Gallant,
 * R. Lambert, S. Vanstone, "Faster point multiplication on elliptic curves with efficient endomorphisms", 2001).
 */
export const BETA = 0x7ae96a2b_657c0710_6e64479e_ac3434e9_9cf04975_12f58995_c1396c28_719501een;
export const LAMBDA = 0x5363ad4c_c05c30e0_a5261c02_8812645a_122e22ea_20816678_df02967c_1b23bd72n;

/** NARROW − TALL · LAMBDA and WIDE + NARROW · LAMBDA are 0 modulo the order, and NARROW² + TALL · WIDE is the order. */
const NARROW = 0x3086d221_a7d46bcd_e86c90e4_9284eb15n;
const TALL = 0xe4437ed6_010e8828_6f547fa9_0abfe4c3n;
const WIDE = 0x1_14ca50f7_a8e2f3f6_57c1108d_9d44cfd8n;

/**
 * Two numbers below 2^129 of which the first, and LAMBDA times the second, add up to a number modulo the order. Every number from
 * 0 to the order less 1 has such: less NARROW, it lies in one of the parallelograms with the sides (−NARROW, TALL) and (WIDE,
 * NARROW) that cover the plane, and one corner less and NARROW more its place there is from 0 to WIDE + NARROW and to TALL +
 * NARROW.
 */
export function splitScalar(scalar: bigint): readonly [bigint, bigint] {
  const place = scalar - NARROW;
  // How many sides lie before the place: (place, 0) is (−NARROW · place, TALL · place) / ORDER sides.
  const [alongTall, alongWide] = [floorByOrder(-place * NARROW), floorByOrder(place * TALL)];
  return [scalar + alongTall * NARROW - alongWide * WIDE, -alongTall * TALL - alongWide * NARROW];
}

function floorByOrder(value: bigint): bigint {
  const quotient = value / ORDER;
  return value < 0n && quotient * ORDER !== value ? quotient - 1n : quotient;
}
