/** Limbs of 16 bits in a 256-bit word. */
export const LIMBS = 16;
