import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Ledger } from "./ledger.ts";
import { LedgerError } from "./ledger-error.ts";
import { LEDGER_FILE, openSqliteLedger } from "./sqlite-ledger.ts";

/** Larger ones are refused: a dump from elsewhere may be small and unpack to anything. */
const MAX_UNPACKED_BYTES = 2 ** 31;

/**
 * A ledger as one file's bytes, of one moment: the ledger's own file, packed by gzip, whose checksum tells of damage. `complete`
 * writes into the copy what belongs to it. Rejects with LedgerError Unwritable.
 */
export async function dumpLedger(ledger: Ledger, complete: (copy: Ledger) => void): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "hyperchain-dump-"));
  try {
    await ledger.copyTo(folder);
    withLedger(folder, complete);
    return await promisify(gzip)(await readFile(join(folder, LEDGER_FILE)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Inverse of `dumpLedger`, into a folder without a ledger; makes the folder where it is not there. `takeOut` is given the ledger
 * before it is in its place, and throws where it is not to be. `name` is the dump's, for messages. Rejects with LedgerError
 * Occupied, Foreign, Newer or Damaged, or with the file system's error.
 */
export async function loadLedger(
  dump: Uint8Array,
  { folder, name }: { readonly folder: string; readonly name: string },
  takeOut: (ledger: Ledger) => void,
): Promise<void> {
  const place = join(folder, LEDGER_FILE);
  if (existsSync(place))
    throw new LedgerError(
      "Occupied",
      `${folder} keeps an ecosystem already; resume that one without a dump, or name another folder`,
    );
  const unpacked = await unpack(dump, name);
  await mkdir(folder, { recursive: true });
  const loading = await mkdtemp(join(folder, "loading-"));
  try {
    await writeFile(join(loading, LEDGER_FILE), unpacked);
    withLedger(loading, takeOut);
    await rename(join(loading, LEDGER_FILE), place);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new LedgerError(error.code, error.message.replace(join(loading, LEDGER_FILE), name), { cause: error });
  } finally {
    await rm(loading, { recursive: true });
  }
}

async function unpack(dump: Uint8Array, name: string): Promise<Uint8Array> {
  if (dump[0] !== GZIP[0] || dump[1] !== GZIP[1])
    throw new LedgerError("Foreign", `${name} is not a dump of an ecosystem; hyperchain:dump writes one`);
  try {
    return await promisify(gunzip)(dump, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw new LedgerError("Damaged", `${name} is damaged or cut off; copy it again`, { cause: error });
  }
}

const GZIP = [0x1f, 0x8b] as const;

function withLedger(folder: string, work: (ledger: Ledger) => void): void {
  const ledger = openSqliteLedger(folder);
  try {
    work(ledger);
  } finally {
    ledger.close();
  }
}
