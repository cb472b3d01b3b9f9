import type { GrindingHash } from "../../backend.ts";
import { grind as grindByReference } from "../../reference/grind.ts";
import type { Device } from "../device/device.ts";
import { RATE_WORDS } from "../emit/keccak.ts";
import { ABORT_CELL, FOUND_TASK_CELL } from "../memory/fixed-memory.ts";
import { GRIND_SCRATCH_BYTES, type GrindSearch, NONCES_PER_TASK, poseidonSearch } from "../jobs/grind.ts";
import { P } from "../../../field/koala-bear.ts";

/** Tasks that try all nonces which a hash has; of keccak as many as are counted. */
const MOST_TASKS: Readonly<Record<GrindingHash, number>> = {
  keccak: 2 ** 31 - 1,
  poseidon: Math.floor(P / NONCES_PER_TASK),
};

/** See `Backend.grind`. What no kernel takes is left to the reference code. */
export async function grind(
  device: Device,
  hash: GrindingHash,
  seed: Uint8Array,
  bits: number,
  signal?: AbortSignal,
): Promise<bigint> {
  const search = hash === "keccak" ? keccakSearch(seed, bits) : poseidonSearch(seed, bits);
  if (search === undefined) return grindByReference(hash, seed, bits, signal);
  signal?.throwIfAborted();
  const setAbort = (value: number): void => {
    Atomics.store(new Int32Array(device.heap.memory.buffer), ABORT_CELL / 4, value);
  };
  let isRunning = false; // the cell belongs to the search that runs, not to one that waits its turn
  const onAbort = (): void => {
    if (isRunning) setAbort(1);
  };
  signal?.addEventListener("abort", onAbort);
  try {
    const taskCount = MOST_TASKS[hash];
    const nonces = await device.pool.run(
      GRIND_SCRATCH_BYTES,
      (scratch) => ({ kind: "grind", taskCount, scratch, twiddles: device.tables.twiddles(0), search }),
      () => {
        isRunning = true;
        setAbort(signal?.aborted === true ? 1 : 0);
        Atomics.store(new Int32Array(device.heap.memory.buffer), FOUND_TASK_CELL / 4, taskCount);
      },
    );
    const smallest = nonces.reduce<bigint | undefined>(
      (lowest, n) => (lowest === undefined || n < lowest ? n : lowest),
      undefined,
    );
    if (smallest !== undefined) return smallest;
    signal?.throwIfAborted();
    throw new Error(`none of ${BigInt(taskCount) * BigInt(NONCES_PER_TASK)} nonces gives ${bits} zero bits`);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Search for a seed of whole words that fits one block with the nonce, and up to 64 bits; otherwise
 * `undefined`.
 */
function keccakSearch(seed: Uint8Array, bits: number): GrindSearch | undefined {
  const lastSeedByte = 8 * RATE_WORDS - 9;
  if (seed.length % 8 !== 0 || seed.length + 8 > lastSeedByte || bits > 64) return undefined;
  return { hash: "keccak", message: paddedMessage(seed), nonceWord: seed.length / 8, mask: leadingBitsMask(bits) };
}

/** One block of keccak256 for seed ‖ eight zero bytes. */
function paddedMessage(seed: Uint8Array): BigUint64Array {
  const block = new Uint8Array(8 * RATE_WORDS);
  block.set(seed);
  block[seed.length + 8] = 0x01;
  block[block.length - 1] = 0x80;
  const view = new DataView(block.buffer);
  return BigUint64Array.from({ length: RATE_WORDS }, (_, i) => view.getBigUint64(8 * i, true));
}

/** The first `bits` bits of a digest, as they lie in its first little-endian word. */
function leadingBitsMask(bits: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits === 0 ? 0n : ((1n << 64n) - 1n) ^ ((1n << BigInt(64 - bits)) - 1n));
  return view.getBigUint64(0, true);
}
