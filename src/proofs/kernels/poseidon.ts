import { add, P } from "../field/koala-bear.ts";

/** Elements in the state of the permutation. */
export const WIDTH = 16;
/** Elements in a digest: half of the state. */
export const DIGEST_WIDTH = 8;

/**
 * Round constants, canonical: four full rounds, twenty partial rounds, four full rounds. All lanes get one in every round.
 * Source: Plonky3, koala-bear/src/poseidon1.rs, KOALABEAR_POSEIDON1_RC_16 (drawn there from the Grain LFSR of the Poseidon
 * paper, https://eprint.iacr.org/2019/458, with alpha 3, 31 bits, width 16, R_F 8, R_P 20).
 */
export const ROUND_CONSTANTS: Readonly<Record<"initial" | "partial" | "terminal", readonly (readonly number[])[]>> = {
  initial: [
    [
      0x7ee56a48, 0x11367045, 0x12e41941, 0x7ebbc12b, 0x1970b7d5, 0x662b60e8, 0x3e4990c6, 0x679f91f5, 0x350813bb, 0x00874ad4,
      0x28a0081a, 0x18fa5872, 0x5f25b071, 0x5e5d5998, 0x5e6fd3e7, 0x5b2e2660,
    ],
    [
      0x6f1837bf, 0x3fe6182b, 0x1edd7ac5, 0x57470d00, 0x43d486d5, 0x1982c70f, 0x0ea53af9, 0x61d6165b, 0x51639c00, 0x2dec352c,
      0x2950e531, 0x2d2cb947, 0x08256cef, 0x1a0109f6, 0x1f51faf3, 0x5cef1c62,
    ],
    [
      0x3d65e50e, 0x33d91626, 0x133d5a1e, 0x0ff49b0d, 0x38900cd1, 0x2c22cc3f, 0x28852bb2, 0x06c65a02, 0x7b2cf7bc, 0x68016e1a,
      0x15e16bc0, 0x5248149a, 0x6dd212a0, 0x18d6830a, 0x5001be82, 0x64dac34e,
    ],
    [
      0x5902b287, 0x426583a0, 0x0c921632, 0x3fe028a5, 0x245f8e49, 0x43bb297e, 0x7873dbd9, 0x3cc987df, 0x286bb4ce, 0x640a8dcd,
      0x512a8e36, 0x03a4cf55, 0x481837a2, 0x03d6da84, 0x73726ac7, 0x760e7fdf,
    ],
  ],
  partial: [
    [
      0x54dfeb5d, 0x7d40afd6, 0x722cb316, 0x106a4573, 0x45a7ccdb, 0x44061375, 0x154077a5, 0x45744faa, 0x4eb5e5ee, 0x3794e83f,
      0x47c7093c, 0x5694903c, 0x69cb6299, 0x373df84c, 0x46a0df58, 0x46b8758a,
    ],
    [
      0x3241ebcb, 0x0b09d233, 0x1af42357, 0x1e66cec2, 0x43e7dc24, 0x259a5d61, 0x27e85a3b, 0x1b9133fa, 0x343e5628, 0x485cd4c2,
      0x16e269f5, 0x165b60c6, 0x25f683d9, 0x124f81f9, 0x174331f9, 0x77344dc5,
    ],
    [
      0x5a821dba, 0x5fc4177f, 0x54153bf5, 0x5e3f1194, 0x3bdbf191, 0x088c84a3, 0x68256c9b, 0x3c90bbc6, 0x6846166a, 0x03f4238d,
      0x463335fb, 0x5e3d3551, 0x6e59ae6f, 0x32d06cc0, 0x596293f3, 0x6c87edb2,
    ],
    [
      0x08fc60b5, 0x34bcca80, 0x24f007f3, 0x62731c6f, 0x1e1db6c6, 0x0ca409bb, 0x585c1e78, 0x56e94edc, 0x16d22734, 0x18e11467,
      0x7b2c3730, 0x770075e4, 0x35d1b18c, 0x22be3db5, 0x4fb1fbb7, 0x477cb3ed,
    ],
    [
      0x7d5311c6, 0x5b62ae7d, 0x559c5fa8, 0x77f15048, 0x3211570b, 0x490fef6a, 0x77ec311f, 0x2247171b, 0x4e0ac711, 0x2edf69c9,
      0x3b5a8850, 0x65809421, 0x5619b4aa, 0x362019a7, 0x6bf9d4ed, 0x5b413dff,
    ],
    [
      0x617e181e, 0x5e7ab57b, 0x33ad7833, 0x3466c7ca, 0x6488dff4, 0x71f068f4, 0x056e891f, 0x04f1eccc, 0x663257d5, 0x671e31b9,
      0x5871987c, 0x280c109e, 0x2a227761, 0x350a25e9, 0x5b91b1c4, 0x7a073546,
    ],
    [
      0x01826270, 0x53a67720, 0x0ed4b074, 0x34cf0c4e, 0x6e751e88, 0x29bd5f59, 0x49ec32df, 0x7693452b, 0x3cf09e58, 0x6ba0e2bf,
      0x7ab93acf, 0x3ce597df, 0x536e3d42, 0x147a808d, 0x5e32eb56, 0x5a203323,
    ],
    [
      0x50965766, 0x6d44b7c5, 0x6698636a, 0x57b84f9f, 0x554b61b9, 0x6da0ab28, 0x1585b6ac, 0x6705a2b4, 0x152872f6, 0x0f4409fd,
      0x23a9dd60, 0x6f2b18d4, 0x65ac9fd4, 0x2f0efbea, 0x591e67fd, 0x217ca19b,
    ],
    [
      0x469c90ca, 0x03d60ef5, 0x4ea7857e, 0x07c86a4f, 0x288ed461, 0x2fe51b22, 0x7e293614, 0x2c4beb85, 0x5b0b7d11, 0x1e17dff6,
      0x089beae1, 0x0a5acf1a, 0x2fc33d8f, 0x60422dc6, 0x6e1dc939, 0x635351b9,
    ],
    [
      0x55522fc0, 0x3eb94ef7, 0x2a24a65c, 0x2e139c76, 0x51391144, 0x78cc0742, 0x579538f9, 0x44de9aae, 0x3c2f1e2e, 0x195747be,
      0x2496339c, 0x650b2e39, 0x52899665, 0x6cb35558, 0x0f461c1c, 0x70f6b270,
    ],
    [
      0x3faaa36f, 0x62e3348a, 0x672167cb, 0x394c880b, 0x2a46ba82, 0x63ffb74a, 0x1cf875d6, 0x53d12772, 0x036a4552, 0x3bdd9f2b,
      0x02f72c24, 0x02b6006c, 0x077fe158, 0x1f9d6ea4, 0x20904d6f, 0x5d6534fa,
    ],
    [
      0x066d8974, 0x6198f1f4, 0x26301ab4, 0x41f274c2, 0x00eac15c, 0x28b54b47, 0x2339739d, 0x48c6281c, 0x4ed935fc, 0x3f9187fa,
      0x4a1930a6, 0x3ad4d736, 0x0f3f1889, 0x635a388f, 0x2862c145, 0x277ed1e8,
    ],
    [
      0x4db23cad, 0x1f1b11f5, 0x1f3dba2b, 0x1c26eb4e, 0x0f7f5546, 0x6cd024b0, 0x67c47902, 0x793b8900, 0x0e8a283c, 0x4590b7ea,
      0x6f567a2b, 0x5dc97300, 0x15247bc6, 0x50567fcb, 0x133eff84, 0x547dc2ef,
    ],
    [
      0x34eb3dbb, 0x12402317, 0x66c6ae49, 0x174338b6, 0x24251008, 0x1b514927, 0x062d98d6, 0x7af30bbc, 0x26af15e8, 0x70d907a3,
      0x5dfc5cac, 0x731f27ec, 0x53aa7d3f, 0x63ab0ec6, 0x216053f4, 0x18796b39,
    ],
    [
      0x19156afd, 0x5eea6973, 0x6704c6a9, 0x0dce002b, 0x331169c0, 0x714d7178, 0x3ddaffaf, 0x7e464957, 0x20ca59ea, 0x679820c9,
      0x42ef21a1, 0x798ea089, 0x14a74fa3, 0x0c06cf18, 0x6a4c8d52, 0x620f6d81,
    ],
    [
      0x2220901a, 0x5277bb90, 0x230bf95e, 0x0ad8847a, 0x5e96e8b6, 0x77b4056e, 0x70a50d2c, 0x5f0eed59, 0x3646c4df, 0x10eb9a87,
      0x21eed6b7, 0x534add36, 0x6e3e7421, 0x2b25810e, 0x1d8f707b, 0x45318a1a,
    ],
    [
      0x677f8ff2, 0x0258c9e0, 0x4cd02a00, 0x2e24ff15, 0x634a715d, 0x4ac01e59, 0x601511e1, 0x26e9c01a, 0x4c165c6e, 0x57cd1140,
      0x3ac6543b, 0x6787d847, 0x037dfbf9, 0x6dd9d079, 0x4d24b281, 0x2a6f407d,
    ],
    [
      0x0131df8e, 0x4b8a7896, 0x23700858, 0x2cf5e534, 0x12aafc3f, 0x54568d03, 0x1a250735, 0x5331686d, 0x4ce76d91, 0x799c1a8c,
      0x2b7a8ac9, 0x60aee672, 0x74f7421c, 0x3c42146d, 0x26d369c5, 0x4ae54a12,
    ],
    [
      0x7eea16d1, 0x5ce3eae8, 0x69f28994, 0x262b8642, 0x610d4cc4, 0x5e1af21c, 0x1a8526d0, 0x316b127b, 0x3576fe5d, 0x02d968a0,
      0x4ba00f51, 0x40bed993, 0x377fb907, 0x7859216e, 0x1931d9d1, 0x53b0934e,
    ],
    [
      0x71914ff7, 0x4eabae6c, 0x7196468e, 0x164b3cc2, 0x58cb66c0, 0x4c147307, 0x6b3afccd, 0x4236518b, 0x4ad85605, 0x291382e1,
      0x1e89b6cf, 0x5e16c3a8, 0x2e675921, 0x24300954, 0x05e555c3, 0x78880a24,
    ],
  ],
  terminal: [
    [
      0x763a3125, 0x4f53b240, 0x18b7fa43, 0x2bbe8a73, 0x1c9a12f2, 0x3f6fd40d, 0x0e1d4ec4, 0x1361c64d, 0x09a8f470, 0x03d23a40,
      0x109ad290, 0x28c2fb88, 0x3b6498f2, 0x74d8be57, 0x6a4277d2, 0x18c2b3d4,
    ],
    [
      0x6252c30c, 0x07cc2560, 0x209fe15b, 0x52a55fac, 0x4df19eb7, 0x02521116, 0x5e414ff1, 0x3cd9a1f4, 0x005aad15, 0x27a53f00,
      0x72bbe9cb, 0x71d8bd7d, 0x4194b79a, 0x48e87a72, 0x3341553c, 0x63d34faa,
    ],
    [
      0x132a01e3, 0x3833e2d9, 0x49726e04, 0x054957f8, 0x7b71bce4, 0x73eec57d, 0x556e5533, 0x1fa93fde, 0x346a8ca8, 0x1162dfde,
      0x5c30d028, 0x094a4294, 0x3052dcda, 0x37988498, 0x51f06b97, 0x65848779,
    ],
    [
      0x7599b0d4, 0x436fdabc, 0x66c5b77d, 0x40c86a9e, 0x27e7055b, 0x6d0dd9d8, 0x7e5598b5, 0x1a4d04f3, 0x5e3b2bc7, 0x533b5b2f,
      0x3e33a125, 0x664d71ce, 0x382e6c2a, 0x24c4eb6e, 0x13f246f7, 0x07e2d7ef,
    ],
  ],
};

