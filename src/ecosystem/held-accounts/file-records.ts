import { readFile, writeFile } from "node:fs/promises";
import * as v from "valibot";
import type { HeldOpening } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { RecordFile } from "../../ground/runtime/record-file.ts";
import type { BurnProof } from "./act.ts";
import { encodeLine, readLines } from "./file-lines.ts";
import { HeldAccountError } from "./held-account-error.ts";
import {
  accountNumber,
  encodeHeldJson,
  hexOf,
  noteSchema,
  openingSchema,
  pathSchema,
  paymentSchema,
  positionSchema,
  proofEntries,
  uint64,
} from "./held-json.ts";
import type { Spending } from "./plan-act.ts";

/** First field of each file, for its reader. */
export const FILE_WARNING =
  "Store copies of this file: a lost file is lost money. Only one program may use it at a time, and no older copy may act.";

/** Account of a file. */
export interface HeldAccountName {
  readonly chainId: bigint;
  /** Contract `HeldAccounts` of the chain. */
  readonly contract: Hex;
  readonly number: number;
  readonly owner: Hex;
}

/** Transaction that registers the account of a file. It is stored before it is sent, so that no registration lacks a file. */
export interface HeldRegistrationOrder extends Omit<HeldAccountName, "number"> {
  readonly sender: Hex;
  /** Nonce of the sender's transaction. */
  readonly nonce: number;
}

/** Act that the owner signed, or was about to sign. */
export interface SignedAct extends Spending {
  /** Leaf of the account before the act. */
  readonly before: Hex;
  /** Contents of the account after the act. */
  readonly opening: HeldOpening;
  /** Ids that the act redeems. */
  readonly redeemed: readonly Hex[];
  readonly root: Hex;
  readonly position: number;
  /** Siblings from the act up. */
  readonly path: readonly Hex[];
}

const accountEntries = { warning: v.string(), chainId: uint64, contract: hexOf(20), owner: hexOf(20) };
const orderSchema = v.strictObject({
  kind: v.literal("registration"),
  ...accountEntries,
  sender: hexOf(20),
  nonce: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
const headerSchema = v.strictObject({ kind: v.literal("account"), ...accountEntries, number: accountNumber });
const signedSchema = v.strictObject({
  kind: v.literal("act"),
  before: hexOf(32),
  opening: openingSchema,
  redeemed: v.array(hexOf(32)),
  burned: v.array(noteSchema),
  payments: v.array(paymentSchema),
  root: hexOf(32),
  position: positionSchema,
  path: pathSchema,
});
const noteRecord = v.strictObject({ kind: v.literal("note"), ...proofEntries });
const recordSchema = v.variant("kind", [orderSchema, headerSchema, signedSchema, noteRecord]);

/** Line of an account's file. */
export type FileRecord =
  | ({ readonly kind: "registration"; readonly warning: string } & HeldRegistrationOrder)
  | ({ readonly kind: "account"; readonly warning: string } & HeldAccountName)
  | ({ readonly kind: "act" } & SignedAct)
  | ({ readonly kind: "note" } & BurnProof);

/** Creates a file with its first record, on disk. Rejects with HeldAccountError FileExists if the path has a file. */
export async function createRecords(path: string, first: FileRecord): Promise<RecordFile> {
  try {
    // Contents of an account are private.
    await writeFile(path, "", { flag: "wx", mode: 0o600 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new HeldAccountError("FileExists", `${path} exists, and no file is overwritten; name another file`, { cause });
  }
  const file = await RecordFile.open(path, () => 0);
  await appendRecord(file, first);
  return file;
}

/**
 * Opens a file with its records; the half of a last line is cut off. `accept` throws for records of another kind of file, which
 * is not changed then. Rejects with HeldAccountError DamagedFile, or NoFile.
 */
export async function openRecords(
  path: string,
  accept: (records: readonly FileRecord[]) => void,
): Promise<{ readonly file: RecordFile; readonly records: readonly FileRecord[] }> {
  try {
    await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    const message = `there is no file ${path}; name the account's file, or create it by a registration`;
    throw new HeldAccountError("NoFile", message, { cause });
  }
  let records: readonly FileRecord[] = [];
  const file = await RecordFile.open(path, (bytes) => {
    const { texts, wholeBytes } = readLines(bytes);
    records = texts.map(parseRecord);
    accept(records);
    return wholeBytes;
  });
  return { file, records };
}

/** Resolves when the record is on disk. */
export function appendRecord(file: RecordFile, record: FileRecord): Promise<void> {
  return file.append(encodeLine(encodeHeldJson(record)));
}

function parseRecord(text: string): FileRecord {
  try {
    return v.parse(recordSchema, JSON.parse(text));
  } catch (cause) {
    throw new HeldAccountError(
      "DamagedFile",
      "a line of the file has another form; use the version of the package that wrote it",
      {
        cause,
      },
    );
  }
}
