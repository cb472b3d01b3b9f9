import { NamedError } from "../../../../ground/errors/named-error.ts";
import { type GpuBuffer, type GpuDevice, USAGE } from "./gpu.ts";

/** Buffers have multiples of this many bytes. */
const GRAIN = 256;

/**
 * The card's memory that a backend holds. Freed buffers wait for the next of their size: WebGPU clears new ones, which takes
 * time.
 */
export class DeviceMemory {
  readonly #device: GpuDevice;
  readonly #maxBytes: number;
  readonly #beforeDestroy: () => void;
  readonly #free = new Map<number, GpuBuffer[]>();
  #usedBytes = 0;
  #mostTaken = 0;
  #waiting = 0;

  /** `maxBytes` bytes, those that wait included. `beforeDestroy` hands over the commands that use buffers. */
  constructor(device: GpuDevice, maxBytes: number, beforeDestroy: () => void) {
    this.#device = device;
    this.#maxBytes = maxBytes;
    this.#beforeDestroy = beforeDestroy;
  }

  /** Bytes of buffers that are not freed. */
  get takenBytes(): number {
    return this.#usedBytes;
  }

  /** The most that these bytes have been. */
  get mostTakenBytes(): number {
    return this.#mostTaken;
  }

  /** Bytes that one buffer, and so one binding, may have. */
  get largestBuffer(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    return Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / GRAIN) * GRAIN;
  }

  /** A buffer of `bytes` bytes, contents arbitrary. Throws CardMemoryExceeded beyond the backend's limit. */
  take(bytes: number): GpuBuffer {
    const size = Math.max(GRAIN, Math.ceil(bytes / GRAIN) * GRAIN);
    const waiting = this.#free.get(size)?.pop();
    if (waiting !== undefined) {
      this.#waiting -= size;
      this.#count(size);
      return waiting;
    }
    if (size > this.largestBuffer) throw new CardMemoryExceeded("BufferTooLarge", tooMuch(size, this.largestBuffer));
    if (this.#usedBytes + this.#waiting + size > this.#maxBytes) this.dropWaiting();
    if (this.#usedBytes + size > this.#maxBytes)
      throw new CardMemoryExceeded("TooMuch", tooMuch(this.#usedBytes + size, this.#maxBytes));
    this.#count(size);
    return this.#device.createBuffer({ size, usage: USAGE.storage | USAGE.copySource | USAGE.copyTarget });
  }

  /** Commands that were handed over before may still use the buffer; what is written to it afterwards waits for them. */
  give(buffer: GpuBuffer): void {
    this.#usedBytes -= buffer.size;
    this.#waiting += buffer.size;
    const same = this.#free.get(buffer.size) ?? [];
    this.#free.set(buffer.size, same);
    same.push(buffer);
  }

  /** Gives the card the freed buffers back. */
  dropWaiting(): void {
    // Commands that were handed over still find it. As garbage, buffers would lie on the card until the thread has time for it.
    this.#beforeDestroy();
    for (const buffers of this.#free.values()) for (const buffer of buffers) buffer.destroy();
    this.#free.clear();
    this.#waiting = 0;
  }

  #count(size: number): void {
    this.#usedBytes += size;
    this.#mostTaken = Math.max(this.#mostTaken, this.#usedBytes);
  }
}

function tooMuch(wantedBytes: number, mostBytes: number): string {
  return `${wantedBytes} bytes of the graphics card's memory are more than the ${mostBytes} that a proof may take there at a time`;
}

/** A proof needs more of the card's memory than it may take. The processor makes it. */
export class CardMemoryExceeded extends NamedError<"TooMuch" | "BufferTooLarge"> {
  override readonly name = "CardMemoryExceeded";
}
