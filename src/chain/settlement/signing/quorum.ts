import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import {
  BATCH_COMMITMENT_TYPES,
  BATCH_REVERT_TYPES,
  quorumDomain,
  type ApprovalTerms,
  type BatchCommitment,
  type BatchRevert,
} from "../../../ground/protocol/quorum.ts";
import type { SignedBatch } from "../batch/settlement-batch.ts";
import { createMemoryJournal, type Journal } from "../journal/journal.ts";
import type { ScheduledTerms } from "../../../ground/protocol/terms.ts";
import { collectSignatures, UnsignedError, type TypedDataSigner } from "./signatures.ts";
import { SigningRecord } from "./signing-record.ts";
import { SigningRefusal } from "./signing-refusal.ts";

export type { TypedDataSigner };

/** A validator of a chain, in this process or elsewhere. */
export interface QuorumMember {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  /**
   * Its EIP-712 signature of the batch's commitment on these terms. Rejects when it does not agree with the batch or the
   * terms.
   */
  signBatch(batch: SignedBatch, terms: ApprovalTerms): Promise<Hex>;
  /** Its signature of a revert. Rejects when L1 has other batches. */
  signRevert(reversal: BatchRevert): Promise<Hex>;
  /**
   * No block that L1 makes from now on is of an earlier second: approvals that have expired may be forgotten. Absent where the
   * member sees that itself.
   */
  expireBefore?(second: bigint): void;
  /**
   * Forgets what it approved but for these commitments, after a development L1 has returned to an earlier state, in which those
   * were under way. Absent where that cannot happen.
   */
  forgetApprovalsBut?(kept: readonly Hex[]): Promise<void>;
}

/** Names the contract whose validators sign. */
export interface QuorumContext {
  readonly settlementChainId: ChainId;
  /** The chain's contract. */
  readonly hyperchain: Hex;
}

/** Checks before a member signs, each of which rejects for what the member does not agree with, and the kind of its L1. */
export interface MemberRules {
  readonly batch?: (batch: SignedBatch, terms: ApprovalTerms) => Promise<void>;
  /** Resolves with the earliest second that a block can have which L1 makes from now on. */
  readonly revert?: (reversal: BatchRevert) => Promise<bigint>;
  /** Whether L1 is a development chain, which returns to earlier states by command. Default false. */
  readonly l1Returns?: boolean;
}

/** What a member is about to sign. */
export type SigningEntry =
  | { readonly type: "batch"; readonly approval: BatchCommitment }
  | { readonly type: "revert"; readonly reversal: BatchRevert }
  /** L1 has returned to an earlier state by command: of what stands before it, approvals of these commitments bind. */
  | { readonly type: "forgotten"; readonly but: readonly Hex[] };

/** Where what a member signs is kept, oldest first. An entry is there before its signature is. */
export type SigningJournal = Pick<Journal<SigningEntry>, "entries" | "append">;

/**
 * A member inside this process. Where the sequencer is the member itself there is nothing to check, but for one thing: never are
 * two batches of one number approved for the same second. What `journal` has binds it as what it signed itself.
 */
export async function createLocalMember(
  signer: TypedDataSigner,
  context: QuorumContext,
  rules: MemberRules = {},
  journal: SigningJournal = createMemoryJournal<SigningEntry>(),
): Promise<QuorumMember> {
  const domain = quorumDomain(context.settlementChainId, context.hyperchain);
  const record = recordOf(journal.entries, rules);
  let timesForgotten = 0;
  return {
    address: (await signer.getAddress()).toLowerCase() as Hex,
    async signBatch(batch, terms) {
      const before = timesForgotten;
      await rules.batch?.(batch, terms);
      const value = approvalOf(batch, terms);
      if (timesForgotten !== before)
        throw new SigningRefusal(
          "BatchWithdrawn",
          `batch ${value.batchNumber} was withdrawn while this validator checked it; request the signature again if the batch is still to be signed`,
        );
      record.admit(value);
      await journal.append({ type: "batch", approval: value });
      return (await signer.signTypedData(domain, BATCH_COMMITMENT_TYPES, { ...value })) as Hex;
    },
    async signRevert(reversal) {
      const earliest = await rules.revert?.(reversal);
      record.admitRevert(reversal, earliest ?? 0n);
      await journal.append({ type: "revert", reversal });
      return (await signer.signTypedData(domain, BATCH_REVERT_TYPES, { ...reversal })) as Hex;
    },
    expireBefore: (second) => record.expireBefore(second),
    async forgetApprovalsBut(kept) {
      timesForgotten++;
      if (record.forgetAllBut(new Set(kept))) await journal.append({ type: "forgotten", but: kept });
    },
  };
}

