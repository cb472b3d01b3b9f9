import { FIXED_BYTES, writeFixedMemory } from "./fixed-memory.ts";
import { MAXIMUM_PAGES } from "./kernel-module.ts";

const PAGE_BYTES = 65536;
/** Minimum growth of memory in pages, to make growth rare. */
const GROWTH_PAGES = 256;
/** Allocations start on cache lines; kernels may read up to this far behind an array. */
const ALIGNMENT = 64;

interface Region {
  readonly start: number;
  readonly end: number;
}

/** The shared memory of a backend and the list of its free regions. Only the thread that created it allocates. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Free regions by ascending address, none adjacent to another. */
  #free: Region[];
  readonly #allocated = new Map<number, number>();

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: GROWTH_PAGES, maximum: MAXIMUM_PAGES, shared: true });
    this.#free = [{ start: FIXED_BYTES, end: GROWTH_PAGES * PAGE_BYTES }];
    writeFixedMemory(this.memory.buffer);
  }

  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** Bytes in use, for tests and reports. */
  get takenBytes(): number {
    return [...this.#allocated.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** All memory as 32-bit words. Valid until the next allocation. */
  words(): Uint32Array {
    return new Uint32Array(this.memory.buffer);
  }

  /**
   * Allocates bytes, 64-byte aligned, contents arbitrary, and returns their address. Throws RangeError when 4
   * GiB do not suffice.
   */
  allocate(bytes: number): number {
    // One line of slack lets kernels read whole vectors behind the last element.
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT + ALIGNMENT;
    let index = this.#free.findIndex((region) => region.end - region.start >= size);
    if (index === -1) {
      this.#grow(size);
      index = this.#free.length - 1;
    }
    const region = this.#free[index];
    if (region === undefined) throw new Error("the heap has no free region after growing");
    const rest = { start: region.start + size, end: region.end };
    this.#free.splice(index, 1, ...(rest.start < rest.end ? [rest] : []));
    this.#allocated.set(region.start, size);
    return region.start;
  }

  /** Frees an allocation. Throws RangeError for any other address. */
  free(address: number): void {
    const size = this.#allocated.get(address);
    if (size === undefined) throw new RangeError(`address ${address} is not an allocation`);
    this.#allocated.delete(address);
    this.#insert({ start: address, end: address + size });
  }

  #insert(region: Region): void {
    const next = this.#free.findIndex((other) => other.start > region.start);
    const at = next === -1 ? this.#free.length : next;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsBefore = before?.end === region.start;
    const joinsAfter = after?.start === region.end;
    const joined = {
      start: joinsBefore ? before.start : region.start,
      end: joinsAfter ? after.end : region.end,
    };
    this.#free.splice(joinsBefore ? at - 1 : at, Number(joinsBefore) + Number(joinsAfter), joined);
  }

  /** Extends the last region, if it is free, so that it has `bytes` bytes. */
  #grow(bytes: number): void {
    const oldEnd = this.byteLength;
    const last = this.#free.at(-1);
    const lacking = bytes - (last?.end === oldEnd ? last.end - last.start : 0);
    const pages = Math.max(GROWTH_PAGES, Math.ceil(lacking / PAGE_BYTES));
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw new RangeError(`the kernels' memory cannot grow from ${oldEnd} by ${pages * PAGE_BYTES} bytes`, { cause });
    }
    this.#insert({ start: oldEnd, end: this.byteLength });
  }
}

/** Hands out consecutive, aligned pieces of a region whose total size is then known; the same code sizes and places. */
export class ScratchLayout {
  #next: number;

  constructor(start: number) {
    this.#next = start;
  }

  take(bytes: number): number {
    const address = this.#next;
    this.#next += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT + ALIGNMENT;
    return address;
  }

  /** End of the last piece. */
  get end(): number {
    return this.#next;
  }
}
