import type { CardKernel } from "../card/kernel.ts";
import { POSEIDON_CONSTANTS, POSEIDON_ROUNDS } from "../wgsl/poseidon.ts";
import { ZERO_ENTRY } from "./absorb-keccak.ts";

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * digest := C_tag(digest, next eight elements) for each leaf. Entries are offsets of elements at offset + i · stride, eight
 * by eight.
 * Shape: invocation i is leaf i; its digest, in Montgomery form, at 8 · (firstLeaf + i). Elements canonical; tag in
 * Montgomery form.
 */
export const absorbPoseidon: CardKernel = {
  name: "absorb-poseidon",
  params: ["stride", "tag", "entryCount", "firstLeaf"],
  item: [],
  read: ["entries", "source"],
  write: ["digests"],
  declarations: /* wgsl */ `${POSEIDON_CONSTANTS}
fn element(entry: u32, i: u32) -> u32 {
  let offset = entries[entry];
  if (offset == ${ZERO_ENTRY}u) { return 0u; }
  return product(source[offset + i * p.stride], R_SQUARED);
}`,
  body: /* wgsl */ `
  let dest = 8u * (p.firstLeaf + i);
  ${EIGHT.map((k) => `var d${k} = digests[dest + ${k}u];`).join(" ")}
  for (var e = 0u; e < p.entryCount; e += 8u) {
    ${EIGHT.map((k) => `var s${k} = ${k === 0 ? "add(d0, p.tag)" : `d${k}`}; var s${k + 8} = element(e + ${k}u, i);`).join("\n    ")}
    ${POSEIDON_ROUNDS}
    ${EIGHT.map((k) => `d${k} = add(d${k}, s${k});`).join(" ")}
  }
  ${EIGHT.map((k) => `digests[dest + ${k}u] = d${k};`).join(" ")}`,
};
