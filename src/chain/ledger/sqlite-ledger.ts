import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatabaseSync } from "node:sqlite";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { Ledger, LedgerFacts, LedgerStream } from "./ledger.ts";
import { LedgerError } from "./ledger-error.ts";
import { OWNER_FILE, telling } from "./sqlite-errors.ts";
import { sqliteModule } from "./sqlite-module.ts";

/** "hypr": by which the file is known. */
const APPLICATION_ID = 0x68797072;
/** Format 1 had neither checksums nor counts, which reveal damage. */
const VERSION = 2;
export const LEDGER_FILE = "ecosystem.sqlite";

const SCHEMA = `
  CREATE TABLE entries (
    stream TEXT NOT NULL, position INTEGER NOT NULL, entry TEXT NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (stream, position)
  ) WITHOUT ROWID;
  CREATE TABLE facts (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, checksum INTEGER NOT NULL, UNIQUE (kind, name)
  );
  CREATE TABLE counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Opens the ledger in a folder; makes both where they are not there. Throws LedgerError InUse, Foreign, Older, Newer, Damaged
 * or Unwritable.
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
      `${path} has format ${version}, this software reads ${VERSION}; use the version that wrote it, or name another folder`,
    );
  if (count > 0 && version < VERSION)
    throw new LedgerError(
      "Older",
      `${path} has format ${version}, this software reads ${VERSION}; use the version that wrote it, or name another folder`,
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

const ENTRIES_FROM = "SELECT position, entry, checksum FROM entries WHERE stream = ? AND position >= ? ORDER BY position";

/** Names of streams, each found by one step in the index; `DISTINCT` would read all entries. */
const STREAM_NAMES = `
  WITH RECURSIVE streams (name) AS (
    SELECT min(stream) FROM entries
    UNION ALL SELECT (SELECT min(stream) FROM entries WHERE stream > name) FROM streams WHERE name IS NOT NULL
  ) SELECT name FROM streams WHERE name IS NOT NULL
