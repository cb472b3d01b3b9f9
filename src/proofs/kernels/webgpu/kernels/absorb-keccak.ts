import type { CardKernel } from "../card/kernel.ts";
import { DIGEST_MASK, KECCAK_CONSTANTS, keccakLanes, keccakRounds, keccakWord, RATE_WORDS } from "../wgsl/keccak.ts";

/** Words of a leaf's sponge, and the word behind them, in which bits wait. */
export const SPONGE_WORDS = 51;
/** Offsets that represent the bits 0…0 and 0…01. */
export const ZERO_ENTRY = 0xffff_ffff;
export const ONE_ENTRY = 0xffff_fffe;

const EACH_WORD = Array.from({ length: 50 }, (_, i) => i);

/**
 * Absorbs entries into the sponges of leaves: the message is a big-endian string of bits, `bits` of the word at offset + i ·
 * stride for each entry. A block of `RATE_WORDS` words is permuted when the first word behind it comes.
 * Shape: invocation i is leaf i; word w of its sponge at w · leaves + i. Entries are pairs of offset and bits, canonical
 * elements.
 * `pending` bits wait in the last word; `word` words of the block are full.
 */
export const absorbKeccak: CardKernel = {
  name: "absorb-keccak",
  params: ["leaves", "stride", "pending", "word", "entryCount"],
  item: [],
  read: ["entries", "source"],
  write: ["sponges"],
  declarations: /* wgsl */ `${KECCAK_CONSTANTS}
fn permute(i: u32) {
  ${keccakLanes((word) => `sponges[${word}u * p.leaves + i]`)}
  ${keccakRounds()}
  ${EACH_WORD.map((word) => `sponges[${word}u * p.leaves + i] = ${keccakWord(word)};`).join("\n  ")}
}`,
  body: /* wgsl */ `
  var waiting = sponges[50u * p.leaves + i];
  var pending = p.pending;
  var word = p.word;
  for (var e = 0u; e < p.entryCount; e++) {
    let offset = entries[2u * e];
    let bits = entries[2u * e + 1u];
    var value = select(0u, 1u, offset == ${ONE_ENTRY}u);
    if (offset < ${ONE_ENTRY}u) { value = source[offset + i * p.stride]; }
    if (pending + bits < 32u) {
      waiting = (waiting << bits) | value;
      pending += bits;
    } else {
      let rest = pending + bits - 32u;
      let full = (waiting << (32u - pending)) | (value >> rest);
      if (word == ${RATE_WORDS}u) { permute(i); word = 0u; }
      // Little-endian words of a string of bytes whose first one is the highest.
      sponges[word * p.leaves + i] ^= (full << 24u) | ((full & 0xff00u) << 8u) | ((full >> 8u) & 0xff00u) | (full >> 24u);
      word++;
      waiting = value;
      pending = rest;
    }
  }
  sponges[50u * p.leaves + i] = waiting;`,
};

/**
 * Closes the sponges behind their last entry, whose bits end a word, and takes the digests out, 8 words each, zero behind
 * digestBytes. Params as `absorbKeccak`.
 */
export const squeezeKeccak: CardKernel = {
  name: "squeeze-keccak",
  params: ["leaves", "digestBytes", "firstLeaf"],
  item: [],
  read: ["sponges"],
  write: ["digests"],
  declarations: `${KECCAK_CONSTANTS}${DIGEST_MASK}
var<private> block: array<u32, 50>;`,
  body: /* wgsl */ `
  for (var w = 0u; w < 50u; w++) { block[w] = sponges[w * p.leaves + i]; }
  block[${RATE_WORDS - 1}u] ^= 0x80000000u;
  ${keccakLanes((word) => `block[${word}]`)}
  ${keccakRounds()}
  let dest = 8u * (p.firstLeaf + i);
  ${EACH_WORD.slice(0, 8)
    .map((word) => `digests[dest + ${word}u] = ${keccakWord(word)} & digest_mask(${word}u, p.digestBytes);`)
    .join("\n  ")}`,
};
