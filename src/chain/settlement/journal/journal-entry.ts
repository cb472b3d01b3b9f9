import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { BatchCommitment } from "../../../ground/protocol/quorum.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";

/** One fact about a chain's settlement. Entries are only ever added. */
export type JournalEntry =
  /** A transaction left this process; whether it was mined is open. */
  | {
      readonly type: "broadcast";
      readonly stage: SettlementStage;
      readonly batchNumber: BatchNumber;
      readonly transactionHash: Hex;
      readonly nonce: number;
    }
  /** L1 has done the stage; by whom is open where there is no transaction. */
  | {
      readonly type: "confirmed";
      readonly stage: SettlementStage;
      readonly batchNumber: BatchNumber;
      readonly transaction?: { readonly hash: Hex; readonly blockNumber: number; readonly gasUsed: bigint };
    }
  /** L1's record of a committed batch. */
  | { readonly type: "stored"; readonly batch: StoredBatch }
  /** A finished proof for this commitment, so that it need not be rebuilt. */
  | { readonly type: "proof"; readonly batchNumber: BatchNumber; readonly commitment: Hex; readonly proof: Hex }
  /** Validators of the chain with this contract are asked for an approval; "unsigned": none of them has given it. */
  | {
      readonly type: "approval";
      readonly hyperchain: Hex;
      readonly approval: BatchCommitment;
      readonly state: "asked" | "unsigned";
    }
  /** Release of the earlier approvals of the chain with this contract, except for those of the commitments in `but`. */
  | { readonly type: "forgotten"; readonly hyperchain: Hex; readonly but: readonly Hex[] }
  /** Batches from this number on were reverted on L1. */
  | { readonly type: "reverted"; readonly fromBatch: bigint };

/** A whole number is written as its digits and `n`. */
const BIGINT_TEXT = /^-?\d+n$/;
/** A text that looks so has a tilde before it, one more than it has itself. */
const [LIKE_BIGINT, MARKED] = [/^~*-?\d+n$/, /^~+-?\d+n$/];

/** One line of JSON without the line's end. */
export function encodeEntry(entry: unknown): string {
  return JSON.stringify(entry, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    return typeof value === "string" && LIKE_BIGINT.test(value) ? `~${value}` : value;
  });
}

/** Throws SyntaxError for what does not say which entry it is. */
export function typedEntry<Entry>(entry: Entry): Entry {
  const { type } = (entry ?? {}) as { readonly type?: unknown };
  if (typeof type === "string") return entry;
  throw new SyntaxError("it has no type");
}

/**
 * Inverse of `encodeEntry`. Throws SyntaxError for a line that is not JSON, or that has a whole number with more digits than
 * `maxDigits`, which texts of strangers need: the time of a conversion grows faster than the number of digits. The fields are
 * trusted, as those of the journal, which is this process' file.
 */
export function decodeEntry<Entry = JournalEntry>(line: string, maxDigits = Infinity): Entry {
  return JSON.parse(line, (_key, value: unknown) => {
    if (typeof value !== "string") return value;
    if (BIGINT_TEXT.test(value)) {
      const digits = value.slice(0, -1);
      if (digits.length <= maxDigits) return BigInt(digits);
      throw new SyntaxError(`a whole number has ${digits.length} digits, and ${maxDigits} are allowed`);
    }
    return MARKED.test(value) ? value.slice(1) : value;
  }) as Entry;
}
