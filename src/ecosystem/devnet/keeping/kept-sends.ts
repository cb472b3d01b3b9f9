import type { Ledger } from "../../../chain/ledger/ledger.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { printable } from "../../../ground/runtime/printable.ts";

/** Hashes that outlast this process, in the order in which they came. */
export interface StoredSends {
  all(): Iterable<Hex>;
  add(hash: Hex): void;
  forget(hash: Hex): void;
}

/** Facts of which the name says all. */
const KIND = "own sends";
const HASH = /^0x[0-9a-f]{64}$/;

/** Transactions that the ecosystem in a folder has sent automatically. Throws LedgerError Damaged. */
export function openStoredSends(ledger: Ledger, folder: string): StoredSends {
  const facts = ledger.facts(KIND);
  const hashes = [...facts.all().keys()];
  const wrong = hashes.find((name) => !HASH.test(name));
  if (wrong !== undefined)
    throw new LedgerError(
      "Damaged",
      `${folder}: "${printable(wrong)}" is not the hash of a transaction of its ecosystem; restore a copy, or name another folder`,
    );
  return {
    all: () => hashes as readonly Hex[],
    add: (hash) => facts.set(hash, ""),
    forget: (hash) => facts.delete(hash),
  };
}