/** First row of the circulant MDS matrix. Source: Plonky3, koala-bear/src/mds.rs, MATRIX_CIRC_MDS_16_COL. */
export const MDS_FIRST_ROW: readonly number[] = [1, 1, 51, 1, 11, 17, 2, 1, 101, 63, 15, 2, 67, 22, 13, 3];

/** The MDS matrix by rows: every row is the one above it, moved right by one place. */
export const MDS_MATRIX: readonly (readonly number[])[] = MDS_FIRST_ROW.map((_, row) =>
  MDS_FIRST_ROW.map((__, column) => MDS_FIRST_ROW[(column - row + WIDTH) % WIDTH] ?? 0),
);

const ROUNDS = (["initial", "partial", "terminal"] as const).flatMap((part) =>
  ROUND_CONSTANTS[part].map((constants) => ({
    constants: Float64Array.from(constants),
    sboxes: part === "partial" ? 1 : WIDTH,
  })),
);

/**
 * Poseidon over KoalaBear, width 16, S-box x³, 4 + 20 + 4 rounds of constants, S-boxes and matrix, as the paper writes it.
 * Domain: 16 canonical elements in, 16 out; the input is not changed. Throws RangeError for another length.
 */
export function permute(state: readonly number[]): number[] {
  if (state.length !== WIDTH) throw new RangeError(`Poseidon permutes ${WIDTH} elements, got ${state.length}`);
  const s = Float64Array.from(state);
  for (const { constants, sboxes } of ROUNDS) applyRound(s, constants, sboxes);
  return [...s];
}

