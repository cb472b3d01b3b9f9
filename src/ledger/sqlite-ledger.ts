import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Ledger, LedgerFacts, LedgerStream } from "./ledger.ts";
import { LedgerError } from "./ledger-error.ts";
import { OWNER_FILE, telling } from "./sqlite-errors.ts";
import { sqliteModule } from "./sqlite-module.ts";

/** "hypr": by which the file is known. */
const APPLICATION_ID = 0x68797072;
const VERSION = 1;
export const LEDGER_FILE = "ecosystem.sqlite";

const SCHEMA = `
  CREATE TABLE entries (
    stream TEXT NOT NULL, position INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (stream, position)
  ) WITHOUT ROWID;
  CREATE TABLE facts (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, name));
`;

/**
 * Opens the ledger in a folder; makes both where they are not there. Throws LedgerError InUse, Foreign, Newer, Damaged or
 * Unwritable.
 */
export function openSqliteLedger(folder: string): Ledger {
  const path = join(folder, LEDGER_FILE);
  return telling(path, () => {
    mkdirSync(folder, { recursive: true });
    const database = new (sqliteModule().DatabaseSync)(path);
    try {
      prepare(database, folder, path);
      return new SqliteLedger(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function prepare(database: DatabaseSync, folder: string, path: string): void {
  // The lock is taken with the first write, and kept until the process ends, however that happens.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  const read = (pragma: string): number => Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const [application, version] = [read("application_id"), read("user_version")];
  const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { readonly count: number };
  if (application !== APPLICATION_ID && count > 0)
    throw new LedgerError("Foreign", `${path} is a database of another program; name another folder`);
  if (version > VERSION)
    throw new LedgerError(
      "Newer",
      `${path} has format ${version}, this software reads up to ${VERSION}; use the version that wrote it, or name another folder`,
    );
  if (count > 0) requireOurs(database, path);
  if (count === 0) database.exec(`${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION};`);
  database.exec("COMMIT");
  writeFileSync(join(folder, OWNER_FILE), String(process.pid));
}

/** A file from elsewhere does nothing but hold entries: it has no triggers or views. Throws LedgerError Foreign. */
function requireOurs(database: DatabaseSync, path: string): void {
  const rows = database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").all() as { sql: string }[];
  const plain = (sql: string): string => sql.replaceAll(/\s|;/g, "");
  if (plain(rows.map(({ sql }) => sql).join("")) === plain(SCHEMA)) return;
  throw new LedgerError("Foreign", `${path} has other tables than a ledger; name another folder`);
}

class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #streams = new Map<string, LedgerStream>();
  /** Works of `together` under way. */
  #held = 0;
  #inTransaction = false;
  #end: Promise<undefined> | undefined;
  #endHeld: { resolve(): void; reject(error: unknown): void } | undefined;
  #lost: LedgerError | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  stream(name: string): LedgerStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const [counting, reading, readingOne, adding, removing] = [
      "SELECT count(*) AS length, coalesce(max(position) + 1, 0) AS next FROM entries WHERE stream = ?",
      "SELECT entry FROM entries WHERE stream = ? AND position >= ? ORDER BY position",
      "SELECT entry FROM entries WHERE stream = ? AND position = ?",
      "INSERT INTO entries (stream, position, entry) VALUES (?, ?, ?)",
      "DELETE FROM entries WHERE stream = ? AND position >= ?",
    ].map((sql) => this.#database.prepare(sql)) as [Statement, Statement, Statement, Statement, Statement];
    const counted = this.#read(() => counting.get(name)) as { readonly length: number; readonly next: number };
    if (counted.length !== counted.next)
      throw new LedgerError("Damaged", `${this.#path}: entries of ${name} are missing; restore a copy, or name another folder`);
    let { length } = counted;
    const stream: LedgerStream = {
      get length() {
        return length;
      },
      entries: (from = 0) => this.#entries(() => reading.iterate(name, from)),
      entry: (position) => (this.#read(() => readingOne.get(name, position)) as { readonly entry: string } | undefined)?.entry,
      append: (entry) => {
        this.#write(() => adding.run(name, length, entry));
        length++;
      },
      truncate: (to) => {
        if (to >= length) return;
        this.#write(() => removing.run(name, to));
        length = to;
      },
    };
    this.#streams.set(name, stream);
    return stream;
  }

  facts(kind: string): LedgerFacts {
    const all = (): ReadonlyMap<string, string> => {
      const rows = this.#read(() => this.#database.prepare("SELECT name, value FROM facts WHERE kind = ? ORDER BY id").all(kind));
      return new Map((rows as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
    };
    const setting = this.#database.prepare(
      "INSERT INTO facts (kind, name, value) VALUES (?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value",
    );
    const deleting = this.#database.prepare("DELETE FROM facts WHERE kind = ? AND name = ?");
    return {
      all,
      get: (name) => all().get(name),
      set: (name, value) => this.#write(() => setting.run(kind, name, value)),
      delete: (name) => this.#write(() => deleting.run(kind, name)),
    };
  }

  async together<T>(work: () => Promise<T>): Promise<T> {
    if (this.#held++ === 0) this.#beginHolding();
    try {
      return await work();
    } catch (error) {
      if (this.#inTransaction) {
        this.#lost ??= new LedgerError(
          "Unwritable",
          `${this.#path} takes nothing more: a return to an earlier state failed; start again from it`,
          { cause: error },
        );
      }
      throw error;
    } finally {
      if (--this.#held === 0) this.#endHolding();
    }
  }

  durable(): Promise<void> {
    return this.#end ?? Promise.resolve();
  }

  async copyTo(folder: string): Promise<void> {
    while (this.#held > 0) await this.#end;
    if (this.#lost !== undefined) throw this.#lost;
    const path = join(folder, LEDGER_FILE);
    telling(path, () => {
      mkdirSync(folder, { recursive: true });
      this.#database.prepare("VACUUM INTO ?").run(path);
    });
  }

  clear(): void {
    this.#write(() => this.#database.exec("DELETE FROM entries; DELETE FROM facts"));
    this.#streams.clear();
  }

  close(): void {
    if (this.#inTransaction) this.#database.exec("ROLLBACK");
    this.#lost ??= new LedgerError("Unwritable", `${this.#path} is closed`);
    this.#inTransaction = false;
    this.#database.close();
  }

  #beginHolding(): void {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    promise.catch(() => undefined);
    this.#end = promise;
    this.#endHeld = { resolve: () => resolve(undefined), reject };
  }

  #endHolding(): void {
    const [end, wrote] = [this.#endHeld, this.#inTransaction];
    this.#end = undefined;
    this.#endHeld = undefined;
    this.#inTransaction = false;
    if (this.#lost !== undefined) {
      if (wrote) this.#database.exec("ROLLBACK");
      end?.reject(this.#lost);
      return;
    }
    try {
      if (wrote) telling(this.#path, () => this.#database.exec("COMMIT"));
      end?.resolve();
    } catch (error) {
      end?.reject(error);
      throw error;
    }
  }

  /** One row after the other: a long past is not in memory at once. */
  *#entries(rows: () => Iterator<unknown>): Generator<string> {
    const each = this.#read(rows);
    for (let row = this.#read(() => each.next()); row.done !== true; row = this.#read(() => each.next()))
      yield (row.value as { readonly entry: string }).entry;
  }

  #read<T>(read: () => T): T {
    return telling(this.#path, read);
  }

  #write(write: () => unknown): void {
    if (this.#lost !== undefined) throw this.#lost;
    telling(this.#path, () => {
      if (this.#held > 0 && !this.#inTransaction) {
        this.#database.exec("BEGIN");
        this.#inTransaction = true;
      }
      write();
    });
  }
}

type Statement = ReturnType<DatabaseSync["prepare"]>;
