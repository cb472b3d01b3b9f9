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
  /** Private keys in it: those of members in processes of their own. */
  readonly keys: number;
}

/** Of the ledger in a dump: the texts of members' files, by name. */
const MEMBER_FILES = "member files";
/** As `KeptChain.memberFile` names them. A dump from elsewhere names no other files. */
const MEMBER_FILE = /^(validator|keeper)-(\d+)-\d+$/;

/** Whether a file has the key and signatures of a member of this chain. */
export function isMemberFileOf(name: string, chainId: bigint): boolean {
  return MEMBER_FILE.exec(name)?.[2] === String(chainId);
}

/** What is kept in a folder, of one moment: as if the process had been killed then. Rejects with LedgerError Unwritable. */
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

/** The same of a folder that no process has. Rejects with LedgerError InUse, Foreign, Newer, Damaged or NotKept. */
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
 * Puts a dumped ecosystem into a folder, where a start goes on with it; over no file that is there, and wholly or not at all.
 * `name` is the dump's, for messages. Rejects with LedgerError Occupied, Foreign, Newer or Damaged, or with the file system's
 * error.
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
          `${place.name} holds a file "${printable(name)}", which no member of an ecosystem has; make it anew`,
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

/** The key that is there may be the only copy, and a link may lead to any file of the operator's. */
function requireFree(folder: string, name: string): void {
  // Not what a link leads to, but whether there is one.
  if (lstatSync(join(folder, name), { throwIfNoEntry: false }) === undefined) return;
  throw new LedgerError("Occupied", `${folder} has a file ${name} already; move it elsewhere, or name another folder`);
}

/** Notes the file in `written` as soon as it is there, so that one whose content does not fit on the disk is known too. */
function writeNew(path: string, text: string, written: string[]): void {
  const file = openSync(path, "wx", OWNER_ONLY);
  written.push(path);
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

/** What a first start left incomplete is forgotten by the next. */
function requireStarted(ledger: Ledger, name: string): void {
  if (ledger.facts(FACTS.kind).get(FACTS.started) !== undefined) return;
  throw new LedgerError("Damaged", `${name} holds no ecosystem that has started completely; dump it again when it is ready`);
}