/**
 * The two-to-one compression: permute(left + tag on lane 0 ‖ right), first eight lanes, plus the untagged left.
 * Domain: eight canonical elements each, tag canonical. Throws RangeError for other lengths.
 */
export function compress(tag: number, left: readonly number[], right: readonly number[]): number[] {
  if (left.length !== DIGEST_WIDTH || right.length !== DIGEST_WIDTH) {
    throw new RangeError(`compression takes two halves of ${DIGEST_WIDTH} elements, got ${left.length} and ${right.length}`);
  }
  const input = [...left, ...right];
  input[0] = add(input[0] ?? 0, tag);
  const output = permute(input);
  return left.map((x, i) => add(x, output[i] ?? 0));
}

/** One round in place: constants on all lanes, S-boxes on the first `sboxes` of them, then the matrix. Lanes may be up to 2p. */
export function applyRound(state: Float64Array, constants: Float64Array, sboxes: number): void {
  for (let i = 0; i < WIDTH; i++) state[i] = reduceSum((state[i] ?? 0) + (constants[i] ?? 0));
  for (let i = 0; i < sboxes; i++) state[i] = cube(state[i] ?? 0);
  applyMatrix(state);
}

const HALF = WIDTH / 2;
/** Factors of the sums and the differences of elements that are half a state apart. */
const [OF_SUMS, OF_DIFFERENCES] = [1, -1].map((sign) =>
  Float64Array.from(
    MDS_MATRIX.slice(0, HALF).flatMap((row) => row.slice(0, HALF).map((x, i) => x + sign * (row[i + HALF] ?? 0))),
  ),
) as [Float64Array, Float64Array];
const sums = new Float64Array(HALF);
const differences = new Float64Array(HALF);

