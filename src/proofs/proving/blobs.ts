import { createKeccak256 } from "../kernels/wasm/keccak256.ts";
import { toHex } from "../../ground/protocol/hex.ts";
import type { BlobId } from "./job.ts";

/** Bytes by their hashes: what jobs are made from, and their proofs. */
export interface BlobStore {
  /** Stores bytes until they are dropped once for each put. */
  put(bytes: Uint8Array): Promise<BlobId>;
  /**
   * The bytes of this name: a store that has them from elsewhere hashes them first. Undefined where they are not kept. Rejects
   * with RangeError where there are more than `most` of them.
   */
  get(id: BlobId, most?: number): Promise<Uint8Array | undefined>;
  drop(id: BlobId): Promise<void>;
}

const keccak = createKeccak256();

/** The name of bytes. */
export function blobId(bytes: Uint8Array): BlobId {
  return toHex(keccak(bytes));
}

/** Bytes that are what they are asked for by. Throws RangeError for others, and for more than there may be. */
export function checkedBlob(id: BlobId, bytes: Uint8Array, most = Infinity): Uint8Array {
  if (bytes.length > most) throw new RangeError(`blob ${id} has ${bytes.length} bytes, at most ${most} are read`);
  const got = blobId(bytes);
  if (got !== id) throw new RangeError(`the bytes are ${got}, not ${id}`);
  return bytes;
}

/** Stored input of a job. Throws RangeError if it is missing, or larger than `most` bytes. */
export async function keptBlob(blobs: Pick<BlobStore, "get">, id: BlobId, most: number): Promise<Uint8Array> {
  const bytes = await blobs.get(id, most);
  if (bytes === undefined) throw new RangeError(`the input ${id} of a job is no longer stored`);
  return bytes;
}

/** In this process's memory. */
export class MemoryBlobs implements BlobStore {
  readonly #entries = new Map<BlobId, { readonly bytes: Uint8Array; uses: number }>();

  put(bytes: Uint8Array): Promise<BlobId> {
    const id = blobId(bytes);
    const kept = this.#entries.get(id) ?? { bytes, uses: 0 };
    kept.uses++;
    this.#entries.set(id, kept);
    return Promise.resolve(id);
  }

  get(id: BlobId, most = Infinity): Promise<Uint8Array | undefined> {
    const bytes = this.#entries.get(id)?.bytes;
    if (bytes !== undefined && bytes.length > most)
      return Promise.reject(new RangeError(`blob ${id} has ${bytes.length} bytes, at most ${most} are read`));
    return Promise.resolve(bytes);
  }

  drop(id: BlobId): Promise<void> {
    const kept = this.#entries.get(id);
    if (kept !== undefined && --kept.uses === 0) this.#entries.delete(id);
    return Promise.resolve();
  }

  /** Blobs that are kept. */
  get size(): number {
    return this.#entries.size;
  }
}
