import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { ApprovalTerms } from "../../../src/ground/protocol/quorum.ts";
import type { BatchApproval } from "../../../src/chain/settlement/signing/quorum.ts";

/** Terms that L1 takes at any time before its first revert. */
export const ANY_TIME: ApprovalTerms = { revertCount: 0n, validFrom: 0n, validUntil: 2n ** 64n - 1n };

/** Signatures on these terms, as the contract takes them. */
export function approvalBy(signatures: readonly Hex[], { validFrom, validUntil }: ApprovalTerms = ANY_TIME): BatchApproval {
  return { validFrom, validUntil, signatures };
}
