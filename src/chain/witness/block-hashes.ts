/** Blocks whose hashes BLOCKHASH can ask for: in the next block those of 256, in a call on the newest one of one before. */
export const REMEMBERED_HASHES = 257;

/** Hashes of recent blocks, by number. */
export type BlockHashMark = ReadonlyMap<number, Uint8Array>;

/** Block hashes, in the shape in which ethereumjs asks for them. */
export class BlockHashes {
  readonly #remembered: number;
  #hashes = new Map<number, Uint8Array>();

  /** Stores the hashes of `remembered` blocks. */
  constructor(remembered = REMEMBERED_HASHES) {
    this.#remembered = remembered;
  }

  mark(): BlockHashMark {
    return new Map(this.#hashes);
  }

  returnTo(mark: BlockHashMark): void {
    this.#hashes = new Map(mark);
  }

  set(number: number, hash: Uint8Array): void {
    this.#hashes.set(number, hash);
    this.#hashes.delete(number - this.#remembered);
  }

  /** Forgets a block's hash. */
  delete(number: number): void {
    this.#hashes.delete(number);
  }

  getBlock(number: number): Promise<{ hash: () => Uint8Array }> {
    const hash = this.#hashes.get(Number(number)) ?? new Uint8Array(32);
    return Promise.resolve({ hash: () => hash });
  }

  putBlock(): Promise<void> {
    return Promise.resolve();
  }

  shallowCopy(): BlockHashes {
    return this;
  }
}
