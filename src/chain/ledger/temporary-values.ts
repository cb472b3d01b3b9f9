import { deserialize, serialize } from "node:v8";
import { sqliteModule } from "./sqlite-module.ts";

/** Plain data by number outside the memory: in a file that ends with its process, however that ends. */
export interface TemporaryValues<Value> {
  get(number: bigint): Value | undefined;
  set(number: bigint, value: Value): void;
  delete(number: bigint): void;
  /** Forgets this number and all after it. */
  deleteFrom(number: bigint): void;
  close(): void;
}

export function openTemporaryValues<Value>(): TemporaryValues<Value> {
  // A database without a name is a file of SQLite's own, which nothing else can open.
  const database = new (sqliteModule().DatabaseSync)("");
  database.exec(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE kept (number INTEGER PRIMARY KEY, value BLOB)",
  );
  const reading = database.prepare("SELECT value FROM kept WHERE number = ?");
  const writing = database.prepare("INSERT OR REPLACE INTO kept (number, value) VALUES (?, ?)");
  const deletingOne = database.prepare("DELETE FROM kept WHERE number = ?");
  const deleting = database.prepare("DELETE FROM kept WHERE number >= ?");
  return {
    get(number) {
      const row = reading.get(number) as { readonly value: Uint8Array } | undefined;
      return row === undefined ? undefined : (deserialize(row.value) as Value);
    },
    set: (number, value) => void writing.run(number, serialize(value)),
    delete: (number) => void deletingOne.run(number),
    deleteFrom: (number) => void deleting.run(number),
    close: () => database.close(),
  };
}
