import { BYTE_MEMORY_FIELDS } from "../circuits/byte-memory/byte-memory-air.ts";
import { byteAccessRow } from "../circuits/byte-memory/byte-memory-trace.ts";
import { COPY_FIELDS } from "../circuits/copy/copy-air.ts";
import { copyPlaces, type CopyRange, copyRows } from "../circuits/copy/copy-trace.ts";
import { HASH_INPUT_FIELDS } from "../circuits/hash-input/hash-input-air.ts";
import { inputRowCount } from "../circuits/hash-input/hash-input-trace.ts";
import { KeccakRequests } from "../circuits/keccak/keccak-requests.ts";
import type { KeccakRequest } from "../circuits/keccak/keccak-trace.ts";
import { INDEX_LIMIT } from "../circuits/memory/memory-trace.ts";
import { SPONGE_FIELDS } from "../circuits/sponge/sponge-air.ts";
import { hashRows, laneCount } from "../circuits/sponge/sponge-trace.ts";
import { bigEndianBytes, limbsOfBigEndian } from "../circuits/words/big-endian.ts";
import { WORD_BYTES } from "../circuits/shapes/word.ts";
import { TableRows } from "../stark/rows/table-rows.ts";
import { type Limbs, UnprovableAddressError, UnprovableCopyError } from "./recorded-run.ts";
import type { PlaceState, TracedPlaces } from "./traced-places.ts";

/** Start of bytes in a memory. */
export interface ByteOffset {
  readonly space: number;
  readonly offset: number;
}

/** The tables of bytes of a run. */
export interface ByteTables {
  /** Accesses that do not keep to one place. */
  readonly byteAccesses: TableRows<typeof BYTE_MEMORY_FIELDS>;
  readonly copies: TableRows<typeof COPY_FIELDS>;
  /** The blocks of what is hashed, and its bytes; and the permutations. */
  readonly sponge: TableRows<typeof SPONGE_FIELDS>;
  readonly hashInput: TableRows<typeof HASH_INPUT_FIELDS>;
  readonly permutations: readonly KeccakRequest[];
}

/** Makes the rows of what steps ask of the memory's bytes. Throws UnprovableAddressError and UnprovableCopyError. */
export class TracedBytes {
  readonly #places: TracedPlaces;
  readonly #byteAccesses = new TableRows("byteMemory", BYTE_MEMORY_FIELDS);
  readonly #copies = new TableRows("copy", COPY_FIELDS);
  readonly #sponge = new TableRows("sponge", SPONGE_FIELDS);
  readonly #hashInput = new TableRows("hashInput", HASH_INPUT_FIELDS);
  readonly #keccak = new KeccakRequests();

  constructor(places: TracedPlaces) {
    this.#places = places;
  }

  tables(): ByteTables {
    return {
      byteAccesses: this.#byteAccesses,
      copies: this.#copies,
      sponge: this.#sponge,
      hashInput: this.#hashInput,
      permutations: this.#keccak.list(),
    };
  }

  /** Reads a word, writes it, or writes its lowest byte. */
  access(kind: "read" | "write" | "writeByte", { space, offset }: ByteOffset, time: number, word: Limbs): void {
    const [low, high] = this.placesAt(space, offset, 2);
    if (low === undefined || high === undefined) throw new Error("an access has two places");
    const places = [found(low, time), found(high, time)] as const;
    const { cells, after } = byteAccessRow({ kind, space, offset, time, word, places });
    this.#byteAccesses.push(cells);
    [low.word, high.word] = after;
    for (const state of [low, high]) state.time = time;
  }

  /** The word at an offset. */
  wordAt({ space, offset }: ByteOffset): Limbs {
    const bytes = this.placesAt(space, offset, 2).flatMap(({ word }) => bigEndianBytes(word));
    return limbsOfBigEndian(bytes.slice(offset % WORD_BYTES));
  }

  /** Reads bytes and hashes them. The hash is the interpreter's, which one of other bytes would contradict. */
  hash({ space, offset }: ByteOffset, length: number, time: number): void {
    const states = this.placesAt(space, offset, inputRowCount(laneCount(length)));
    const places = states.map((state) => found(state, time));
    const rows = hashRows({ space, offset, length, time, places }, this.#keccak.permute);
    for (const state of states) state.time = time;
    for (const row of rows.sponge) this.#sponge.push(row);
    for (const row of rows.input) this.#hashInput.push(row);
  }

  /** Copies bytes of one memory to another. */
  copy(range: CopyRange, time: number): void {
    const { space, fromSpace } = range;
    if (space === fromSpace) throw new UnprovableCopyError();
    const { block, count, fromBlock, fromCount } = copyPlaces(range);
    const written = this.placesAt(space, WORD_BYTES * block, count);
    const read = this.placesAt(fromSpace, WORD_BYTES * fromBlock, fromCount);
    const placesOf = (states: readonly PlaceState[]) => states.map((state) => found(state, time));
    const { cells, after } = copyRows({ ...range, time, written: placesOf(written), read: placesOf(read) });
    written.forEach((state, i) => (state.word = after[i] ?? state.word));
    for (const state of [...written, ...read]) state.time = time;
    for (const row of cells) this.#copies.push(row);
  }

  /** Neighbouring places, from that of an offset on. */
  placesAt(space: number, offset: number, count: number): PlaceState[] {
    const index = offset - (offset % WORD_BYTES);
    if (index + WORD_BYTES * count > INDEX_LIMIT) throw new UnprovableAddressError(BigInt(offset), INDEX_LIMIT);
    return Array.from({ length: count }, (_, i) => this.#places.at({ space, index: index + WORD_BYTES * i }));
  }
}

/** State of a place before an access. */
function found({ word, time }: PlaceState, now: number): { readonly word: Limbs; readonly gap: number } {
  return { word, gap: now - 1 - time };
}
