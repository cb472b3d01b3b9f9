import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LedgerError } from "./ledger-error.ts";

/** Says which process has a folder's ledger, for messages: the lock is the file's own, and ends with its process. */
export const OWNER_FILE = "owner.pid";

/** SQLite's result codes, without their details. */
const [BUSY, CORRUPT, NOT_A_DATABASE] = [5, 11, 26];

/** Runs work on the file at this path, and translates its errors. */
export function telling<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    const code = Number((error as { readonly errcode?: number }).errcode ?? 0) % 256;
    if (code === BUSY)
      throw new LedgerError("InUse", `${path} is in use${ownerOf(path)}; end that process, or name another folder`, {
        cause: error,
      });
    if (code === NOT_A_DATABASE)
      throw new LedgerError("Foreign", `${path} is not a ledger; name another folder`, { cause: error });
    if (code === CORRUPT)
      throw new LedgerError("Damaged", `${path} is damaged; restore a copy, or name another folder`, { cause: error });
    throw new LedgerError("Unwritable", `${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function ownerOf(path: string): string {
  try {
    return ` by process ${readFileSync(join(path, "..", OWNER_FILE), "utf8")}`;
  } catch {
    return " by another process";
  }
}