/**
 * The matrix, in place. It is circulant: with the state in halves (a, b) its products are (u + v, u − v) / 2, where u follows
 * from a + b alone and v from a − b. The entries of a row add up to 371, so sums stay below 2 · 371 · p < 2^41 and are exact.
 */
export function applyMatrix(state: Float64Array): void {
  for (let i = 0; i < HALF; i++) {
    const [a, b] = [state[i] ?? 0, state[i + HALF] ?? 0];
    sums[i] = a + b;
    differences[i] = a - b;
  }
  for (let row = 0; row < HALF; row++) {
    let [u, v] = [0, 0];
    for (let i = 0; i < HALF; i++) {
      u += (OF_SUMS[row * HALF + i] ?? 0) * (sums[i] ?? 0);
      v += (OF_DIFFERENCES[row * HALF + i] ?? 0) * (differences[i] ?? 0);
    }
    state[row] = reduceSum((u + v) / 2);
    state[row + HALF] = reduceSum((u - v) / 2);
  }
}

const INVERSE_OF_P = 1 / P;

/** x mod p for integers 0 ≤ x < 2^40: the rounded quotient is off by at most one. */
export function reduceSum(x: number): number {
  const r = x - Math.floor(x * INVERSE_OF_P) * P;
  return r < 0 ? r + P : r >= P ? r - P : r;
}

/** x³ of a canonical element. */
export function cube(x: number): number {
  return multiply(multiply(x, x), x);
}

/**
 * a·b mod p for canonical a, b. The quotient is computed in doubles with an error below 2⁻¹⁹, so its integer part is off
 * by one only next to an integer, and the difference, between −2¹² and p + 2¹², is exact in 32-bit arithmetic.
 */
function multiply(a: number, b: number): number {
  const quotient = (a * b * INVERSE_OF_P) | 0;
  const r = (Math.imul(a, b) - Math.imul(quotient, P)) | 0;
  return r < 0 ? r + P : r >= P ? r - P : r;
}
