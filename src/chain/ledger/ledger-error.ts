import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

type LedgerErrorCode = "InUse" | "Foreign" | "Older" | "Newer" | "Damaged" | "Differs" | "Unwritable" | "Occupied" | "NotKept";

/**
 * InUse: another process has the ledger open. Foreign: the file is something else. Older: an earlier version
 * of this software wrote it, which noted less. Newer: a later version of this software wrote it. Damaged: its
 * content cannot be read. Differs: its content differs from the stored content. Unwritable: the disk refuses.
 * Occupied: a dump is to be loaded where a ledger, or a file of its name, exists. NotKept: an ecosystem in
 * memory has nothing to dump.
 * Remedy: end the other process, or use another folder or a copy; an older or newer folder needs the version that wrote it.
 */
export class LedgerError extends HyperchainError<LedgerErrorCode> {
  override readonly name = "LedgerError";
}
