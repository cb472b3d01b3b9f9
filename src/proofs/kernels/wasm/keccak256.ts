import { ModuleBuilder } from "./assembler/module-builder.ts";
import { KECCAK_CONSTANTS, permutePair as emitPermutePair, RATE_WORDS, STATE_PAIR_BYTES } from "./emit/keccak.ts";

/** keccak256 of a message of any length: 32 bytes in a new array. Synchronous, on the calling thread. */
type Keccak256 = (message: Uint8Array) => Uint8Array;

const RATE_BYTES = 8 * RATE_WORDS;
const DIGEST_BYTES = 32;
const STATE_OFFSET = 512;
const BLOCK_OFFSET = 1024;

/** Compiled with the thread's first hasher. */
let compiled: WebAssembly.Module | undefined;
/** The thread's own, made with its first message. */
let ownHasher: Keccak256 | undefined;

/** keccak256 by a shared instance of `createKeccak256`, for occasional messages. */
export function keccak256(message: Uint8Array): Uint8Array {
  return (ownHasher ??= createKeccak256())(message);
}

/**
 * A kernel with memory of one page. Hashes one message at a time, in one lane of a permutation of two states:
 * half of the work is for nothing, and it still takes a fifth of what plain JavaScript takes. Padding: the original Keccak's.
 */
export function createKeccak256(): Keccak256 {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const permute = new WebAssembly.Instance((compiled ??= compile()), { env: { memory } }).exports.permutePairKeccak as (
    state: number,
    constants: number,
  ) => void;
  new BigUint64Array(memory.buffer, 0, KECCAK_CONSTANTS.length).set(KECCAK_CONSTANTS);
  // Word i of the hashed state is at 16·i, so its halves have the indices 4·i and 4·i + 1 in an array of
  // 32-bit numbers.
  const state = new Uint32Array(memory.buffer, STATE_OFFSET, STATE_PAIR_BYTES / 4);
  const block = new Uint8Array(memory.buffer, BLOCK_OFFSET, RATE_BYTES);
  const blockWords = new Uint32Array(memory.buffer, BLOCK_OFFSET, RATE_BYTES / 4);
  const digestWords = new Uint32Array(DIGEST_BYTES / 4);

  const absorbBlock = (): void => {
    for (let i = 0; i < RATE_WORDS; i++) {
      state[4 * i] = (state[4 * i] ?? 0) ^ (blockWords[2 * i] ?? 0);
      state[4 * i + 1] = (state[4 * i + 1] ?? 0) ^ (blockWords[2 * i + 1] ?? 0);
    }
    permute(STATE_OFFSET, 0);
  };
  return (message) => {
    state.fill(0);
    let start = 0;
    for (; message.length - start >= RATE_BYTES; start += RATE_BYTES) {
      block.set(message.subarray(start, start + RATE_BYTES));
      absorbBlock();
    }
    const rest = message.length - start;
    block.set(message.subarray(start));
    block.fill(0, rest);
    block[rest] = 1;
    block[RATE_BYTES - 1] = (block[RATE_BYTES - 1] ?? 0) | 0x80;
    absorbBlock();
    for (let i = 0; i < DIGEST_BYTES / 8; i++) {
      digestWords[2 * i] = state[4 * i] ?? 0;
      digestWords[2 * i + 1] = state[4 * i + 1] ?? 0;
    }
    return new Uint8Array(digestWords.buffer.slice(0));
  };
}

function compile(): WebAssembly.Module {
  const builder = new ModuleBuilder();
  builder.add(emitPermutePair());
  return new WebAssembly.Module(builder.build({ initialPages: 1, maximumPages: 1, shared: false }));
}
