import { readSync } from "node:fs";
import { open, readFile, rename, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** File of appended records; those that wait share one sync. */
export class RecordFile {
  readonly #path: string;
  #file: FileHandle;
  #bytes: number;
  #waiting: Uint8Array[] = [];
  /** The last change of the file, and the write that takes the frames that wait. A change that fails refuses all later ones. */
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** Milliseconds that the last sync took. */
  syncMs = 0;

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Opens a file, or creates it. `read` gets its bytes and returns the number of whole ones; the rest is cut off. */
  static async open(path: string, read: (bytes: Uint8Array) => number): Promise<RecordFile> {
    const file = await open(path, "a+");
    try {
      const wholeBytes = read(await readFile(path));
      await file.truncate(wholeBytes);
      await file.sync();
      await syncFolderOf(path);
      return new RecordFile(path, file, wholeBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes of the file that are on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when the frame, and all before it, are on disk. */
  append(frame: Uint8Array): Promise<void> {
    this.#waiting.push(frame);
    this.#next ??= this.#after(() => this.#write());
    return this.#next;
  }

  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.#file.fd, bytes, 0, length, position);
    return bytes;
  }

  /** Replaces the file's content in one step: after a crash it has either the old or the new one. Appends wait for it. */
  replace(change: (content: Uint8Array) => Uint8Array): Promise<void> {
    return this.#after(() => this.#replace(change));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#last]);
    await this.#file.close();
  }

  #after(change: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(change);
    return this.#last;
  }

  /** After a failed write the file may end in half a record: no later one succeeds, so nothing is sent that is not stored. */
  async #write(): Promise<void> {
    this.#next = undefined;
    const frames = this.#waiting.splice(0);
    const start = performance.now();
    for (const frame of frames) await this.#file.writeFile(frame);
    await this.#file.datasync();
    this.#bytes += frames.reduce((sum, { length }) => sum + length, 0);
    this.syncMs = performance.now() - start;
  }

  async #replace(change: (content: Uint8Array) => Uint8Array): Promise<void> {
    const content = change(await readFile(this.#path));
    const path = `${this.#path}.new`;
    const file = await open(path, "w+");
    await file.writeFile(content);
    await file.sync();
    await file.close();
    await rename(path, this.#path);
    await syncFolderOf(path);
    await this.#file.close();
    this.#file = await open(this.#path, "a+");
    this.#bytes = content.length;
  }
}

/** A new name is on disk only with its folder. */
async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
