/** Lanes of the state, x + 5y, and what a lane has. Source of all of this: FIPS 202, section 3. */
const LANES = 25;
export const LANE_BITS = 64;
export const LANE_LIMBS = 4;
export const LIMB_BITS = 16;
/** Rounds of Keccak-f[1600]. */
export const ROUNDS = 24;
/** Limbs and bits of a state, and bits of its five columns: 25 · 4, 25 · 64 and 5 · 64, as literal types. */
export const KECCAK_LIMBS = 100;
export const STATE_BITS = 1600;
export const COLUMN_BITS = 320;

/** The lane at a place, whose coordinates may be any integers. */
export function lane(x: number, y: number): number {
  return modulo(x, 5) + 5 * modulo(y, 5);
}

/** The remainder from 0 on. */
export function modulo(a: number, m: number): number {
  return ((a % m) + m) % m;
}

/** Rotations of the lanes by ρ, in bits (section 3.2.2). */
const ROTATIONS: readonly number[] = rotations();

/** The bits of each round's constant (section 3.2.5). */
export const ROUND_CONSTANTS: readonly (readonly number[])[] = roundConstants();

/**
 * Source of a bit that ρ and π move: for lane (x, y) at position z afterwards, the lane and position before.
 * π moves lane (x + 3y, x) to (x, y).
 */
export function beforeRhoAndPi(x: number, y: number, z: number): { readonly lane: number; readonly z: number } {
  const from = lane(x + 3 * y, x);
  return { lane: from, z: modulo(z - (ROTATIONS[from] ?? 0), LANE_BITS) };
}

function rotations(): number[] {
  const offsets = new Array<number>(LANES).fill(0);
  let [x, y] = [1, 0];
  for (let t = 0; t < ROUNDS; t++) {
    offsets[lane(x, y)] = (((t + 1) * (t + 2)) / 2) % LANE_BITS;
    [x, y] = [y, modulo(2 * x + 3 * y, 5)];
  }
  return offsets;
}

function roundConstants(): number[][] {
  // A shift register with the polynomial x^8 + x^6 + x^5 + x^4 + 1 gives the bits at 2^j − 1.
  let register = 1;
  const nextBit = (): number => {
    const bit = register % 2;
    const shifted = register * 2;
    register = shifted >= 256 ? (shifted - 256) ^ 0x71 : shifted;
    return bit;
  };
  return Array.from({ length: ROUNDS }, () => {
    const bits = new Array<number>(LANE_BITS).fill(0);
    for (let j = 0; j <= 6; j++) bits[2 ** j - 1] = nextBit();
    return bits;
  });
}
