import type { CardKernel } from "../card/kernel.ts";
import { DIGEST_MASK, KECCAK_CONSTANTS, keccakLanes, keccakRounds, keccakWord, RATE_WORDS } from "../wgsl/keccak.ts";
import { POSEIDON_CONSTANTS, POSEIDON_ROUNDS } from "../wgsl/poseidon.ts";

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];

/** Digest i of the result is the hash of digest leftFirst + step · i and digest rightFirst + step · i. Digests have 8 words. */
const PARAMS = ["leftFirst", "rightFirst", "step", "resultFirst"];
const PLACES = /* wgsl */ `
  let a = 8u * (p.leftFirst + p.step * i);
  let b = 8u * (p.rightFirst + p.step * i);
  let dest = 8u * (p.resultFirst + i);`;

/** keccak256 of two digests of digestBytes ≤ 32 bytes, which fit one block; zero behind them, in and out. */
export const hashPairsKeccak: CardKernel = {
  name: "hash-pairs-keccak",
  params: [...PARAMS, "digestBytes"],
  item: [],
  read: ["left", "right"],
  write: ["result"],
  declarations: `${KECCAK_CONSTANTS}${DIGEST_MASK}
var<private> block: array<u32, 50>;`,
  body: /* wgsl */ `${PLACES}
  for (var w = 0u; w < 50u; w++) { block[w] = 0u; }
  let full = p.digestBytes >> 2u;
  let shift = 8u * (p.digestBytes & 3u);
  for (var w = 0u; w < 8u; w++) { block[w] = left[a + w]; }
  for (var w = 0u; w < 8u; w++) {
    let value = right[b + w];
    block[full + w] |= value << shift;
    if (shift > 0u) { block[full + w + 1u] |= value >> (32u - shift); }
  }
  block[(2u * p.digestBytes) >> 2u] |= 1u << (8u * ((2u * p.digestBytes) & 3u));
  block[${RATE_WORDS - 1}u] ^= 0x80000000u;
  ${keccakLanes((word) => `block[${word}]`)}
  ${keccakRounds()}
  ${EIGHT.map((w) => `result[dest + ${w}u] = ${keccakWord(w)} & digest_mask(${w}u, p.digestBytes);`).join("\n  ")}`,
};

/** C_tag(left, right); digests and tag in Montgomery form. */
export const hashPairsPoseidon: CardKernel = {
  name: "hash-pairs-poseidon",
  params: [...PARAMS, "tag"],
  item: [],
  read: ["left", "right"],
  write: ["result"],
  declarations: POSEIDON_CONSTANTS,
  body: /* wgsl */ `${PLACES}
  ${EIGHT.map((k) => `var s${k} = left[a + ${k}u]; var s${k + 8} = right[b + ${k}u];`).join("\n  ")}
  s0 = add(s0, p.tag);
  ${POSEIDON_ROUNDS}
  ${EIGHT.map((k) => `result[dest + ${k}u] = add(left[a + ${k}u], s${k});`).join("\n  ")}`,
};
