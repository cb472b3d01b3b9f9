/** Rotations by the lane's place x + 5y. Source: FIPS 202, table 2. */
const ROTATIONS = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

const EACH_LANE = Array.from({ length: 25 }, (_, i) => i);
const FIVE = [0, 1, 2, 3, 4];

/** ι's constants, low words and high words by turns, from the LFSR of FIPS 202, 3.2.5. */
function roundConstants(): number[] {
  let state = 1;
  const nextBit = (): number => {
    const bit = state & 1;
    state = (state << 1) ^ (state >> 7 === 1 ? 0x171 : 0);
    return bit;
  };
  return Array.from({ length: 24 }, () => {
    const words = [0, 0];
    for (let j = 0; j < 7; j++) {
      const place = 2 ** j - 1;
      words[place >> 5] = (words[place >> 5] ?? 0) | (nextBit() << (place & 31));
    }
    return words.map((word) => word >>> 0);
  }).flat();
}

export const KECCAK_CONSTANTS = /* wgsl */ `
const IOTA = array<u32, 48>(${roundConstants()
  .map((word) => `${word}u`)
  .join(", ")});
`;

function rotated(value: string, by: number): string {
  if (by === 0) return value;
  const [from, other] = by < 32 ? [value, `${value}.yx`] : [`${value}.yx`, value];
  const low = by % 32;
  return `((${from} << vec2<u32>(${low}u)) | (${other} >> vec2<u32>(${32 - low}u)))`;
}

/** Words of 32 bits in a block of keccak256. */
export const RATE_WORDS = 34;

/** Keccak-f on the lanes a0…a24, pairs of words, low word first. */
export function keccakRounds(): string {
  const columns = FIVE.map((x) => `let c${x} = ${FIVE.map((y) => `a${x + 5 * y}`).join(" ^ ")};`);
  const theta = FIVE.map((x) => `let d${x} = c${(x + 4) % 5} ^ ${rotated(`c${(x + 1) % 5}`, 1)};`);
  const moved = EACH_LANE.map((lane) => {
    const [x, y] = [lane % 5, Math.floor(lane / 5)];
    return `let b${y + 5 * ((2 * x + 3 * y) % 5)} = ${rotated(`(a${lane} ^ d${x})`, ROTATIONS[lane] ?? 0)};`;
  });
  const chi = EACH_LANE.map((lane) => {
    const row = lane - (lane % 5);
    return `a${lane} = b${lane} ^ (~b${row + ((lane + 1) % 5)} & b${row + ((lane + 2) % 5)});`;
  });
  return `for (var r = 0u; r < 24u; r++) {
    ${[...columns, ...theta, ...moved, ...chi].join("\n    ")}
    a0 ^= vec2<u32>(IOTA[2u * r], IOTA[2u * r + 1u]);
  }`;
}

/** Declares the lanes from words. */
export function keccakLanes(wordAt: (index: number) => string): string {
  return EACH_LANE.map((lane) => `var a${lane} = vec2<u32>(${wordAt(2 * lane)}, ${wordAt(2 * lane + 1)});`).join("\n  ");
}

/** The word of a lane after the rounds. */
export function keccakWord(index: number): string {
  return `a${index >> 1}.${index % 2 === 0 ? "x" : "y"}`;
}

/** Zeroes the bytes of a digest's words from `digestBytes` on. */
export const DIGEST_MASK = /* wgsl */ `
fn digest_mask(word: u32, digest_bytes: u32) -> u32 {
  let bytes = clamp(i32(digest_bytes) - 4 * i32(word), 0, 4);
  return select((1u << u32(8 * (bytes & 3))) - 1u, 0xffffffffu, bytes == 4);
}
`;
