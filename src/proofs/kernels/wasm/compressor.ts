import { DIGEST_WIDTH, WIDTH } from "../poseidon.ts";
import { ModuleBuilder } from "./assembler/module-builder.ts";
import { compressBatch as emitCompressBatch } from "./emit/compress-batch.ts";
import { POSEIDON_CONSTANTS } from "./emit/poseidon.ts";

/** Synchronous Poseidon compressions on the calling thread. */
export interface Compressor {
  /**
   * `count` independent compressions C_tag(left, right), see `compress` of `reference/poseidon.ts`.
   * Shapes: tags ≥ count, inputs ≥ 16·count (left ‖ right), outputs ≥ 8·count; canonical in and out. Outputs may be the
   * same array as inputs only if the caller no longer needs the inputs. Throws RangeError when an array is too short.
   */
  compressBatch(count: number, tags: Uint32Array, inputs: Uint32Array, outputs: Uint32Array): void;
  /** One compression; four times as dear per result as a batch. Throws RangeError for halves of other lengths. */
  compress(tag: number, left: ArrayLike<number>, right: ArrayLike<number>): number[];
}

/** Compressions per call into WebAssembly, as many as fit the second-level cache together with the state. */
const BLOCK = 1024;
const PAGE_BYTES = 65536;
const TAGS_OFFSET = 4 * 1024;
const INPUTS_OFFSET = TAGS_OFFSET + 4 * BLOCK;
const OUTPUTS_OFFSET = INPUTS_OFFSET + 4 * WIDTH * BLOCK;
const MEMORY_BYTES = OUTPUTS_OFFSET + 4 * DIGEST_WIDTH * BLOCK;

const PAGES = Math.ceil(MEMORY_BYTES / PAGE_BYTES);

/** Compiled with the thread's first compressor: it has no state, and each chain has several compressors. */
let compiled: WebAssembly.Module | undefined;

/** Allocates a compressor's memory, about 0.2 MiB, which is garbage collected with it. */
export function createCompressor(): Compressor {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const kernel = new WebAssembly.Instance((compiled ??= compile()), { env: { memory } }).exports.compressBatch as (
    groups: number,
    tags: number,
    inputs: number,
    outputs: number,
    constants: number,
  ) => void;
  const words = new Uint32Array(memory.buffer);
  words.set(POSEIDON_CONSTANTS);

  function compressBatch(count: number, tags: Uint32Array, inputs: Uint32Array, outputs: Uint32Array): void {
    if (tags.length < count || inputs.length < WIDTH * count || outputs.length < DIGEST_WIDTH * count) {
      throw new RangeError(
        `${count} compressions need ${count} tags, ${WIDTH * count} inputs and ${DIGEST_WIDTH * count} outputs; ` +
          `got ${tags.length}, ${inputs.length} and ${outputs.length}`,
      );
    }
    for (let first = 0; first < count; first += BLOCK) {
      const last = Math.min(count, first + BLOCK);
      words.set(tags.subarray(first, last), TAGS_OFFSET / 4);
      words.set(inputs.subarray(WIDTH * first, WIDTH * last), INPUTS_OFFSET / 4);
      // The lanes after the last one compress what an earlier call left there: any words are safe to compute with.
      kernel(Math.ceil((last - first) / 4), TAGS_OFFSET, INPUTS_OFFSET, OUTPUTS_OFFSET, 0);
      const results = words.subarray(OUTPUTS_OFFSET / 4, OUTPUTS_OFFSET / 4 + DIGEST_WIDTH * (last - first));
      outputs.set(results, DIGEST_WIDTH * first);
    }
  }

  const [tagAt, inputAt, outputAt] = [TAGS_OFFSET / 4, INPUTS_OFFSET / 4, OUTPUTS_OFFSET / 4];
  function compressOne(tag: number, left: ArrayLike<number>, right: ArrayLike<number>): number[] {
    if (left.length !== DIGEST_WIDTH || right.length !== DIGEST_WIDTH)
      throw new RangeError(`a compression takes halves of ${DIGEST_WIDTH} elements, got ${left.length} and ${right.length}`);
    words[tagAt] = tag;
    const output: number[] = [];
    for (let i = 0; i < DIGEST_WIDTH; i++) {
      words[inputAt + i] = left[i] ?? 0;
      words[inputAt + DIGEST_WIDTH + i] = right[i] ?? 0;
    }
    kernel(1, TAGS_OFFSET, INPUTS_OFFSET, OUTPUTS_OFFSET, 0);
    for (let i = 0; i < DIGEST_WIDTH; i++) output.push(words[outputAt + i] ?? 0);
    return output;
  }

  return { compressBatch, compress: compressOne };
}

let ofThread: Compressor | undefined;

/** The compressor of the calling thread, made when it is first asked for. */
export function threadCompressor(): Compressor {
  return (ofThread ??= createCompressor());
}

function compile(): WebAssembly.Module {
  const builder = new ModuleBuilder();
  builder.add(emitCompressBatch());
  return new WebAssembly.Module(builder.build({ initialPages: PAGES, maximumPages: PAGES, shared: false }));
}
