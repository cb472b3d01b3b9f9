import { Wallet } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { openFileJournal } from "../../../chain/settlement/journal/journal.ts";
import { SettlementError } from "../../../chain/settlement/errors/settlement-error.ts";
import type { QuorumContext, SigningEntry, SigningJournal } from "../../../chain/settlement/signing/quorum.ts";

/** A chain, on one L1: a restarted development L1 gives the same address to another chain. */
interface SigningPlace extends QuorumContext {
  /** Hash of the L1 block with the ecosystem's first contract. */
  readonly bornInBlock: string;
}

type MemberEntry =
  | { readonly type: "key"; readonly key: Hex }
  | { readonly type: "signed"; readonly place: SigningPlace; readonly entry: SigningEntry };

/** Stored data of a member: its key, and everything that it was about to sign. */
export interface MemberFile {
  readonly key: Hex;
  journalOf(place: SigningPlace): SigningJournal;
}

/** Only its owner may read a member's key. */
export const OWNER_ONLY = 0o600;

/**
 * Opens a member's file; creates it, with a new key, if it is missing. Rejects with SettlementError JournalCorrupt for
 * another kind of file, or with the file system's error.
 */
export async function openMemberFile(path: string): Promise<MemberFile> {
  const journal = await openFileJournal<MemberEntry>(path, { mode: OWNER_ONLY });
  const kept = journal.entries.find((entry) => entry.type === "key")?.key;
  if (kept === undefined && journal.entries.length > 0) {
    await journal.close();
    throw new SettlementError(
      "JournalCorrupt",
      `${path} has ${journal.entries.length} entries and no key of its member; restore a copy, or name another folder`,
    );
  }
  const key = kept ?? (Wallet.createRandom().privateKey as Hex);
  if (kept === undefined) await journal.append({ type: "key", key });
  return {
    key,
    journalOf(place) {
      const isHere = (other: SigningPlace): boolean =>
        other.settlementChainId === place.settlementChainId &&
        other.hyperchain === place.hyperchain &&
        other.bornInBlock === place.bornInBlock;
      return {
        entries: journal.entries.flatMap((each) => (each.type === "signed" && isHere(each.place) ? [each.entry] : [])),
        append: (entry) => journal.append({ type: "signed", place, entry }),
      };
    },
  };
}
