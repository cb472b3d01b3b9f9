import type { CardKernel } from "../card/kernel.ts";
import { KECCAK_CONSTANTS, keccakLanes, keccakRounds, RATE_WORDS } from "../wgsl/keccak.ts";
import { POSEIDON_CONSTANTS, POSEIDON_ROUNDS } from "../wgsl/poseidon.ts";

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];

/** The smallest nonce found goes to the word `found`, which is larger than all of them before. Invocation i tries nonce i. */
const FOUND = { item: [], read: ["message"], write: [] } as const;
/**
 * keccak256 of one padded block of 34 words in which the low four bytes of the nonce, big-endian, are word `nonceWord`: the first
 * word of its digest, big-endian, has no bit of `mask`.
 */
export const grindKeccak: CardKernel = {
  name: "grind-keccak",
  params: ["nonceWord", "mask"],
  ...FOUND,
  atomic: "found",
  declarations: `${KECCAK_CONSTANTS}
var<private> block: array<u32, 50>;`,
  body: /* wgsl */ `
  for (var w = 0u; w < ${RATE_WORDS}u; w++) { block[w] = message[w]; }
  for (var w = ${RATE_WORDS}u; w < 50u; w++) { block[w] = 0u; }
  block[p.nonceWord] = (i << 24u) | ((i & 0xff00u) << 8u) | ((i >> 8u) & 0xff00u) | (i >> 24u);
  ${keccakLanes((word) => `block[${word}]`)}
  ${keccakRounds()}
  if ((a0.x & p.mask) == 0u) { atomicMin(&found[0], i); }`,
};

/**
 * C_tag(message, nonce ‖ 0⁷) of Poseidon: its first element, canonical, has no bit of `mask`. Message and tag in Montgomery
 * form.
 */
export const grindPoseidon: CardKernel = {
  name: "grind-poseidon",
  params: ["tag", "mask"],
  ...FOUND,
  atomic: "found",
  declarations: POSEIDON_CONSTANTS,
  body: /* wgsl */ `
  ${EIGHT.map((k) => `var s${k} = message[${k}]; var s${k + 8} = 0u;`).join(" ")}
  s0 = add(s0, p.tag);
  s8 = product(i, R_SQUARED);
  ${POSEIDON_ROUNDS}
  if ((product(add(message[0], s0), 1u) & p.mask) == 0u) { atomicMin(&found[0], i); }`,
};