`;

class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #streams = new Map<string, LedgerStream>();
  /** Names of the facts of each kind. */
  readonly #names = new Map<string, Set<string>>();
  /** Nesting depth of `together`. */
  #holds = 0;
  #inTransaction = false;
  #end: Promise<undefined> | undefined;
  #endHeld: { resolve(): void; reject(error: unknown): void } | undefined;
  #lost: LedgerError | undefined;
  #counting: Statement | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  stream(name: string): LedgerStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const [reading, readingOne, adding, removing] = [
      ENTRIES_FROM,
      "SELECT position, entry, checksum FROM entries WHERE stream = ? AND position = ?",
      "INSERT INTO entries (stream, position, entry, checksum) VALUES (?, ?, ?, ?)",
      "DELETE FROM entries WHERE stream = ? AND position >= ?",
    ].map((sql) => this.#database.prepare(sql)) as [Statement, Statement, Statement, Statement];
    let length = this.#wholeLength(name);
    const stream: LedgerStream = {
      get length() {
        return length;
      },
      entries: (from = 0) => this.#entries(name, from, () => reading.iterate(name, from)),
      entry: (position) => {
        if (!(position >= 0 && position < length)) return undefined;
        return this.#wholeEntry(name, position, this.#read(() => readingOne.get(name, position)) as Entry | undefined);
      },
      append: (entry) => {
        this.#write(() => {
          adding.run(name, length, entry, checksumOf(name, String(length), entry));
          this.#count(streamCount(name), length + 1);
        });
        length++;
      },
      truncate: (to) => {
        if (to >= length) return;
        this.#write(() => {
          removing.run(name, to);
          this.#count(streamCount(name), to);
          if (to < this.#noted(skippedCount(name))) this.#count(skippedCount(name), to);
        });
        length = to;
      },
      skip: (to) => this.#write(() => this.#count(skippedCount(name), to)),
    };
    this.#streams.set(name, stream);
    return stream;
  }

  facts(kind: string): LedgerFacts {
    const all = (): ReadonlyMap<string, string> => new Map(this.#factsOf(kind).map(({ name, value }) => [name, value]));
    this.#namesOf(kind);
    const setting = this.#database.prepare(
      "INSERT INTO facts (kind, name, value, checksum) VALUES (?, ?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value, checksum = excluded.checksum",
    );
    const deleting = this.#database.prepare("DELETE FROM facts WHERE kind = ? AND name = ?");
    return {
      all,
      get: (name) => all().get(name),
      set: (name, value) => {
        const known = this.#namesOf(kind);
        const isNew = !known.has(name);
        this.#write(() => {
          setting.run(kind, name, value, checksumOf(kind, name, value));
          if (isNew) this.#count(factCount(kind), known.size + 1);
        });
        known.add(name);
      },
      delete: (name) => {
        const known = this.#namesOf(kind);
        this.#write(() => {
          deleting.run(kind, name);
          if (known.has(name)) this.#count(factCount(kind), known.size - 1);
        });
        known.delete(name);
      },
    };
  }

  /** Number of entries of a stream, after checking that all but the skipped ones are intact. Throws LedgerError Damaged. */
  #wholeLength(name: string): number {
    const noted = this.#noted(streamCount(name));
    const skipped = this.#noted(skippedCount(name));
    if (skipped > noted) throw this.#damaged(`${name} skips ${skipped} entries, ${noted} were written`);
    // The last skipped entry is read, so that a gap before the others is found.
    const from = Math.max(0, skipped - 1);
    const all = this.#database.prepare(ENTRIES_FROM);
    let length = from;
    for (const _ of this.#entries(name, from, () => all.iterate(name, from))) length++;
    if (length !== noted) throw this.#damaged(`${name} has ${length} entries, ${noted} were written`);
    return length;
  }

  /** Text of a row, after checking that it is intact and at this position. Throws LedgerError Damaged. */
  #wholeEntry(name: string, position: number, row: Entry | undefined): string {
    if (row?.position !== position) throw this.#damaged(`entry ${position} of ${name} is missing`);
    if (row.checksum === checksumOf(name, String(position), row.entry)) return row.entry;
    throw this.#damaged(`entry ${position} of ${name} is not what was written`);
  }

  #namesOf(kind: string): Set<string> {
    const known = this.#names.get(kind) ?? this.#wholeNames(kind);
    this.#names.set(kind, known);
    return known;
  }

  /** Names of facts, after checking that all are intact. Throws LedgerError Damaged. */
  #wholeNames(kind: string): Set<string> {
    const rows = this.#factsOf(kind);
    const wrong = rows.find(({ name, value, checksum }) => checksum !== checksumOf(kind, name, value));
    if (wrong !== undefined) throw this.#damaged(`the fact "${wrong.name}" of ${kind} is not what was written`);
    const noted = this.#noted(factCount(kind));
    if (rows.length !== noted) throw this.#damaged(`${kind} has ${rows.length} facts, ${noted} were written`);
    return new Set(rows.map(({ name }) => name));
  }

  #factsOf(kind: string): readonly Fact[] {
    const reading = this.#database.prepare("SELECT name, value, checksum FROM facts WHERE kind = ? ORDER BY id");
    return this.#read(() => reading.all(kind)) as unknown as readonly Fact[];
  }

  #noted(name: string): number {
    const reading = this.#database.prepare("SELECT count FROM counts WHERE name = ?");
    return (this.#read(() => reading.get(name)) as { readonly count: number } | undefined)?.count ?? 0;
  }

  #count(name: string, count: number): void {
    this.#counting ??= this.#database.prepare(
      "INSERT INTO counts (name, count) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = excluded.count",
    );
    this.#counting.run(name, count);
  }

  #damaged(subject: string): LedgerError {
    return new LedgerError("Damaged", `${this.#path}: ${subject}; restore a copy, or name another folder`);
  }

  async together<T>(work: () => Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#beginHolding();
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
      if (--this.#holds === 0) this.#endHolding();
    }
  }

  durable(): Promise<void> {
    return this.#end ?? Promise.resolve();
  }

  async copyTo(folder: string): Promise<void> {
    while (this.#holds > 0) await this.#end;
    if (this.#lost !== undefined) throw this.#lost;
    const path = join(folder, LEDGER_FILE);
    telling(path, () => {
      mkdirSync(folder, { recursive: true });
      this.#database.prepare("VACUUM INTO ?").run(path);
    });
  }

  requireWhole(): void {
    const named = (sql: string): readonly string[] =>
      (this.#read(() => this.#database.prepare(sql).all()) as { readonly name: string }[]).map(({ name }) => name);
    const noted = named("SELECT name FROM counts");
    const notedAs = (prefix: string): readonly string[] =>
      noted.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    const streams = [...notedAs(streamCount("")), ...named(STREAM_NAMES)];
    for (const name of new Set(streams)) this.stream(name);
    for (const kind of new Set([...notedAs(factCount("")), ...named("SELECT DISTINCT kind AS name FROM facts")]))
      this.facts(kind);
  }

  clear(): void {
    this.#write(() => this.#database.exec("DELETE FROM entries; DELETE FROM facts; DELETE FROM counts"));
    this.#streams.clear();
    this.#names.clear();
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
      if (wrote) this.#rollback();
      end?.reject(this.#lost);
      return;
    }
    try {
      if (wrote) telling(this.#path, () => this.#database.exec("COMMIT"));
      end?.resolve();
    } catch (error) {
      // What was changed together is not there, and streams and facts have gone on as if it were.
      const message = `${reasonOf(error)}; it takes nothing more: start again from what was kept before`;
      this.#lost = new LedgerError("Unwritable", message, { cause: error });
      this.#rollback();
      end?.reject(this.#lost);
      throw this.#lost;
    }
  }

  #rollback(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back automatically, as it may if the disk is full.
    }
  }

  /** One row after the other: a long past is not in memory at once. */
  *#entries(name: string, from: number, rows: () => Iterator<unknown>): Generator<string> {
    const each = this.#read(rows);
    let position = from;
    for (let row = this.#read(() => each.next()); row.done !== true; row = this.#read(() => each.next()))
      yield this.#wholeEntry(name, position++, row.value as Entry);
  }

  #read<T>(read: () => T): T {
    return telling(this.#path, read);
  }

  #write(write: () => unknown): void {
    if (this.#lost !== undefined) throw this.#lost;
    telling(this.#path, () => {
      if (this.#inTransaction) return void write();
      this.#database.exec("BEGIN");
      if (this.#holds > 0) {
        this.#inTransaction = true;
        return void write();
      }
      try {
        write();
        this.#database.exec("COMMIT");
      } catch (error) {
        this.#rollback();
        throw error;
      }
    });
  }
}

/** A row of entries. */
interface Entry {
  readonly position: number;
  readonly entry: string;
  readonly checksum: number;
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly checksum: number;
}

function streamCount(name: string): string {
  return `entries of ${name}`;
}

function skippedCount(name: string): string {
  return `skipped of ${name}`;
}

function factCount(kind: string): string {
  return `facts of ${kind}`;
}

/** Against damage, not against strangers: it binds a text to its place. */
function checksumOf(group: string, place: string, text: string): number {
  return crc32(text, crc32(`${group}\n${place}\n`));
}

type Statement = ReturnType<DatabaseSync["prepare"]>;
