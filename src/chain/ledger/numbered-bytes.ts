import type { DatabaseSync } from "node:sqlite";
import { LedgerError } from "./ledger-error.ts";
import { telling } from "./sqlite-errors.ts";
import { sqliteModule } from "./sqlite-module.ts";

/** "hypb": by which a file of these is known. */
const APPLICATION_ID = 0x68797062;
const SCHEMA = "CREATE TABLE kept (number INTEGER PRIMARY KEY, note TEXT NOT NULL, bytes BLOB)";

/** Bytes by number, each with a text that says what they are: too many for the memory, and for a dump. */
export interface NumberedBytes {
  /** All texts, in the order of their numbers. */
  notes(): ReadonlyMap<bigint, string>;
  /** Undefined where a number has none. */
  bytes(number: bigint): Uint8Array | undefined;
  set(number: bigint, note: string, bytes: Uint8Array | undefined): void;
  /** Forgets this number and all after it. */
  deleteFrom(number: bigint): void;
  close(): void;
}

/**
 * Opens the file at a path, which is made where it is not there; without a path, one that ends with its process. What was written
 * last may be lost with the machine. Throws LedgerError InUse, Foreign, Damaged or Unwritable.
 */
export function openNumberedBytes(path = ""): NumberedBytes {
  const name = path === "" ? "a temporary file" : path;
  const database = telling(name, () => openDatabase(path));
  const [listing, reading, writing, deleting] = [
    "SELECT number, note FROM kept ORDER BY number",
    "SELECT bytes FROM kept WHERE number = ?",
    "INSERT OR REPLACE INTO kept (number, note, bytes) VALUES (?, ?, ?)",
    "DELETE FROM kept WHERE number >= ?",
  ].map((sql) => database.prepare(sql)) as [Statement, Statement, Statement, Statement];
  return {
    notes: () =>
      telling(
        name,
        () => new Map((listing.all() as { number: number; note: string }[]).map((row) => [BigInt(row.number), row.note])),
      ),
    bytes: (number) =>
      telling(name, () => (reading.get(number) as { readonly bytes: Uint8Array | null } | undefined)?.bytes ?? undefined),
    set: (number, note, bytes) => void telling(name, () => writing.run(number, note, bytes ?? null)),
    deleteFrom: (number) => void telling(name, () => deleting.run(number)),
    close: () => database.close(),
  };
}

type Statement = ReturnType<DatabaseSync["prepare"]>;

function openDatabase(path: string): DatabaseSync {
  const database = new (sqliteModule().DatabaseSync)(path);
  try {
    database.exec("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
    const tables = database.prepare("SELECT sql FROM sqlite_schema").all() as { readonly sql: string | null }[];
    const application = Number(Object.values(database.prepare("PRAGMA application_id").get() ?? {})[0]);
    if (tables.length === 0) database.exec(`${SCHEMA}; PRAGMA application_id = ${APPLICATION_ID}`);
    // A file from elsewhere does nothing but hold bytes: it has no triggers or views.
    else if (application !== APPLICATION_ID || tables.some(({ sql }) => sql !== SCHEMA))
      throw new LedgerError("Foreign", `${path} is a file of another program; move it elsewhere`);
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
