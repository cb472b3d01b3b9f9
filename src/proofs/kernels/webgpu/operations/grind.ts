import { P } from "../../../field/koala-bear.ts";
import type { GrindingHash } from "../../backend.ts";
import { toMontgomery } from "../../montgomery.ts";
import { grind as grindByReference, TRANSCRIPT_TAG } from "../../reference/grind.ts";
import { bytesToDigest } from "../../tree-hash.ts";
import { grindKeccak, grindPoseidon } from "../kernels/grind.ts";
import type { CardKernel } from "../card/kernel.ts";
import { type CardDevice, withScratch } from "../card/scratch.ts";

/** Nonces between two looks at what was found: the first window is small, since few bits are found soon. */
const FIRST_WINDOW = 2 ** 12;
const LARGEST_WINDOW = 2 ** 20;
const NOT_FOUND = 0xffff_ffff;
/** Words of keccak256's block. */
const RATE_WORDS = 34;

interface Search {
  readonly kernel: CardKernel;
  readonly message: ArrayLike<number>;
  readonly params: Readonly<Record<string, number>>;
  readonly work: number;
  /** Nonces that there are. */
  readonly end: number;
}

/** See `Backend.grind`. Windows ascend and each is finished before it is read, so the nonce is the smallest. */
export async function grind(
  device: CardDevice,
  hash: GrindingHash,
  seed: Uint8Array,
  bits: number,
  signal?: AbortSignal,
): Promise<bigint> {
  const search = hash === "keccak" ? keccakSearch(seed, bits) : poseidonSearch(seed, bits);
  if (search === undefined) return grindByReference(hash, seed, bits, signal);
  const { kernel, message, params, work, end } = search;
  return withScratch(device, async (scratch) => {
    const buffers = { message: scratch.store(message), found: scratch.buffer(1) };
    for (let first = 0, window = FIRST_WINDOW; first < end; first += window, window = Math.min(2 * window, LARGEST_WINDOW)) {
      signal?.throwIfAborted();
      device.machine.write(buffers.found, 0, Uint32Array.of(NOT_FOUND));
      const count = Math.min(end, first + window);
      device.machine.dispatch(kernel, { params, buffers, first, count, work });
      const [found = NOT_FOUND] = await device.machine.read(buffers.found, 0, 1);
      if (found !== NOT_FOUND) return BigInt(found);
    }
    throw new RangeError(`no nonce below ${end} gives ${bits} zero bits`);
  });
}

/**
 * Search for a seed of whole words that fits one block with the nonce, and up to 31 bits; otherwise
 * `undefined`.
 */
function keccakSearch(seed: Uint8Array, bits: number): Search | undefined {
  if (seed.length % 4 !== 0 || seed.length + 8 >= 4 * RATE_WORDS || bits > 31) return undefined;
  const block = new Uint8Array(4 * RATE_WORDS);
  block.set(seed);
  block[seed.length + 8] = 0x01;
  block[block.length - 1] = (block[block.length - 1] ?? 0) | 0x80;
  const view = new DataView(block.buffer);
  const message = Uint32Array.from({ length: RATE_WORDS }, (_, i) => view.getUint32(4 * i, true));
  // The first bits of the digest, as they lie in its first little-endian word.
  const leading = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
  const mask = new DataView(new ArrayBuffer(4));
  mask.setUint32(0, leading);
  const params = { nonceWord: seed.length / 4 + 1, mask: mask.getUint32(0, true) };
  return { kernel: grindKeccak, message, params, work: 10_000, end: NOT_FOUND };
}

function poseidonSearch(seed: Uint8Array, bits: number): Search | undefined {
  if (bits > 31) return undefined;
  const message = bytesToDigest(seed).map(toMontgomery);
  const params = { tag: toMontgomery(TRANSCRIPT_TAG), mask: 2 ** bits - 1 };
  return { kernel: grindPoseidon, message, params, work: 29_000, end: P };
}
