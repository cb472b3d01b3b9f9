import type { ArithmeticTrace } from "../circuits/arithmetic/arithmetic-trace.ts";
import { FRAME_PLACES } from "../circuits/shapes/instruction.ts";
import type { MemoryCostCells } from "../circuits/memory-cost/memory-cost-air.ts";
import { MemoryCostRequests } from "../circuits/memory-cost/memory-cost-trace.ts";
import { USER_BYTES_FIELDS } from "../circuits/user-bytes/user-bytes-air.ts";
import {
  type ByteOpcode,
  byteOpcodeName,
  copiesBytes,
  type LoadedWord,
  masked,
  readsSlice,
  reachOf,
  sourceOf,
  userBytesRow,
} from "../circuits/user-bytes/user-bytes-trace.ts";
import { WORD_BYTES, wordOf } from "../circuits/shapes/word.ts";
import { USER_WEIGHTS } from "../../ground/protocol/native-budget.ts";
import { TableRows } from "../stark/rows/table-rows.ts";
import { BYTE_PLACES } from "./memory-places.ts";
import { type Limbs, ZERO_WORD } from "./recorded-run.ts";
import type { TracedBytes } from "./traced-bytes.ts";
import type { PlaceState, TracedPlaces } from "./traced-places.ts";

/** Inputs of an opcode that touches bytes, from the frame and its stack. */
type AskedOpcode = Omit<ByteOpcode, "name" | "slice" | "sliceGap"> & { readonly byte: number };

/** An opcode that touches bytes, before it is known whether gas suffices for it. */
export interface PendingOpcode {
  readonly opcode: ByteOpcode;
  readonly slicePlace: PlaceState | undefined;
}

/** Makes the rows of opcodes that touch bytes. */
export class ByteOpcodeTracer {
  readonly #places: TracedPlaces;
  readonly #arithmetic: ArithmeticTrace;
  readonly #bytes: TracedBytes;
  readonly #rows = new TableRows("userBytes", USER_BYTES_FIELDS);
  readonly #costs = new MemoryCostRequests();

  constructor(places: TracedPlaces, arithmetic: ArithmeticTrace, bytes: TracedBytes) {
    this.#places = places;
    this.#arithmetic = arithmetic;
    this.#bytes = bytes;
  }

  tables(): { readonly userBytes: TableRows<typeof USER_BYTES_FIELDS>; readonly memoryCost: readonly MemoryCostCells[] } {
    return { userBytes: this.#rows, memoryCost: this.#costs.list() };
  }

  /** Requested work, with the name of its source. */
  find({ byte, ...asked }: AskedOpcode): PendingOpcode {
    const name = byteOpcodeName(byte);
    if (name === undefined) throw new Error(`opcode ${byte} touches no bytes`);
    if (!readsSlice(name)) return { opcode: { ...asked, name, slice: ZERO_WORD, sliceGap: 0 }, slicePlace: undefined };
    const { fields, input, returned } = BYTE_PLACES;
    const index = FRAME_PLACES * asked.frame + (name === "copiesReturned" ? returned : input);
    const slicePlace = this.#places.at({ space: fields, index });
    const sliceGap = asked.time - 1 - slicePlace.time;
    return { opcode: { ...asked, name, slice: slicePlace.word, sliceGap }, slicePlace };
  }

  /** The opcode's row: with its result if it runs. */
  trace({ opcode, slicePlace }: PendingOpcode, result: Limbs | undefined): void {
    const { time, words } = opcode;
    const { after } = reachOf(opcode, USER_WEIGHTS);
    if (after > words) for (const count of [words, after]) this.#costs.ask(count);
    if (slicePlace !== undefined) slicePlace.time = time;
    if (result === undefined) return void this.#rows.push(userBytesRow(opcode, USER_WEIGHTS));
    const loaded = this.#access(opcode);
    if (opcode.name === "hashes") this.#bytes.hash(this.#target(opcode), Number(wordOf(opcode.operands[1])), time);
    if (copiesBytes(opcode.name)) this.#copy(opcode);
    this.#rows.push(userBytesRow(opcode, USER_WEIGHTS, { result, ...(loaded === undefined ? {} : { loaded }) }));
  }

  /** The memory of the opcode's frame, at its first operand. */
  #target({ frame, operands: [a] }: ByteOpcode): { readonly space: number; readonly offset: number } {
    return { space: BYTE_PLACES.memory + frame, offset: Number(wordOf(a) % 2n ** 24n) };
  }

  #access(opcode: ByteOpcode): LoadedWord | undefined {
    const { name, time, operands, slice } = opcode;
    const at = this.#target(opcode);
    const isWhole = (name === "loads" || name === "stores") && at.offset % WORD_BYTES === 0;
    if (isWhole) {
      const place = this.#places.at({ space: at.space, index: at.offset });
      const loaded = { whole: true, word: place.word, gap: time - 1 - place.time };
      if (name === "stores") place.word = operands[1];
      place.time = time;
      return loaded;
    }
    if (name === "stores" || name === "storesByte") {
      this.#bytes.access(name === "stores" ? "write" : "writeByte", at, time, operands[1]);
      return { whole: false, word: ZERO_WORD, gap: 0 };
    }
    const source = sourceOf(opcode);
    if (name === "loads") return this.#read(at, time);
    if (name !== "loadsInput" || source.count === 0) return undefined;
    const [, , low = 0, high = 0, frame = 0] = slice;
    const loaded = this.#read({ space: BYTE_PLACES.memory + frame, offset: low + 2 ** 16 * high + source.from }, time);
    if (source.count < WORD_BYTES) {
      const bits = BigInt(8 * (WORD_BYTES - source.count));
      this.#arithmetic.ask("shr", bits, wordOf(loaded.word), 0n);
      this.#arithmetic.ask("shl", bits, wordOf(masked(loaded.word, source.count)), 0n);
    }
    return loaded;
  }

  /** The word at an offset, which byteMemory reads. */
  #read(at: { readonly space: number; readonly offset: number }, time: number): LoadedWord {
    const word = this.#bytes.wordAt(at);
    this.#bytes.access("read", at, time, word);
    return { whole: false, word, gap: 0 };
  }

  #copy(opcode: ByteOpcode): void {
    const { name, time, frame, codeFrame, slice } = opcode;
    const { from, requested, count } = sourceOf(opcode);
    const { memory, zeros, between } = BYTE_PLACES;
    const own = this.#target(opcode);
    if (requested === 0) return;
    if (name === "copiesWithin") {
      this.#bytes.copy({ space: between, offset: 0, fromSpace: memory + frame, fromOffset: from, length: requested }, time);
      return this.#bytes.copy({ ...own, fromSpace: between, fromOffset: 0, length: requested }, time + 1);
    }
    const [, , low = 0, high = 0, sliceFrame = 0] = slice;
    const fromSpace = memory + (name === "copiesCode" ? codeFrame : sliceFrame);
    const fromOffset = from + (name === "copiesCode" ? 0 : low + 2 ** 16 * high);
    if (count > 0) this.#bytes.copy({ ...own, fromSpace, fromOffset, length: count }, time);
    if (count === requested) return;
    const behind = { space: own.space, offset: own.offset + count };
    this.#bytes.copy({ ...behind, fromSpace: zeros, fromOffset: 0, length: requested - count }, time + 1);
  }
}
