import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ledger } from "../../../chain/ledger/ledger.ts";
import { dumpLedger, loadLedger } from "../../../chain/ledger/ledger-dump.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import { LEDGER_FILE, openSqliteLedger } from "../../../chain/ledger/sqlite-ledger.ts";
import { printable } from "../../../ground/runtime/printable.ts";
import { OWNER_ONLY } from "../quorum-member/member-file.ts";
import { FACTS } from "./facts.ts";

/** A kept ecosystem as one file's bytes. */
export interface Dump {
  readonly bytes: Uint8Array;
  /** Private keys in it: those of members in separate processes. */
  readonly keys: number;
}

/** Key of a dump's ledger: the texts of members' files, by name. */
const MEMBER_FILES = "member files";
/** Names of files by `KeptChain.memberFile`. An external dump names no other files. */
const MEMBER_FILE = /^(validator|keeper)-(\d+)-\d+$/;

/** Whether a file has the key and signatures of a member of this chain. */
export function isMemberFileOf(name: string, chainId: bigint): boolean {
  return MEMBER_FILE.exec(name)?.[2] === String(chainId);
}

/** Dumps the data of a folder at one moment, like those of a killed process. Rejects with LedgerError Unwritable. */
export async function dumpWorld(ledger: Ledger, folder: string): Promise<Dump> {
  let keys = 0;
  const bytes = await dumpLedger(ledger, (copy) => {
    requireStarted(copy, folder);
    const files = copy.facts(MEMBER_FILES);
    for (const name of readdirSync(folder)) {
      if (!MEMBER_FILE.test(name)) continue;
      files.set(name, readFileSync(join(folder, name), "utf8"));
      keys++;
    }
  });
  return { bytes, keys };
}

/** Dumps a folder that no process uses. Rejects with LedgerError InUse, Foreign, Newer, Damaged or NotKept. */
export async function dumpFolder(folder: string): Promise<Dump> {
  if (!existsSync(join(folder, LEDGER_FILE)))
    throw new LedgerError("NotKept", `${folder} keeps no ecosystem; name the folder that --data named`);
  const ledger = openSqliteLedger(folder);
  try {
    return await dumpWorld(ledger, folder);
  } finally {
    ledger.close();
  }
}

/**
 * Writes a dumped ecosystem into a folder, from which a start continues it; it overwrites no file, and writes all or
 * nothing. `name` is the dump's, for messages. Rejects with LedgerError Occupied, Foreign, Newer or Damaged, or with the
 * file system's error.
 */
export async function loadWorld(dump: Uint8Array, place: { readonly folder: string; readonly name: string }): Promise<void> {
  const written: string[] = [];
  await loadLedger(dump, place, (ledger) => {
    requireStarted(ledger, place.name);
    const kept = ledger.facts(MEMBER_FILES);
    const files = [...kept.all()];
    for (const [name] of files)
      if (!MEMBER_FILE.test(name))
        throw new LedgerError(
          "Damaged",
          `${place.name} holds a file "${printable(name)}", which no member of an ecosystem has; make another dump`,
        );
    for (const [name] of files) requireFree(place.folder, name);
    for (const [name, text] of files) {
      writeNew(join(place.folder, name), text, written);
      kept.delete(name);
    }
  }).catch((error: unknown) => {
    for (const path of written) rmSync(path, { force: true });
    throw error;
  });
}

/** Refuses to overwrite: an existing key may be the only copy, and a link may lead to any file of the operator's. */
function requireFree(folder: string, name: string): void {
  // Not what a link leads to, but whether there is one.
  if (lstatSync(join(folder, name), { throwIfNoEntry: false }) === undefined) return;
  throw new LedgerError("Occupied", `${folder} has a file ${name} already; move it elsewhere, or name another folder`);
}

/** Records the file in `written` immediately, so that one whose content does not fit on the disk is listed as well. */
function writeNew(path: string, text: string, written: string[]): void {
  const file = openSync(path, "wx", OWNER_ONLY);
  written.push(path);
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

/** Rejects an incomplete first start, which the next one drops. */
function requireStarted(ledger: Ledger, name: string): void {
  if (ledger.facts(FACTS.kind).get(FACTS.started) !== undefined) return;
  throw new LedgerError("Damaged", `${name} holds no ecosystem that has started completely; dump it again when it is ready`);
}
