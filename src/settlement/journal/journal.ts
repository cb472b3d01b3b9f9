import { open } from "node:fs/promises";
import { SettlementError } from "../settlement-error.ts";
import { decodeEntry, encodeEntry } from "./journal-entry.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** What was done, in order: by a settlement, unless another kind of entry is named. Survives the process where it is a file. */
export interface Journal<Entry = JournalEntry> {
  /** What was there when the journal was opened. */
  readonly entries: readonly Entry[];
  /** Resolves when the entry is kept: on disk for a file. */
  append(entry: Entry): Promise<void>;
  close(): Promise<void>;
}

/** A journal that is forgotten with the process. */
export function createMemoryJournal<Entry = JournalEntry>(
  entries: readonly NoInfer<Entry>[] = [],
): Journal<Entry> & { readonly appended: readonly Entry[] } {
  const appended: Entry[] = [];
  return {
    entries,
    appended,
    append(entry) {
      appended.push(entry);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A journal in a file, one line per entry; made where there is none. A last line without an end, left by a crash, is
 * removed. `mode` is who may read a new file. Rejects with JournalCorrupt for any other line that is no entry, or with the file
 * system's error.
 */
export async function openFileJournal<Entry = JournalEntry>(path: string, mode?: number): Promise<Journal<Entry>> {
  const file = await open(path, "a+", mode);
  try {
    const text = await file.readFile("utf8");
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    if (complete.length < text.length) await file.truncate(Buffer.byteLength(complete));
    const lines = complete.split("\n").slice(0, -1);
    const entries = lines.map((line, i) => parseLine<Entry>(path, line, i + 1));
    let tail: Promise<unknown> = Promise.resolve();
    return {
      entries,
      append(entry) {
        const written = tail.then(async () => {
          await file.appendFile(`${encodeEntry(entry)}\n`);
          await file.datasync();
        });
        tail = written.catch(() => undefined);
        return written;
      },
      async close() {
        await tail;
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function parseLine<Entry>(path: string, line: string, number: number): Entry {
  try {
    return decodeEntry<Entry>(line);
  } catch (error) {
    throw new SettlementError("JournalCorrupt", `${path}:${number} is no journal entry; move the file away to start from L1`, {
      cause: error,
    });
  }
}
