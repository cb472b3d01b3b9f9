import { open, type FileHandle } from "node:fs/promises";
import { SettlementError } from "../errors/settlement-error.ts";
import { decodeEntry, encodeEntry, typedEntry, type JournalEntry } from "./journal-entry.ts";

/** Log of entries in order: of a settlement, unless another kind of entry is named. Survives the process if it is a file. */
export interface Journal<Entry = JournalEntry> {
  /** Entries when the journal was opened. */
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

/** Options of a journal's file. */
interface FileJournalOptions {
  /** Permissions of a new file. */
  readonly mode?: number;
  /** Called with a notice of a truncated line after a crash, which is removed. Default: a warning of the process. */
  readonly onCutOff?: (notice: string) => void;
}

/**
 * A journal in a file, one line per entry; created if it is missing. A last line without an end, left by a crash, is
 * removed. Rejects with JournalCorrupt for any other malformed line, or with the file system's error.
 */
export async function openFileJournal<Entry = JournalEntry>(
  path: string,
  { mode, onCutOff = warn }: FileJournalOptions = {},
): Promise<Journal<Entry>> {
  const file = await open(path, "a+", mode);
  try {
    const bytes = await file.readFile();
    const complete = bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
    if (complete.length < bytes.length) {
      await file.truncate(complete.length);
      onCutOff(`${path}: the last entry was cut off by a crash before it was kept, and is removed`);
    }
    const lines = complete.toString("utf8").split("\n").slice(0, -1);
    const entries = lines.map((line, i) => parseLine<Entry>(path, line, i + 1));
    const append = appender(file, complete.length);
    let tail: Promise<unknown> = Promise.resolve();
    return {
      entries,
      append(entry) {
        const written = tail.then(() => append(`${encodeEntry(entry)}\n`));
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

const LINE_END = 0x0a;

function warn(notice: string): void {
  process.emitWarning(notice, "JournalWarning");
}

/** Writes whole lines, one call at a time: what a failed write left of one is removed before the next, which would join it. */
function appender(file: FileHandle, size: number): (line: string) => Promise<void> {
  let end = size;
  let isTorn = false;
  return async (line) => {
    if (isTorn) await file.truncate(end);
    isTorn = true;
    await file.appendFile(line);
    await file.datasync();
    isTorn = false;
    end += Buffer.byteLength(line);
  };
}

function parseLine<Entry>(path: string, line: string, number: number): Entry {
  try {
    return typedEntry(decodeEntry<Entry>(line));
  } catch (error) {
    throw new SettlementError("JournalCorrupt", `${path}:${number} is not a journal entry; move the file away to start from L1`, {
      cause: error,
    });
  }
}