function recordOf(entries: readonly SigningEntry[], { l1Returns = false }: MemberRules): SigningRecord {
  let approvals: BatchCommitment[] = [];
  let reverts: BatchRevert[] = [];
  for (const entry of entries) {
    if (entry.type === "batch") approvals.push(entry.approval);
    else if (entry.type === "revert") reverts.push(entry.reversal);
    else [approvals, reverts] = [approvals.filter(({ commitment }) => entry.but.includes(commitment)), []];
  }
  return new SigningRecord(approvals, reverts, { l1Returns });
}

/** What is signed of a batch. */
export function approvalOf(
  { outputs, commitment }: SignedBatch,
  { revertCount, validFrom, validUntil }: ApprovalTerms,
): BatchCommitment {
  return { commitment, batchNumber: outputs.batchNumber, revertCount, validFrom, validUntil };
}

/** Who can be asked for signatures. How many of them count, and how many must sign, L1 says. */
export interface Quorum {
  readonly members: readonly QuorumMember[];
}

/** A quorum's word for a batch, as the contract takes it. */
export interface BatchApproval {
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly signatures: readonly Hex[];
}

/** Accounts of which so many must sign. */
type Signers = Pick<ScheduledTerms, "threshold" | "validators">;

/**
 * The members that are asked: those whose signatures count. Where too few validators are among them, and its time has come, the
 * standby. Throws UnsignedError SignersMissing where there are too few of either.
 */
export function countingMembers(
  quorum: Quorum,
  { threshold, validators, standby }: Signers & { readonly standby: Signers },
  standbyCounts: boolean,
): AskedQuorum {
  const asked = amongMembers(quorum, { threshold, validators });
  if (BigInt(asked.members.length) >= threshold) return asked;
  const others = amongMembers(quorum, standby);
  const hasStandby = standby.threshold > 0n && BigInt(others.members.length) >= standby.threshold;
  if (hasStandby && standbyCounts) return others;
  const waits = hasStandby ? "the chain's standby signs once an operation of the queue is overdue; " : "";
  const message =
    `${threshold} of the validators ${validators.join(", ")} must sign, and of these ${asked.members.length} can be asked here; ` +
    `${waits}start the chain with the keys of enough of them, or have its admin schedule other validators (ChainSettings.scheduleTerms)`;
  throw new UnsignedError("SignersMissing", message, 0);
}

function amongMembers({ members }: Quorum, { threshold, validators }: Signers): AskedQuorum {
  return { members: members.filter(({ address }) => validators.includes(address)), threshold: Number(threshold) };
}

/** Members whose signatures count, and how many of them must sign. */
interface AskedQuorum {
  readonly members: readonly QuorumMember[];
  readonly threshold: number;
}

/** Enough signatures of a batch, in the contract's order. Rejects with QuorumUnreachable, naming every refusal. */
export async function collectApproval(
  quorum: AskedQuorum,
  context: QuorumContext,
  batch: SignedBatch,
  terms: ApprovalTerms,
): Promise<BatchApproval> {
  const { validFrom, validUntil } = terms;
  const signatures = await collectSignatures({
    ...quorum,
    domain: quorumDomain(context.settlementChainId, context.hyperchain),
    types: BATCH_COMMITMENT_TYPES,
    value: { ...approvalOf(batch, terms) },
    ask: (member) => member.signBatch(batch, terms),
  });
  return { validFrom, validUntil, signatures };
}

/** Enough signatures of a revert. Rejects with QuorumUnreachable. */
export function collectRevertSignatures(quorum: AskedQuorum, context: QuorumContext, reversal: BatchRevert): Promise<Hex[]> {
  return collectSignatures({
    ...quorum,
    domain: quorumDomain(context.settlementChainId, context.hyperchain),
    types: BATCH_REVERT_TYPES,
    value: { ...reversal },
    ask: (member) => member.signRevert(reversal),
  });
}
